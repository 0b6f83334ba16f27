"""CLIP in OpenVINO, int8 by NNCF with static scales: openvino_clip.py FOLDER THREADS
Prints {"ms": of an image, "error": relative, to float32}. Keeps the models in FOLDER."""
import json
import pathlib
import sys

import numpy as np
import openvino as ov
from openvino import opset13 as ops

from shapes import Clip, RandomWeights, images, relative_error, timed

CALIBRATION_IMAGES = 8


def constant(values):
    return ops.constant(np.ascontiguousarray(values))


def ints(*values):
    return ops.constant(np.array(values, dtype=np.int64))


class Graph:
    def __init__(self, shape, weights):
        self.shape, self.weights = shape, weights

    def linear(self, x, inputs, outputs):
        product = ops.matmul(x, constant(self.weights.matrix("", outputs, inputs)), False, True)
        return ops.add(product, constant(self.weights.vector("", outputs, 0)[None, None]))

    def norm(self, x):
        width = self.shape.width
        normed = ops.mvn(x, ints(2), True, self.shape.epsilon, "inside_sqrt")
        scaled = ops.multiply(normed, constant(self.weights.vector("", width, 1)[None, None]))
        return ops.add(scaled, constant(self.weights.vector("", width, 0)[None, None]))

    def attention(self, x):
        width, heads = self.shape.width, self.shape.heads

        def head():
            split = ops.reshape(self.linear(x, width, width), ints(0, 0, heads, width // heads), True)
            return ops.transpose(split, ints(0, 2, 1, 3))
        mixed = ops.scaled_dot_product_attention(head(), head(), head())
        joined = ops.reshape(ops.transpose(mixed, ints(0, 2, 1, 3)), ints(0, 0, width), True)
        return self.linear(joined, width, width)

    def feed_forward(self, x):
        up = self.linear(x, self.shape.width, self.shape.hidden)
        gate = ops.sigmoid(ops.multiply(up, constant(np.float32(1.702))))  # quick GELU
        return self.linear(ops.multiply(up, gate), self.shape.hidden, self.shape.width)

    def model(self):
        shape = self.shape
        pixels = ops.parameter([1, 3, shape.image, shape.image], np.float32, name="pixels")
        kernel = self.weights.matrix("", shape.width, 3 * shape.patch ** 2)
        cells = ops.convolution(pixels, constant(kernel.reshape(shape.width, 3, shape.patch, shape.patch)),
                                [shape.patch] * 2, [0, 0], [0, 0], [1, 1])
        rows = ops.transpose(ops.reshape(cells, ints(1, shape.width, -1), False), ints(0, 2, 1))
        first = constant(self.weights.vector("", shape.width, 0).reshape(1, 1, -1))
        positions = constant(self.weights.matrix("", shape.patches + 1, shape.width)[None])
        x = self.norm(ops.add(ops.concat([first, rows], 1), positions))
        for _ in range(shape.blocks):
            x = ops.add(x, self.attention(self.norm(x)))
            x = ops.add(x, self.feed_forward(self.norm(x)))
        return ov.Model([ops.result(x)], [pixels], "clip")


def save(model, path):
    """Writes path and its .bin file, path last: what exists is complete."""
    part = path.parent / "part" / path.name
    part.parent.mkdir(parents=True, exist_ok=True)
    ov.save_model(model, part, compress_to_fp16=False)
    part.with_suffix(".bin").rename(path.with_suffix(".bin"))
    part.rename(path)


def make(folder):
    """Writes the float32 model and its int8 form once; returns their paths."""
    exact, rounded = folder / "clip-f32.xml", folder / "clip-int8.xml"
    if not rounded.exists():
        import nncf
        model = Graph(Clip(), RandomWeights()).model()
        save(model, exact)
        model = ov.Core().read_model(exact)
        dataset = nncf.Dataset(list(images(CALIBRATION_IMAGES)))
        quantized = nncf.quantize(model, dataset, model_type=nncf.ModelType.TRANSFORMER,
                                  subset_size=CALIBRATION_IMAGES)
        save(quantized, rounded)
    return exact, rounded


def main():
    folder, threads = pathlib.Path(sys.argv[1]), int(sys.argv[2])
    exact, rounded = make(folder)
    common = {"INFERENCE_NUM_THREADS": threads, "PERFORMANCE_HINT": "LATENCY"}
    core, image = ov.Core(), next(images(1, seed=3))
    int8 = core.compile_model(rounded, "CPU", common)
    seconds = timed(lambda: int8(image))
    found = int8(image)[0]
    del int8
    float32 = core.compile_model(exact, "CPU", {**common, "INFERENCE_PRECISION_HINT": "f32"})
    print(json.dumps({"ms": 1e3 * seconds, "error": relative_error(found, float32(image)[0])}))


if __name__ == "__main__":
    main()
