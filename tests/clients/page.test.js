// The page in Debian's Chromium, used as a person would. Without a Chromium these tests are left out.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import { picture, serve } from "./served.js";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`;
const shots = process.env.SCREENSHOTS;  // a folder; none: no screenshots

let server, browser;
before(async () => {
  if (skip) return;
  server = await serve();
  browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
});
after(async () => {
  if (skip) return;
  await browser.close();
  await server.end();
});

// A page whose requests to other hosts, and whose errors, fail the test.
async function open(options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const wrong = [];
  page.on("request", request => {
    const url = request.url();
    if (!url.startsWith(server.url) && !/^(data|blob):/.test(url)) wrong.push(url);
  });
  page.on("pageerror", error => wrong.push(error.message));
  page.on("console", message => message.type() === "error" && wrong.push(message.text()));
  await page.goto(server.url);
  return { page, wrong };
}

async function shoot(page, name) {
  if (!shots) return;
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
}

const choose = page => page.setInputFiles("#file", { name: "ducks.png", mimeType: "image/png", buffer: picture });

for (const [name, options] of Object.entries({
  desktop: { viewport: { width: 1200, height: 800 } },
  dark: { viewport: { width: 1200, height: 800 }, colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
})) {
  test(`caption and question, ${name}`, { skip }, async () => {
    const { page, wrong } = await open(options);
    await choose(page);
    await page.click("#caption");
    await page.waitForSelector(".bar");
    assert.ok((await page.textContent(".said")).length > 5);
    await page.fill("#question", "how many ducks are there?");
    await page.press("#question", "Enter");
    await page.waitForFunction(() => document.querySelectorAll(".bar").length === 2);
    await page.waitForFunction(() => document.getElementById("live").textContent.includes("MiB"));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false, "nothing is wider than the screen");
    await shoot(page, name);
    assert.deepEqual(wrong, []);
  });
}

test("by keyboard alone", { skip }, async () => {
  const { page, wrong } = await open();
  await choose(page);
  const focus = async id => {
    for (let i = 0; i < 20; ++i) {
      if (await page.evaluate(id => document.activeElement.id === id, id)) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${id} can not be reached`);
  };
  await focus("caption");
  await page.keyboard.press("Enter");
  await page.waitForSelector(".bar");
  assert.deepEqual(wrong, []);
});

test("a pasted picture", { skip }, async () => {
  const { page } = await open();
  await page.evaluate(bytes => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(bytes)], "a.png", { type: "image/png" }));
    dispatchEvent(new ClipboardEvent("paste", { clipboardData: files }));
  }, [...picture]);
  await page.waitForSelector("#drop img");
  assert.equal(await page.isEnabled("#caption"), true);
});

test("a picture that is none", { skip }, async () => {
  const { page } = await open();
  await page.setInputFiles("#file", { name: "a.png", mimeType: "image/png", buffer: Buffer.from("hello") });
  await page.click("#caption");
  await page.waitForSelector(".wrong");
  assert.ok((await page.textContent(".wrong")).includes("image"));
});

test("the API's page lists every endpoint", { skip }, async () => {
  const { page, wrong } = await open();
  await page.goto(`${server.url}/docs`);
  await page.waitForSelector("details");
  const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
  assert.equal(await page.locator("details").count(), Object.keys(paths).length);
  await shoot(page, "docs");
  assert.deepEqual(wrong, []);
});
