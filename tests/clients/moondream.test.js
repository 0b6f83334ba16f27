import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { vl } from "moondream";
import { idle, picture, serve } from "./served.js";

let server, client;
before(async () => {
  server = await serve();
  client = new vl({ endpoint: server.url });
});
after(() => server.end());

test("caption", async () => {
  const { caption } = await client.caption({ image: picture, length: "normal" });
  assert.ok(caption.length > 5);
});

test("caption, streamed", async () => {
  const whole = await client.caption({ image: picture });
  const { caption } = await client.caption({ image: picture, stream: true });
  let text = "";
  for await (const chunk of caption) text += chunk;
  assert.equal(text, whole.caption);
});

test("query", async () => {
  const { answer } = await client.query({ image: picture, question: "how many ducks are there?" });
  assert.ok(answer.length > 0);
});

test("a client that stops reading frees the place", async () => {
  const { caption } = await client.caption({ image: picture, stream: true });
  for await (const chunk of caption) {
    assert.ok(chunk.length > 0);
    break;
  }
  assert.ok(await idle(server.url));
});

test("errors are errors", async () => {
  await assert.rejects(client.query({ image: picture, question: "" }));
});
