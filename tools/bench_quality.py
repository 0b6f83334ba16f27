#!/usr/bin/env python3
"""Measures what the default precision costs on published models, and compares it with llama.cpp.

Usage: tools/bench_quality.py MODELS [--edgevlm FILE] [--short]

MODELS holds the files that tools/fetch_real_model.sh and tools/fetch_real_gemma.sh bring,
SmolLM2-135M-Instruct as Q4_1 and Gemma 3 270M as Q4_K_M; `edgevlm quantize` makes the other types of the
first. `edgevlm eval --against f32` then measures every file, as a
prompt and token by token, over four windows of tests/data/quality.txt.

llama.cpp's figures are measured with its llama-perplexity where LLAMA_PERPLEXITY names it, against
the same weights in float32; else they are those of tests/data/quality.tsv.

Exits 1 if a mean divergence of the default precision is above GATE times llama.cpp's for the same
file, or if float32 is not its own reference. --short leaves out all but two types and the checks
of the other precisions. A model that is missing is left out, with a message.
"""
import argparse
import csv
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import typing

GATE = 0.8
WINDOWS, WINDOW_TOKENS = 4, 512
LARGEST_ROUNDING = 1e-9  # mean divergence of float32 from itself, rows cut differently

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = ROOT / "tests/data/quality.txt"
FIGURES = ROOT / "tests/data/quality.tsv"


class Model(typing.NamedTuple):
    """A published model, and the types of it that are measured."""

    name: str
    published: str  # the type of its file
    types: tuple
    short_types: tuple

    def file(self):
        return f"{self.name}.{self.published}.gguf"


MODELS = (Model("SmolLM2-135M-Instruct", "Q4_1", ("Q4_1", "Q8_0", "Q4_0", "Q4_K_M", "Q6_K"), ("Q4_1", "Q8_0")),
          Model("gemma-3-270m", "Q4_K_M", ("Q4_K_M",), ("Q4_K_M",)))


def output(*words):
    """Standard output of a program. Ends this one if it fails."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_quality: {words[0]}: exit code {done.returncode}")
    return done.stdout


class Files:
    """A model in each type, in a temporary folder."""

    def __init__(self, edgevlm, model, models, folder):
        self.edgevlm, self.model, self.folder = edgevlm, model, pathlib.Path(folder)
        self.published = models / model.file()

    def path(self, file_type):
        if file_type == self.model.published:
            return self.published
        path = self.folder / f"{file_type}.gguf"
        if not path.exists():
            source = self.published if file_type == "F32" else self.path("F32")
            output(self.edgevlm, "quantize", source, path, file_type)
        return path

    def exact(self, file_type):
        """The same weights in float32. The caller removes it."""
        path = self.folder / f"{file_type}-exact.gguf"
        output(self.edgevlm, "quantize", self.path(file_type), path, "F32")
        return path


def ours(edgevlm, path, *options):
    return json.loads(output(edgevlm, "eval", "--against", "f32", "-m", path, "--windows", WINDOWS,
                             "--window-tokens", WINDOW_TOKENS, "--json", *options, TEXT))


def published_figures():
    lines = [line for line in FIGURES.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    return {(row[0], row[1]): {key: float(value) if value else None
                               for key, value in zip(("mean_kl", "same_token", "perplexity"), row[2:])}
            for row in csv.reader(lines, delimiter="\t")}


def parse_perplexity(text):
    """The figures that llama-perplexity --kl-divergence prints."""
    found = {}
    for key, pattern in (("mean_kl", r"Mean\s+KLD:\s*(\S+)"), ("p99_kl", r"99\.0%\s+KLD:\s*(\S+)"),
                         ("same_token", r"Same top p:\s*(\S+)"), ("perplexity", r"Mean PPL\(Q\)\s*:\s*(\S+)")):
        match = re.search(pattern, text)
        if match is None:
            sys.exit(f"bench_quality: llama-perplexity: expected a line '{pattern}', found none")
        found[key] = float(match[1])
    found["same_token"] /= 100
    return found


def measured_figures(program, files, file_type):
    """llama.cpp on a file against llama.cpp on the same weights in float32."""
    base = files.folder / "logits.bin"
    exact = files.exact(file_type)
    common = ("-c", WINDOW_TOKENS, "-b", WINDOW_TOKENS, "--chunks", WINDOWS, "--kl-divergence-base", base)
    output(program, "-m", exact, "-f", TEXT, *common)
    exact.unlink()
    return parse_perplexity(output(program, "-m", files.path(file_type), "--kl-divergence", *common))


def measurements(short):
    """What is measured of each file: (precision, rows, options)."""
    for rows, options in (("prompt", ()), ("single tokens", ("--single-tokens",))):
        yield "auto", rows, options
        if not short:
            yield "bf16", rows, ("--precision", "bf16", *options)
            yield "f32", rows, ("--precision", "f32", *options)


def cells(figures):
    def cell(key, text):
        value = figures.get(key)
        return "" if value is None else text.format(value)

    return [cell("mean_kl", "{:.5f}"), cell("p99_kl", "{:.4f}"), cell("same_token", "{:.1%}").replace("%", " %"),
            cell("perplexity", "{:.2f}")]


def print_row(values):
    print("| " + " | ".join(values) + " |", flush=True)


def measure_type(files, file_type, theirs, short):
    """Prints the rows of one file; returns how many are above the gate."""
    failures, path = 0, files.path(file_type)
    for precision, rows, options in measurements(short):
        figures = ours(files.edgevlm, path, *options)
        limit = LARGEST_ROUNDING if precision == "f32" else GATE * theirs["mean_kl"]
        failed = figures["mean_kl"] > limit
        failures += failed
        ratio = figures["mean_kl"] / theirs["mean_kl"]
        print_row([files.model.name, file_type, precision, rows, *cells(figures), *cells(theirs),
                   f"{ratio:.2f}" + (" (too far)" if failed else "")])
    return failures


def measure_model(files, published, program, short):
    """Prints the rows of one model; returns how many are above the gate."""
    failures, model = 0, files.model
    for file_type in model.short_types if short else model.types:
        theirs = (measured_figures(program, files, file_type) if program
                  else published[model.name, file_type])
        failures += measure_type(files, file_type, theirs, short)
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--edgevlm", default=ROOT / "build/edgevlm")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    models = [model for model in MODELS if (options.models / model.file()).exists()]
    for model in MODELS:
        if model not in models:
            print(f"bench_quality: skipped: {options.models / model.file()} is missing")
    if not models:
        return 0
    program = os.environ.get("LLAMA_PERPLEXITY")
    published, failures = published_figures(), 0
    print_row(["model", "file", "precision", "rows", "mean KL", "p99", "same token", "perplexity",
               "llama.cpp: mean KL", "p99", "same token", "perplexity", f"ratio (gate: {GATE})"])
    print_row(["---"] * 4 + ["---:"] * 9)
    for model in models:
        with tempfile.TemporaryDirectory(dir=options.models) as folder:
            files = Files(options.edgevlm, model, options.models, folder)
            failures += measure_model(files, published, program, options.short)
    print(f"\n{WINDOWS} windows of {WINDOW_TOKENS} tokens of {TEXT.name}; llama.cpp: "
          + (program if program else f"published figures ({FIGURES.relative_to(ROOT)})"))
    if failures:
        print(f"bench_quality: {failures} rows are further from float32 than {GATE} times llama.cpp",
              file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
