"""CLIP in ONNX Runtime, int8 with dynamic scales: onnx_clip.py FOLDER THREADS
Prints {"ms": of an image, "error": relative, to float32}. Keeps the models in FOLDER."""
import json
import pathlib
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import helper, numpy_helper

from shapes import Clip, RandomWeights, images, relative_error, timed


class Graph:
    def __init__(self, shape, weights):
        self.shape, self.weights, self.nodes, self.constants = shape, weights, [], []

    def node(self, kind, *inputs, **attributes):
        name = f"{kind}{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [name], name=name, **attributes))
        return name

    def constant(self, values):
        name = f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def ints(self, *values):
        return self.constant(np.array(values, dtype=np.int64))

    def linear(self, x, inputs, outputs):
        product = self.node("MatMul", x, self.constant(self.weights.matrix("", outputs, inputs).T))
        return self.node("Add", product, self.constant(self.weights.vector("", outputs, 0)))

    def norm(self, x):
        width = self.shape.width
        return self.node("LayerNormalization", x, self.constant(self.weights.vector("", width, 1)),
                         self.constant(self.weights.vector("", width, 0)), axis=2, epsilon=self.shape.epsilon)

    def attention(self, x):
        width, heads = self.shape.width, self.shape.heads
        split = self.ints(1, -1, heads, width // heads)

        def head(order):
            return self.node("Transpose", self.node("Reshape", self.linear(x, width, width), split), perm=order)
        queries, keys, values = (head(order) for order in ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]))
        scores = self.node("Mul", self.node("MatMul", queries, keys),
                           self.constant(np.float32((width / heads) ** -0.5)))
        mixed = self.node("MatMul", self.node("Softmax", scores, axis=3), values)
        joined = self.node("Reshape", self.node("Transpose", mixed, perm=[0, 2, 1, 3]), self.ints(1, -1, width))
        return self.linear(joined, width, width)

    def feed_forward(self, x):
        up = self.linear(x, self.shape.width, self.shape.hidden)
        gate = self.node("Sigmoid", self.node("Mul", up, self.constant(np.float32(1.702))))  # quick GELU
        return self.linear(self.node("Mul", up, gate), self.shape.hidden, self.shape.width)

    def model(self):
        shape = self.shape
        kernel = self.weights.matrix("", shape.width, 3 * shape.patch ** 2)
        cells = self.node("Conv", "pixels",
                          self.constant(kernel.reshape(shape.width, 3, shape.patch, shape.patch)),
                          kernel_shape=[shape.patch] * 2, strides=[shape.patch] * 2)
        rows = self.node("Transpose", self.node("Reshape", cells, self.ints(1, shape.width, -1)), perm=[0, 2, 1])
        first = self.constant(self.weights.vector("", shape.width, 0).reshape(1, 1, -1))
        positions = self.constant(self.weights.matrix("", shape.patches + 1, shape.width)[None])
        x = self.norm(self.node("Add", self.node("Concat", first, rows, axis=1), positions))
        for _ in range(shape.blocks):
            x = self.node("Add", x, self.attention(self.norm(x)))
            x = self.node("Add", x, self.feed_forward(self.norm(x)))
        self.nodes.append(helper.make_node("Identity", [x], ["features"]))
        floats = onnx.TensorProto.FLOAT
        graph = helper.make_graph(
            self.nodes, "clip", [helper.make_tensor_value_info("pixels", floats, [1, 3, shape.image, shape.image])],
            [helper.make_tensor_value_info("features", floats, [1, shape.patches + 1, shape.width])], self.constants)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def make(folder):
    """Writes the float32 model and its int8 form once; returns their paths."""
    exact, rounded = folder / "clip-f32.onnx", folder / "clip-int8.onnx"
    if not rounded.exists():
        from onnxruntime.quantization import QuantType, quantize_dynamic
        onnx.save(Graph(Clip(), RandomWeights()).model(), exact)
        part = rounded.with_suffix(".part")
        quantize_dynamic(exact, part, weight_type=QuantType.QInt8, per_channel=True)
        part.rename(rounded)
    return exact, rounded


def session(path, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def main():
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    exact, rounded = make(folder)
    feeds = {"pixels": next(images(1, seed=3))}
    int8 = session(rounded, threads)
    seconds = timed(lambda: int8.run(None, feeds))
    found = int8.run(None, feeds)[0]
    del int8
    print(json.dumps({"ms": 1e3 * seconds,
                      "error": relative_error(found, session(exact, threads).run(None, feeds)[0])}))


if __name__ == "__main__":
    main()
