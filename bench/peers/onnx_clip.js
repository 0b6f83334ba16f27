// Writes CLIP ViT-L/14-336 (Radford et al. 2021, "Learning transferable visual models from natural
// language supervision") as an ONNX file with random weights: the 23 blocks whose output LLaVA and
// MobileVLM read. Field numbers are those of onnx.proto; the weights are in a second file.
import { closeSync, openSync, renameSync, writeFileSync, writeSync } from "node:fs";
import { basename } from "node:path";

export const kClip = { image: 336, patch: 14, width: 1024, blocks: 23, heads: 16, hidden: 4096 };

const kFloat = 1, kInt64 = 7; // TensorProto.DataType

// Protocol buffers: a field has its number and wire type, then a varint or a length and bytes.
function varint(value) {
  const bytes = [];
  for (let rest = BigInt(value); ; rest >>= 7n) {
    if (rest < 128n) return Buffer.from([...bytes, Number(rest)]);
    bytes.push(Number((rest & 127n) | 128n));
  }
}
const number = (field, value) => Buffer.concat([varint(field << 3), varint(value)]);
function bytes(field, ...parts) {
  const content = Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part)));
  return Buffer.concat([varint((field << 3) | 2), varint(content.length), content]);
}
const real = (field, value) => {
  const content = Buffer.alloc(4);
  content.writeFloatLE(value);
  return Buffer.concat([varint((field << 3) | 5), content]);
};

const attributes = {
  int: (name, value) => bytes(5, bytes(1, name), number(3, value), number(20, 2)),
  float: (name, value) => bytes(5, bytes(1, name), real(2, value), number(20, 1)),
  ints: (name, values) => bytes(5, bytes(1, name), ...values.map((v) => number(8, v)), number(20, 7)),
};

// Builds the graph: nodes, and constants whose values go to the weights file.
class Graph {
  constructor(weightsPath) {
    this.location = basename(weightsPath);
    this.file = openSync(weightsPath, "w");
    this.offset = 0;
    this.parts = [];
    this.names = 0;
    // Random values, repeated with an odd period of about 1 MiB, so that rows differ.
    this.pattern = Float32Array.from({ length: (1 << 18) + 1 }, () => Math.random() * 2 - 1);
  }

  node(type, inputs, ...attributeFields) {
    const output = `${type}${this.names++}`;
    this.parts.push(bytes(1, ...inputs.map((name) => bytes(1, name)), bytes(2, output), bytes(4, type),
                          ...attributeFields));
    return output;
  }

  // Uniform values in `middle` +- `spread`.
  weight(shape, spread, middle = 0) {
    const count = shape.reduce((a, b) => a * b, 1);
    const values = this.pattern.map((value) => middle + value * spread);
    for (let done = 0; done < count; done += values.length) {
      writeSync(this.file, Buffer.from(values.buffer, 0, Math.min(values.length, count - done) * 4));
    }
    const name = `w${this.names++}`;
    const entry = (key, value) => bytes(13, bytes(1, key), bytes(2, String(value)));
    this.parts.push(bytes(5, ...shape.map((extent) => number(1, extent)), number(2, kFloat), bytes(8, name),
                          entry("location", this.location), entry("offset", this.offset),
                          entry("length", count * 4), number(14, 1)));
    this.offset += count * 4;
    return name;
  }

  scalar(value) {
    const name = `c${this.names++}`;
    this.parts.push(bytes(5, number(2, kFloat), real(4, value), bytes(8, name)));
    return name;
  }

  ints(values) {
    const name = `s${this.names++}`;
    this.parts.push(bytes(5, number(1, values.length), number(2, kInt64),
                          ...values.map((value) => number(7, BigInt.asUintN(64, BigInt(value)))),
                          bytes(8, name)));
    return name;
  }

  linear(x, inputs, outputs) {
    const product = this.node("MatMul", [x, this.weight([inputs, outputs], 1.7 / Math.sqrt(inputs))]);
    return this.node("Add", [product, this.weight([outputs], 0.02)]);
  }

  norm(x) {
    const width = [kClip.width];
    return this.node("LayerNormalization", [x, this.weight(width, 0.05, 1), this.weight(width, 0.02)],
                     attributes.int("axis", 2), attributes.float("epsilon", 1e-5));
  }
}

function attention(graph, x) {
  const { width, heads } = kClip;
  const toHeads = graph.ints([1, -1, heads, width / heads]);
  const head = (order) => graph.node("Transpose", [
    graph.node("Reshape", [graph.linear(x, width, width), toHeads])], attributes.ints("perm", order));
  const [queries, keys, values] = [[0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]].map(head);
  const scores = graph.node("Mul", [graph.node("MatMul", [queries, keys]),
                                    graph.scalar(1 / Math.sqrt(width / heads))]);
  const mixed = graph.node("MatMul", [graph.node("Softmax", [scores], attributes.int("axis", 3)), values]);
  const joined = graph.node("Reshape", [
    graph.node("Transpose", [mixed], attributes.ints("perm", [0, 2, 1, 3])), graph.ints([1, -1, width])]);
  return graph.linear(joined, width, width);
}

function feedForward(graph, x) {
  const up = graph.linear(x, kClip.width, kClip.hidden);
  const gate = graph.node("Sigmoid", [graph.node("Mul", [up, graph.scalar(1.702)])]); // quick GELU
  return graph.linear(graph.node("Mul", [up, gate]), kClip.hidden, kClip.width);
}

function features(graph) {
  const { image, patch, width, blocks } = kClip;
  const places = (image / patch) ** 2;
  const cells = graph.node("Conv", ["pixels", graph.weight([width, 3, patch, patch], 0.07)],
                           attributes.ints("kernel_shape", [patch, patch]),
                           attributes.ints("strides", [patch, patch]));
  const rows = graph.node("Transpose", [graph.node("Reshape", [cells, graph.ints([1, width, places])])],
                          attributes.ints("perm", [0, 2, 1]));
  const all = graph.node("Concat", [graph.weight([1, 1, width], 0.1), rows], attributes.int("axis", 1));
  let x = graph.norm(graph.node("Add", [all, graph.weight([1, places + 1, width], 0.1)]));
  for (let block = 0; block < blocks; ++block) {
    x = graph.node("Add", [x, attention(graph, graph.norm(x))]);
    x = graph.node("Add", [x, feedForward(graph, graph.norm(x))]);
  }
  return graph.node("Slice", [x, graph.ints([1]), graph.ints([places + 1]), graph.ints([1])]);
}

// ValueInfoProto of floats.
function value(field, name, shape) {
  const extents = shape.map((extent) => bytes(1, number(1, extent)));
  return bytes(field, bytes(1, name), bytes(2, bytes(1, number(1, kFloat), bytes(2, ...extents))));
}

// Writes `path` and its weights, 1.2 GB, to `path`.weights.
export function writeClip(path) {
  const { image, patch, width } = kClip;
  const graph = new Graph(`${path}.weights`);
  graph.parts.push(bytes(1, bytes(1, features(graph)), bytes(2, "features"), bytes(4, "Identity")));
  closeSync(graph.file);
  const model = [
    number(1, 8), // version of the format
    bytes(7, ...graph.parts, bytes(2, "clip"), value(11, "pixels", [1, 3, image, image]),
          value(12, "features", [1, (image / patch) ** 2, width])),
    bytes(8, bytes(1, ""), number(2, 17)), // of the operators
  ];
  writeFileSync(`${path}.part`, Buffer.concat(model)); // renamed last, so an existing file is complete
  renameSync(`${path}.part`, path);
}
