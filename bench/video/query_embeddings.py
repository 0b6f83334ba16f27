#!/usr/bin/env python3
"""Measures whether the built-in model's embeddings could choose the frames that fit a question.

Usage: bench/video/query_embeddings.py BUILD_DIR. Of images with one shape each, as `edgevlm datasets make
frames` draws them, prints how often the text "is there a SHAPE?" is closer to an image of the shape than to
seven others: with the embeddings as they are, less those of a text that names nothing, and less the means
of all images and of all texts.
"""
import base64
import csv
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import urllib.request

IMAGES = 160  # a quarter of them is used
DRAWS = 1000
OTHERS = 7


def dot(a, b):
    return sum(x * y for x, y in zip(a, b))


def minus(a, b):
    return [x - y for x, y in zip(a, b)]


def mean(vectors):
    return [sum(column) / len(vectors) for column in zip(*vectors)]


def cosine(a, b):
    return dot(a, b) / max(1e-12, dot(a, a) * dot(b, b)) ** 0.5


class Server:
    def __init__(self, edgevlm):
        self.process = subprocess.Popen(
            [edgevlm, "serve", "--port", "0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.url = self.process.stdout.readline().strip()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def embed(self, content):
        body = json.dumps({"content": content}).encode()
        request = urllib.request.Request(
            f"{self.url}/embedding", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request) as reply:
            return json.load(reply)[0]["embedding"][0]

    def embed_image(self, path):
        data = base64.b64encode(path.read_bytes()).decode()
        return self.embed({"prompt_string": "<__media__>", "multimodal_data": [data]})


def read_images(edgevlm, folder, server):
    """(shape, embedding) of each."""
    command = [edgevlm, "datasets", "make", "frames", "--out", folder, "--count", str(IMAGES), "--size", "224"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    images = []
    with open(f"{folder}/manifest.csv", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["category"] == "appears":
                last = max(pathlib.Path(folder, row["path"]).glob("*.png"))
                shape = row["question"].split(" the ")[1].split()[0]
                images.append((shape, server.embed_image(last)))
    return images


def share_found(images, texts, of_images, of_texts):
    """How often the shape's own image is the closest, when these are subtracted."""
    draw, found = random.Random(1), 0
    for _ in range(DRAWS):
        shape, own = draw.choice(images)
        others = draw.sample([vector for name, vector in images if name != shape], OTHERS)
        text = minus(texts[shape], of_texts)
        own_score, *scores = (cosine(text, minus(vector, of_images)) for vector in [own, *others])
        found += own_score > max(scores)
    return 100 * found / DRAWS


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    edgevlm = f"{sys.argv[1]}/edgevlm"
    with tempfile.TemporaryDirectory() as folder, Server(edgevlm) as server:
        images = read_images(edgevlm, f"{folder}/set", server)
        texts = {shape: server.embed(f"is there a {shape}?") for shape, _ in images}
        neutral = server.embed("is there a thing?")
    nothing = [0] * len(neutral)
    of_images, of_texts = mean([vector for _, vector in images]), mean(list(texts.values()))
    print(f"by chance {100 / (1 + OTHERS):.1f} %")
    print(f"as they are {share_found(images, texts, nothing, nothing):.1f} %")
    print(f"less a text that names nothing {share_found(images, texts, of_images, neutral):.1f} %")
    print(f"less both means {share_found(images, texts, of_images, of_texts):.1f} %")


main()
