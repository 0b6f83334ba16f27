// /v1/responses with the SDKs that use it.
import { createOpenAI } from "@ai-sdk/openai";
import { generateText, streamText } from "ai";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import OpenAI from "openai";
import { ducks, serve, uriOf } from "./served.js";

let server, client, model;
before(async () => {
  server = await serve();
  const address = { baseURL: `${server.url}/v1`, apiKey: "none" };
  client = new OpenAI({ ...address, maxRetries: 0 });
  model = createOpenAI(address)("edgevlm");
});
after(() => server.end());

const question = {
  model: "edgevlm",
  input: [
    {
      role: "user",
      content: [
        { type: "input_text", text: "how many ducks are there?" },
        { type: "input_image", image_url: uriOf(ducks), detail: "auto" },
      ],
    },
  ],
};

test("question", async () => {
  const reply = await client.responses.create(question);
  assert.equal(reply.output_text, "three");
  assert.equal(reply.status, "completed");
  assert.equal(reply.usage.total_tokens, reply.usage.input_tokens + reply.usage.output_tokens);
});

test("streaming gives the same response", async () => {
  const stream = client.responses.stream(question);
  let text = "";
  stream.on("response.output_text.delta", event => (text += event.delta));
  const reply = await stream.finalResponse();
  assert.equal(text, "three");
  assert.equal(reply.output[0].content[0].text, "three");
});

test("a reply that is cut off", async () => {
  const reply = await client.responses.create({ ...question, max_output_tokens: 1 });
  assert.equal(reply.status, "incomplete");
  assert.equal(reply.incomplete_details.reason, "max_output_tokens");
});

test("stored responses", async () => {
  const first = await client.responses.create(question);
  const next = await client.responses.create({
    model: "edgevlm",
    input: "how many ducks are there?",
    previous_response_id: first.id,
  });
  assert.ok(next.output_text.length > 0);
  assert.equal((await client.responses.retrieve(first.id)).output_text, "three");
  await client.responses.delete(first.id);
  await assert.rejects(client.responses.retrieve(first.id), OpenAI.NotFoundError);
  const previous_response_id = first.id;
  await assert.rejects(
    client.responses.create({ model: "edgevlm", input: "a", previous_response_id }),
    OpenAI.BadRequestError,
  );
});

test("the AI SDK", async () => {
  const messages = [
    {
      role: "user",
      content: [
        { type: "text", text: "how many ducks are there?" },
        { type: "image", image: ducks },
      ],
    },
  ];
  const whole = await generateText({ model, messages, maxRetries: 0 });
  assert.equal(whole.text, "three");
  const stream = streamText({ model, messages, maxRetries: 0 });
  let text = "";
  for await (const piece of stream.textStream) text += piece;
  assert.equal(text, "three");
  // It refers to its earlier message by id.
  const again = [...messages, ...whole.response.messages, messages[0]];
  assert.equal((await generateText({ model, messages: again, maxRetries: 0 })).text, "three");
});
