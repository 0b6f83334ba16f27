"""The shapes that all engines run, and weights for them: random ones, or those of a GGUF file."""
import dataclasses
import json
import math
import pathlib
import sys
import time

import numpy as np


@dataclasses.dataclass(frozen=True)
class Clip:
    """CLIP ViT-L/14-336 (Radford et al. 2021) without its last two blocks, as EdgeVLM and llama.cpp
    run it for MobileVLM."""
    image: int = 336
    patch: int = 14
    width: int = 1024
    blocks: int = 22
    heads: int = 16
    hidden: int = 4096
    epsilon: float = 1e-5

    @property
    def patches(self):
        return (self.image // self.patch) ** 2


@dataclasses.dataclass(frozen=True)
class Llama:
    """A decoder of the Llama kind."""
    width: int
    blocks: int
    heads: int
    kv_heads: int
    hidden: int
    vocabulary: int
    epsilon: float
    rope_base: float

    @property
    def head(self):
        return self.width // self.heads


MOBILE_LLAMA = Llama(width=2048, blocks=24, heads=16, kv_heads=16, hidden=5632, vocabulary=32000,
                     epsilon=1e-6, rope_base=1e4)


class RandomWeights:
    """Matrices of random values. They repeat with an odd period, so that rows differ and a model of
    the true size is made in seconds."""

    def __init__(self, seed=1):
        self.pattern = np.random.default_rng(seed).uniform(-1, 1, (1 << 20) + 1).astype(np.float32)

    def take(self, count):
        """The next values; every tensor begins elsewhere in the pattern."""
        self.pattern = np.roll(self.pattern, 4999)
        return np.resize(self.pattern, count)

    def matrix(self, _name, outputs, inputs):
        """[outputs, inputs], so that a product keeps the size of its input."""
        return self.take(outputs * inputs).reshape(outputs, inputs) * np.float32(1.7 / math.sqrt(inputs))

    def vector(self, _name, size, middle):
        return np.float32(middle) + np.float32(0.05) * self.take(size)


class GgufWeights:
    """The weights of a Llama in a GGUF file, as float32."""

    def __init__(self, path):
        from gguf import GGUFReader, dequantize
        reader = GGUFReader(path)
        self.fields, self.dequantize = reader.fields, dequantize
        self.tensors = {tensor.name: tensor for tensor in reader.tensors}

    def number(self, key):
        return self.fields["llama." + key].contents()

    def shape(self):
        width = int(self.number("embedding_length"))
        return Llama(width=width, blocks=int(self.number("block_count")),
                     heads=int(self.number("attention.head_count")),
                     kv_heads=int(self.number("attention.head_count_kv")),
                     hidden=int(self.number("feed_forward_length")),
                     vocabulary=int(self.tensors["token_embd.weight"].shape[1]),
                     epsilon=float(self.number("attention.layer_norm_rms_epsilon")),
                     rope_base=float(self.number("rope.freq_base")))

    def matrix(self, name, outputs, inputs):
        if name == "output" and "output.weight" not in self.tensors:
            name = "token_embd"
        tensor = self.tensors[name + ".weight"]
        values = self.dequantize(tensor.data, tensor.tensor_type)
        return np.ascontiguousarray(values, dtype=np.float32).reshape(outputs, inputs)

    def vector(self, name, size, _middle):
        tensor = self.tensors[name + ".weight"]
        return np.asarray(tensor.data, dtype=np.float32).reshape(size)


def unpermute(matrix, heads):
    """GGUF's order of the rows of q and k (pairs of neighbors) -> the order of halves that
    transformers and these graphs use."""
    outputs, inputs = matrix.shape
    return matrix.reshape(heads, outputs // heads // 2, 2, inputs).swapaxes(1, 2).reshape(outputs, inputs)


def rope_tables(shape, positions):
    """Cosines and sines [positions, head / 2]."""
    rates = shape.rope_base ** (-np.arange(0, shape.head, 2, dtype=np.float64) / shape.head)
    angles = np.outer(np.arange(positions), rates)
    return np.cos(angles).astype(np.float32), np.sin(angles).astype(np.float32)


def images(count, seed=2):
    """Normalized images [1, 3, S, S]: soft waves and noise."""
    rng = np.random.default_rng(seed)
    side = Clip().image
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    for _ in range(count):
        waves = [np.sin(rng.uniform(0.01, 0.2) * x + rng.uniform(0.01, 0.2) * y + rng.uniform(0, 6))
                 for _ in range(3)]
        yield (np.stack(waves) + 0.3 * rng.standard_normal((3, side, side))).astype(np.float32)[None]


def timed(call):
    """Seconds of the second of two calls."""
    call()
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


FIRST_TOKEN = 300  # past the control tokens and bytes of every vocabulary


def text_main(speed, error):
    """The command line of a text peer."""
    what, folder, threads = sys.argv[1], pathlib.Path(sys.argv[2]), int(sys.argv[3])
    if what == "speed":
        print(json.dumps(speed(folder, threads, int(sys.argv[4]), int(sys.argv[5]))))
    else:
        tokens = json.loads(pathlib.Path(sys.argv[5]).read_text(encoding="utf-8"))
        print(json.dumps(error(folder, threads, sys.argv[4], tokens)))


def relative_error(found, exact):
    return float(np.linalg.norm(found - exact) / np.linalg.norm(exact))


def divergence(exact, found):
    """Mean KL(exact || found) of rows of logits, and how often the most likely token is the same."""
    def log_softmax(x):
        x = x.astype(np.float64) - x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))
    p, q = log_softmax(exact), log_softmax(found)
    return float((np.exp(p) * (p - q)).sum(-1).mean()), float((p.argmax(-1) == q.argmax(-1)).mean())
