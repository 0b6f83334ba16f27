// The page, used like a person would.
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
  seesPicture,
  shoot,
  skip,
  tabTo,
} from "./browser.js";
import { ducks, monkey, noPicture, serve } from "./served.js";

let server, browser;
before(async () => {
  if (skip) return;
  server = await serve();
  browser = await launch();
});
after(async () => {
  if (skip) return;
  await browser.close();
  await server.end();
});

const openPage = options => open(browser, server.url, options);

test(
  "programs get JSON, browsers a page that runs nothing but its own files",
  { skip },
  async () => {
    assert.equal((await (await fetch(server.url)).json()).service, "edgevlm");
    const page = await fetch(server.url, { headers: { Accept: "text/html" } });
    const policy = page.headers.get("content-security-policy");
    for (const rule of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
    ]) {
      assert.ok(policy.includes(rule), rule);
    }
    assert.doesNotMatch(policy, /unsafe|\*|http/);
  },
);

for (const [name, options] of Object.entries({
  desktop: {},
  dark: { colorScheme: "dark" },
  phone: { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true },
  "small-dark": {
    viewport: { width: 360, height: 640 },
    isMobile: true,
    hasTouch: true,
    colorScheme: "dark",
  },
})) {
  test(`a caption and two questions, ${name}`, { skip }, async () => {
    const { page, wrong } = await openPage(options);
    await shoot(page, `${name}-empty`);
    await choose(page);
    await caption(page);
    assert.match(await said(page), /duck/);
    await ask(page, "how many ducks are there?");
    assert.equal(await said(page), "three");
    await ask(page, "is there a frog?");
    assert.deepEqual(await page.locator(".asked").allTextContents(), [
      "Caption",
      "how many ducks are there?",
      "is there a frog?",
    ]);
    await page.waitForFunction(() => /\d MiB/.test(document.getElementById("live").textContent));
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(overflow, false, "nothing is wider than the screen");
    const end = await page.locator(".turn").last().boundingBox();
    const field = await page.locator("#ask").boundingBox();
    assert.ok(
      end.y + end.height <= field.y + 1,
      "the last reply is seen above the field for questions",
    );
    await shoot(page, name);
    assert.deepEqual(wrong, []);
  });
}

test("timings", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.click("text=Model and optimizations");
  await page.click("#forget"); // other tests have used this picture
  await page.waitForFunction(() => document.getElementById("forgotten").textContent !== "");
  await choose(page);
  await caption(page);
  const stages = await page.locator(".legend dt").allTextContents();
  assert.deepEqual(
    stages.filter(stage => stage !== "queue"),
    ["decode", "preprocess", "encode", "prefill", "generate"],
  );
  const figures = await page.locator(".figures").textContent();
  assert.match(figures, /ms to the first word · \d+ tokens\/s · \d+ tokens/);
  const widths = await page
    .locator(".bar span")
    .evaluateAll(parts => parts.map(part => part.getBoundingClientRect().width));
  assert.equal(widths.length, stages.length);
  assert.ok(widths.every(width => width >= 2));
  await ask(page, "how many ducks are there?");
  assert.match(await page.locator(".timings").last().textContent(), /not encoded again/);
  assert.equal(await page.locator(".timings[open]").count(), 1, "only the newest is open");
  assert.deepEqual(wrong, []);
});

test("a question without a picture", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.waitForSelector("#facts dt", { state: "attached" });
  assert.equal(await page.isDisabled("#caption"), true, "a caption needs one");
  await ask(page, "how many ducks are there?");
  assert.ok((await said(page)).length > 0);
  assert.doesNotMatch(await page.locator(".timings").textContent(), /picture/);
  await choose(page);
  await ask(page, "how many ducks are there?");
  assert.equal(await said(page), "three");
  assert.deepEqual(wrong, []);
});

test("the model and its optimizations", { skip }, async () => {
  const { page } = await openPage();
  await page.waitForSelector("#facts dt", { state: "attached" });
  const facts = await page.locator("#facts").textContent();
  for (const fact of ["mobilenet_v3", "192 tokens", "Keys and valuesf16", "Early exitoff"])
    assert.ok(facts.includes(fact), fact);
});

// The data of a drop or a paste.
const give = (page, kind, bytes) =>
  page.evaluate(
    ([kind, bytes]) => {
      const files = new DataTransfer();
      files.items.add(new File([new Uint8Array(bytes)], "monkey.png", { type: "image/png" }));
      const event =
        kind === "paste"
          ? new ClipboardEvent("paste", { clipboardData: files, bubbles: true })
          : new DragEvent(kind, { dataTransfer: files, bubbles: true, cancelable: true });
      document.getElementById("stage").dispatchEvent(event);
    },
    [kind, [...bytes]],
  );

for (const kind of ["paste", "drop"]) {
  test(`a picture by ${kind}`, { skip }, async () => {
    const { page, wrong } = await openPage();
    await give(page, kind, monkey);
    await seesPicture(page);
    await caption(page);
    assert.match(await said(page), /monkey/);
    assert.deepEqual(wrong, []);
  });
}

test("an example, and a picture after another", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.click("#examples button >> nth=0");
  await seesPicture(page);
  await caption(page);
  assert.match(await said(page), /duck/);
  await choose(page, fileOf(monkey, "monkey.png"));
  await ask(page, "what is left of the circle?");
  assert.match(await said(page), /monkey/);
  assert.equal(await page.locator(".turn").count(), 2, "what was said stays");
  assert.deepEqual(wrong, []);
});

test("the camera", { skip }, async () => {
  const { page, wrong } = await openPage({ permissions: ["camera"] });
  await page.click("#camera");
  await page.waitForFunction(() => document.querySelector("video")?.videoWidth > 0);
  await page.click("#shoot");
  await seesPicture(page);
  assert.equal(await page.locator("video").count(), 0);
  await caption(page);
  assert.ok((await said(page)).length > 0);
  assert.deepEqual(wrong, []);
});

test("without camera access, a file field", { skip }, async () => {
  const { page } = await openPage();
  await page.evaluate(() => Object.defineProperty(navigator, "mediaDevices", { value: undefined }));
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), page.click("#camera")]);
  assert.equal(await chooser.element().getAttribute("capture"), "environment");
  await chooser.setFiles(fileOf(ducks));
  await seesPicture(page);
});

test("by keyboard alone", { skip }, async () => {
  const { page, wrong } = await openPage();
  await tabTo(page, "choose");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "the focus is seen");
  const chosen = page.waitForEvent("filechooser");
  await page.evaluate(() => {}); // until its listeners are ready
  await page.keyboard.press("Enter");
  await (await chosen).setFiles(fileOf(ducks));
  await seesPicture(page);
  await tabTo(page, "question");
  await page.keyboard.type("how many ducks are there?");
  await page.keyboard.press("Enter");
  await ended(page);
  assert.equal(await said(page), "three");
  await tabTo(page, "caption");
  await page.keyboard.press("Space");
  await page.waitForFunction(() => document.querySelectorAll(".timings").length === 2);
  assert.deepEqual(wrong, []);
});

test("what screen readers need", { skip }, async () => {
  const { page } = await openPage();
  const nameless = await page
    .locator("input:visible, button:visible, select:visible")
    .evaluateAll(
      fields =>
        fields.filter(
          field =>
            !(
              field.labels?.length ||
              field.ariaLabel ||
              field.textContent.trim() ||
              field.querySelector("img[alt]")
            ),
        ).length,
    );
  assert.equal(nameless, 0);
  assert.equal(await page.locator("#talk").getAttribute("role"), "log");
  assert.equal(await page.locator("#talk").getAttribute("aria-live"), "polite");
  assert.equal(await page.locator("img:not([alt])").count(), 0);
});

test("all transports give the same reply", { skip }, async () => {
  const { page, wrong } = await openPage();
  await choose(page);
  await page.click("text=Reply settings");
  for (const way of ["events", "socket", "whole"]) {
    await page.selectOption("#way", way);
    await caption(page);
  }
  assert.equal(new Set(await page.locator(".said").allTextContents()).size, 1);
  assert.deepEqual(wrong, []);
});

test("settings", { skip }, async () => {
  const { page, wrong } = await openPage();
  await choose(page);
  await page.click("text=Reply settings");
  await page.fill("#tokens", "2");
  await caption(page);
  assert.match(
    await page.locator(".figures").last().textContent(),
    /2 tokens · cut at the longest reply/,
  );
  assert.equal(await page.isDisabled("#seed"), true, "a seed does nothing at temperature 0");
  await page.fill("#tokens", "64");
  await page.fill("#temperature", "1.5");
  assert.equal(await page.isDisabled("#seed"), false);
  const drawn = async seed => {
    await page.fill("#seed", seed);
    await caption(page);
    return said(page);
  };
  const replies = [await drawn("1"), await drawn("2"), await drawn("3"), await drawn("1")];
  assert.equal(replies[3], replies[0]);
  assert.ok(new Set(replies).size > 1);
  await page.fill("#tokens", "-3");
  const turns = await page.locator(".turn").count();
  await page.click("#caption");
  assert.equal(await page.locator(".turn").count(), turns, "wrong settings are not sent");
  assert.equal(await page.isHidden("#remember"), true, "this model forgets: no switch for that");
  assert.deepEqual(wrong, []);
});

test("errors are shown", { skip }, async () => {
  const { page, wrong } = await openPage({ refusals: true });
  await choose(page, fileOf(noPicture, "hello.png"));
  assert.match(await page.locator("#stage").textContent(), /cannot show it/);
  await page.click("#caption");
  await page.waitForSelector(".wrong");
  assert.match(await page.locator(".wrong").textContent(), /image/);
  await choose(page);
  await caption(page);
  assert.match(await said(page), /duck/);
  assert.deepEqual(wrong, []);
});

test("a hidden page sends no requests", { skip }, async () => {
  const { page } = await openPage();
  let looks = 0;
  page.on("request", request => {
    if (request.url().endsWith("/metrics")) ++looks;
  });
  await page.waitForTimeout(1500);
  assert.ok(looks > 0);
  await page.evaluate(() => Object.defineProperty(document, "hidden", { value: true }));
  await page.waitForTimeout(100);
  looks = 0;
  await page.waitForTimeout(2500);
  assert.equal(looks, 0);
});

test("the API's page shows every endpoint", { skip }, async () => {
  for (const [name, options] of [
    ["docs", {}],
    ["docs-phone", { viewport: { width: 390, height: 844 }, isMobile: true, colorScheme: "dark" }],
  ]) {
    const { page, wrong } = await open(browser, `${server.url}/docs`, options);
    await page.waitForSelector("article");
    const { paths } = await (await fetch(`${server.url}/openapi.json`)).json();
    assert.deepEqual(
      new Set(await page.locator("h3 code").allTextContents()),
      new Set(Object.keys(paths)),
    );
    const samples = await page.locator("pre").allTextContents();
    assert.ok(
      samples.every(sample => !sample.includes("localhost:8080")),
      "examples are for this server",
    );
    assert.equal(
      await page.evaluate(() => document.documentElement.scrollWidth > innerWidth),
      false,
    );
    await shoot(page, name);
    assert.deepEqual(wrong, []);
  }
});
