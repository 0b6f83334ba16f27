// Runs `edgevlm serve` for the tests of this folder, and has pictures for it.
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
export const binary = process.env.EDGEVLM_BINARY ?? join(root, "build/edgevlm");

const example = name => readFileSync(join(root, "examples", name));
export const uriOf = bytes => `data:image/png;base64,${bytes.toString("base64")}`;

export const ducks = example("ducks.png");
export const monkey = example("monkey.png");
export const noPicture = Buffer.from("hello");

// A model with random weights and a chat template that takes seconds for a long reply. A picture is
// one tile.
export const slow = ["--preset", "smolvlm-256m", "--image-max-tokens", "64"];
export const longReply = 3000; // tokens

// Options for a text model with random weights, a chat template, and a context that holds the
// definitions of tools (that of the file is 512 tokens).
export function tinyText() {
  const bytes = readFileSync(join(root, "tests/data/tiny-text.gguf"));
  const name = "llama.context_length";
  bytes.writeUInt32LE(4096, bytes.indexOf(name) + name.length + 4);
  const folder = mkdtempSync(join(tmpdir(), "edgevlm-model-"));
  writeFileSync(join(folder, "tiny.gguf"), bytes);
  process.on("exit", () => rmSync(folder, { recursive: true }));
  return ["-m", join(folder, "tiny.gguf"), "--model-name", "tiny"];
}

export const key = "sixteen-or-more-1";

// Resolves to {url, end} once it accepts requests.
export async function serve(...options) {
  const port = options.includes("--port") ? [] : ["--port", "0"];
  const child = spawn(binary, ["serve", ...port, ...options], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const url = await new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", data => {
      text += data;
      if (text.includes("\n")) resolve(text.trim());
    });
    child.on("exit", code => reject(new Error(`edgevlm ended with ${code}: ${text}`)));
  });
  const end = () =>
    new Promise(resolve => {
      child.on("exit", resolve);
      child.kill("SIGTERM");
    });
  return { url, end };
}

// A server that requires `key`.
export async function serveLocked(...options) {
  const folder = mkdtempSync(join(tmpdir(), "edgevlm-keys-"));
  writeFileSync(join(folder, "keys"), `${key}\n`);
  const server = await serve("--keys-file", join(folder, "keys"), ...options);
  const end = async () => {
    await server.end();
    rmSync(folder, { recursive: true });
  };
  return { url: server.url, end };
}

export const queueOf = async url => (await (await fetch(`${url}/health`)).json()).queue;

async function becomes(condition) {
  for (let i = 0; i < 100; ++i) {
    if (await condition()) return true;
    await sleep(20);
  }
  return false;
}

// Whether the server becomes busy, or idle, within two seconds, which is far less than a long reply
// takes.
export const busy = url => becomes(async () => (await queueOf(url)).running > 0);
export const idle = url =>
  becomes(async () => {
    const { running, waiting } = await queueOf(url);
    return running === 0 && waiting === 0;
  });
