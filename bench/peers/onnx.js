// ONNX Runtime's time for one image: onnx.js FILE.onnx THREADS
// Prints {"ms": milliseconds}. Writes the model first if the file is missing.
import { existsSync } from "node:fs";
import * as onnxruntime from "onnxruntime-node";
import { kClip, writeClip } from "./onnx_clip.js";

const [file, threads] = process.argv.slice(2);
if (!existsSync(file)) writeClip(file);
const session = await onnxruntime.InferenceSession.create(file, {
  executionProviders: ["cpu"],
  graphOptimizationLevel: "all",
  intraOpNumThreads: Number(threads),
  interOpNumThreads: 1,
});
const pixels = Float32Array.from({ length: 3 * kClip.image ** 2 }, (_, i) => Math.sin(i * 0.01));
const feeds = { pixels: new onnxruntime.Tensor("float32", pixels, [1, 3, kClip.image, kClip.image]) };

async function encode() {
  const begin = performance.now();
  const { features } = await session.run(feeds);
  const ms = performance.now() - begin;
  if (!Number.isFinite(features.data[0])) throw new Error("onnx: the features are not numbers");
  return ms;
}

await encode();
console.log(JSON.stringify({ ms: await encode() }));
