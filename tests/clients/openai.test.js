import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { dataUri, idle, serve } from "./served.js";

let server, client;
before(async () => {
  server = await serve();
  client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
after(() => server.end());

const messages = text => [{
  role: "user",
  content: [{ type: "image_url", image_url: { url: dataUri } }, ...(text ? [{ type: "text", text }] : [])],
}];

test("caption", async () => {
  const reply = await client.chat.completions.create({ model: "edgevlm", messages: messages() });
  assert.ok(reply.choices[0].message.content.length > 5);
  assert.equal(reply.choices[0].finish_reason, "stop");
  assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
});

test("question", async () => {
  const reply = await client.chat.completions.create(
      { model: "edgevlm", messages: messages("how many ducks are there?"), max_tokens: 16 });
  assert.ok(reply.choices[0].message.content.length > 0);
});

test("streaming gives the same text, and the usage", async () => {
  const request = { model: "edgevlm", messages: messages() };
  const whole = await client.chat.completions.create(request);
  const stream = await client.chat.completions.create(
      { ...request, stream: true, stream_options: { include_usage: true } });
  let text = "", usage = null;
  for await (const chunk of stream) {
    text += chunk.choices[0]?.delta?.content ?? "";
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.deepEqual(usage, whole.usage);
});

test("the stream helper ends by itself", async () => {
  const reply = await client.chat.completions.stream({ model: "edgevlm", messages: messages() }).finalChatCompletion();
  assert.ok(reply.choices[0].message.content.length > 5);
});

test("structured output", async () => {
  const schema = { type: "object", required: ["count", "what"], additionalProperties: false,
    properties: { count: { type: "integer" }, what: { type: "string", enum: ["duck", "monkey"] } } };
  const reply = await client.chat.completions.create({ model: "edgevlm", max_tokens: 64,
    messages: messages("how many ducks are there?"),
    response_format: { type: "json_schema", json_schema: { name: "animals", schema, strict: true } } });
  const object = JSON.parse(reply.choices[0].message.content);
  assert.ok(Number.isInteger(object.count));
  assert.ok(["duck", "monkey"].includes(object.what));
});

test("abort frees the place", async () => {
  const stream = await client.chat.completions.create({ model: "edgevlm", messages: messages(), stream: true });
  stream.controller.abort();
  assert.ok(await idle(server.url));
});

test("errors are the client's own kinds", async () => {
  const ask = more => client.chat.completions.create({ model: "edgevlm", messages: messages(), ...more });
  await assert.rejects(ask({ model: "gpt-4o" }), OpenAI.NotFoundError);
  await assert.rejects(ask({ max_tokens: -1 }), OpenAI.BadRequestError);
  await assert.rejects(ask({ messages: [] }), error => error.param === "messages");
});

test("models", async () => {
  const models = await client.models.list();
  assert.equal(models.data[0].id, "edgevlm");
  assert.equal((await client.models.retrieve("edgevlm")).object, "model");
});

test("keys", async () => {
  const { mkdtempSync, writeFileSync } = await import("node:fs");
  const folder = mkdtempSync("/tmp/edgevlm-keys-");
  writeFileSync(`${folder}/keys`, "sixteen-or-more-1\n");
  const guarded = await serve("--keys-file", `${folder}/keys`);
  const options = { baseURL: `${guarded.url}/v1`, maxRetries: 0 };
  await assert.rejects(new OpenAI({ ...options, apiKey: "wrong" }).models.list(), OpenAI.AuthenticationError);
  assert.equal((await new OpenAI({ ...options, apiKey: "sixteen-or-more-1" }).models.list()).data.length, 1);
  await guarded.end();
});
