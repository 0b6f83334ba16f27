import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ollama } from "ollama";
import { base64, idle, picture, serve } from "./served.js";

let server, client;
before(async () => {
  server = await serve();
  client = new Ollama({ host: server.url });
});
after(() => server.end());

test("generate", async () => {
  const reply = await client.generate({ model: "edgevlm", prompt: "how many ducks are there?", images: [picture] });
  assert.ok(reply.response.length > 0);
  assert.equal(reply.done, true);
  assert.ok(reply.eval_duration > 0);
});

test("chat, streamed", async () => {
  const messages = [{ role: "user", content: "how many ducks are there?", images: [base64] }];
  const whole = await client.chat({ model: "edgevlm:latest", messages });
  let text = "";
  for await (const part of await client.chat({ model: "edgevlm", messages, stream: true })) text += part.message.content;
  assert.equal(text, whole.message.content);
});

test("structured output", async () => {
  const format = { type: "object", properties: { count: { type: "integer" } }, required: ["count"] };
  const reply = await client.generate(
      { model: "edgevlm", prompt: "how many ducks are there?", images: [picture], format, options: { num_predict: 64 } });
  assert.ok(Number.isInteger(JSON.parse(reply.response).count));
});

test("abort frees the place", async () => {
  const stream = await client.chat(
      { model: "edgevlm", messages: [{ role: "user", content: "", images: [base64] }], stream: true });
  stream.abort();
  assert.ok(await idle(server.url));
});

test("models", async () => {
  assert.equal((await client.list()).models[0].name, "edgevlm");
  assert.ok((await client.show({ model: "edgevlm" })).capabilities.includes("vision"));
  assert.equal((await client.ps()).models.length, 1);
});

test("errors have a message", async () => {
  await assert.rejects(client.generate({ model: "llava", prompt: "x" }), /model/);
});
