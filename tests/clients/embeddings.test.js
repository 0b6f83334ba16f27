// Embeddings with the clients that have them.
import { createOpenAI } from "@ai-sdk/openai";
import { OllamaEmbeddings } from "@langchain/ollama";
import { embedMany } from "ai";
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Ollama } from "ollama";
import OpenAI from "openai";
import { serve } from "./served.js";

let server;
before(async () => (server = await serve()));
after(() => server.end());

const texts = ["two ducks", "a trophy"];

function checkVectors(vectors) {
  assert.equal(vectors.length, 2);
  for (const vector of vectors) {
    const square = vector.reduce((sum, x) => sum + x * x, 0);
    assert.ok(Math.abs(square - 1) < 1e-5, `${square}`);
  }
  assert.notDeepEqual(vectors[0], vectors[1]);
}

test("OpenAI's client, which asks for base64 by itself", async () => {
  const client = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "none", maxRetries: 0 });
  const request = { model: "edgevlm", input: texts };
  const vectors = (await client.embeddings.create(request)).data.map(one => one.embedding);
  checkVectors(vectors);
  const plain = await client.embeddings.create({ ...request, encoding_format: "float" });
  // Numbers are written with all the digits of a float.
  assert.deepEqual(
    plain.data.map(one => Array.from(Float32Array.from(one.embedding))),
    vectors.map(vector => Array.from(vector)),
  );
});

test("the AI SDK", async () => {
  const model = createOpenAI({ baseURL: `${server.url}/v1`, apiKey: "none" }).embedding("edgevlm");
  checkVectors((await embedMany({ model, values: texts, maxRetries: 0 })).embeddings);
});

test("Ollama's client", async () => {
  const client = new Ollama({ host: server.url });
  checkVectors((await client.embed({ model: "edgevlm", input: texts })).embeddings);
  const old = await client.embeddings({ model: "edgevlm", prompt: texts[0] });
  assert.ok(old.embedding.length > 0);
});

test("LangChain", async () => {
  const embeddings = new OllamaEmbeddings({ baseUrl: server.url, model: "edgevlm" });
  checkVectors(await embeddings.embedDocuments(texts));
});
