// llama.cpp's speed on a GGUF file: llama.js FILE THREADS PROMPT_TOKENS REPLY_TOKENS
// Prints {"prefill": tokens/s, "decode": tokens/s}. Both start from an empty cache.
import { getLlama, LlamaLogLevel } from "node-llama-cpp";

const [file, threads, promptTokens, replyTokens] = process.argv.slice(2);
const kFirstToken = 300; // past the control tokens and bytes of every vocabulary

const llama = await getLlama({ gpu: false, build: "never", logLevel: LlamaLogLevel.error,
                               maxThreads: Number(threads) });
const model = await llama.loadModel({ modelPath: file });
const context = await model.createContext({ contextSize: 1024, batchSize: 1024, threads: Number(threads) });
const sequence = context.getSequence();
const prompt = Array.from({ length: Number(promptTokens) }, (_, i) => kFirstToken + i);

async function prefill() {
  await sequence.clearHistory();
  const begin = performance.now();
  await sequence.evaluateWithoutGeneratingNewTokens(prompt);
  return (prompt.length / (performance.now() - begin)) * 1e3;
}

async function decode() {
  await sequence.clearHistory();
  let tokens = 0;
  let begin = 0;
  // The prefill already yields the first token, so the clock starts after it.
  for await (const _ of sequence.evaluate([kFirstToken], { temperature: 0, yieldEogToken: true })) {
    if (tokens === 0) begin = performance.now();
    if (tokens++ === Number(replyTokens)) break;
  }
  return (Number(replyTokens) / (performance.now() - begin)) * 1e3;
}

await prefill();
await decode();
console.log(JSON.stringify({ prefill: await prefill(), decode: await decode() }));
await llama.dispose();
