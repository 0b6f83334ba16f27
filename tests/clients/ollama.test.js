import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ollama } from "ollama";
import {
  busy,
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

let server, client;
before(async () => {
  server = await serve();
  client = new Ollama({ host: server.url });
});
after(() => server.end());

const base64 = ducks.toString("base64");
const question = "how many ducks are there?";

test("caption", async () => {
  const reply = await client.generate({ model: "edgevlm", prompt: "", images: [ducks] });
  assert.match(reply.response, /duck/);
});

test("generate", async () => {
  const reply = await client.generate({ model: "edgevlm", prompt: question, images: [ducks] });
  assert.equal(reply.response, "three");
  assert.equal(reply.done, true);
  assert.equal(reply.done_reason, "stop");
  assert.ok(reply.eval_duration > 0 && reply.prompt_eval_count > 0 && reply.eval_count > 0);
});

test("generate, streamed", async () => {
  let text = "",
    last = null;
  for await (const part of await client.generate({
    model: "edgevlm",
    prompt: "",
    images: [ducks],
    stream: true,
  })) {
    text += part.response;
    last = part;
  }
  assert.match(text, /duck/);
  assert.equal(last.done, true);
});

test("chat, streamed", async () => {
  const messages = [{ role: "user", content: question, images: [base64] }];
  const whole = await client.chat({ model: "edgevlm:latest", messages });
  let text = "";
  for await (const part of await client.chat({ model: "edgevlm", messages, stream: true }))
    text += part.message.content;
  assert.equal(text, whole.message.content);
});

test("several turns and pictures", async () => {
  const messages = [
    { role: "user", content: "", images: [base64] },
    { role: "assistant", content: "three ducks" },
    { role: "user", content: "", images: [ducks, monkey] },
  ];
  assert.match((await client.chat({ model: "edgevlm", messages })).message.content, /monkey/);
});

test("structured output", async () => {
  const format = {
    type: "object",
    properties: { count: { type: "integer" } },
    required: ["count"],
  };
  const reply = await client.generate({
    model: "edgevlm",
    prompt: question,
    images: [ducks],
    format,
    options: { num_predict: 64 },
  });
  assert.ok(Number.isInteger(JSON.parse(reply.response).count));
});

test("options", async () => {
  const cut = await client.generate({
    model: "edgevlm",
    prompt: "",
    images: [ducks],
    options: { num_predict: 2, num_ctx: 4096 },
  });
  assert.equal(cut.done_reason, "length");
  assert.equal(cut.eval_count, 2);
});

test("models", async () => {
  assert.equal((await client.list()).models[0].name, "edgevlm:latest");
  assert.ok((await client.show({ model: "edgevlm" })).capabilities.includes("vision"));
  assert.equal((await client.ps()).models.length, 1);
  assert.ok((await client.version()).version);
});

test("errors have a message", async () => {
  const ask = more => client.generate({ model: "edgevlm", prompt: "x", ...more });
  await assert.rejects(
    ask({ model: "llava" }),
    error => error.status_code === 404 && /model/.test(error.message),
  );
  await assert.rejects(ask({ images: [noPicture] }), error => error.status_code === 415);
  await assert.rejects(ask({ think: true }), /think/);
  await assert.rejects(ask({ options: { num_predict: 1.5 } }), /num_predict/);
  await assert.rejects(
    client.delete({ model: "edgevlm" }),
    error => error.status_code === 501 && /cannot delete/.test(error),
  );
  await assert.rejects(client.delete({ model: "llava" }), error => error.status_code === 404);
  await assert.rejects(
    client.copy({ source: "edgevlm", destination: "mine" }),
    error => error.status_code === 501 && /model_aliases/.test(error),
  );
  await client.copy({ source: "edgevlm", destination: "default" });
  await assert.rejects(client.pull({ model: "llava" }), error => error.status_code === 404);
  assert.equal((await client.pull({ model: "edgevlm" })).status, "success");
});

test("keys", async () => {
  const guarded = await serveLocked();
  await assert.rejects(
    new Ollama({ host: guarded.url }).list(),
    error => error.status_code === 401,
  );
  const headers = { Authorization: `Bearer ${key}` };
  assert.equal((await new Ollama({ host: guarded.url, headers }).list()).models.length, 1);
  await guarded.end();
});

test("abort frees the slot", async () => {
  const long = await serve(...slow);
  const longClient = new Ollama({ host: long.url });
  const stream = await longClient.chat({
    model: "smolvlm-256m",
    stream: true,
    options: { num_predict: longReply },
    messages: [{ role: "user", content: "what is this?", images: [base64] }],
  });
  assert.ok(await busy(long.url));
  let parts = 0;
  await assert.rejects(
    async () => {
      for await (const part of stream) {
        assert.equal(part.done, false);
        if (++parts === 5) stream.abort();
      }
    },
    { name: "AbortError" },
  );
  assert.ok(await idle(long.url));
  await long.end();
});
