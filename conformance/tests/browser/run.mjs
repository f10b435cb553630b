// The page that `dezero-spec verify --html` writes, in a real browser: node run.mjs [PROGRAM].
import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { overflow, run, test, withBrowser } from "./browser.mjs";

const verify = ["verify", "--effort", "quick", "--programs", "0", "--seed", "1"];
const mutant = "mask-shared-by-rows";
const rule = "mask.dependence";

const page = (folder, name, ...words) => {
  const html = join(folder, name);
  run(...verify, ...words, "--html", html);
  return pathToFileURL(html).href;
};

/** WCAG's contrast of the text in an element with what is painted behind it. */
const contrast = (element) => element.evaluate((node) => {
  const numbers = (colour) => colour.match(/[\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = numbers(colour).map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const style = getComputedStyle(node);
  const text = node instanceof SVGElement ? style.fill : style.color;
  let behind = node;
  const painted = (other) => numbers(getComputedStyle(other).backgroundColor)[3] !== 0;
  while (behind.parentElement && !painted(behind)) behind = behind.parentElement;
  const both = [light(text), light(getComputedStyle(behind).backgroundColor)];
  return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
});

await withBrowser(async (folder, browser) => {
  const wrong = page(folder, "wrong.html", "--mutant", mutant, "--rule", rule);
  const right = page(folder, "right.html");

  await test(browser, wrong, "the verdict comes first, and leads to its evidence", {}, async (tab) => {
    assert.match(await tab.locator(".banner").innerText(), /✗ does not conform: 1 MUST broken/);
    await tab.getByRole("link", { name: "What is wrong" }).click();
    const article = tab.locator(`[id="rule-${rule}"]`);
    assert.match(await article.innerText(), /elements 33 apart are the same/);
    // The rows are one, so what is kept are columns; what the judge drew itself is noise.
    const [expected, observed] = await article.locator(".mask path.kept").evaluateAll((paths) =>
      paths.slice(0, 2).map((path) => path.getAttribute("d").split("M").slice(1).map((run) => parseInt(run))));
    const columns = (runs) => new Set(runs).size;
    assert.ok(columns(observed) < 17 && columns(expected) > 25, `${columns(observed)}, ${columns(expected)}`);
    const masks = await article.getByRole("img", { name: /Expected|Observed/ }).all();
    const boxes = await Promise.all(masks.slice(0, 2).map((mask) => mask.boundingBox()));
    assert.equal(boxes[0].y, boxes[1].y, "one beside the other");
    assert.ok(boxes[0].width > 100 && boxes[0].height > 100, JSON.stringify(boxes));
  });

  await test(browser, wrong, "the money crosses the line", {}, async (tab) => {
    const chart = tab.getByRole("img", { name: "The gamblers' money over the mask bits" });
    const limit = await chart.locator("line.limit").boundingBox();
    const pool = await chart.locator("path.pool").first().boundingBox();
    assert.ok(pool.y < limit.y && pool.y + pool.height > limit.y, JSON.stringify([pool, limit]));
    await tab.getByText("In numbers").click();
    assert.match(await tab.getByRole("region", { name: "The gamblers' money" }).innerText(), /same mask again/);
  });

  await test(browser, right, "what conforms stays below it, at the rates that it should", {}, async (tab) => {
    assert.match(await tab.locator(".banner").innerText(), /✓ conforms/);
    const chart = tab.getByRole("img", { name: "The gamblers' money over the mask bits" });
    const limit = await chart.locator("line.limit").boundingBox();
    const pool = await chart.locator("path.pool").first().boundingBox();
    assert.ok(pool.y > limit.y, JSON.stringify([pool, limit]));
    const rates = tab.getByRole("region", { name: "Rates" }).getByRole("row");
    assert.ok(await rates.count() > 20);
    assert.equal(await tab.locator("#masks .rate.fail").count(), 0);
    assert.equal(await tab.locator(".dots.off *").count(), 0);
  });

  for (const colorScheme of ["light", "dark"]) {
    await test(browser, wrong, `is read in ${colorScheme}`, { colorScheme }, async (tab) => {
      const texts = ["h1", ".banner .verdict", ".chart .mark", ".chart text.limit", "figcaption", ".level", "pre, .command code"];
      for (const selector of texts) {
        const seen = await contrast(tab.locator(selector).first());
        assert.ok(seen >= 4.5, `${selector}: ${seen}`);
      }
    });
  }

  const telephone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };
  for (const url of [wrong, right]) {
    await test(browser, url, "fits a telephone, all of it unfolded", telephone, async (tab) => {
      await tab.evaluate(() => { for (const part of document.querySelectorAll("details")) part.open = true; });
      assert.equal(await overflow(tab), 0);
      const wide = await tab.locator("figure").evaluateAll((figures) =>
        figures.filter((figure) => figure.getBoundingClientRect().right > innerWidth + 1).length);
      assert.equal(wide, 0);
    });
  }

  await test(browser, right, "is unfolded by keyboard, without a script", { javaScriptEnabled: false }, async (tab) => {
    const chapter = tab.locator("#chapter-config");
    await chapter.locator("summary").focus();
    await tab.keyboard.press("Enter");
    await chapter.getByText("config.restore.saved-at-entry").waitFor();
  });
});
