#!/usr/bin/env python3
"""Checks that objects compiled for an instruction set export only what their headers declare.

Usage: tools/check_isa_symbols.py BUILD_FOLDER [--nm NM]. Prints one line per wrong symbol; exits 1
if there is one.

A weak function in such an object (an inline function, a template) may become the one copy that the
linker keeps for the whole program, and then instructions of AVX-512 run on a processor without
them. So these objects define nothing weak, initialize nothing before main, and export only functions
that a header of their folder declares or that Highway keeps in a namespace of the instruction set
(N_AVX2, ...), whose names no other object can mean.
"""
import argparse
import json
import pathlib
import re
import shlex
import subprocess
import sys

SETS_FLAGS = re.compile(r"^-m(avx|march=|arch=|fma|f16c)")
# Type letters of nm for weak and unique symbols; upper case letters are global.
WEAK = set("VWuvw")
TARGET_NAMESPACE = re.compile(r"^edgevlm::N_[A-Z0-9_]+::")
FUNCTION_NAME = re.compile(r"(\w+)(?:<[^()]*>)?\(")
# Where the compiler keeps the address of the exception personality: no code.
PERSONALITY = "DW.ref.__gxx_personality_v0"


def objects(build):
    """Yields (source, object) of each file that is compiled for an instruction set."""
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        source = pathlib.Path(entry["file"])
        if source.suffix != ".cc" or source.stem.endswith(("_test", "_bench")):
            continue
        arguments = shlex.split(entry["command"])
        has_flags = any(SETS_FLAGS.match(argument) for argument in arguments)
        if has_flags or "hwy/foreach_target.h" in source.read_text(encoding="utf-8"):
            output = arguments[arguments.index("-o") + 1]
            yield source, pathlib.Path(entry["directory"]) / output


def declared_names(folder):
    """Every word of the headers in a folder that others may include."""
    names = set()
    for header in folder.glob("*.h"):
        if not header.name.endswith("-inl.h"):
            names.update(re.findall(r"\w+", header.read_text(encoding="utf-8")))
    return names


def check(source, path, nm):
    """The wrong symbols of one object, as lines of text."""
    listing = subprocess.run([nm, "-C", "--defined-only", path], check=True, capture_output=True,
                             text=True).stdout
    declared = declared_names(source.parent)
    for line in listing.splitlines():
        _, letter, name = line.split(" ", 2)
        if name == PERSONALITY:
            continue
        if "_GLOBAL__sub_I" in name:
            yield "initializes something before main"
        elif letter in WEAK:
            yield f"expected no weak symbol, found {name}"
        elif letter.isupper() and not TARGET_NAMESPACE.match(name):
            function = FUNCTION_NAME.search(name)
            if (function.group(1) if function else name.split("::")[-1]) not in declared:
                yield f"expected a header that declares it, found {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--nm", default="nm")
    options = parser.parse_args()
    checked = wrong = 0
    for source, path in objects(options.build):
        if not path.exists():
            print(f"{path}: not built yet", file=sys.stderr)
            return 1
        checked += 1
        for problem in check(source, path, options.nm):
            print(f"{source}: {problem}")
            wrong += 1
    print(f"check_isa_symbols: {checked} objects, {wrong} wrong symbols")
    return 1 if wrong or not checked else 0


if __name__ == "__main__":
    sys.exit(main())
