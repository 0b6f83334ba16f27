#!/usr/bin/env python3
"""Rejects words that only this project used, where the field has one of its own.

Usage: tools/check_words.py [ROOT]. Prints one line per retired word with the word to use; exits 1 if
there is one. Names that users depend on (options, keys, fields) stay: a word in double quotes or
backquotes that is nothing but such a name, and options, are passed over.
"""
import pathlib
import re
import subprocess
import sys

# What files hold: program text, tools and documents. Not data, not the page's words for lay users.
SUFFIXES = (".cc", ".h", ".py", ".sh", ".cmake", ".txt", ".md", ".yaml", ".json")
LEFT_OUT = ("src/server/page/", "tests/clients/", "tests/data/", "fuzz/corpus/", "models/",
            "tools/check_words.py", "tools/packages",
            "src/measure/compare_text.cc")  # a story

# A part of an identifier, or a word of a sentence -> what to say.
WORDS = {
    "picture": "image", "pictures": "images", "eye": "vision encoder", "eyes": "vision encoders",
    "neighbours": "neighbors", "centres": "centers", "behaviours": "behaviors", "artefact": "artifact",
    "catalogue": "catalog", "favour": "favor", "honour": "honor",
    "slab": "packed block", "slabs": "packed blocks", "stepper": "BatchDecoder",
    "steppers": "BatchDecoder", "team": "thread group", "teams": "thread groups",
    "governor": "PressureMonitor", "wish": "draft budget", "wishes": "draft budgets",
    "asker": "question template", "askers": "question templates", "workshop": "TrainingContext",
    "dialect": "API format", "dialects": "API formats", "keeper": "TokenPruner",
    "colour": "color", "colours": "colors", "centre": "center", "neighbour": "neighbor",
    "behaviour": "behavior", "licence": "license", "labelled": "labeled",
}
# Identifiers and phrases that need more than a word to be told apart -> what to say.
PATTERNS = {
    r"\bfew_rows\b|FewRows": "GEMV or skinny GEMM",
    r"\bPairMatMul|\bPairRows\b|kPairs\b": "Bf16...",
    r"\bfirst_stretch\b|\blast_stretch\b": "KV split",
    r"\bSight\b": "MaskRange",
    r"\bclass Turns\b|\bTurns::": "PriorityGate",
    r"\bclass Stream\b|\bStream::|\bStream\*": "Generation",
    r"\bHttpExchange\b|\bclass Exchange\b|\bExchange&": "ResponseWriter",
    r"\bSite&|\bclass Site\b": "ServerContext",
    r"\bsigns? of life\b|sign_of_life|SignOfLife": "keep-alive comment",
    r"\bSystemFigures\b|\bSchedulerFigures\b": "stats",
    r"\bDraftWish\b": "DraftBudget",
    r"\bShareBeginning\b|\bBeginningRows\b": "prefix",
    r"\bPromptShare\b": "PromptBudget",
    r"\bbegun[_ ]rows\b": "partially computed rows",
    r"\bLevelColumns\b|\bReadLevels\b|\bWriteLevels\b": "quants",
    r"\bworkspace\.Take\(": "Alloc",
    r"\b[a-z]*(?:normalis|quantis|optimis|recognis|initialis|serialis)\w*": "...iz...",
}
# Names that users have in their files and programs (options, keys and fields), texts for models, and
# names of LibTorch.
NAME = re.compile(r"\"[A-Za-z0-9_.,:/|-]*\"|\"[^\"]*\?\"|Describe the picture|`[^` ]*`|--[a-z][a-z-]*|\b[a-z]+\.picture\w*|torch::\w+|"
                  r"^\s*(?:pictures|picture_megapixels|optimise):|\boptimise\.\w+")
PART = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
LAY_LINES = {"README.md": 30}  # its first lines speak to everybody


def texts_for_people(path, text):
    """The text without what may hold old words: names, and the trainer's texts for its models."""
    if path.startswith("src/train/"):
        text = re.sub(r'"(?:\\.|[^"\\\n])*"', '""', text)
    return NAME.sub(" ", text)


def retired(line):
    """(word, what to say instead) for each retired word of a line."""
    for part in PART.findall(line):
        if part.lower() in WORDS:
            yield part, WORDS[part.lower()]
    for pattern, instead in PATTERNS.items():
        for match in re.finditer(pattern, line):
            yield match.group(0), instead


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    listed = subprocess.run(["git", "ls-files"], cwd=root, capture_output=True, text=True, check=True)
    found = files = 0
    for path in listed.stdout.split("\n"):
        if not path.endswith(SUFFIXES) or path.startswith(LEFT_OUT):
            continue
        files += 1
        lines = (root / path).read_text(encoding="utf-8").split("\n")
        for number, line in enumerate(lines, start=1):
            if number <= LAY_LINES.get(path, 0):
                continue
            for word, instead in retired(texts_for_people(path, line)):
                print(f"{path}:{number}: '{word}': say {instead}")
                found += 1
    print(f"check_words: {files} files, {found} retired words")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
