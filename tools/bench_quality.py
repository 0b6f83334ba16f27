#!/usr/bin/env python3
"""Measures what the default precision costs on a published model, and compares it with llama.cpp.

Usage: tools/bench_quality.py MODELS [--edgevlm FILE] [--short]

MODELS holds the file that tools/fetch_real_model.sh brings, SmolLM2-135M-Instruct as Q4_1; `edgevlm
quantize` makes the other types of it. `edgevlm eval --against f32` then measures every file, as a
prompt and token by token, over four windows of tests/data/quality.txt.

llama.cpp's figures are measured with its llama-perplexity where LLAMA_PERPLEXITY names it, against
the same weights in float32; else they are those of tests/data/quality.tsv.

Exits 1 if a mean divergence of the default precision is above GATE times llama.cpp's for the same
file, or if float32 is not its own reference. --short leaves out all but two types and the checks
of the other precisions. Exits 0, with a message, if the model is missing.
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

GATE = 0.8
WINDOWS, WINDOW_TOKENS = 4, 512
TYPES = ("Q4_1", "Q8_0", "Q4_0", "Q4_K_M", "Q6_K")
SHORT_TYPES = ("Q4_1", "Q8_0")
PUBLISHED = "Q4_1"
MODEL = f"SmolLM2-135M-Instruct.{PUBLISHED}.gguf"
LARGEST_ROUNDING = 1e-9  # mean divergence of float32 from itself, rows cut differently

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT = ROOT / "tests/data/quality.txt"
FIGURES = ROOT / "tests/data/quality.tsv"


def output(*words):
    """Standard output of a program. Ends this one if it fails."""
    done = subprocess.run([str(word) for word in words], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench_quality: {words[0]}: exit code {done.returncode}")
    return done.stdout


class Files:
    """The model in each type, in a temporary folder."""

    def __init__(self, edgevlm, published, folder):
        self.edgevlm, self.published, self.folder = edgevlm, published, pathlib.Path(folder)

    def path(self, file_type):
        if file_type == PUBLISHED:
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
    return {row[0]: {"mean_kl": float(row[1]), "same_token": float(row[2]), "perplexity": float(row[3])}
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
    p99 = figures.get("p99_kl")
    return [f"{figures['mean_kl']:.5f}", "" if p99 is None else f"{p99:.4f}",
            f"{100 * figures['same_token']:.1f} %", f"{figures['perplexity']:.2f}"]


def print_row(values):
    print("| " + " | ".join(values) + " |", flush=True)


def measure_type(edgevlm, path, file_type, theirs, short):
    """Prints the rows of one file; returns how many are above the gate."""
    failures = 0
    for precision, rows, options in measurements(short):
        figures = ours(edgevlm, path, *options)
        limit = LARGEST_ROUNDING if precision == "f32" else GATE * theirs["mean_kl"]
        failed = figures["mean_kl"] > limit
        failures += failed
        ratio = figures["mean_kl"] / theirs["mean_kl"]
        print_row([file_type, precision, rows, *cells(figures), *cells(theirs),
                   f"{ratio:.2f}" + (" (too far)" if failed else "")])
    return failures


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("--edgevlm", default=ROOT / "build/edgevlm")
    parser.add_argument("--short", action="store_true")
    options = parser.parse_args()
    if not (options.models / MODEL).exists():
        print(f"bench_quality: skipped: {options.models / MODEL} is missing")
        return 0
    program = os.environ.get("LLAMA_PERPLEXITY")
    published, failures = published_figures(), 0
    print_row(["file", "precision", "rows", "mean KL", "p99", "same token", "perplexity", "llama.cpp: mean KL",
               "p99", "same token", "perplexity", f"ratio (gate: {GATE})"])
    print_row(["---"] * 3 + ["---:"] * 9)
    with tempfile.TemporaryDirectory(dir=options.models) as folder:
        files = Files(options.edgevlm, options.models / MODEL, folder)
        for file_type in SHORT_TYPES if options.short else TYPES:
            path = files.path(file_type)
            theirs = measured_figures(program, files, file_type) if program else published[file_type]
            failures += measure_type(options.edgevlm, path, file_type, theirs, options.short)
    print(f"\nSmolLM2-135M-Instruct, {WINDOWS} windows of {WINDOW_TOKENS} tokens of {TEXT.name}; llama.cpp: "
          + (program if program else f"published figures ({FIGURES.relative_to(ROOT)})"))
    if failures:
        print(f"bench_quality: {failures} rows are further from float32 than {GATE} times llama.cpp",
              file=sys.stderr)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
