// A video and a live camera on the page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { ask, caption, choose, launch, open, said, shoot, skip as noBrowser } from "./browser.js";
import { binary, serve } from "./served.js";

const skip =
  noBrowser || (existsSync(join(dirname(binary), "edgevlm-video")) ? false : "no edgevlm-video");

let server, browser, folder;
before(async () => {
  if (skip) return;
  folder = mkdtempSync(join(tmpdir(), "edgevlm-clips-"));
  server = await serve();
  browser = await launch();
});
after(async () => {
  if (skip) return;
  await browser.close();
  await server.end();
  rmSync(folder, { recursive: true });
});

// A test image that moves, of 4 s.
function clip(name, ...encoder) {
  const path = join(folder, name);
  const source = "testsrc2=size=320x180:rate=10:duration=4";
  const quiet = ["-nostdin", "-loglevel", "error"];
  execFileSync("ffmpeg", [...quiet, "-f", "lavfi", "-i", source, ...encoder, path]);
  return { name, mimeType: "", buffer: readFileSync(path) };
}

for (const [name, encoder] of Object.entries({
  "clip.webm": ["-c:v", "libvpx", "-b:v", "300k"],
  "clip.avi": ["-c:v", "mpeg4"], // no browser plays it
})) {
  test(`frames of ${name} on a time line`, { skip }, async () => {
    const { page, wrong } = await open(browser, server.url);
    const video = clip(name, ...encoder);
    await choose(page, { ...video, mimeType: name === "clip.webm" ? "video/webm" : "" });
    await caption(page);
    assert.match(await said(page), /0:00\.\d .*\n?.*0:0\d\.\d /s);
    const times = await page.locator(".frames button").allTextContents();
    assert.ok(times.length >= 2 && times.length <= 8, times.join());
    for (const time of times) assert.match(time, /^0:0[0-3]\.\d$/);
    assert.equal(await page.locator(".marks rect").count(), times.length);
    const found = await page.locator(".timeline .note").textContent();
    assert.match(found, /frames of 0:04\.\d, chosen by/);
    if (name === "clip.webm") {
      await page.waitForFunction(
        count => document.querySelectorAll(".frames canvas").length === count,
        times.length,
      );
      await page.locator(".frames button").last().click();
      const at = await page.evaluate(() => document.querySelector("#stage video").currentTime);
      assert.ok(at > 2, "the button shows its moment");
    }
    await ask(page, "what is there?");
    assert.equal(await page.locator(".timeline").count(), 2);
    await shoot(page, name);
    assert.deepEqual(wrong, []);
  });
}

test("a camera that is watched", { skip }, async () => {
  const { page, wrong } = await open(browser, server.url, { permissions: ["camera"] });
  await page.click("#camera");
  await page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await page.click("#watch");
  await page.waitForFunction(() => document.querySelectorAll(".timings").length >= 2);
  assert.equal(await page.getAttribute("#watch", "aria-pressed"), "true");
  await shoot(page, "watch");
  await page.click("#camera"); // off
  assert.equal(await page.isHidden("#watch"), true);
  assert.deepEqual(wrong, []);
});
