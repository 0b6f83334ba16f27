import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateObject, generateText, streamObject, streamText } from "ai";
import { z } from "zod";
import {
  ducks,
  idle,
  key,
  longReply,
  monkey,
  noPicture,
  serve,
  serveLocked,
  slow,
} from "./served.js";

const modelOf = ({ url }, name = "edgevlm", apiKey = undefined) =>
  createOpenAICompatible({
    name: "edgevlm",
    baseURL: `${url}/v1`,
    apiKey,
    supportsStructuredOutputs: true,
    includeUsage: true,
  })(name);

let server, model;
before(async () => {
  server = await serve();
  model = modelOf(server);
});
after(() => server.end());

const user = (text, ...pictures) => ({
  role: "user",
  content: [
    ...pictures.map(image => ({ type: "image", image })),
    ...(text ? [{ type: "text", text }] : []),
  ],
});
const caption = [user("", ducks)];
const question = [user("how many ducks are there?", ducks)];

test("caption and question", async () => {
  const { text, usage, finishReason } = await generateText({ model, messages: caption });
  assert.match(text, /duck/);
  assert.ok(usage.inputTokens > 0 && usage.outputTokens > 0);
  assert.equal(finishReason, "stop");
  assert.equal((await generateText({ model, messages: question })).text, "three");
});

test("text, streamed, with its usage", async () => {
  const whole = await generateText({ model, messages: caption });
  const stream = streamText({ model, messages: caption });
  let text = "";
  for await (const piece of stream.textStream) text += piece;
  assert.equal(text, whole.text);
  assert.equal((await stream.usage).outputTokens, whole.usage.outputTokens);
});

const schema = z.object({ count: z.number(), sure: z.boolean() });

test("objects", async () => {
  const { object } = await generateObject({
    model,
    maxOutputTokens: 64,
    schema,
    messages: question,
  });
  assert.equal(typeof object.count, "number");
  assert.equal(typeof object.sure, "boolean");
  const stream = streamObject({ model, maxOutputTokens: 64, schema, messages: question });
  for await (const part of stream.partialObjectStream) assert.equal(typeof part, "object");
  assert.deepEqual(await stream.object, object);
});

test("several pictures and turns", async () => {
  const messages = [
    ...caption,
    { role: "assistant", content: "three ducks" },
    user("", ducks, monkey),
  ];
  assert.match((await generateText({ model, system: "be short", messages })).text, /monkey/);
});

test("errors have their status", async () => {
  const fails = (status, more) =>
    assert.rejects(
      generateText({ model, maxRetries: 0, messages: caption, ...more }),
      error => APICallError.isInstance(error) && error.statusCode === status,
    );
  await fails(400, { topP: 2 });
  await fails(404, { model: modelOf(server, "gpt-4o") });
  await fails(400, { presencePenalty: 3 });
  await fails(415, {
    messages: [
      { role: "user", content: [{ type: "image", image: noPicture, mediaType: "image/png" }] },
    ],
  });
  const guarded = await serveLocked();
  await fails(401, { model: modelOf(guarded, "edgevlm", "wrong") });
  assert.match(
    (await generateText({ model: modelOf(guarded, "edgevlm", key), messages: caption })).text,
    /duck/,
  );
  await guarded.end();
});

test("abort frees the slot", async () => {
  const long = await serve(...slow);
  const controller = new AbortController();
  const { fullStream } = streamText({
    model: modelOf(long, "smolvlm-256m"),
    maxOutputTokens: longReply,
    messages: question,
    abortSignal: controller.signal,
  });
  let pieces = 0,
    last = "";
  for await (const { type } of fullStream) {
    last = type;
    if (type === "text-delta" && ++pieces === 5) controller.abort();
  }
  assert.equal(last, "abort");
  assert.ok(await idle(long.url));
  await long.end();
});
