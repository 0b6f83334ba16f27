// Tools with the SDKs that have them. The model has random weights, so calls are required, and the
// texts in their arguments have an end, which it would not find by itself.
import { createOpenAI } from "@ai-sdk/openai";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import Anthropic from "@anthropic-ai/sdk";
import { ChatOllama } from "@langchain/ollama";
import { generateText, jsonSchema, streamText, tool } from "ai";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { serve, tinyText } from "./served.js";

let server, openai;
before(async () => {
  server = await serve(...tinyText());
  openai = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
});
after(() => server.end());

const parameters = {
  type: "object",
  properties: { zone: { type: "string", maxLength: 3 }, hours: { type: "integer", maximum: 9 } },
  required: ["zone", "hours"],
  additionalProperties: false,
};
const definition = { name: "get_time", description: "The time of a zone", parameters };
const user = { role: "user", content: "what time is it?" };
const limits = { max_tokens: 256, parallel_tool_calls: false };

function checkArguments(values) {
  assert.deepEqual(Object.keys(values).sort(), ["hours", "zone"]);
  assert.ok([...values.zone].length <= 3 && values.hours <= 9);
}

const chat = more =>
  openai.chat.completions.create({
    model: "tiny",
    messages: [user],
    tools: [{ type: "function", function: definition }],
    tool_choice: "required",
    ...limits,
    ...more,
  });

test("OpenAI's chat completions", async () => {
  const { message, finish_reason } = (await chat({})).choices[0];
  assert.equal(finish_reason, "tool_calls");
  const [call] = message.tool_calls;
  assert.equal(call.function.name, "get_time");
  checkArguments(JSON.parse(call.function.arguments));
  const result = { role: "tool", tool_call_id: call.id, content: "12:00" };
  const next = await chat({ messages: [user, message, result], tool_choice: "auto" });
  assert.ok(next.choices[0].message);
});

test("OpenAI's chat completions, streamed", async () => {
  const { tools, ...rest } = { tools: [{ type: "function", function: definition }], ...limits };
  const reply = await openai.chat.completions
    .stream({ model: "tiny", messages: [user], tools, tool_choice: "required", ...rest })
    .finalChatCompletion();
  checkArguments(JSON.parse(reply.choices[0].message.tool_calls[0].function.arguments));
});

const respond = more => ({
  model: "tiny",
  input: user.content,
  tools: [{ type: "function", strict: true, ...definition }],
  tool_choice: "required",
  parallel_tool_calls: false,
  max_output_tokens: 256,
  ...more,
});

test("OpenAI's responses", async () => {
  const reply = await openai.responses.create(respond({}));
  const [call] = reply.output;
  assert.equal(call.type, "function_call");
  checkArguments(JSON.parse(call.arguments));
  const output = { type: "function_call_output", call_id: call.call_id, output: "12:00" };
  const next = respond({
    previous_response_id: reply.id,
    input: [output],
    tool_choice: "none",
    max_output_tokens: 4,
  });
  assert.ok((await openai.responses.create(next)).output.length > 0);
});

test("OpenAI's responses, streamed", async () => {
  const stream = openai.responses.stream(respond({}));
  let text = "";
  stream.on("response.function_call_arguments.delta", event => (text += event.delta));
  const reply = await stream.finalResponse();
  checkArguments(JSON.parse(text));
  assert.equal(reply.output[0].arguments, text);
});

test("Anthropic's messages", async () => {
  const client = new Anthropic({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
  const request = {
    model: "tiny",
    max_tokens: 256,
    messages: [user],
    tools: [{ name: "get_time", input_schema: parameters }],
    tool_choice: { type: "any", disable_parallel_tool_use: true },
  };
  const reply = await client.messages.create(request);
  assert.equal(reply.stop_reason, "tool_use");
  checkArguments(reply.content[0].input);
  const streamed = await client.messages.stream(request).finalMessage();
  assert.deepEqual(streamed.content[0].input, reply.content[0].input);
  const result = { type: "tool_result", tool_use_id: reply.content[0].id, content: "12:00" };
  const messages = [
    user,
    { role: "assistant", content: reply.content },
    { role: "user", content: [result] },
  ];
  const next = await client.messages.create({ ...request, messages, tool_choice: { type: "none" } });
  assert.ok(next.content.length > 0);
});

const ollamaTool = { type: "function", function: definition };

test("Ollama's client", async () => {
  const client = new Ollama({ host: server.url });
  const request = {
    model: "tiny",
    messages: [user],
    tools: [ollamaTool],
    tool_choice: "required",
    parallel_tool_calls: false,
    options: { num_predict: 256 },
  };
  const reply = await client.chat(request);
  checkArguments(reply.message.tool_calls[0].function.arguments);
  let calls = [];
  for await (const part of await client.chat({ ...request, stream: true })) {
    calls = calls.concat(part.message.tool_calls ?? []);
  }
  assert.equal(calls.length, 1);
  const result = { role: "tool", tool_name: "get_time", content: "12:00" };
  const messages = [user, reply.message, result];
  const next = await client.chat({ ...request, messages, tool_choice: "auto" });
  assert.equal(next.done, true);
});

test("LangChain with tools on", async () => {
  const model = new ChatOllama({ baseUrl: server.url, model: "tiny", numPredict: 8 });
  const reply = await model.bindTools([ollamaTool]).invoke([["user", user.content]]);
  assert.ok(reply.usage_metadata.output_tokens > 0);
});

test("the AI SDK", async () => {
  const address = { baseURL: `${server.url}/v1`, apiKey: "none" };
  const models = [
    createOpenAI(address)("tiny"),
    createOpenAICompatible({ name: "edgevlm", ...address })("tiny"),
  ];
  const tools = {
    get_time: tool({ inputSchema: jsonSchema(parameters), execute: async () => "12:00" }),
  };
  for (const model of models) {
    const request = {
      model,
      prompt: user.content,
      tools,
      toolChoice: "required",
      maxOutputTokens: 512,
      maxRetries: 0,
    };
    const reply = await generateText(request);
    assert.ok(reply.toolCalls.length > 0);
    checkArguments(reply.toolCalls[0].input);
    const calls = await streamText(request).toolCalls;
    checkArguments(calls[0].input);
  }
});
