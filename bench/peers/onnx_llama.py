"""A Llama in ONNX Runtime, as onnxruntime_genai's builder writes it: int4 in blocks of 32, products with
int8 activations, GroupQueryAttention with a shared cache:

onnx_llama.py speed FOLDER THREADS PROMPT REPLY
onnx_llama.py error FOLDER THREADS FILE.gguf TOKENS.json
See openvino_llama.py. `error` compares products of int8 with products of float32, on the same int4 weights."""
import pathlib
import time

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from shapes import (FIRST_TOKEN, MOBILE_LLAMA, GgufWeights, RandomWeights, divergence, rope_tables, text_main,
                    unpermute)

CONTEXT = 1024
BLOCK = 32
INT8_PRODUCTS, FLOAT_PRODUCTS = 4, 1  # accuracy_level of MatMulNBits
MICROSOFT = "com.microsoft"


def to_int4(values):
    """[N, K] -> quants [N, K / BLOCK, BLOCK / 2], two to a byte, and scales [N * K / BLOCK]."""
    outputs, inputs = values.shape
    blocks = values.reshape(outputs, inputs // BLOCK, BLOCK)
    extremes = np.take_along_axis(blocks, np.abs(blocks).argmax(-1, keepdims=True), -1)
    scales = extremes / -8
    quants = np.clip(np.round(blocks / np.where(scales == 0, 1, scales)) + 8, 0, 15).astype(np.uint8)
    return quants[..., 0::2] | quants[..., 1::2] << 4, scales.astype(np.float32).reshape(-1)


class Graph:
    """Inputs: input_ids [1, T], mask lengths, past keys and values. Output: logits [1, R, V]."""

    def __init__(self, shape, weights, accuracy, last_row):
        self.shape, self.weights, self.accuracy, self.last_row = shape, weights, accuracy, last_row
        self.nodes, self.constants, self.inputs, self.outputs = [], [], [], []
        self.cos, self.sin = (self.constant(table) for table in rope_tables(shape, CONTEXT))

    def node(self, kind, *inputs, outputs=None, domain="", **attributes):
        names = outputs or [f"{kind}{len(self.nodes)}"]
        self.nodes.append(helper.make_node(kind, list(inputs), names, name=f"n{len(self.nodes)}", domain=domain,
                                           **attributes))
        return names[0]

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def linear(self, x, name, outputs, inputs, heads=0):
        values = self.weights.matrix(name, outputs, inputs)
        quants, scales = to_int4(unpermute(values, heads) if heads else values)
        return self.node("MatMulNBits", x, self.constant(quants), self.constant(scales), domain=MICROSOFT,
                         K=inputs, N=outputs, bits=4, block_size=BLOCK, accuracy_level=self.accuracy)

    def norm(self, x, name):
        gain = self.constant(self.weights.vector(name, self.shape.width, 1))
        return self.node("SimplifiedLayerNormalization", x, gain, axis=-1, epsilon=self.shape.epsilon, stash_type=1)

    def attention(self, x, block):
        shape, name = self.shape, f"blk.{block}.attn_"
        queries = self.linear(x, name + "q", shape.width, shape.width, shape.heads)
        keys = self.linear(x, name + "k", shape.kv_heads * shape.head, shape.width, shape.kv_heads)
        values = self.linear(x, name + "v", shape.kv_heads * shape.head, shape.width)
        past = [f"past_{part}_{block}" for part in ("key", "value")]
        present = [f"present_{part}_{block}" for part in ("key", "value")]
        sides = [1, shape.kv_heads, CONTEXT, shape.head]
        for into, names in ((self.inputs, past), (self.outputs, present)):
            into += [helper.make_tensor_value_info(each, onnx.TensorProto.FLOAT, sides) for each in names]
        mixed = self.node("GroupQueryAttention", queries, keys, values, *past, "seqlens_k", "total_length",
                          self.cos, self.sin, outputs=[f"mixed_{block}", *present], domain=MICROSOFT,
                          num_heads=shape.heads, kv_num_heads=shape.kv_heads, do_rotary=1,
                          scale=shape.head ** -0.5)
        return self.linear(mixed, name + "output", shape.width, shape.width)

    def feed_forward(self, x, block):
        shape, name = self.shape, f"blk.{block}.ffn_"
        gate = self.linear(x, name + "gate", shape.hidden, shape.width)
        up = self.linear(x, name + "up", shape.hidden, shape.width)
        gated = self.node("Mul", self.node("Mul", gate, self.node("Sigmoid", gate)), up)
        return self.linear(gated, name + "down", shape.width, shape.hidden)

    def model(self):
        shape, types = self.shape, onnx.TensorProto
        x = self.node("Gather", self.constant(self.weights.matrix("token_embd", shape.vocabulary, shape.width)),
                      "input_ids")
        for block in range(shape.blocks):
            x = self.node("Add", x, self.attention(self.norm(x, f"blk.{block}.attn_norm"), block))
            x = self.node("Add", x, self.feed_forward(self.norm(x, f"blk.{block}.ffn_norm"), block))
        if self.last_row:
            one = [self.constant(np.array([value], dtype=np.int64)) for value in (-1, np.iinfo(np.int64).max, 1)]
            x = self.node("Slice", x, *one)
        logits = self.linear(self.norm(x, "output_norm"), "output", shape.vocabulary, shape.width)
        self.node("Identity", logits, outputs=["logits"])
        inputs = [helper.make_tensor_value_info("input_ids", types.INT64, [1, "T"]),
                  helper.make_tensor_value_info("seqlens_k", types.INT32, [1]),
                  helper.make_tensor_value_info("total_length", types.INT32, [])]
        outputs = [helper.make_tensor_value_info("logits", types.FLOAT, [1, "R", shape.vocabulary])]
        graph = helper.make_graph(self.nodes, "llama", inputs + self.inputs, outputs + self.outputs, self.constants)
        return helper.make_model(graph, ir_version=10, opset_imports=[
            helper.make_opsetid("", 21), helper.make_opsetid(MICROSOFT, 1)])


def make(path, shape, weights, accuracy, last_row=False):
    if not path.exists():
        part = path.with_suffix(".part")
        onnx.save(Graph(shape, weights, accuracy, last_row).model(), part)
        part.rename(path)


class Text:
    """One text; its cache is written in place."""

    def __init__(self, path, threads, shape):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        self.binding, self.length = self.session.io_binding(), 0
        sides = (1, shape.kv_heads, CONTEXT, shape.head)
        self.caches = []
        for block in range(shape.blocks):
            for part in ("key", "value"):
                cache = onnxruntime.OrtValue.ortvalue_from_numpy(np.zeros(sides, dtype=np.float32))
                self.binding.bind_ortvalue_input(f"past_{part}_{block}", cache)
                self.binding.bind_ortvalue_output(f"present_{part}_{block}", cache)
                self.caches.append(cache)

    def reset(self):
        self.length = 0

    def add(self, tokens):
        """Logits [R, V]."""
        self.length += len(tokens)
        self.binding.bind_cpu_input("input_ids", np.array([tokens], dtype=np.int64))
        self.binding.bind_cpu_input("seqlens_k", np.array([self.length - 1], dtype=np.int32))
        self.binding.bind_cpu_input("total_length", np.array(self.length, dtype=np.int32))
        self.binding.bind_output("logits")
        self.session.run_with_iobinding(self.binding)
        return self.binding.get_outputs()[-1].numpy()[0]


def speed(folder, threads, prompt, reply):
    path = folder / "llama-int4.onnx"
    make(path, MOBILE_LLAMA, RandomWeights(), INT8_PRODUCTS, last_row=True)
    text = Text(path, threads, MOBILE_LLAMA)
    tokens, seconds = [FIRST_TOKEN + i for i in range(prompt)], {}
    for _ in range(2):  # the first one warms up
        text.reset()
        begin = time.perf_counter()
        text.add(tokens)
        seconds["prefill"] = (time.perf_counter() - begin) / prompt
        text.reset()
        token = int(text.add([FIRST_TOKEN])[-1].argmax())
        begin = time.perf_counter()
        for _ in range(reply):
            token = int(text.add([token])[-1].argmax())
        seconds["decode"] = (time.perf_counter() - begin) / reply
    return {work: 1 / each for work, each in seconds.items()}


def error(folder, threads, file, tokens):
    weights, half, rows = GgufWeights(file), len(tokens) // 2, []
    for accuracy in (FLOAT_PRODUCTS, INT8_PRODUCTS):
        path = folder / f"{pathlib.Path(file).stem}-int4-{accuracy}.onnx"
        make(path, weights.shape(), weights, accuracy)
        rows.append(Text(path, threads, weights.shape()).add(tokens)[half:-1])
    kl, same = divergence(*rows)
    return {"kl": kl, "same_token": same}


if __name__ == "__main__":
    text_main(speed, error)
