// Drives the page in Debian's Chromium.
import assert from "node:assert/strict";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { ducks, root } from "./served.js";

const executablePath = process.env.CHROMIUM ?? "/usr/bin/chromium";
const shots = process.env.EDGEVLM_SCREENSHOTS ?? join(root, "build/screenshots");

// Skips tests if there is no Chromium.
export const skip = existsSync(executablePath) ? false : `no Chromium at ${executablePath}`;

export const launch = () =>
  chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      // A fake camera with a test picture.
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });

const resourceFailed = /Failed to load resource/;

// A page and its problems: errors, and requests to other hosts. refusals: the test expects rejected
// requests, which Chromium reports as errors.
export async function open(browser, url, { refusals = false, ...options } = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const wrong = [];
  const { host } = new URL(url);
  page.on("request", request => {
    const target = new URL(request.url());
    if (target.host !== host && !["data:", "blob:"].includes(target.protocol))
      wrong.push(request.url());
  });
  page.on("pageerror", error => wrong.push(error.message));
  page.on("console", message => {
    if (message.type() !== "error" && !/Content.Security.Policy/i.test(message.text())) return;
    if (!(refusals && resourceFailed.test(message.text()))) wrong.push(message.text());
  });
  await page.goto(url);
  return { page, wrong };
}

export async function shoot(page, name) {
  mkdirSync(shots, { recursive: true });
  await page.screenshot({ path: join(shots, `${name}.png`) });
}

export const fileOf = (buffer, name = "ducks.png") => ({ name, mimeType: "image/png", buffer });

// Waits until it is the picture of the conversation.
export async function choose(page, file = fileOf(ducks)) {
  const before = await page.locator(".picture").count();
  await page.setInputFiles("#file", file);
  await seesPicture(page, before + 1);
}

export const seesPicture = (page, count = 1) =>
  page.waitForFunction(count => document.querySelectorAll(".picture").length === count, count);

export async function ask(page, question) {
  await page.fill("#question", question);
  await page.press("#question", "Enter");
  await ended(page);
}

export async function caption(page) {
  await page.click("#caption");
  await ended(page);
}

export const ended = page =>
  page.waitForFunction(
    () =>
      document.querySelector(".turn") !== null &&
      document.querySelector(".turn[aria-busy]") === null,
  );

export const said = page => page.locator(".turn").last().locator(".said").textContent();

// Presses Tab until the element with this id has the focus.
export async function tabTo(page, id) {
  for (let i = 0; i < 30; ++i) {
    if (await page.evaluate(id => document.activeElement.id === id, id)) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`${id} cannot be reached`);
}
