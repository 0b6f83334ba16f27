import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { APICallError, generateObject, generateText, streamText } from "ai";
import { z } from "zod";
import { idle, picture, serve } from "./served.js";

let server, model;
before(async () => {
  server = await serve();
  const provider = createOpenAICompatible(
      { name: "edgevlm", baseURL: `${server.url}/v1`, supportsStructuredOutputs: true });
  model = provider("edgevlm");
});
after(() => server.end());

const messages = text => [{
  role: "user",
  content: [{ type: "image", image: picture }, ...(text ? [{ type: "text", text }] : [])],
}];

test("text", async () => {
  const { text, usage } = await generateText({ model, messages: messages() });
  assert.ok(text.length > 5);
  assert.ok(usage.outputTokens > 0);
});

test("text, streamed", async () => {
  const whole = await generateText({ model, messages: messages() });
  let text = "";
  for await (const piece of streamText({ model, messages: messages() }).textStream) text += piece;
  assert.equal(text, whole.text);
});

test("object", async () => {
  const { object } = await generateObject({ model, maxOutputTokens: 64,
    schema: z.object({ count: z.number(), sure: z.boolean() }), messages: messages("how many ducks are there?") });
  assert.equal(typeof object.count, "number");
  assert.equal(typeof object.sure, "boolean");
});

test("abort frees the place", async () => {
  const controller = new AbortController();
  const { textStream } = streamText({ model, messages: messages(), abortSignal: controller.signal, onError: () => {} });
  controller.abort();
  try {
    for await (const piece of textStream) assert.ok(piece !== undefined);
  } catch (error) {
    assert.equal(error.name, "AbortError");
  }
  assert.ok(await idle(server.url));
});

test("errors tell their status", async () => {
  await assert.rejects(generateText({ model, maxRetries: 0, maxOutputTokens: 1e9, messages: messages() }),
      error => APICallError.isInstance(error) && error.statusCode === 400);
});
