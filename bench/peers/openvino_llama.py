"""A Llama in OpenVINO with a stateful cache, int4 by NNCF (symmetric, groups of 64):

openvino_llama.py speed FOLDER THREADS PROMPT REPLY
  MobileLLaMA-1.4B's shape, random weights. Prints {"prefill": tokens/s, "decode": tokens/s}.
openvino_llama.py error FOLDER THREADS FILE.gguf TOKENS.json
  The weights of a GGUF file. Prints {"kl", "same_token"} of the default arithmetic to float32 with
  the same int4 weights, over the second half of the tokens.
Keeps the models in FOLDER."""
import pathlib

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from openvino_clip import save
from shapes import FIRST_TOKEN, MOBILE_LLAMA, GgufWeights, RandomWeights, divergence, text_main, unpermute

EXACT = {"INFERENCE_PRECISION_HINT": "f32", "DYNAMIC_QUANTIZATION_GROUP_SIZE": "0", "KV_CACHE_PRECISION": "f32"}


def ints(*values):
    return ops.constant(np.array(values, dtype=np.int64))


def matrix(values):
    """A constant as models are published: float16, to be computed in float32."""
    return ops.convert(ops.constant(values.astype(np.float16)), "f32")


class Graph:
    """Inputs and output as openvino_genai wants them: input_ids [1, T], attention_mask [1, L],
    position_ids [1, T], beam_idx [1]; logits [1, T, V]."""

    def __init__(self, shape, weights):
        self.shape, self.weights, self.assigns = shape, weights, []
        self.ids = ops.parameter([-1, -1], np.int64, name="input_ids")
        self.positions = ops.parameter([-1, -1], np.int64, name="position_ids")
        self.beams = ops.parameter([-1], np.int32, name="beam_idx")
        self.attended = ops.parameter([-1, -1], np.int64, name="attention_mask")
        self.inputs = [self.ids, self.attended, self.positions, self.beams]
        for node in self.inputs:
            node.output(0).get_tensor().set_names({node.get_friendly_name()})
        self.mask = None

    def linear(self, x, name, outputs, inputs, heads=0):
        values = self.weights.matrix(name, outputs, inputs)
        return ops.matmul(x, matrix(unpermute(values, heads) if heads else values), False, True)

    def norm(self, x, name):
        mean = ops.reduce_mean(ops.power(x, np.float32(2)), ints(-1), True)
        normed = ops.multiply(x, ops.divide(np.float32(1), ops.sqrt(ops.add(mean, np.float32(self.shape.epsilon)))))
        return ops.multiply(ops.constant(self.weights.vector(name, self.shape.width, 1)[None, None]), normed)

    def rotations(self):
        """Cosines and sines [1, 1, T, head] of the positions."""
        head = self.shape.head
        rates = self.shape.rope_base ** (-np.arange(0, head, 2, dtype=np.float64) / head)
        angles = ops.multiply(ops.unsqueeze(ops.convert(self.positions, "f32"), ints(2)),
                              ops.constant(rates.astype(np.float32)[None, None]))
        both = ops.unsqueeze(ops.concat([angles, angles], 2), ints(1))
        return ops.cos(both), ops.sin(both)

    def rotate(self, x, rotations):
        """In the very form that OpenVINO recognizes: else the angles are computed in bfloat16."""
        half = self.shape.head // 2
        first = ops.slice(x, ints(0), ints(half), ints(1), ints(3))
        second = ops.slice(x, ints(half), ints(np.iinfo(np.int64).max), ints(1), ints(3))
        minus = ops.constant(np.full((1, 1, 1, 1), -1, dtype=np.float32))
        turned = ops.concat([ops.multiply(second, minus), first], -1)
        return ops.add(ops.multiply(x, rotations[0]), ops.multiply(turned, rotations[1]))

    def cached(self, rows, name):
        """All rows so far, [1, heads, L, head]: those of a variable and the new ones."""
        shape = ov.PartialShape([-1, self.shape.kv_heads, -1, self.shape.head])
        batch = ops.gather(ops.shape_of(self.ids), ints(0), ints(0))
        empty = ops.broadcast(ops.constant(np.float32(0)),
                              ops.concat([batch, ints(self.shape.kv_heads, 0, self.shape.head)], 0))
        past = ops.read_value(empty, name, ov.Type.f32, shape)
        joined = ops.concat([ops.gather(past, self.beams, ints(0)), rows], 2)
        self.assigns.append(ops.assign(joined, name))
        return joined

    def masked(self):
        """0 where a row may attend, else a large negative number: [1, 1, T, L]."""
        if self.mask is None:
            length = ops.gather(ops.shape_of(self.attended), ints(1), ints(0))
            columns = ops.range(ops.constant(np.int64(0)), ops.squeeze(length, ints(0)),
                                ops.constant(np.int64(1)), "i64")
            rows = ops.unsqueeze(self.positions, ints(1, 3))
            earlier = ops.less_equal(ops.unsqueeze(columns, ints(0, 1, 2)), rows)
            kept = ops.greater(ops.unsqueeze(self.attended, ints(1, 2)), ops.constant(np.int64(0)))
            seen = ops.logical_and(earlier, kept)
            self.mask = ops.select(seen, ops.constant(np.float32(0)), ops.constant(np.float32(-65504)))
        return self.mask

    def attention(self, x, block, rotations):
        shape, name = self.shape, f"blk.{block}.attn_"

        def heads(part, count, turned):
            rows = self.linear(x, name + part, count * shape.head, shape.width, count if turned else 0)
            split = ops.transpose(ops.reshape(rows, ints(0, 0, count, shape.head), True), ints(0, 2, 1, 3))
            return self.rotate(split, rotations) if turned else split
        queries = heads("q", shape.heads, True)
        keys = self.cached(heads("k", shape.kv_heads, True), f"past_key_values.{block}.key")
        values = self.cached(heads("v", shape.kv_heads, False), f"past_key_values.{block}.value")
        groups = shape.heads // shape.kv_heads
        if groups > 1:
            keys, values = (self.repeat(rows, groups) for rows in (keys, values))
        mixed = ops.scaled_dot_product_attention(queries, keys, values, self.masked())
        joined = ops.reshape(ops.transpose(mixed, ints(0, 2, 1, 3)), ints(0, 0, shape.width), True)
        return self.linear(joined, name + "output", shape.width, shape.width)

    def repeat(self, rows, groups):
        """[1, kv_heads, L, head] -> [1, heads, L, head], as transformers does."""
        wide = ops.broadcast(ops.unsqueeze(rows, ints(2)), ints(1, 1, groups, 1, 1),
                             broadcast_spec="BIDIRECTIONAL")
        return ops.reshape(wide, ints(0, self.shape.heads, -1, self.shape.head), True)

    def feed_forward(self, x, block):
        shape, name = self.shape, f"blk.{block}.ffn_"
        gate = ops.swish(self.linear(x, name + "gate", shape.hidden, shape.width))
        up = self.linear(x, name + "up", shape.hidden, shape.width)
        return self.linear(ops.multiply(gate, up), name + "down", shape.width, shape.hidden)

    def model(self):
        shape = self.shape
        table = matrix(self.weights.matrix("token_embd", shape.vocabulary, shape.width))
        x = ops.gather(table, ops.convert(self.ids, "i32"), ints(0))
        rotations = self.rotations()
        for block in range(shape.blocks):
            x = ops.add(x, self.attention(self.norm(x, f"blk.{block}.attn_norm"), block, rotations))
            x = ops.add(x, self.feed_forward(self.norm(x, f"blk.{block}.ffn_norm"), block))
        rows = self.linear(self.norm(x, "output_norm"), "output", shape.vocabulary, shape.width)
        result = ops.result(rows)
        result.output(0).get_tensor().set_names({"logits"})
        return ov.Model([result], self.assigns, self.inputs, "llama")


def make(path, shape, weights):
    """Writes the model with int4 weights once."""
    if path.exists():
        return
    import nncf
    model = nncf.compress_weights(Graph(shape, weights).model(), mode=nncf.CompressWeightsMode.INT4_SYM,
                                  group_size=64, ratio=1.0)
    save(model, path)


def logits(path, threads, tokens, **options):
    """[T, V], of a text that is read at once."""
    compiled = ov.Core().compile_model(path, "CPU", {"INFERENCE_NUM_THREADS": threads,
                                                     "PERFORMANCE_HINT": "LATENCY", **options})
    ids = np.array([tokens], dtype=np.int64)
    return compiled({"input_ids": ids, "attention_mask": np.ones_like(ids), "beam_idx": np.zeros(1, dtype=np.int32),
                     "position_ids": np.arange(len(tokens), dtype=np.int64)[None]})[0][0]


def speed(folder, threads, prompt, reply):
    """Of openvino_genai's pipeline with its defaults."""
    import openvino_genai
    folder = folder / "llama-int4-openvino"
    make(folder / "openvino_model.xml", MOBILE_LLAMA, RandomWeights())
    pipeline = openvino_genai.LLMPipeline(folder, "CPU", INFERENCE_NUM_THREADS=threads)
    config = openvino_genai.GenerationConfig(max_new_tokens=reply + 1, ignore_eos=True, eos_token_id=2,
                                             stop_token_ids={2})

    def measure(first):
        ids = np.arange(first, first + prompt, dtype=np.int64)[None]
        inputs = openvino_genai.TokenizedInputs(ov.Tensor(ids), ov.Tensor(np.ones_like(ids)))
        metrics = pipeline.generate(inputs, config).perf_metrics
        return {"prefill": 1e3 * prompt / metrics.get_ttft().mean, "decode": 1e3 / metrics.get_tpot().mean}
    measure(FIRST_TOKEN)  # warms up
    return measure(FIRST_TOKEN + prompt)  # another prompt: the pipeline keeps prefixes


def error(folder, threads, file, tokens):
    path = folder / (pathlib.Path(file).stem + "-int4.xml")
    weights = GgufWeights(file)
    make(path, weights.shape(), weights)
    half = len(tokens) // 2
    kl, same = divergence(logits(path, threads, tokens, **EXACT)[half:-1],
                          logits(path, threads, tokens)[half:-1])
    return {"kl": kl, "same_token": same}


if __name__ == "__main__":
    text_main(speed, error)
