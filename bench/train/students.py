#!/usr/bin/env python3
"""Trains students of a teacher, with and without its help, and prints a table in Markdown.

Usage: bench/train/students.py BUILD_DIR OUT [--only RUN,...]. All students see the same images in the same
order, take the same number of steps from the same first weights, and are scored on the same held-out scenes.
Runs, teacher outputs and scores stay in OUT: the same command goes on, and prints what is there. Training
computes on one thread, and draws images on another.
"""
import argparse
import csv
import json
import pathlib
import resource
import subprocess
import sys

FEATURES = ["--distil-features", "4"]
RELATIONS = ["--distil-relations", "1"]
LOGITS = ["--distil-logits", "1"]
VISUAL_LOGITS = ["--distil-visual-logits", "0.5"]
VISUAL_RELATIONS = ["--distil-visual-relations", "0.5"]
JOINT = FEATURES + LOGITS + VISUAL_LOGITS + VISUAL_RELATIONS

# Stage runs: name -> (stage, run whose weights it takes, losses). A run's steps are its stage's.
RUNS = {
    "encoder": ("encoder", None, []),
    "language": ("language", "encoder", []),
    "alone": ("joint", "language", []),
    "encoder-distilled": ("encoder", None, FEATURES + RELATIONS),
    "language-distilled": ("language", "encoder-distilled", LOGITS),
    "joint-distilled": ("joint", "language-distilled", JOINT),
    "language-after": ("language", "encoder-distilled", []),
    "encoder-only": ("joint", "language-after", []),
    "encoder-and-language": ("joint", "language-distilled", LOGITS),
    "quantized": ("joint", "language-distilled", JOINT + ["--quantize-aware", "q4_0"]),
    "alone-longer": ("joint", "alone", []),
    "joint-longer": ("joint", "joint-distilled", JOINT),
    "without-features": ("joint", "language-distilled", LOGITS + VISUAL_LOGITS + VISUAL_RELATIONS),
    "without-logits": ("joint", "language-distilled", FEATURES + VISUAL_LOGITS + VISUAL_RELATIONS),
    "without-visual-logits": ("joint", "language-distilled", FEATURES + LOGITS + VISUAL_RELATIONS),
    "without-visual-relations": ("joint", "language-distilled", FEATURES + LOGITS + VISUAL_LOGITS),
}

# Rows of the table: title, the last run, and the type that the model is quantized to.
ROWS = [
    ("trained alone", "alone", None),
    ("+ encoder distillation", "encoder-only", None),
    ("+ language distillation", "encoder-and-language", None),
    ("+ MDist, RDist and features in the joint stage", "joint-distilled", None),
    ("the same without features", "without-features", None),
    ("the same without logits of replies", "without-logits", None),
    ("the same without MDist", "without-visual-logits", None),
    ("the same without RDist", "without-visual-relations", None),
    ("trained alone, with a second joint stage", "alone-longer", None),
    ("joint, with a second joint stage", "joint-longer", None),
    ("trained alone, then q4_0", "alone", "q4_0"),
    ("joint, then q4_0", "joint-distilled", "q4_0"),
    ("joint with --quantize-aware q4_0, then q4_0", "quantized", "q4_0"),
]

HEAD = ["", "CPU minutes", "questions", "gray", "F1", "CIDEr-D", "perplexity", "gray", "KiB", "ms"]

CAPTIONS_SPEC = """experiment:
  title: Captions of held-out scenes
  workload: ask
  items: 0
  repetitions: 1
  scores: [caption]
fix:
  threads: 1
  max_tokens: 64
finding:
  judge: range
  metric: total_ms
"""


def run(command, log=None):
    command = [str(part) for part in command]
    if log is None:
        return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    with open(log, "a", encoding="utf-8") as file:
        print("$", " ".join(command), file=file, flush=True)
        if subprocess.run(command, stdout=file, stderr=file, check=False).returncode != 0:
            sys.exit(f"students.py: {' '.join(command)} failed: see {log}")
    return ""


def cpu_seconds():
    """Of all programs that were run: other work on the machine does not count."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class Students:
    def __init__(self, options):
        self.options = options
        self.out = pathlib.Path(options.out)
        self.out.mkdir(parents=True, exist_ok=True)
        self.trainer = options.build / "edgevlm-train"
        self.edgevlm = options.build / "edgevlm"
        self.taught = self.out / "taught"
        self.held_out = self.out / "held"

    def teach(self):
        if (self.out / "taught.done").exists():
            return
        run([self.trainer, "teach", "--teacher", self.options.teacher, "--data",
             f"scenes:1:{self.options.scenes}", "--texts", self.options.texts, "--top-k", 16, "--threads",
             self.options.teacher_threads, "--keep", "features,logits,visual", "--out", self.taught],
            self.out / "teach.log")
        (self.out / "taught.done").touch()

    def steps(self, stage):
        return {"encoder": self.options.encoder_steps, "language": self.options.language_steps}.get(
            stage, self.options.joint_steps)

    def train(self, name):
        stage, source, losses = RUNS[name]
        folder = self.out / name
        if (folder / "done").exists():
            return
        if source is not None:
            self.train(source)
        command = [self.trainer, "train", "--out", folder, "--teacher-outputs", self.taught, "--stage", stage,
                   "--steps", self.steps(stage), "--batch", self.options.batch, "--threads", 1,
                   "--evaluate-pictures", 0, "--checkpoint-minutes", 2]
        if source is None:
            command += ["--blocks", self.options.blocks, "--width", self.options.width, "--vocabulary",
                        self.options.vocabulary]
        else:
            command += ["--from", self.out / source]
        if "--quantize-aware" not in losses:  # which needs exact products
            command += ["--precision", self.options.precision]
        folder.mkdir(exist_ok=True)
        before = cpu_seconds()
        run(command + losses, self.out / f"{name}.log")
        (folder / "done").write_text(f"{(cpu_seconds() - before) / 60:.2f}\n")

    def minutes(self, name):
        """Processor minutes of all stages that lead to a run."""
        source = RUNS[name][1]
        own = float((self.out / name / "done").read_text())
        return own + (self.minutes(source) if source else 0)

    def draw_held_out(self):
        manifest = self.held_out / "captions.csv"
        if manifest.exists():
            return manifest
        run([self.trainer, "scenes", "--out", self.held_out, "--seed", 777, "--held-out", "--count",
             self.options.images, "--captions", 5, "--questions", 6])
        with open(manifest, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["id", "path", "type", "question", "answer"])
            for line in (self.held_out / "labels.jsonl").read_text().splitlines():
                label = json.loads(line)
                writer.writerow([label["image"], label["image"], "image", "", json.dumps(label["captions"])])
        return manifest

    def score(self, name, quantized):
        """Of a run's model in a file, and of that file quantized."""
        model = self.out / f"{name}.gguf"
        if not model.exists():
            run([self.trainer, "export", "--run", self.out / name, model])
        if not quantized:
            return self.score_file(model)
        smaller = self.out / f"{name}-{quantized}.gguf"
        if not smaller.exists():
            run([self.edgevlm, "quantize", model, smaller, quantized])
        return self.score_file(smaller)

    def score_file(self, model):
        """What eval and the scores of captions print, the time of a caption, and the file's size."""
        manifest = self.draw_held_out()
        stem = self.out / pathlib.Path(model).stem
        evaluated = stem.with_suffix(".eval.json")
        if not evaluated.exists():
            evaluated.write_text(
                run([self.edgevlm, "eval", self.held_out, "-m", model, "--json", "-t", 1]))
        results = stem.with_suffix(".captions") / "captions" / "results.json"
        if not results.exists():
            spec = self.out / "captions.yaml"
            spec.write_text(CAPTIONS_SPEC)
            run([self.edgevlm, "bench", "run", spec, "--manifest", manifest, "-m", model, "--out",
                 stem.with_suffix(".captions")], self.out / "captions.log")
        captions = json.loads(results.read_text())["conditions"][0]
        scores = json.loads(evaluated.read_text())
        scores["cider"] = next(row["value"] for row in captions["scores"] if row["name"] == "CIDEr-D")
        scores["ms"] = captions["metrics"]["total_ms"]["median"]
        scores["bytes"] = pathlib.Path(model).stat().st_size
        return scores

    @staticmethod
    def row(title, minutes, scores):
        questions, captions = scores["questions"]["all"], scores["captions"]
        return [title, minutes, f"{100 * questions['accuracy']:.1f} %",
                f"{100 * questions['blank_accuracy']:.1f} %", f"{captions['f1']:.3f}",
                f"{scores['cider']:.2f}", f"{captions['perplexity']:.2f}",
                f"{captions['blank_perplexity']:.1f}", f"{scores['bytes'] / 1024:.0f}",
                f"{scores['ms']:.1f}"]

    def print_table(self):
        rows = [HEAD, ["---"] + ["---:"] * (len(HEAD) - 1)]
        for title, name, quantized in ROWS:
            if (self.out / name / "done").exists():
                minutes = f"{self.minutes(name):.1f}"
                rows.append(self.row(title, minutes, self.score(name, quantized)))
        rows.append(self.row("the teacher", "", self.score_file(self.options.teacher)))
        for cells in rows:
            print("| " + " | ".join(cells) + " |", flush=True)


def parse_options():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path, help="folder of edgevlm and edgevlm-train")
    parser.add_argument("out", help="folder of runs, teacher outputs and scores")
    parser.add_argument("--teacher", default="models/builtin.gguf")
    parser.add_argument("--teacher-threads", type=int, default=2)
    parser.add_argument("--scenes", type=int, default=10240, help="images that the teacher sees")
    parser.add_argument("--texts", type=int, default=10, help="of each image")
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--encoder-steps", type=int, default=1600)
    parser.add_argument("--language-steps", type=int, default=1600)
    parser.add_argument("--joint-steps", type=int, default=800)
    parser.add_argument("--blocks", type=int, default=2)
    parser.add_argument("--width", type=int, default=64)
    parser.add_argument("--vocabulary", type=int, default=1200)
    parser.add_argument("--precision", default="f32", choices=["f32", "bf16"],
                        help="of training (edgevlm-train train --precision)")
    parser.add_argument("--images", type=int, default=400, help="held-out scenes")
    parser.add_argument("--only", help="runs to train, comma-separated; all of the table if left out")
    parser.add_argument("--no-table", action="store_true", help="train only")
    return parser.parse_args()


def main():
    options = parse_options()
    students = Students(options)
    students.teach()
    names = options.only.split(",") if options.only else list(RUNS)
    for name in names:
        students.train(name)
    if options.no_table:
        return
    students.print_table()


if __name__ == "__main__":
    main()
