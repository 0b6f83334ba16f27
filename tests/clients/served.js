// A running `edgevlm serve` for the tests of this folder, and pictures for it.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const binary = process.env.EDGEVLM_BINARY ?? join(root, "build/edgevlm");

export const picture = readFileSync(join(root, "examples/ducks.png"));
export const base64 = picture.toString("base64");
export const dataUri = `data:image/png;base64,${base64}`;

// Resolves to {url, end} when it answers.
export async function serve(...options) {
  const child = spawn(binary, ["serve", "--port", "0", ...options], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", data => {
      text += data;
      if (text.includes("\n")) resolve(text.trim());
    });
    child.on("exit", code => reject(new Error(`edgevlm ended with ${code}: ${text}`)));
  });
  const end = () => new Promise(resolve => {
    child.on("exit", resolve);
    child.kill("SIGTERM");
  });
  return { url, end };
}

// What the server is working on, when that has become nothing.
export async function idle(url) {
  for (let i = 0; i < 100; ++i) {
    const { queue } = await (await fetch(`${url}/health`)).json();
    if (queue.running === 0 && queue.waiting === 0) return true;
    await new Promise(resolve => setTimeout(resolve, 20));
  }
  return false;
}
