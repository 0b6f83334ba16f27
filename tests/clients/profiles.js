// Profiles for the tests of their page, and the page built from its template.
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root } from "./served.js";

const source = join(root, "src/profile/page");
const limits = { int8: 2060, bfloat16: 1040, float32: 520, memory: 46 };
const runScales = [1, 0.96, 1.07]; // of the times, one per run

// A module with children that run one after the other. ms and work: of itself without them.
function node(name, ms, children = [], work = {}) {
  return { name, ms, children, ...work };
}

const linear = (name, ms, flop, bytes, calls = 1) =>
  node(name, ms, [], { flop, bytes, calls, arithmetic: "int8" });

function visionLayer(i) {
  const slow = 1 + 0.4 * Math.sin(i / 3) ** 2; // so that the heat map has something to show
  const matrix = (name, ms, gflop) => linear(name, 2 * ms * slow, gflop * 1e9, 4e6 * gflop);
  return node(String(i), 0.02, [
    node("layer_norm1", 0.21),
    node("self_attn", 0.05, [
      matrix("q_proj", 1.1, 1.2),
      matrix("k_proj", 1.1, 1.2),
      matrix("v_proj", 1.1, 1.2),
      node("attention", 5.4 * slow, [], { flop: 0.9e9, bytes: 5e6, arithmetic: "float32" }),
      matrix("out_proj", 1.2, 1.2),
    ]),
    node("layer_norm2", 0.22),
    node("mlp", 0.03, [matrix("fc1", 4.1, 4.8), matrix("fc2", 4.4, 4.8)]),
  ]);
}

// rows: of one pass; calls: how many passes.
function decoderLayer(i, rows, calls) {
  const matrix = (name, weights) => {
    const bytes = calls * weights;
    const flop = 2 * calls * rows * weights;
    return linear(name, Math.max(bytes / 30e6, flop / 1.1e9), flop, bytes, calls);
  };
  const small = (name, ms) => node(name, ms * calls * (1 + rows / 20), [], { calls });
  return node(String(i), 0.01 * calls, [
    small("input_layernorm", 0.004),
    node("self_attn", 0.01, [
      matrix("q_proj", 4.2e6),
      matrix("k_proj", 1.05e6),
      matrix("v_proj", 1.05e6),
      small("rotary_emb", 0.003),
      small("attention", 0.03 + i / 2000),
      matrix("o_proj", 4.2e6),
    ]),
    small("post_attention_layernorm", 0.004),
    node("mlp", 0.02, [
      matrix("gate_proj", 11e6),
      matrix("up_proj", 11e6),
      matrix("down_proj", 11e6),
    ]),
  ]);
}

function decoderPass(name, layers, rows, calls) {
  const head = linear("lm_head", 1.6 * calls, 131e6 * calls, 66e6 * calls, calls);
  return node(name, 0.4, [
    node("language_model", 0.1, [
      node("embed_tokens", 0.02 * calls, [], { calls }),
      node(
        "layers",
        0,
        Array.from({ length: layers }, (_, i) => decoderLayer(i, rows, calls)),
      ),
      node("norm", 0.01 * calls, [], { calls }),
      head,
    ]),
  ]);
}

function modulesOf({ visionLayers, decoderLayers }) {
  return [
    node("tokenizer", 0.3),
    node("image", 0, [node("decode", 9), node("resize", 4)]),
    node("vision_tower", 0.2, [
      node("embeddings", 0.1, [linear("patch_embedding", 2.1, 0.7e9, 3e6)]),
      node(
        "layers",
        0,
        Array.from({ length: visionLayers }, (_, i) => visionLayer(i)),
      ),
      node("post_layernorm", 0.3),
    ]),
    node("multi_modal_projector", 0.1, [
      linear("linear_1", 3.1, 2.4e9, 6e6),
      linear("linear_2", 3.3, 2.4e9, 6e6),
    ]),
    decoderPass("prefill", decoderLayers, 190, 1),
    decoderPass("decode", decoderLayers, 1, 24),
    node("sampling", 1.5, [], { calls: 25 }),
    node("cache", 0.8, [], { calls: 25 }),
  ];
}

// A node as the file has it. The passes of the decoder use the names of PyTorch, without the pass.
function written(module, path) {
  const children = module.children.map(child =>
    written(child, ["prefill", "decode"].includes(path) ? child.name : `${path}.${child.name}`),
  );
  const total = module.ms + children.reduce((sum, child) => sum + child.total_ms, 0);
  const known = module.flop > 0;
  const speed = known ? module.flop / total / 1e6 : 0;
  const roof = known
    ? Math.min(limits[module.arithmetic], (limits.memory * module.flop) / module.bytes)
    : 0;
  return {
    name: module.name,
    path,
    calls: module.calls ?? 1,
    self_ms: module.ms,
    total_ms: total,
    samples_ms: runScales.map(scale => total * scale),
    flop: module.flop ?? 0,
    bytes: module.bytes ?? 0,
    ...(known
      ? {
          arithmetic: module.arithmetic,
          limit: roof < limits[module.arithmetic] ? "memory" : "compute",
          roofline_share: speed / roof,
        }
      : {}),
    allocated_bytes: 196_608,
    peak_bytes: 40_000_000,
    children,
  };
}

// The events of the main thread by the tree, and those of a worker for each innermost module.
function timelineOf(modules) {
  const names = [];
  const indexes = new Map();
  const indexOf = name => {
    if (!indexes.has(name)) indexes.set(name, names.push(name) - 1);
    return indexes.get(name);
  };
  const events = [];
  const add = (module, begin) => {
    events.push([indexOf(module.path), 0, Math.round(begin), Math.round(module.total_ms * 1000)]);
    if (module.children.length === 0 && module.flop > 0)
      events.push([
        indexOf(module.path),
        1,
        Math.round(begin + 5),
        Math.round(module.total_ms * 950),
      ]);
    let at = begin + module.self_ms * 500;
    for (const child of module.children) {
      add(child, at);
      at += child.total_ms * 1000;
    }
    return begin + module.total_ms * 1000;
  };
  let end = 1e6;
  for (const module of modules) end = add(module, end);
  return { names, threads: ["main", "worker 1"], events, dropped: 0, begin: 1e6, end };
}

function countersOf({ begin, end }) {
  const samples = value =>
    Array.from({ length: 200 }, (_, i) => [begin + ((end - begin) * i) / 200, value(i)]);
  return [
    { name: "activations", unit: "bytes", samples: samples(i => 2e7 + 1e7 * Math.sin(i / 9)) },
    { name: "cache", unit: "bytes", samples: samples(i => (i < 120 ? 0 : (i - 110) * 4e5)) },
    { name: "temperature", unit: "°C", samples: samples(i => 51 + i / 40) },
  ];
}

const fieldsOfRun = ms => ({
  e2e_ms: ms.total,
  ttft_ms: ms.total - ms.decode,
  tpot_ms: ms.decode / 24,
  image_decode_ms: 9,
  preprocess_ms: 4,
  encoder_forward_ms: ms.vision,
  prefill_ms: ms.prefill,
  decode_ms: ms.decode,
});

function verdictOf({ total, vision, projector, prefill, decode }) {
  const part = (name, ms, reason = "") => ({
    name,
    ms,
    share: ms / total,
    is_bottleneck: reason !== "",
    reason,
  });
  return {
    total_ms: total,
    text: "Most of the time goes into the vision encoder, which computes at 30 % of the int8 limit.",
    parts: [
      part("vision encoder", vision, "compute-bound, at 30 % of the int8 limit"),
      part("projector", projector),
      part("prefill", prefill),
      part("decode", decode),
      part("other", total - vision - projector - prefill - decode),
    ],
  };
}

// One with many layers and a name for everything.
export function realistic({ visionLayers = 24, decoderLayers = 16 } = {}) {
  const modules = modulesOf({ visionLayers, decoderLayers }).map(module =>
    written(module, module.name),
  );
  const of = name => modules.find(module => module.name === name).total_ms;
  const ms = {
    total: modules.reduce((sum, module) => sum + module.total_ms, 0),
    vision: of("vision_tower"),
    projector: of("multi_modal_projector"),
    prefill: of("prefill"),
    decode: of("decode"),
  };
  const { begin, end, ...timeline } = timelineOf(modules);
  return {
    format: "edgevlm profile",
    version: 1,
    machine: { cpu: "AMD EPYC", threads: 2, instruction_set: "avx512", limits },
    model: {
      name: "mobilevlm-1.7b-q8_0",
      architecture: "llama",
      vision_encoder: "vit",
      projector: "ldpv2",
      parameters: 1_400_000_000,
      file_bytes: 900_000_000,
    },
    request: {
      images: ["photo.png"],
      question: "How many ducks are there, and what are they doing?",
      reply: "There are three ducks on the water. Two of them swim, and one sleeps.",
      image_tokens: 144,
      prompt_tokens: 190,
      reply_tokens: 25,
    },
    runs: runScales.map(scale =>
      fieldsOfRun(Object.fromEntries(Object.entries(ms).map(([k, v]) => [k, v * scale]))),
    ),
    verdict: verdictOf(ms),
    modules,
    timeline,
    counters: countersOf({ begin, end }),
    cost: { zones: 1412, ns_per_zone: 55, share: 0.0004 },
  };
}

export const empty = () => ({
  format: "edgevlm profile",
  version: 1,
  machine: { cpu: "", threads: 1, instruction_set: "scalar", limits: {} },
  model: {
    name: "tiny",
    architecture: "",
    vision_encoder: "",
    projector: "",
    parameters: 0,
    file_bytes: 0,
  },
  request: {
    images: [],
    question: "",
    reply: "",
    image_tokens: 0,
    prompt_tokens: 0,
    reply_tokens: 0,
  },
  runs: [{ e2e_ms: 1.5 }],
  verdict: { total_ms: 1.5, text: "", parts: [] },
  modules: [],
  timeline: { names: [], threads: [], events: [], dropped: 0 },
  counters: [],
  cost: { zones: 0, ns_per_zone: 0, share: 0 },
});

// Names and texts that try to become markup, break the page, or are very long.
export function hostile() {
  const markup =
    "</script><img src=x onerror=\"document.title='run'\"><style>main{display:none}</style>";
  const profile = realistic({ visionLayers: 2, decoderLayers: 2 });
  const long = "W".repeat(3000);
  Object.assign(profile.request, {
    images: [`${markup}.png`, long],
    question: `${markup} \u202e backwards`,
    reply: `<!--<script>${markup}${long}`,
  });
  Object.assign(profile.model, { name: markup, architecture: long });
  profile.machine.cpu = markup;
  Object.assign(profile.verdict, { text: markup + long });
  profile.verdict.parts[0].name = markup;
  profile.verdict.parts[1].reason = long;
  const tower = profile.modules[2];
  Object.assign(tower.children[0], { name: markup, path: "__proto__" });
  Object.assign(tower.children[1].children[0].children[0], {
    name: long,
    path: long,
    total_ms: -1,
    calls: null,
    roofline_share: 1e300,
  });
  profile.timeline.names[0] = markup;
  profile.timeline.events.push([999_999, 77, 1e6, 5], [0, 0, "1", 2], null, [0, 0, 1e6, -5]);
  profile.counters.push({ name: markup, unit: markup, samples: [[1e6, 1], null, [2e6, "x"]] });
  return profile;
}

// Many layers, 16 threads, and as many events as the file holds.
export function huge(eventCount = 50_000) {
  const profile = realistic({ visionLayers: 48, decoderLayers: 80 });
  const { timeline } = profile;
  for (let i = 2; i < 16; ++i) timeline.threads.push(`worker ${i}`);
  for (let i = timeline.events.length; i < eventCount; ++i)
    timeline.events.push([
      i % timeline.names.length,
      1 + (i % 15) + 1,
      1e6 + Math.floor(i / 15) * 240,
      200,
    ]);
  timeline.dropped = 12;
  return profile;
}

const scripts = readdirSync(source).filter(name => name.endsWith(".js") && name !== "profile.js");

// The page as the program writes it. json: the text of the profile.
export function pageText(json) {
  const read = name => readFileSync(join(source, name), "utf8");
  const marks = {
    "/*STYLE*/": read("style.css"),
    "/*SCRIPT*/": [...scripts.sort(), "profile.js"].map(read).join("\n"),
    "/*PROFILE*/": json.replaceAll("<", "\\u003c"),
  };
  return read("profile.html").replace(/\/\*(STYLE|SCRIPT|PROFILE)\*\//g, mark => marks[mark]);
}

const folder = mkdtempSync(join(tmpdir(), "edgevlm-profile-page-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// Writes the page of a profile, or of a text that should be one, and returns its address.
export function writePage(name, profile) {
  const file = join(folder, `${name}.html`);
  writeFileSync(file, pageText(typeof profile === "string" ? profile : JSON.stringify(profile)));
  return pathToFileURL(file).href;
}
