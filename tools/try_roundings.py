#!/usr/bin/env python3
"""Tries ways to round the activations of a language model to int8, on real weights.

Usage: tools/try_roundings.py EDGEVLM MODEL.gguf TEXT

Computes a llama in float32 with NumPy, where the inputs of its matrices are rounded in one of the ways
of the table in docs/performance.md, and prints how far the next token's distribution is from that
without rounding: mean and 99th percentile of the Kullback-Leibler divergence in nats, and how often the
most likely token is the same. Over the second halves of four windows of 512 tokens. Takes about 7 s a
way on two cores. Needs NumPy and gguf from PyPI. This is for choosing: `edgevlm eval --against f32`
measures what was built.
"""
import subprocess
import sys

import numpy as np
from gguf import GGUFReader, dequantize

WINDOWS, WINDOW = 4, 512


def hadamard(size):
    """The matrix over the root of its size."""
    matrix = np.ones((1, 1))
    while len(matrix) < size:
        matrix = np.block([[matrix, matrix], [matrix, -matrix]])
    return (matrix / np.sqrt(size)).astype("f4")


def rotated(x, size):
    return x if size == 1 else (x.reshape(-1, size) @ hadamard(size)).reshape(x.shape)


def rounded(x, block):
    """To int8, with a scale for each block of a row; 0: for the row."""
    block = block or x.shape[1]
    blocks = np.pad(x, [(0, 0), (0, -x.shape[1] % block)]).reshape(-1, block)
    scale = np.abs(blocks).max(-1, keepdims=True) / 127
    scale[scale == 0] = 1
    return (np.rint(blocks / scale) * scale).reshape(len(x), -1)[:, : x.shape[1]]


class Rounding:
    """How inputs and weights are rounded; with a block of None, they are not."""

    def __init__(self, rotation, block, weight_block=None, logits="exact"):
        self.rotation, self.block, self.weight_block = rotation, block, weight_block
        self.logits = logits
        self.weights = {}

    def inputs(self, x, layer):
        if self.block is None or (layer == "logits" and self.logits == "exact"):
            return x
        return rotated(rounded(rotated(x, self.rotation), self.block), self.rotation)

    def weight(self, name, values):
        if self.weight_block is None:
            return values
        if name not in self.weights:
            turned = rotated(values, self.rotation)
            self.weights[name] = rotated(rounded(turned, self.weight_block), self.rotation)
        return self.weights[name]


class Llama:
    def __init__(self, path, tokens):
        reader = GGUFReader(path)
        self.values = {t.name: dequantize(t.data, t.tensor_type).astype("f4")
                       for t in reader.tensors}
        field = lambda key: reader.fields["llama." + key].parts[-1][0]
        self.blocks, self.heads = int(field("block_count")), int(field("attention.head_count"))
        self.kv_heads = int(field("attention.head_count_kv"))
        self.epsilon = float(field("attention.layer_norm_rms_epsilon"))
        self.width = int(field("embedding_length"))
        self.head_width = self.width // self.heads
        pairs = np.arange(0, self.head_width, 2) / self.head_width
        angles = np.outer(np.arange(WINDOW), float(field("rope.freq_base")) ** -pairs)
        self.cos, self.sin = (f(angles).astype("f4")[None, :, None, :] for f in (np.cos, np.sin))
        self.mask = np.triu(np.full((WINDOW, WINDOW), -np.inf, "f4"), 1)
        self.tokens = tokens

    def norm(self, x, name):
        return x / np.sqrt((x * x).mean(-1, keepdims=True) + self.epsilon) * self.values[name]

    def rope(self, x, heads):
        x = x.reshape(WINDOWS, WINDOW, heads, -1, 2)
        a, b = x[..., 0], x[..., 1]
        turned = np.stack([a * self.cos - b * self.sin, a * self.sin + b * self.cos], -1)
        return turned.reshape(WINDOWS, WINDOW, heads, -1)

    def attend(self, q, k, v):
        group = self.heads // self.kv_heads
        q = q.transpose(0, 2, 1, 3)
        k = np.repeat(k.transpose(0, 2, 3, 1), group, 1)
        v = np.repeat(v.transpose(0, 2, 1, 3), group, 1)
        scores = q @ k / np.sqrt(self.head_width) + self.mask
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        weights /= weights.sum(-1, keepdims=True)
        return (weights @ v).transpose(0, 2, 1, 3).reshape(WINDOWS * WINDOW, -1)

    def log_probabilities(self, rounding):
        """Of the token after each row of the second halves."""
        def product(x, name):
            return x @ rounding.weight(name, self.values[name + ".weight"]).T

        x = self.values["token_embd.weight"][self.tokens].reshape(-1, self.width)
        for i in range(self.blocks):
            b = f"blk.{i}."
            n = rounding.inputs(self.norm(x, b + "attn_norm.weight"), "qkv")
            q = self.rope(product(n, b + "attn_q"), self.heads)
            k = self.rope(product(n, b + "attn_k"), self.kv_heads)
            v = product(n, b + "attn_v").reshape(WINDOWS, WINDOW, self.kv_heads, -1)
            x = x + product(rounding.inputs(self.attend(q, k, v), "output"), b + "attn_output")
            n = rounding.inputs(self.norm(x, b + "ffn_norm.weight"), "mlp")
            gate = product(n, b + "ffn_gate")
            gated = gate / (1 + np.exp(-gate)) * product(n, b + "ffn_up")
            x = x + product(rounding.inputs(gated, "down"), b + "ffn_down")
        x = self.norm(x, "output_norm.weight").reshape(WINDOWS, WINDOW, -1)[:, WINDOW // 2 : -1]
        output = self.values.get("output.weight", self.values["token_embd.weight"])
        logits = rounding.inputs(x.reshape(-1, self.width), "logits") @ output.T
        logits = logits.astype("f8") - logits.max(-1, keepdims=True)
        return logits - np.log(np.exp(logits).sum(-1, keepdims=True))


WAYS = [
    ("blocks of 128, logits too", Rounding(1, 128, logits="rounded")),
    ("blocks of 32, logits too", Rounding(1, 32, logits="rounded")),
    ("blocks of 32", Rounding(1, 32)),
    ("blocks of 16", Rounding(1, 16)),
    ("rotated by 4, blocks of 128", Rounding(4, 128)),
    ("rotated by 8, blocks of 128", Rounding(8, 128)),
    ("rotated by 8, blocks of 64", Rounding(8, 64)),
    ("rotated by 16, blocks of 128", Rounding(16, 128)),
    ("rotated by 16, blocks of 32", Rounding(16, 32)),
    ("rotated by 64, a row; weights a row", Rounding(64, 0, 0)),
    ("rotated by 64, blocks of 64; weights too", Rounding(64, 64, 64)),
    ("blocks of 128; weights too", Rounding(1, 128, 128)),
]


def main():
    edgevlm, path, text = sys.argv[1:]
    with open(text, encoding="utf-8") as file:
        ids = subprocess.run([edgevlm, "tokenize", "-m", path], stdin=file, capture_output=True,
                             check=True).stdout.split()
    tokens = np.array([int(i) for i in ids[: WINDOWS * WINDOW]]).reshape(WINDOWS, WINDOW)
    model = Llama(path, tokens)
    exact = model.log_probabilities(Rounding(1, None))
    print("| activations | mean KL | p99 | same token |\n| --- | ---: | ---: | ---: |")
    for name, way in WAYS:
        found = model.log_probabilities(way)
        kl = (np.exp(exact) * (exact - found)).sum(-1)
        same = (exact.argmax(-1) == found.argmax(-1)).mean()
        p99 = np.quantile(kl, 0.99)
        print(f"| {name} | {kl.mean():.5f} | {p99:.4f} | {100 * same:.1f} % |", flush=True)


if __name__ == "__main__":
    main()
