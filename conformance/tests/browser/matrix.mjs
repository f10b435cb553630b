// The page that `dezero-spec matrix` writes, in a real browser: node matrix.mjs [PROGRAM].
//
// It is made of real reports.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { overflow, run, test as inBrowser, withBrowser } from "./browser.mjs";

const rule = "config.restore.saved-at-entry";
const save = (folder, name, text) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

// Two reports on some rules, one of them under many names, and one that is not there.
const page = (folder) => {
  const verify = ["verify", "--effort", "quick", "--programs", "0", "--seed", "1", "--format", "json"];
  const rules = ["--rule", rule, "--rule", "dropout.train.overflow"];
  const right = save(folder, "right.json", run(...verify, ...rules));
  const wrong = run(...verify, ...rules, "--mutant", "restores-true");
  const many = [...Array(14).keys()].map((index) => {
    const report = JSON.parse(wrong);
    report.implementation.name = `a-framework-with-a-long-name-${index}`;
    return save(folder, `wrong-${index}.json`, JSON.stringify(report));
  });
  const absent = save(folder, "absent.json", JSON.stringify({
    schema: "dezero-spec/not-run/1",
    implementation: { name: "<img src=x onerror=alert(1)>" },
    because: "it cannot be had",
  }));
  const html = join(folder, "page.html");
  run("matrix", right, save(folder, "wrong.json", wrong), ...many, absent, "--html", html);
  return pathToFileURL(html).href;
};

const shownRules = (tab) => tab.locator("[data-filtered=rules] tr[data-text]:visible");

await withBrowser(async (folder, browser) => {
  const url = page(folder);
  const test = (...words) => inBrowser(browser, url, ...words);

  await test("filters", {}, async (tab) => {
    const all = await shownRules(tab).count();
    assert.ok(all > 50, `${all} rules`);
    await tab.getByRole("searchbox", { name: "Text" }).fill("saved-at-entry");
    assert.equal(await shownRules(tab).count(), 1);
    assert.match(await tab.locator("output").innerText(), /Shown: 1 rule( and .*)? of 17/);
    await tab.getByRole("button", { name: "Show all" }).click();
    await assertCount(tab, all);

    await tab.getByRole("combobox", { name: "Verdict" }).selectOption("fail");
    assert.equal(await shownRules(tab).count(), 1);
    await tab.getByRole("button", { name: "Show all" }).click();
    await assertCount(tab, all);

    await tab.getByRole("combobox", { name: "Chapter" }).selectOption("config");
    const config = await shownRules(tab).count();
    assert.ok(config > 1 && config < all, `${config} of ${all}`);
    await tab.getByLabel("only differences").check();
    assert.equal(await shownRules(tab).count(), 1);

    await tab.locator("form summary").click();
    await tab.getByRole("button", { name: "none" }).click();
    assert.equal(await shownRules(tab).count(), 0);
    const box = tab.locator("fieldset").getByLabel("restores-true", { exact: true });
    await box.check();
    await tab.getByLabel("only differences").uncheck();
    assert.equal(await tab.locator("[data-filtered=rules] thead th:visible").count(), 2);
    assert.equal(await tab.locator("#implementations tbody tr:visible").count(), 1);
  });

  await test("opens evidence by keyboard and copies the command", {}, async (tab) => {
    const row = tab.locator(`tr[data-text^="${rule} "]`);
    await row.locator("th a").focus();
    await tab.keyboard.press("ArrowRight");
    assert.match(await focused(tab), /pass/);
    await tab.keyboard.press("ArrowRight");
    assert.match(await focused(tab), /fail/);
    await tab.keyboard.press("Enter");
    const dialog = tab.getByRole("dialog", { name: `${rule}, restores-true` });
    await dialog.waitFor();
    const words = await dialog.innerText();
    for (const said of ["using_config('train', False)", "observed", "True", "rest of it"]) {
      assert.ok(words.includes(said), `no ${said} in ${words}`);
    }
    const copy = dialog.getByRole("button", { name: "Copy" });
    await copy.focus();
    await tab.keyboard.press("Enter");
    await dialog.getByRole("button", { name: "Copied" }).waitFor();
    const copied = await tab.evaluate(() => navigator.clipboard.readText());
    assert.match(copied, new RegExp(`^dezero-spec verify --mutant restores-true --rule ${rule} .*--seed 1$`));
    await tab.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    assert.match(await focused(tab), /fail/);

    // A rule leads to its sentence, and a pass to what it rests on.
    await tab.keyboard.press("ArrowLeft");
    await tab.keyboard.press("Enter");
    assert.match(await tab.locator("dialog").innerText(), /pass.*programs?/s);
    await tab.keyboard.press("Escape");
    await tab.keyboard.press("ArrowLeft");
    await tab.keyboard.press("Enter");
    assert.match(await tab.locator("dialog").innerText(), /scopes nest/);
    await tab.getByRole("button", { name: "Close" }).click();
  });

  await test("fits a telephone", { viewport: { width: 390, height: 844 } }, async (tab) => {
    assert.equal(await overflow(tab), 0);
    const scroll = tab.locator("#matrix .scroll");
    await scroll.evaluate((box) => { box.scrollLeft = 500; });
    const header = await tab.locator(`tr[data-text^="${rule} "] th`).boundingBox();
    assert.ok(header.x >= 0 && header.x < 30 && header.width < 200, JSON.stringify(header));
    await tab.locator("#broken .fail").first().click();
    await tab.locator("dialog summary").click();
    assert.equal(await overflow(tab), 0);
    const dialog = await tab.locator("dialog").boundingBox();
    assert.ok(dialog.x >= 0 && dialog.x + dialog.width <= 390, JSON.stringify(dialog));
  });

  await test("is read without its script", { javaScriptEnabled: false }, async (tab) => {
    assert.equal(await tab.locator("form").isVisible(), false);
    await tab.locator("#broken .fail").first().click();
    assert.match(tab.url(), /#evidence-1-/);
    assert.ok(await tab.locator(`[id="evidence-1-${rule}"]`).isVisible());
    assert.equal(await tab.locator("[data-copy]:visible").count(), 0);
  });
});

async function focused(tab) {
  return tab.evaluate(() => document.activeElement.textContent);
}

/** A form has its first values back a moment after it is reset. */
async function assertCount(tab, expected) {
  const count = (wanted) => {
    const rows = [...document.querySelectorAll("[data-filtered=rules] tr[data-text]")];
    return rows.filter((row) => row.offsetParent !== null).length === wanted;
  };
  await tab.waitForFunction(count, expected);
}
