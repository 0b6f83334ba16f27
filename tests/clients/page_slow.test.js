// The page with a slow model, with keys, and when the server stops.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  ask,
  caption,
  choose,
  ended,
  fileOf,
  launch,
  open,
  said,
  shoot,
  skip,
  tabTo,
} from "./browser.js";
import { idle, key, serve, serveLocked, slow } from "./served.js";

let browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(async () => {
  if (!skip) await browser.close();
});

const words = (page, count) =>
  page.waitForFunction(
    count => [...document.querySelectorAll(".said:not(.waits)")].at(-1)?.textContent.length > count,
    count,
  );

test("stop, and a conversation with earlier turns", { skip }, async t => {
  const server = await serve("--max-tokens", "3000", ...slow);
  t.after(() => server.end());
  const { page, wrong } = await open(browser, server.url);
  const bodies = [];
  page.on("request", request => {
    if (request.url().endsWith("/v1/chat/completions")) bodies.push(request.postDataJSON());
  });
  await choose(page);
  await page.fill("#question", "what is this?");
  await page.press("#question", "Enter");
  await words(page, 20);
  assert.equal(await page.isVisible("#send"), false);
  await page.waitForFunction(
    () => !/^SpeedSpeed|Speed0 /.test(document.querySelector("#live div:nth-child(2)").textContent),
  );
  await shoot(page, "streaming");
  await page.click("#stop");
  await ended(page);
  assert.ok(await idle(server.url), "the place is free");
  assert.ok((await said(page)).length > 20, "what was said stays");
  assert.equal(await page.locator(".note").textContent(), "Stopped");

  await page.click("text=Reply settings");
  await page.fill("#tokens", "8");
  await ask(page, "what is left?");
  await ask(page, "what is right?");
  assert.deepEqual(
    bodies.map(body => body.messages.length),
    [1, 1, 3],
    "what was stopped is left out",
  );
  assert.equal(bodies[2].messages[0].content[0].type, "image_url");
  await page.uncheck("#remember");
  await caption(page);
  assert.equal(bodies.length, 3, "a caption by itself");
  await page.check("#remember");
  await page.fill("#tokens", "3000");
  await page.fill("#question", "go on");
  await page.press("#question", "Enter");
  await words(page, 5);
  await tabTo(page, "stop");
  await page.keyboard.press("Enter");
  await ended(page);
  assert.equal(
    await page.evaluate(() => document.activeElement.id),
    "question",
    "the focus is not lost",
  );
  assert.deepEqual(wrong, []);
});

test("keys", { skip }, async t => {
  const server = await serveLocked();
  t.after(() => server.end());
  const { page, wrong } = await open(browser, server.url, { refusals: true });
  await page.waitForSelector("#lock:not([hidden])");
  assert.equal(await page.evaluate(() => document.activeElement.id), "key");
  await shoot(page, "locked");
  await page.keyboard.type("sixteen-or-more-2");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() =>
    document.getElementById("lock-note").textContent.includes("not one of this server's keys"),
  );
  await page.fill("#key", key);
  await page.keyboard.press("Enter");
  await page.waitForSelector("#lock", { state: "hidden" });
  await choose(page);
  await caption(page);
  assert.match(await said(page), /duck/);
  assert.equal(
    await page.locator("option[value=socket]").isDisabled(),
    true,
    "browsers send no key with a WebSocket",
  );
  await page.click("text=API"); // the tab has stored the key
  await page.waitForSelector("article");
  assert.deepEqual(wrong, []);
});

test("a busy server", { skip }, async t => {
  const server = await serve("--running", "1", "--waiting", "0", "--max-tokens", "3000", ...slow);
  t.after(() => server.end());
  const { page } = await open(browser, server.url);
  await choose(page);
  await page.click("#caption");
  await words(page, 5);
  const other = await open(browser, server.url, { refusals: true });
  await choose(other.page);
  await other.page.click("#caption");
  await other.page.waitForSelector(".wrong");
  assert.match(await other.page.locator(".wrong").textContent(), /full.*again in \d+ s/);
  assert.deepEqual(other.wrong, []);
  await page.close();
  assert.ok(await idle(server.url), "a page that is closed frees the place");
});

test("a too large picture", { skip }, async t => {
  const server = await serve("--body-mib", "1");
  t.after(() => server.end());
  const { page, wrong } = await open(browser, server.url);
  await choose(page, fileOf(Buffer.alloc(2 << 20), "large.png"));
  await page.click("#caption");
  await page.waitForSelector(".wrong");
  assert.match(await page.locator(".wrong").textContent(), /too large: 2.0 MiB/);
  assert.deepEqual(wrong, []);
});

test("a server that stops and restarts", { skip }, async () => {
  const server = await serve();
  const { page, wrong } = await open(browser, server.url, { refusals: true });
  await choose(page);
  await caption(page);
  await server.end();
  await page.waitForSelector("#live.lost");
  await page.click("#caption");
  await page.waitForSelector(".wrong");
  assert.equal(await page.locator(".wrong").textContent(), "The server cannot be reached.");
  const again = await serve("--port", new URL(server.url).port);
  await page.waitForSelector("#live:not(.lost)");
  await caption(page);
  assert.match(await said(page), /duck/);
  await again.end();
  assert.deepEqual(wrong, []);
});
