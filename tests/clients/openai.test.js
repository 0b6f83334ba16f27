import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
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
  uriOf,
} from "./served.js";

const clientOf = ({ url }, apiKey = "none") =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey, maxRetries: 0 });

let server, client;
before(async () => {
  server = await serve();
  client = clientOf(server);
});
after(() => server.end());

const image = bytes => ({ type: "image_url", image_url: { url: uriOf(bytes) } });
const user = (text, ...pictures) => ({
  role: "user",
  content: [...pictures.map(image), ...(text ? [{ type: "text", text }] : [])],
});
const ask = (more, who = client) =>
  who.chat.completions.create({ model: "edgevlm", messages: [user("", ducks)], ...more });

test("caption", async () => {
  const reply = await ask({});
  assert.match(reply.choices[0].message.content, /duck/);
  assert.equal(reply.choices[0].finish_reason, "stop");
  assert.equal(reply.usage.total_tokens, reply.usage.prompt_tokens + reply.usage.completion_tokens);
});

test("question", async () => {
  const reply = await ask({ messages: [user("how many ducks are there?", ducks)], max_tokens: 16 });
  assert.equal(reply.choices[0].message.content, "three");
});

test("text before the picture", async () => {
  const content = [{ type: "text", text: "how many ducks are there?" }, image(ducks)];
  const reply = await ask({ messages: [{ role: "user", content }] });
  assert.equal(reply.choices[0].message.content, "three");
});

test("streaming gives the same text, and the usage", async () => {
  const whole = await ask({});
  const stream = await ask({ stream: true, stream_options: { include_usage: true } });
  let text = "",
    usage = null,
    finish = null;
  for await (const chunk of stream) {
    assert.equal(chunk.object, "chat.completion.chunk");
    text += chunk.choices[0]?.delta?.content ?? "";
    finish = chunk.choices[0]?.finish_reason ?? finish;
    usage = chunk.usage ?? usage;
  }
  assert.equal(text, whole.choices[0].message.content);
  assert.equal(finish, "stop");
  assert.deepEqual(
    { ...usage, prompt_tokens_details: null },
    { ...whole.usage, prompt_tokens_details: null },
  );
});

test("the stream helper ends by itself", async () => {
  const reply = await client.chat.completions
    .stream({ model: "edgevlm", messages: [user("", ducks)] })
    .finalChatCompletion();
  assert.match(reply.choices[0].message.content, /duck/);
});

test("length and stops end a reply", async () => {
  const cut = await ask({ max_completion_tokens: 3 });
  assert.equal(cut.choices[0].finish_reason, "length");
  assert.equal(cut.usage.completion_tokens, 3);
  const stopped = await ask({ stop: [" ducks"] });
  assert.equal(stopped.choices[0].finish_reason, "stop");
  assert.doesNotMatch(stopped.choices[0].message.content, /ducks/);
});

test("the same seed reproduces a reply", async () => {
  const drawn = async seed => (await ask({ temperature: 1.5, seed })).choices[0].message.content;
  assert.equal(await drawn(7), await drawn(7));
  const others = await Promise.all([1, 2, 3, 4, 5].map(drawn));
  assert.ok(new Set(others).size > 1);
});

const schema = {
  type: "object",
  required: ["count", "what"],
  additionalProperties: false,
  properties: { count: { type: "integer" }, what: { type: "string", enum: ["duck", "monkey"] } },
};

test("structured output with a picture", async () => {
  const request = {
    max_tokens: 64,
    messages: [user("how many ducks are there?", ducks)],
    response_format: {
      type: "json_schema",
      json_schema: { name: "animals", schema, strict: true },
    },
  };
  const object = JSON.parse((await ask(request)).choices[0].message.content);
  assert.ok(Number.isInteger(object.count));
  assert.ok(["duck", "monkey"].includes(object.what));
  const parsed = await client.chat.completions.parse({ model: "edgevlm", ...request });
  assert.deepEqual(parsed.choices[0].message.parsed, object);
});

test("several pictures", async () => {
  const last = await ask({ messages: [user("", monkey)] });
  const both = await ask({ messages: [user("", ducks, monkey)] });
  // The built-in model uses the last one.
  assert.equal(both.choices[0].message.content, last.choices[0].message.content);
});

test("fields that SDKs send by default have no effect", async () => {
  const names = ["max_tokens", "temperature", "top_p", "stop", "seed", "presence_penalty", "tools"];
  const nothing = Object.fromEntries(names.map(name => [name, null]));
  const plain = await ask({});
  assert.equal((await ask(nothing)).choices[0].message.content, plain.choices[0].message.content);
  const penalties = { presence_penalty: 0.3, frequency_penalty: 0.1 };
  assert.ok((await ask(penalties)).choices[0].message.content.length > 0);
});

test("errors have the client's own types", async () => {
  await assert.rejects(ask({ model: "gpt-4o" }), OpenAI.NotFoundError);
  await assert.rejects(ask({ max_tokens: 0 }), OpenAI.BadRequestError);
  await assert.rejects(ask({ messages: [] }), error => error.param === "messages");
  await assert.rejects(
    ask({ messages: [user("", noPicture)] }),
    error => error.status === 415 && /image/.test(error.message),
  );
  await assert.rejects(ask({ n: 5 }), error => error.param === "n");
  await assert.rejects(ask({ presence_penalty: 3 }), error => error.param === "presence_penalty");
  await assert.rejects(
    ask({ messages: [user("x".repeat(20_000), ducks)] }),
    error => error.status === 400 && error.code === "context_length_exceeded",
  );
  await assert.rejects(
    ask({ tools: [{ type: "function", function: { name: "f" } }] }),
    error => error.param === "tools",
  );
  const address = {
    role: "user",
    content: [{ type: "image_url", image_url: { url: "https://example.org/a.png" } }],
  };
  await assert.rejects(ask({ messages: [address] }), OpenAI.BadRequestError);
  const format = {
    type: "json_schema",
    json_schema: { name: "a", schema: { type: "array", uniqueItems: true } },
  };
  await assert.rejects(
    ask({ response_format: format }),
    error => error.code === "unsupported_schema",
  );
});

test("models", async () => {
  const models = await client.models.list();
  assert.equal(models.data[0].id, "edgevlm");
  assert.equal((await client.models.retrieve("edgevlm")).object, "model");
  await assert.rejects(client.models.retrieve("gpt-4o"), OpenAI.NotFoundError);
});

test("keys", async () => {
  const guarded = await serveLocked();
  await assert.rejects(clientOf(guarded, "wrong").models.list(), OpenAI.AuthenticationError);
  assert.equal((await clientOf(guarded, key).models.list()).data.length, 1);
  await guarded.end();
});

test("a slow model", async t => {
  const long = await serve(...slow);
  const longClient = clientOf(long);
  const request = { model: "smolvlm-256m", messages: [user("what is this?", ducks)] };
  t.after(() => long.end());

  await t.test("several turns and pictures are read", async () => {
    const prompt = async messages =>
      (await ask({ ...request, messages, max_tokens: 2 }, longClient)).usage.prompt_tokens;
    const one = await prompt(request.messages);
    const two = await prompt([user("what is this?", ducks, monkey)]);
    assert.ok(two > one + 50, `${one} tokens with a picture, ${two} with two`);
    const turns = await prompt([
      ...request.messages,
      { role: "assistant", content: "three ducks and a frog" },
      { role: "user", content: "and the frog?" },
    ]);
    assert.ok(turns > one + 10, `${one} tokens with a turn, ${turns} with two`);
  });

  await t.test("abort of a stream frees the place", async () => {
    const stream = await ask({ ...request, max_tokens: longReply, stream: true }, longClient);
    let chunks = 0;
    for await (const chunk of stream) {
      assert.ok(chunk.id);
      if (++chunks === 5) stream.controller.abort();
    }
    assert.ok(chunks < 50);
    assert.ok(await idle(long.url));
  });

  await t.test("abort of a request frees the place", async () => {
    const controller = new AbortController();
    const reply = longClient.chat.completions.create(
      { ...request, max_tokens: longReply },
      { signal: controller.signal },
    );
    reply.catch(() => {});
    assert.ok(await busy(long.url));
    controller.abort();
    await assert.rejects(reply, OpenAI.APIUserAbortError);
    assert.ok(await idle(long.url));
  });

  await t.test("a client's own time limit frees the place", async () => {
    await assert.rejects(
      longClient.chat.completions.create({ ...request, max_tokens: longReply }, { timeout: 500 }),
      OpenAI.APIConnectionTimeoutError,
    );
    assert.ok(await idle(long.url));
  });
});

test("a full queue sends Retry-After", async t => {
  const small = await serve("--running", "1", "--waiting", "0", ...slow);
  t.after(() => small.end());
  const smallClient = clientOf(small);
  const request = {
    model: "smolvlm-256m",
    messages: [{ role: "user", content: "tell me a story" }],
  };
  const stream = await ask({ ...request, max_tokens: longReply, stream: true }, smallClient);
  assert.ok(await busy(small.url));
  await assert.rejects(
    ask(request, smallClient),
    error =>
      error instanceof OpenAI.InternalServerError &&
      error.status === 503 &&
      Number(error.headers.get("retry-after")) > 0,
  );
  setTimeout(() => stream.controller.abort(), 500);
  const patient = new OpenAI({ baseURL: `${small.url}/v1`, apiKey: "none", maxRetries: 3 });
  assert.equal((await ask({ ...request, max_tokens: 4 }, patient)).usage.completion_tokens, 4);
});
