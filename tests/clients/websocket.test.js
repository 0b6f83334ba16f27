import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { base64, idle, serve } from "./served.js";

let server;
before(async () => server = await serve());
after(() => server.end());

const open = () => new Promise((resolve, reject) => {
  const socket = new WebSocket(`${server.url.replace("http", "ws")}/ws`);
  socket.onopen = () => resolve(socket);
  socket.onerror = reject;
});

// All messages up to the last.
const ask = (socket, request) => new Promise(resolve => {
  const messages = [];
  socket.onmessage = ({ data }) => {
    if (data === "[DONE]") return resolve(messages);
    messages.push(JSON.parse(data));
    if (messages.at(-1).error) resolve(messages);
  };
  socket.send(JSON.stringify(request));
});

test("captions and answers, one after the other", async () => {
  const socket = await open();
  for (const request of [{ type: "caption", image: base64 },
                         { type: "vqa", image: base64, question: "how many ducks are there?" }]) {
    const messages = await ask(socket, request);
    const text = messages.map(message => message.chunk ?? "").join("");
    assert.equal(messages.at(-1).caption ?? messages.at(-1).answer, text);
  }
  socket.close();
});

test("errors keep the connection", async () => {
  const socket = await open();
  assert.ok((await ask(socket, { type: "robot" })).at(-1).error.message.includes("type"));
  assert.ok((await ask(socket, { type: "caption", image: base64 })).at(-1).completed);
  socket.close();
});

test("a client that leaves frees the place", async () => {
  const socket = await open();
  socket.send(JSON.stringify({ type: "caption", image: base64 }));
  socket.close();
  assert.ok(await idle(server.url));
});
