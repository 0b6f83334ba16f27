// The page of a server with a text-only model, and the rendering of replies.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ask, launch, open, said, shoot, skip } from "./browser.js";
import { root, serve } from "./served.js";

let server, browser;
before(async () => {
  if (skip) return;
  server = await serve("-m", join(root, "tests/data/tiny-text.gguf"), "--temperature", "2", "--max-tokens", "24");
  browser = await launch();
});
after(async () => {
  if (skip) return;
  await browser.close();
  await server.end();
});

const openPage = options => open(browser, server.url, options);

test("a text conversation", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.waitForSelector("#facts dt", { state: "attached" });
  for (const id of ["stage", "choose", "camera", "caption", "forget"])
    assert.equal(await page.isVisible(`#${id}`), false, id);
  assert.match(await page.textContent("#blind"), /reads no pictures/);
  assert.equal(await page.isDisabled("#send"), true);
  await shoot(page, "text-empty");
  const sent = [];
  page.on("request", request => {
    if (request.url().endsWith("/v1/chat/completions")) sent.push(request.postDataJSON());
  });
  await ask(page, "hello");
  assert.ok((await said(page)).length > 0);
  await ask(page, "and then?");
  assert.deepEqual(
    sent.map(body => body.messages.map(message => message.role)),
    [["user"], ["user", "assistant", "user"]],
    "earlier turns are sent along",
  );
  assert.doesNotMatch(await page.locator(".timings").last().textContent(), /picture/);
  await page.click("text=Reply settings");
  await page.uncheck("#remember");
  await page.selectOption("#way", "whole");
  await ask(page, "alone");
  assert.deepEqual(
    sent.at(-1).messages.map(message => message.role),
    ["user"],
  );
  await shoot(page, "text");
  assert.deepEqual(wrong, []);
});

test("a dropped picture is ignored", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.waitForSelector("#facts dt", { state: "attached" });
  await page.evaluate(() => {
    const files = new DataTransfer();
    files.items.add(new File(["x"], "x.png", { type: "image/png" }));
    dispatchEvent(new DragEvent("drop", { dataTransfer: files, cancelable: true }));
  });
  await ask(page, "hello");
  assert.equal(await page.locator(".picture").count(), 0);
  assert.deepEqual(wrong, []);
});

// As if the server had a Whisper, which hears this.
async function hearAs(page, text) {
  const sent = [];
  await page.route("**/v1/models", async route => {
    const models = await (await route.fetch()).json();
    models.data.push({ id: "whisper", architecture: { input_modalities: ["audio"] } });
    return route.fulfill({ json: models });
  });
  await page.route("**/v1/audio/transcriptions", route => {
    sent.push(route.request().postDataBuffer());
    return text === null
      ? route.fulfill({ status: 400, json: { error: { message: "no sound" } } })
      : route.fulfill({ json: { text } });
  });
  await page.reload();
  await page.waitForSelector("#record:not([hidden])");
  return sent;
}

async function speak(page) {
  await page.click("#record");
  await page.waitForSelector("#record:text('End')");
  await shoot(page, "sound-recording");
  await page.waitForTimeout(300);
  await page.click("#record");
  await page.waitForSelector("#record:text('Speak')");
}

test("a model that hears gets what is spoken itself", { skip }, async () => {
  const { page, wrong } = await openPage();
  const sent = [];
  await page.route("**/v1/models", async route => {
    const models = await (await route.fetch()).json();
    models.data[0].architecture.input_modalities = ["text", "audio"];
    return route.fulfill({ json: models });
  });
  await page.route("**/v1/chat/completions", route => {
    sent.push(route.request().postDataJSON());
    const choice = { index: 0, delta: { content: "two ducks" }, finish_reason: "stop" };
    const details = { cached_tokens: 0 };
    const usage = { prompt_tokens: 60, completion_tokens: 2, prompt_tokens_details: details };
    const timings = { ttft_ms: 20, predicted_ms: 5, total_ms: 25 };
    const chunk = JSON.stringify({ choices: [choice], usage, timings });
    const body = `data: ${chunk}\n\ndata: [DONE]\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body });
  });
  await page.reload();
  await page.waitForSelector("#record:not([hidden])");
  await page.fill("#question", "Answer briefly.");
  await speak(page);
  await page.waitForSelector(".turn:has-text('two ducks')");
  const [sound, text] = sent[0].messages.at(-1).content;
  assert.match(sound.input_audio.data, /^data:audio\/webm/);
  assert.equal(text.text, "Answer briefly.");
  assert.equal(await page.inputValue("#question"), "");
  assert.deepEqual(wrong, []);
});

test("questions can be spoken where the server has a Whisper", { skip }, async () => {
  const { page, wrong } = await openPage();
  await page.waitForSelector("#facts dt", { state: "attached" });
  assert.equal(await page.isVisible("#record"), false);
  const sent = await hearAs(page, "how many ducks?");
  await page.fill("#question", "Tell me:");
  await speak(page);
  await page.waitForFunction(() => document.querySelector("#question").value.endsWith("ducks?"));
  assert.equal(await page.inputValue("#question"), "Tell me: how many ducks?");
  assert.equal(await page.textContent("#sound-note"), "");
  assert.equal(await page.isDisabled("#send"), false);
  await shoot(page, "sound");
  // A recording of Chromium's fake microphone, in WebM.
  assert.ok(sent[0].includes(Buffer.from([0x1a, 0x45, 0xdf, 0xa3])));
  assert.deepEqual(wrong, []);
});

test("silence and errors are said", { skip }, async () => {
  const { page } = await openPage({ refusals: true });
  for (const [text, note] of [
    ["", "Nothing was said."],
    [null, "no sound"],
  ]) {
    await hearAs(page, text);
    await speak(page);
    await page.waitForFunction(
      note => document.querySelector("#sound-note").textContent === note,
      note,
    );
    assert.equal(await page.inputValue("#question"), "");
    await page.unrouteAll();
  }
});

const markdown = `First line
second line of **it**, with \`a <b>\`.

# Colors
1. Red
2. Green:
   - like *grass*
   - or
     leaves

   \`\`\`css
   b { color: red }
   \`\`\`
3) Blue

- one

- two
Not a list: 3.5 - 2
\`\`\`js
if (a < b) {
  alert("<img src=x onerror=alert(1)>");

}
\`\`\`
<script>document.title = "wrong"</script>
\`\`\`
not ended`;

// Replaces the reply of the model.
const answerWith = (page, text) =>
  page.route("**/v1/chat/completions", route => {
    const chunk = (delta, more) => `data: ${JSON.stringify({ choices: [{ delta }], ...more })}\n\n`;
    const pieces = text.match(/[^]{1,7}/gu).map(content => chunk({ content }));
    const usage = {
      completion_tokens: 9,
      prompt_tokens: 9,
      prompt_tokens_details: { cached_tokens: 0 },
    };
    const timings = { predicted_ms: 1, ttft_ms: 1, total_ms: 1 };
    const end = `data: ${JSON.stringify({ choices: [], usage, timings })}\n\ndata: [DONE]\n\n`;
    return route.fulfill({ contentType: "text/event-stream", body: pieces.join("") + end });
  });

test("paragraphs, lists and code are rendered", { skip }, async () => {
  const { page, wrong } = await openPage();
  await answerWith(page, markdown);
  await ask(page, "hello");
  const reply = page.locator(".turn").last().locator(".said");
  assert.deepEqual(
    await reply.evaluate(said => [...said.children].map(child => child.tagName)),
    ["P", "P", "OL", "UL", "P", "PRE", "P", "PRE"],
  );
  const texts = selector => reply.locator(selector).allTextContents();
  assert.deepEqual(await texts(":scope > p"), [
    "First line\nsecond line of it, with a <b>.",
    "Colors",
    "Not a list: 3.5 - 2",
    '<script>document.title = "wrong"</script>',
  ]);
  assert.deepEqual(await texts("strong"), ["it"]);
  assert.deepEqual(await texts("p > code"), ["a <b>"]);
  assert.deepEqual(
    await reply.locator("ol > li").evaluateAll(items => items.map(item => item.value)),
    [1, 2, 3],
  );
  assert.deepEqual(await texts("ol ul > li"), ["like *grass*", "or\nleaves"]);
  assert.deepEqual(await texts(":scope > ul > li"), ["one", "two"]);
  assert.deepEqual(await texts("pre"), [
    "b { color: red }",
    'if (a < b) {\n  alert("<img src=x onerror=alert(1)>");\n\n}',
    "not ended",
  ]);
  assert.equal(await page.title(), "EdgeVLM");
  assert.equal(await reply.locator("img, script, b").count(), 0);
  const height = await reply.locator("p").first().evaluate(p => p.getBoundingClientRect().height);
  const line = await reply.locator("p").nth(1).evaluate(p => p.getBoundingClientRect().height);
  assert.ok(height > 1.9 * line, "the newline of a paragraph is seen");
  await shoot(page, "text-markdown");
  assert.deepEqual(wrong, []);
});

test("other markup stays as it was written", { skip }, async () => {
  const { page } = await openPage();
  for (const text of ["2 * 3 * 4 = 24", "a_b_c and ** or ```x``` **", "-5 degrees\n1.5 km", "``", "#1"]) {
    await page.unroute("**/v1/chat/completions");
    await answerWith(page, text);
    await ask(page, "hello");
    assert.equal(await said(page), text);
  }
});
