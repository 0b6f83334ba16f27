import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { busy, ducks, idle, key, longReply, queueOf, serve, serveLocked, slow } from "./served.js";

let server;
before(async () => {
  server = await serve();
});
after(() => server.end());

const image = ducks.toString("base64");

const open = ({ url }, options) =>
  new Promise((resolve, reject) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws`, options);
    socket.onopen = () => resolve(socket);
    socket.onerror = reject;
  });

// All messages up to the final one.
const ask = (socket, request) =>
  new Promise(resolve => {
    const messages = [];
    socket.onmessage = ({ data }) => {
      if (data === "[DONE]") return resolve(messages);
      messages.push(JSON.parse(data));
      if (messages.at(-1).error) resolve(messages);
    };
    socket.send(JSON.stringify(request));
  });

test("captions and answers, one after the other", async () => {
  const socket = await open(server);
  for (const request of [
    { type: "caption", image, progress: true },
    { type: "vqa", image, question: "how many ducks are there?" },
  ]) {
    const messages = await ask(socket, request);
    const text = messages.map(message => message.chunk ?? "").join("");
    assert.equal(messages.at(-1).caption ?? messages.at(-1).answer, text);
    assert.match(text, /duck|three/);
  }
  socket.close();
});

test("errors keep the connection", async () => {
  const socket = await open(server);
  assert.ok((await ask(socket, { type: "robot" })).at(-1).error.message.includes("type"));
  assert.ok((await ask(socket, { type: "caption", image })).at(-1).completed);
  socket.close();
});

test("keys", async () => {
  const guarded = await serveLocked();
  await assert.rejects(open(guarded));
  const socket = await open(guarded, { headers: { Authorization: `Bearer ${key}` } });
  assert.ok((await ask(socket, { type: "caption", image })).at(-1).completed);
  socket.close();
  await guarded.end();
});

test("a disconnect frees the slot", async () => {
  const long = await serve(...slow);
  const socket = await open(long);
  socket.send(
    JSON.stringify({ type: "vqa", image, question: "what is this?", max_tokens: longReply }),
  );
  assert.ok(await busy(long.url));
  socket.close();
  assert.ok(await idle(long.url));
  await long.end();
});

test("waiting requests receive their position in the queue", async () => {
  const long = await serve("--running", "1", ...slow);
  const request = { type: "vqa", image, question: "what is this?", progress: true };
  const first = await open(long);
  first.send(JSON.stringify({ ...request, max_tokens: longReply }));
  assert.ok(await busy(long.url));
  const second = await open(long);
  second.send(JSON.stringify({ ...request, max_tokens: longReply }));
  while ((await queueOf(long.url)).waiting === 0);
  const third = await open(long);
  const reply = ask(third, { ...request, max_tokens: 2 });
  while ((await queueOf(long.url)).waiting < 2);
  first.close();
  second.close();
  const messages = await reply;
  assert.deepEqual(messages[1].progress, { stage: "queue", done: 0, total: 2 });
  assert.ok(messages.at(-1).completed);
  third.close();
  await long.end();
});
