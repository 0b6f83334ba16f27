// The page of a profile, opened from disk in a browser.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open, shoot, skip } from "./browser.js";
import { empty, hostile, huge, pageText, realistic, writePage } from "./profiles.js";

let browser;
before(async () => {
  if (!skip) browser = await launch();
});
after(async () => {
  if (!skip) await browser.close();
});

const phone = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true };

// The page and its problems: errors, and requests for anything but the page.
async function show(name, profile, options) {
  const url = writePage(name, profile);
  const opened = await open(browser, url, options);
  opened.page.on("request", request => opened.wrong.push(request.url()));
  return opened;
}

const textOf = (page, selector) => page.locator(selector).innerText();
const rowOf = (page, name) =>
  page.locator(".modules tbody tr").filter({ has: page.locator(`th[title="${name}"]`) });
const flameOf = (page, path) => page.locator(`.flame button[aria-label^="${path},"]`).first();
const widthOf = async element => (await element.boundingBox())?.width ?? 0;
const isWider = page => page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
const tipOf = page => textOf(page, "#tip:not([hidden])");

// Scrolling hides the tip, and browsers report it a frame later.
async function scrollTo(element) {
  await element.scrollIntoViewIfNeeded();
  await element.evaluate(
    () => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done))),
  );
}

test("the page may load nothing and runs only its own script", () => {
  const text = pageText(JSON.stringify(hostile()));
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(text)[1];
  assert.ok(policy.startsWith("default-src 'none';"));
  assert.doesNotMatch(policy, /unsafe|\*|http|connect/);
  assert.equal(text.match(/<\/script>/g).length, 2, "of the profile and of the page");
  assert.doesNotMatch(text, /\/\*(STYLE|SCRIPT|PROFILE)\*\//, "each mark is in the template once");
});

for (const [name, options] of Object.entries({
  "profile-desktop": {},
  "profile-dark": { colorScheme: "dark" },
  "profile-phone": phone,
  "profile-phone-dark": { ...phone, colorScheme: "dark" },
})) {
  test(`a real profile, ${name}`, { skip }, async () => {
    const { page, wrong } = await show(name, realistic(), options);
    assert.equal(await page.title(), "Profile of mobilevlm-1.7b-q8_0");
    assert.equal(await isWider(page), false, "nothing is wider than the screen");
    for (const section of await page.locator("section").all()) {
      assert.equal(await section.locator("h2").count(), 1);
      assert.ok((await section.boundingBox()).height > 100);
    }
    await shoot(page, name);
    assert.deepEqual(wrong, []);
  });
}

test("the verdict", { skip }, async () => {
  const profile = realistic();
  const { page, wrong } = await show("verdict", profile);
  const text = await textOf(page, "#verdict");
  assert.match(text, /Most of the time goes into the vision encoder/);
  assert.match(text, /[\d,]+ ms\n[\d,]+ to [\d,]+ ms in 3 runs/, "the interval of the runs");
  const parts = await page.locator(".parts li").allInnerTexts();
  assert.equal(parts.length, 5);
  assert.match(parts[0], /vision encoder\s+\d+ ms\s+51 %\s.*bottleneck\s*compute-bound, at 30 %/s);
  assert.equal(await page.locator(".badge").count(), 1);
  const widths = await page
    .locator(".bar > *")
    .evaluateAll(bars => bars.map(bar => bar.getBoundingClientRect().width));
  const share = widths[0] / widths.reduce((sum, width) => sum + width);
  assert.ok(Math.abs(share - profile.verdict.parts[0].share) < 0.02);
  assert.deepEqual(wrong, []);
});

test("the facts", { skip }, async () => {
  const { page } = await show("facts", realistic());
  const text = await textOf(page, "#facts");
  for (const fact of [
    "AMD EPYC · 2 threads · avx512",
    "int8 2,060 GOP/s",
    "memory 46.0 GB/s",
    "vit → ldpv2 → llama",
    "1.40 billion",
    "photo.png",
    "How many ducks",
    "three ducks on the water",
    "144 image tokens · 190 prompt tokens · 25 reply tokens",
    "1,412 zones of 55.0 ns",
  ])
    assert.ok(text.includes(fact), fact);
});

test("a server's profile is of many requests", { skip }, async () => {
  const { page, wrong } = await show("server", { ...realistic(), summed_requests: 1200 });
  assert.match(await textOf(page, "#verdict"), /[\d,]+ ms\nin modules, 1,200 requests\n/);
  assert.match(await textOf(page, "#facts"), /Sums over 1,200 requests; latencies are medians/);
  assert.deepEqual(wrong, []);
});

test("the table folds and unfolds", { skip }, async () => {
  const { page, wrong } = await show("table", realistic());
  const rows = page.locator(".modules tbody tr");
  const fc1 = rowOf(page, "vision_tower.layers.*.mlp.fc1");
  assert.equal(await fc1.count(), 1, "all layers are one row");
  assert.equal(await fc1.locator("td").nth(0).innerText(), "24");
  assert.match(await fc1.locator("td").nth(2).getAttribute("title"), /^\d+ to \d+ ms in 3 runs$/);
  assert.match(await fc1.innerText(), /\d+ % compute/);
  assert.match(await textOf(page, ".modules"), /\d+ % memory/);

  const layers = rowOf(page, "vision_tower.layers").locator("button");
  assert.equal(await layers.innerText(), "layers × 24");
  const before = await rows.count();
  await layers.focus();
  await page.keyboard.press("Enter");
  assert.equal(await layers.getAttribute("aria-expanded"), "false");
  assert.equal(await fc1.count(), 0);
  assert.ok((await rows.count()) < before);
  assert.ok(await layers.evaluate(button => button === document.activeElement), "the focus stays");
  await page.keyboard.press("Enter");
  assert.equal(await rows.count(), before);

  await page.check("#unfold");
  assert.equal(await rowOf(page, "vision_tower.layers.23").count(), 1);
  await rowOf(page, "vision_tower.layers.23").locator("button").click();
  await rowOf(page, "vision_tower.layers.23.mlp").locator("button").click();
  assert.equal(await rowOf(page, "vision_tower.layers.23.mlp.fc1").count(), 1);
  assert.equal(await fc1.count(), 0);
  await page.uncheck("#unfold");
  assert.equal(await rows.count(), before);
  assert.deepEqual(wrong, []);
});

test("the table sorts siblings", { skip }, async () => {
  const { page } = await show("sort", realistic());
  const outermost = async () =>
    (await page.locator('.modules tbody th[style*="--depth: 0"]').allInnerTexts()).map(text =>
      text.trim(),
    );
  const called = await outermost();
  const header = page.locator(".modules thead th", { hasText: "Total ms" });
  await header.locator("button").click();
  assert.equal(await header.getAttribute("aria-sort"), "descending");
  assert.deepEqual((await outermost()).slice(0, 3), ["vision_tower", "decode", "prefill"]);
  await header.locator("button").click();
  assert.equal(await header.getAttribute("aria-sort"), "ascending");
  assert.equal((await outermost()).at(-1), "vision_tower");
  const below = await page.locator(".modules tbody tr").allInnerTexts();
  const at = below.findIndex(text => text.startsWith("vision_tower"));
  assert.match(below[at + 1], /^post_layernorm/, "its children are sorted too, below it");
  await header.locator("button").click();
  assert.deepEqual(await outermost(), called);
});

test("the flame graph zooms and finds", { skip }, async () => {
  const { page, wrong } = await show("flame", realistic(), { reducedMotion: "reduce" });
  const layer = flameOf(page, "vision_tower.layers.3");
  const whole = await widthOf(page.locator(".flame"));
  const narrow = await widthOf(layer);
  assert.ok(narrow < whole / 20);
  await layer.click();
  assert.ok((await widthOf(layer)) > whole - 2);
  assert.equal(await flameOf(page, "decode").isVisible(), false);
  const [attention, mlp] = await Promise.all(
    ["self_attn", "mlp"].map(name => widthOf(flameOf(page, `vision_tower.layers.3.${name}`))),
  );
  assert.ok(attention > whole / 3 && mlp > whole / 3 && attention + mlp <= whole);
  await page.keyboard.press("Escape");
  assert.ok(Math.abs((await widthOf(layer)) - narrow) < 0.5);
  const back = page.getByRole("button", { name: "Back" });
  assert.ok(await back.isDisabled());

  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowRight"); // image is before it; tokenizer is too narrow to be shown
  const focused = await page.evaluate(() => document.activeElement.getAttribute("aria-label"));
  assert.match(focused, /^vision_tower, \d+ ms, 51 %$/);
  await page.keyboard.press("Enter");
  assert.ok((await widthOf(flameOf(page, "vision_tower"))) > whole - 2);
  await back.click();

  await page.fill("#flame input", "FC1");
  assert.equal(await page.locator(".flame .found").count(), 24);
  assert.match(await textOf(page, "#flame [role=status]"), /^24 modules, \d+ ms, 13 %$/);
  await page.fill("#flame input", "");
  assert.equal(await page.locator(".flame :is(.found, .dim)").count(), 0);
  assert.deepEqual(wrong, []);
});

test("the roofline plot", { skip }, async () => {
  const { page, wrong } = await show("roofline", realistic());
  const dots = page.locator("#roofline circle");
  // The vision encoder has 8, the projector 2, and each pass of the decoder 8.
  assert.equal(await dots.count(), 26);
  assert.equal(await page.locator("#roofline .roof").count(), 4);
  assert.equal(await page.locator("#roofline .dot-name").count(), 5);
  assert.match(
    await page.locator("#roofline .dot-name").first().textContent(),
    /^vision encoder: fc2$/,
  );
  // A matrix that is read once for each token is left of the ridge; the vision encoder is right of it.
  const leftOf = async label =>
    +(await page.locator(`#roofline circle[aria-label*="${label}"]`).first().getAttribute("cx"));
  assert.ok((await leftOf("in decode")) < (await leftOf("in vision encoder")));
  const attention = page.locator(
    '#roofline circle[aria-label^="vision_tower.layers.*.self_attn.attention,"]',
  );
  await scrollTo(attention);
  await attention.hover();
  assert.match(
    await tipOf(page),
    /self_attn\.attention\n.*\n[\d,]+ GFLOP\/s float32\n.* flop per byte\n27 % of its/,
  );
  await page
    .locator('#roofline circle[aria-label^="vision_tower.layers.*.self_attn.v_proj,"]')
    .hover();
  assert.match(
    await tipOf(page),
    /At the same point: .*vision encoder: q_proj, vision encoder: k_proj/,
  );
  assert.deepEqual(wrong, []);
});

test("the heat maps", { skip }, async () => {
  const { page, wrong } = await show("heat", realistic());
  assert.deepEqual(
    (await page.locator("#layers h3").allInnerTexts()).map(text => text.replace(/,.*/, "")),
    ["Vision encoder 24 layers", "Prefill 16 layers", "Decode 16 layers"],
  );
  const vision = page.locator(".heat").first();
  assert.equal(await vision.locator("tbody tr").count(), 9);
  assert.equal(await vision.locator("tbody td").count(), 9 * 24);
  const cells = vision.locator("tbody tr", { hasText: "mlp.fc2" }).locator("td");
  const heats = await cells.evaluateAll(all =>
    all.map(cell => parseFloat(cell.style.getPropertyValue("--heat"))),
  );
  assert.equal(Math.max(...heats), 100, "the longest of all has the full color");
  assert.ok(Math.min(...heats) < 80 && Math.min(...heats) > 0);
  await scrollTo(cells.nth(5));
  await cells.nth(5).hover();
  assert.match(await tipOf(page), /^vision_tower\.layers\.5\.mlp\.fc2\n[\d.]+ ms/);
  assert.deepEqual(wrong, []);
});

const rangeOf = page => textOf(page, "#timeline [role=status]");
const rangeBecomes = (page, pattern) =>
  page.waitForFunction(
    source =>
      new RegExp(source).test(document.querySelector("#timeline [role=status]").textContent),
    pattern.source,
  );

test("the timeline: hover, wheel, drag and keys", { skip }, async () => {
  const { page, wrong } = await show("timeline", realistic());
  const canvas = page.locator("canvas:not(.printed)");
  await scrollTo(canvas);
  const box = await canvas.boundingBox();
  const whole = await rangeOf(page);
  assert.match(whole, /^0 ms to 1,\d+ ms$/);

  await page.mouse.move(box.x + box.width * 0.3, box.y + 47); // below the axis and the thread's name
  assert.match(
    await tipOf(page),
    /^vision_tower\n9\d\d ms, 51 % of the request\nbegins at 13\.\d ms$/,
  );
  await page.mouse.move(box.x + box.width * 0.8, box.y + 47);
  assert.match(await tipOf(page), /^decode\n/);
  await page.mouse.move(box.x + box.width * 0.8, box.y + box.height - 20);
  assert.match(await tipOf(page), /^temperature\n5\d\.\d °C at/);

  await page.mouse.move(box.x + box.width * 0.5, box.y + 47);
  await page.mouse.wheel(0, -600);
  await rangeBecomes(page, /^[7-9]\d\d ms to/);
  const zoomed = await rangeOf(page);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width * 0.7, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction(
    zoomed => document.querySelector("#timeline [role=status]").textContent !== zoomed,
    zoomed,
  );
  assert.ok(parseFloat(await rangeOf(page)) < parseFloat(zoomed), "dragged to an earlier time");

  await canvas.focus();
  await page.keyboard.press("0");
  await rangeBecomes(page, /^0 ms to 1,/);
  for (const key of ["+", "+", "ArrowRight"]) await page.keyboard.press(key);
  await rangeBecomes(page, /^[56789]\d\d ms to/);
  await page.click("text=Show all");
  await rangeBecomes(page, /^0 ms to 1,/);
  assert.deepEqual(wrong, []);
});

test("the timeline with fingers: tap and pinch", { skip }, async () => {
  const { page, wrong } = await show("touch", realistic(), phone);
  const canvas = page.locator("canvas:not(.printed)");
  await scrollTo(canvas);
  const box = await canvas.boundingBox();
  await page.touchscreen.tap(box.x + box.width * 0.3, box.y + 47);
  assert.match(await tipOf(page), /^vision_tower\n/);
  const session = await page.context().newCDPSession(page);
  const touch = (type, ...xs) =>
    session.send("Input.dispatchTouchEvent", {
      type,
      touchPoints: xs.map((x, id) => ({ id, x: box.x + x, y: box.y + 60 })),
    });
  await touch("touchStart", 150, 190);
  await touch("touchMove", 120, 220);
  await touch("touchMove", 90, 250);
  await touch("touchEnd");
  await rangeBecomes(page, /^[4-9]\d\d ms to/);
  assert.deepEqual(wrong, []);
});

// A profile with this timeline alone, shown with the pointer on the outermost row of the first thread.
async function showEvents(name, events, counters = []) {
  const names = ["prefill", "decode", "language_model.norm"];
  const timeline = { names, threads: ["main", "worker 1"], events, dropped: 0 };
  const { page, wrong } = await show(name, { ...empty(), timeline, counters });
  const canvas = page.locator("canvas:not(.printed)");
  await scrollTo(canvas);
  const box = await canvas.boundingBox();
  const pointAt = (share, y = 47) => page.mouse.move(box.x + box.width * share, box.y + y);
  return { page, wrong, pointAt };
}

test("events of the decoder have the stage of the pass around them", { skip }, async () => {
  const { page, wrong } = await showEvents("stages", [
    [0, 0, 0, 1000],
    [2, 1, 100, 500],
    [1, 0, 1000, 1000],
    [2, 1, 1200, 500],
  ]);
  assert.deepEqual(await page.locator("#timeline .legend li").allTextContents(), [
    "prefill",
    "decode",
  ]);
  assert.deepEqual(wrong, []);
});

test("events that seem to overlap by rounding are in one row", { skip }, async () => {
  const { page, pointAt } = await showEvents("rounding", [
    [0, 0, 0, 11],
    [1, 0, 10, 10],
  ]);
  await pointAt(0.8);
  assert.match(await tipOf(page), /^decode\n/);
});

test("counters without events", { skip }, async () => {
  const samples = [
    [5000, 1],
    [6000, 3],
    [7000, 2],
  ];
  const counters = [{ name: "speed", unit: "tokens/s", samples }];
  const { page, wrong, pointAt } = await showEvents("counters", [], counters);
  await pointAt(0.75, 50);
  assert.equal(await tipOf(page), "speed\n3.00 tokens/s at 1.50 ms");
  assert.deepEqual(wrong, []);
});

test("a hostile profile is only text", { skip }, async () => {
  for (const [name, options] of [
    ["hostile", {}],
    ["hostile-phone", phone],
  ]) {
    const { page, wrong } = await show(name, hostile(), options);
    assert.match(await page.title(), /^Profile of <\/script><img/);
    assert.equal(await page.locator("img").count(), 0);
    assert.ok((await textOf(page, "#facts")).includes("<!--<script></script><img src=x"));
    assert.ok(await page.isVisible("main"));
    assert.equal(await isWider(page), false);
    assert.equal(await page.isVisible("#problem"), false);
    assert.deepEqual(wrong, []);
  }
});

test("a huge timeline draws by its width, not by its events", { skip }, async () => {
  const profile = huge();
  assert.equal(profile.timeline.events.length, 50_000);
  const { page, wrong } = await show("huge", profile);
  const count = await page.evaluate(async () => {
    let rectangles = 0;
    const { fillRect } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fillRect = function (...box) {
      ++rectangles;
      return fillRect.apply(this, box);
    };
    document.querySelector("canvas").dispatchEvent(new KeyboardEvent("keydown", { key: "0" }));
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
    return rectangles;
  });
  assert.ok(count > 100 && count < 10_000, `${count} rectangles`);
  assert.match(await textOf(page, "#facts"), /lacks 12 events/);
  assert.ok((await page.locator(".modules tbody tr").count()) < 100);
  assert.equal(
    await page.locator(".heat").nth(1).locator("tbody tr").first().locator("td").count(),
    80,
  );
  assert.equal(await isWider(page), false);
  assert.deepEqual(wrong, []);
});

test("an empty profile says what it lacks", { skip }, async () => {
  const { page, wrong } = await show("empty", empty());
  for (const [section, note] of Object.entries({
    verdict: /1\.50 ms/,
    facts: /limits were not measured/,
    timeline: /No timeline was recorded/,
    flame: /No module was timed/,
    roofline: /no roofline plot/,
    layers: /No layer was timed/,
    modules: /No module was recorded/,
  }))
    assert.match(await textOf(page, `#${section}`), note);
  assert.equal(await page.locator("main :is(canvas, table, button, svg)").count(), 0);
  assert.doesNotMatch(await textOf(page, "main"), /NaN|undefined|null|Infinity/);
  assert.deepEqual(wrong, []);
});

test("without limits, the plot has dots and no roofs", { skip }, async () => {
  const profile = realistic();
  profile.machine.limits = {};
  const { page, wrong } = await show("no-limits", profile);
  assert.equal(await page.locator("#roofline circle").count(), 26);
  assert.equal(await page.locator("#roofline .roof").count(), 0);
  assert.match(await textOf(page, "#roofline"), /limits of this machine were not measured/);
  assert.deepEqual(wrong, []);
});

test("what is not a profile gets one line", { skip }, async () => {
  for (const [text, line] of [
    ['{"format": "edgevlm profile", ', /^The profile in this page is not valid JSON: [^\n]+$/],
    ["[1, 2]", /^The JSON in this page is not a profile of EdgeVLM\.$/],
    ["null", /^The JSON in this page is not a profile of EdgeVLM\.$/],
    [
      '{"format": "edgevlm profile", "version": 2}',
      /^This profile has version 2; this page shows only version 1\.$/,
    ],
  ]) {
    const { page, wrong } = await show("broken", text);
    assert.match(await textOf(page, "#problem"), line);
    assert.equal(await page.locator("main").count(), 0);
    assert.deepEqual(wrong, []);
  }
  const { page, wrong } = await show("bare", '{"format": "edgevlm profile", "version": 1}');
  assert.ok(await page.isVisible("main"), "what is missing is left out");
  assert.deepEqual(wrong, []);
});

// The number of pages of a PDF file as Chromium writes it.
const pagesOf = pdf => pdf.toString("latin1").match(/\/Type\s*\/Page\b(?!s)/g).length;

test("on paper", { skip }, async () => {
  const { page, wrong } = await show("paper", realistic(), { colorScheme: "dark" });
  await rowOf(page, "vision_tower.layers").locator("button").click();
  const rows = page.locator(".modules tbody tr");
  const before = await rows.count();
  await page.evaluate(() => {
    addEventListener("beforeprint", () => {
      const context = document.querySelector(".printed").getContext("2d");
      document.body.dataset.corner = context.getImageData(300, 5, 1, 1).data.join();
      document.body.dataset.rows = document.querySelectorAll(".modules tbody tr").length;
    });
  });
  const pdf = await page.pdf({ format: "A4" });
  assert.equal(pagesOf(pdf), 3);
  assert.equal(await page.locator("body").getAttribute("data-corner"), "255,255,255,255", "light");
  assert.ok(+(await page.locator("body").getAttribute("data-rows")) > before, "all rows are open");
  assert.equal(await rows.count(), before, "and closed again");
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.locator(":is(.controls, nav):visible").count(), 0);
  assert.equal(pagesOf(await (await show("paper-empty", empty())).page.pdf({ format: "A4" })), 1);
  assert.deepEqual(wrong, []);
});

test("what screen readers need", { skip }, async () => {
  const { page } = await show("readers", realistic());
  const nameless = await page
    .locator("input:visible, button:visible, canvas:not(.printed), .scroller, svg circle")
    .evaluateAll(
      all => all.filter(it => !(it.labels?.length || it.ariaLabel || it.textContent.trim())).length,
    );
  assert.equal(nameless, 0);
  assert.deepEqual(
    await page.locator("h1, h2").evaluateAll(all => all.map(it => it.tagName).slice(0, 2)),
    ["H1", "H2"],
  );
  const stops = await page.locator("#flame [tabindex='0']").count();
  assert.equal(stops, 1, "Tab stops once in the flame graph");
  assert.match(await page.locator(".heat tbody td").first().innerText(), /[\d.]+ (ms|µs)/);
});
