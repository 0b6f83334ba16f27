#!/usr/bin/env python3
"""Measures what `edgevlm watch --tile-tolerance` costs.

Usage: bench/video/tile_tolerance.py BUILD_DIR [PRESET]. A tile whose embeddings are kept has those of what it
showed before. So this prints, for changes of one tile by noise and by an object: the change as the option
measures it, and the cosine of the embeddings before and after. The preset (smolvlm-256m) has random weights.
"""
import array
import pathlib
import random
import subprocess
import sys
import tempfile

SIDE = 512  # of the image, which is one tile


def write_ppm(path, values):
    path.write_bytes(f"P6\n{SIDE} {SIDE}\n255\n".encode() + bytes(values))


def scene():
    """A ground of two colors with a few rectangles."""
    draw = random.Random(1)
    values = bytearray()
    for y in range(SIDE):
        values += bytes((90 + y // 8, 120, 160 - y // 8)) * SIDE
    for _ in range(12):
        color = bytes(draw.randrange(256) for _ in range(3))
        paint(values, draw.randrange(SIDE - 96), draw.randrange(SIDE - 96), draw.randrange(24, 96), color)
    return values


def paint(values, left, top, side, color):
    for y in range(top, top + side):
        values[3 * (y * SIDE + left) : 3 * (y * SIDE + left + side)] = color * side


def with_noise(values, amplitude):
    draw = random.Random(2)
    return bytes(min(255, max(0, v + draw.randint(-amplitude, amplitude))) for v in values)


def with_object(values, side):
    changed = bytearray(values)
    paint(changed, 300, 40, side, bytes((250, 250, 30)))
    return changed


def embed(edgevlm, model, path):
    """Of the whole image, which comes last, or is all there is."""
    out = path.with_suffix(".f32")
    subprocess.run([edgevlm, "dump", "-m", model, "--image", path, "--embeddings", out], check=True)
    return array.array("f", out.read_bytes())


def cosine(a, b):
    dot, of_a, of_b = (sum(x * y for x, y in zip(*pair)) for pair in ((a, b), (a, a), (b, b)))
    return dot / (of_a * of_b) ** 0.5


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    edgevlm = f"{sys.argv[1]}/edgevlm"
    preset = sys.argv[2] if len(sys.argv) == 3 else "smolvlm-256m"
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        subprocess.run([edgevlm, "bench", "--preset", preset, "--write", folder, "--type", "f16"], check=True)
        model = next(path for path in folder.glob("*.gguf") if "mmproj" not in path.name)
        before = scene()
        write_ppm(folder / "before.ppm", before)
        embeddings = embed(edgevlm, model, folder / "before.ppm")
        changes = [(f"noise of {n}", with_noise(before, n)) for n in (1, 2, 4, 8)]
        changes += [(f"an object of {n} x {n}", with_object(before, n)) for n in (16, 32, 64)]
        print("| change | by | cosine |\n| --- | ---: | ---: |")
        for name, after in changes:
            write_ppm(folder / "after.ppm", after)
            change = sum(abs(a - b) for a, b in zip(before, after)) / len(before)
            print(f"| {name} | {change:.2f} | {cosine(embeddings, embed(edgevlm, model, folder / 'after.ppm')):.4f} |")


main()
