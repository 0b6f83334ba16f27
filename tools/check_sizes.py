#!/usr/bin/env python3
"""Checks the sizes of files and functions, and prints their distribution.

Usage: tools/check_sizes.py [ROOT]. Exits 1 if a file or a function is over its limit, or a file in
git too large to have been meant.
Functions are found by their layout, which clang-format guarantees: a definition starts at column 0
or 2 and ends with a closing brace in the same column.
"""
import pathlib
import re
import subprocess
import sys

BYTES_LIMIT = 16 << 20  # of any file in git
FILE_LIMIT = 500
FUNCTION_LINE_LIMIT = 60
PARAMETER_LIMIT = 7
FOLDERS = ("src", "include", "python", "tests", "tools", "fuzz", "cmake")
SUFFIXES = (".h", ".cc", ".py", ".sh", ".cmake")

NOT_A_FUNCTION = re.compile(
    r"^\s*(namespace|class|struct|enum|union|if|for|while|switch|else|do|case|try|return|"
    r"constexpr auto \w+ =|static const\w* .*=|const .*=|inline constexpr .*=|constexpr .*=)\b")


def signature_before(lines, end):
    """The text of the statement that ends with the `{` on line `end`, and the line it starts on."""
    start = end
    indent = len(lines[end]) - len(lines[end].lstrip())
    while start > 0:
        above = lines[start - 1].rstrip()
        if not above or above.endswith((";", "}", "{", ":", ">")) or above.lstrip().startswith(
                ("//", "#")):
            break
        start -= 1
        indent = len(lines[start]) - len(lines[start].lstrip())
    return " ".join(line.strip() for line in lines[start:end + 1]), start, indent


def parameter_count(signature):
    """The number of parameters of a signature."""
    depth, angle, count, seen = 0, 0, 1, False
    for c in signature[signature.index("("):]:
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
            if depth == 0:
                break
        elif depth == 1:
            seen = seen or not c.isspace()
            angle += {"<": 1, ">": -1}.get(c, 0)
            count += c == "," and angle == 0
    return count if seen else 0


def functions(lines):
    """Yields (first line, length, signature) of each function definition; lines count from 0."""
    taken_until = -1
    for i, line in enumerate(lines):
        if i <= taken_until or not line.rstrip().endswith("{") or line.lstrip().startswith("//"):
            continue
        signature, start, indent = signature_before(lines, i)
        if indent > 2 or "(" not in signature or NOT_A_FUNCTION.match(signature):
            continue
        closing = " " * indent + "}"
        end = next((j for j in range(i + 1, len(lines))
                    if lines[j].startswith(closing)), None)
        if end is None:
            continue
        taken_until = end
        yield start, end - start + 1, signature


def percentile(values, fraction):
    return sorted(values)[min(len(values) - 1, int(len(values) * fraction))]


def check_file(path, lines, function_lengths):
    """Prints what is over a limit in one file; returns the number of findings."""
    wrong = 0
    if len(lines) > FILE_LIMIT:
        print(f"{path}: {len(lines)} lines, the limit is {FILE_LIMIT}")
        wrong += 1
    if path.suffix not in (".h", ".cc"):
        return wrong
    for start, length, signature in functions(lines):
        function_lengths.append(length)
        if length > FUNCTION_LINE_LIMIT:
            print(f"{path}:{start + 1}: function of {length} lines, the limit is "
                  f"{FUNCTION_LINE_LIMIT}: {signature[:60]}")
            wrong += 1
        parameters = parameter_count(signature)
        if parameters > PARAMETER_LIMIT:
            print(f"{path}:{start + 1}: {parameters} parameters, the limit is {PARAMETER_LIMIT}: "
                  f"{signature[:60]}")
            wrong += 1
    return wrong


def check_bytes(root):
    """Prints which files in git are too large; returns the number of findings."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, check=True, capture_output=True)
    wrong = 0
    for name in filter(None, listed.stdout.decode().split("\0")):
        path = root / name
        size = path.stat().st_size if path.exists() else 0
        if size > BYTES_LIMIT:
            print(f"{name}: {size} bytes, the limit is {BYTES_LIMIT}")
            wrong += 1
    return wrong


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".")
    wrong, file_lengths, function_lengths = check_bytes(root), [], []
    for folder in FOLDERS:
        for path in sorted((root / folder).rglob("*")):
            if "node_modules" in path.parts:
                continue
            if path.suffix in SUFFIXES and path.is_file():
                lines = path.read_text(encoding="utf-8").splitlines()
                file_lengths.append(len(lines))
                wrong += check_file(path, lines, function_lengths)
    for what, lengths in (("files", file_lengths), ("functions", function_lengths)):
        if lengths:
            print(f"check_sizes: {len(lengths)} {what}: median {percentile(lengths, 0.5)} lines, "
                  f"9 in 10 under {percentile(lengths, 0.9) + 1}, longest {max(lengths)}")
    print(f"check_sizes: {wrong} over a limit")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
