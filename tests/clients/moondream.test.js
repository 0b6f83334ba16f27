import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { vl } from "moondream";
import { busy, ducks, idle, key, noPicture, serve, serveLocked, slow } from "./served.js";

let server, client;
before(async () => {
  server = await serve();
  client = new vl({ endpoint: server.url });
});
after(() => server.end());

test("caption", async () => {
  for (const length of ["short", "normal", undefined]) {
    assert.match((await client.caption({ image: ducks, length })).caption, /duck/);
  }
});

test("caption, streamed", async () => {
  const whole = await client.caption({ image: ducks });
  const { caption } = await client.caption({ image: ducks, stream: true });
  let text = "";
  for await (const chunk of caption) text += chunk;
  assert.equal(text, whole.caption);
});

test("query", async () => {
  const question = "how many ducks are there?";
  const whole = await client.query({ image: ducks, question });
  assert.equal(whole.answer, "three");
  const { answer } = await client.query({ image: ducks, question, stream: true });
  let text = "";
  for await (const chunk of answer) text += chunk;
  assert.equal(text, whole.answer);
});

test("errors are errors", async () => {
  await assert.rejects(client.query({ image: ducks, question: "" }), /400/);
  await assert.rejects(client.query({ question: "what is this?" }), /400/);
  await assert.rejects(client.query({ image: ducks, question: "why?", reasoning: true }), /400/);
  const imageUrl = `data:image/png;base64,${noPicture.toString("base64")}`;
  await assert.rejects(client.caption({ image: { imageUrl } }), /415/);
  await assert.rejects(client.caption({ image: ducks, length: "endless" }), /400/);
  // Features of its cloud that this server does not have.
  await assert.rejects(client.detect({ image: ducks, object: "duck" }), /404/);
});

test("keys", async () => {
  const guarded = await serveLocked();
  await assert.rejects(
    new vl({ endpoint: guarded.url, apiKey: "wrong" }).caption({ image: ducks }),
    /401/,
  );
  assert.match(
    (await new vl({ endpoint: guarded.url, apiKey: key }).caption({ image: ducks })).caption,
    /duck/,
  );
  await guarded.end();
});

test("a client that stops reading frees the slot", async () => {
  const long = await serve("--max-tokens", "3000", ...slow);
  const { answer } = await new vl({ endpoint: long.url }).query({
    image: ducks,
    question: "what is this?",
    stream: true,
  });
  assert.ok(await busy(long.url));
  for await (const chunk of answer) {
    assert.equal(typeof chunk, "string");
    break;
  }
  assert.ok(await idle(long.url));
  await long.end();
});
