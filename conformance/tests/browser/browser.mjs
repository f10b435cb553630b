// What the tests of pages have in common: a program that writes them, and a browser that opens them as
// files, and must neither complain nor ask for anything.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const program = resolve(process.argv[2] ?? "../../../target/release/dezero-spec");

/** Runs the program and says what it printed. */
export const run = (...words) => {
  const { stdout, stderr, error } = spawnSync(program, words, { encoding: "utf8", maxBuffer: 1e8 });
  if (error) throw error;
  assert.equal(stderr, "");
  return stdout;
};

/** Gives the tests a folder and a browser, and takes both away. */
export const withBrowser = async (tests) => {
  const folder = mkdtempSync(join(tmpdir(), "dezero-spec-page-"));
  const browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
  });
  try {
    await tests(folder, browser);
  } finally {
    await browser.close();
    rmSync(folder, { recursive: true });
  }
};

/** Opens the page, does the test, and looks at what the browser had to say. */
export const test = async (browser, url, name, options, body) => {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const tab = await context.newPage();
  tab.setDefaultTimeout(10_000);
  const complaints = [];
  tab.on("console", (message) => complaints.push(message.text()));
  tab.on("pageerror", (error) => complaints.push(error.message));
  tab.on("dialog", (dialog) => complaints.push(`dialog: ${dialog.message()}`));
  tab.on("request", (request) => {
    const asked = request.url().split("#")[0];
    if (asked !== url && !asked.startsWith("data:")) complaints.push(asked);
  });
  await tab.goto(url);
  await body(tab);
  assert.deepEqual(complaints, [], name);
  await context.close();
  console.log(`ok: ${name}`);
};

/** By how much the page is wider than the window. */
export const overflow = (tab) => tab.evaluate(() => {
  const page = document.documentElement;
  return page.scrollWidth - page.clientWidth;
});
