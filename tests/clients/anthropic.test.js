import Anthropic from "@anthropic-ai/sdk";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ducks, key, noPicture, serve, serveLocked } from "./served.js";

const clientOf = ({ url }, apiKey = "none") =>
  new Anthropic({ baseURL: url, apiKey, maxRetries: 0 });

let server, client;
before(async () => {
  server = await serve();
  client = clientOf(server);
});
after(() => server.end());

const image = bytes => ({
  type: "image",
  source: { type: "base64", media_type: "image/png", data: bytes.toString("base64") },
});
const user = (text, ...pictures) => ({
  role: "user",
  content: [...pictures.map(image), { type: "text", text }],
});
const question = {
  model: "edgevlm",
  max_tokens: 16,
  messages: [user("how many ducks are there?", ducks)],
};

test("question", async () => {
  const reply = await client.messages.create(question);
  assert.equal(reply.content[0].text, "three");
  assert.equal(reply.stop_reason, "end_turn");
  assert.ok(reply.usage.output_tokens > 0);
});

test("streaming gives the same message", async () => {
  const whole = await client.messages.create(question);
  const stream = client.messages.stream(question);
  let text = "";
  stream.on("text", piece => (text += piece));
  const message = await stream.finalMessage();
  assert.equal(text, whole.content[0].text);
  assert.equal(message.content[0].text, text);
  assert.equal(message.stop_reason, whole.stop_reason);
  assert.equal(message.usage.output_tokens, whole.usage.output_tokens);
});

test("tokens are counted", async () => {
  const { model, messages } = question;
  assert.ok((await client.messages.countTokens({ model, messages })).input_tokens > 100);
});

test("errors have their classes", async () => {
  const wrong = { ...question, messages: [user("what?", noPicture)] };
  await assert.rejects(client.messages.create(wrong), Anthropic.APIError);
  const unknown = { ...question, model: "claude" };
  await assert.rejects(client.messages.create(unknown), Anthropic.NotFoundError);
  const tools = [{ name: "f", input_schema: { type: "object" } }];
  await assert.rejects(client.messages.create({ ...question, tools }), Anthropic.BadRequestError);
});

test("keys", async () => {
  const guarded = await serveLocked();
  try {
    const reply = await clientOf(guarded, key).messages.create(question);
    assert.equal(reply.content[0].text, "three");
    await assert.rejects(
      clientOf(guarded, "wrong").messages.create(question),
      Anthropic.AuthenticationError,
    );
  } finally {
    await guarded.end();
  }
});
