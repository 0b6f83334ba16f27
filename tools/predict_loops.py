#!/usr/bin/env python3
"""Predicts how fast the inner loops of Arm kernels run on a Cortex-A76, with llvm-mca.

Usage: tools/predict_loops.py OBJECT SYMBOL... [--cpu NAME] [--listing]
  OBJECT   an object file or static library built for arm64 (make arm-test builds them)
  SYMBOL   regular expressions over demangled function names
Extracts, for each function that matches, the innermost loop with the most multiply-adds from the
disassembly and passes it to llvm-mca. Prints a Markdown table: multiply-adds and cycles per
iteration, multiply-adds per cycle, and that as a fraction of the peak of the two vector pipes:
eight of float32, or 32 of int8 by dot products, 64 if the loop has matrix products (smmla). The
last column has the cycles of the rest of the next outer loop, which runs once for all iterations.

The default CPU is neoverse-n1: the server variant of the Cortex-A76, with the same pipelines. LLVM
knows a cortex-a76 by name but gives it the timings of the much older A57. Loads are assumed to hit the
first-level cache.
"""
import argparse
import json
import re
import subprocess
import sys

TURNS = 200
# Multiply-adds of one instruction, by the type of its values. "smull v0.8h, v1.8b, v2.8b" only
# multiplies; the sums follow in instructions that count as none.
MULTIPLY_ADDS = {
    "float32": {"fmla": 4},
    "int8": {"sdot": 16, "udot": 16, "smull": 8, "smull2": 8, "umull": 8, "umull2": 8,
             "smlal": 8, "smlal2": 8, "smmla": 32},
}
VECTORS = {"float32": ".4s", "int8": "b, v"}  # marks of instructions on these types
# Peak multiply-adds per cycle: two pipes, each one fmla of four or one sdot of 16.
LIMIT = {"float32": 8, "int8": 32}
LIMIT_SMMLA = 64

FUNCTION = re.compile(r"^[0-9a-f]+ <(.*)>:$")
INSTRUCTION = re.compile(r"^\s*([0-9a-f]+):\s+(\S.*?)\s*(?://.*)?$")
BRANCH = re.compile(r"^(?:b\.\w+|cbn?z|tbn?z|b)\s.*?\b([0-9a-f]+) <")


def disassemble(path):
    """Yields (name, [(address, instruction)]) of each function."""
    out = subprocess.run(["aarch64-linux-gnu-objdump", "-d", "-C", "--no-show-raw-insn", path],
                         check=True, capture_output=True, text=True).stdout
    name, body = None, []
    for line in out.splitlines():
        if start := FUNCTION.match(line):
            if name:
                yield name, body
            name, body = start[1], []
        elif (row := INSTRUCTION.match(line)) and name:
            body.append((int(row[1], 16), row[2]))
    if name:
        yield name, body


def multiply_adds(instruction, kind):
    count = MULTIPLY_ADDS[kind].get(instruction.split()[0], 0)
    return count if VECTORS[kind] in instruction else 0


def best_loop(body):
    """The innermost loop with the most multiply-adds of one type: that type, how many, the
    instructions, and those of the next loop around it besides; None without one."""
    loops = []
    for index, (address, instruction) in enumerate(body):
        branch = BRANCH.match(instruction)
        if not branch or int(branch[1], 16) > address:
            continue
        first = next((i for i, row in enumerate(body) if row[0] == int(branch[1], 16)), None)
        if first is not None:
            loops.append((first, index))
    innermost = [(a, b) for a, b in loops
                 if not any(a <= c and d <= b and (c, d) != (a, b) for c, d in loops)]
    candidates = []
    for first, last in innermost:
        loop = [instruction for _, instruction in body[first:last + 1]]
        for kind in MULTIPLY_ADDS:
            candidates.append((sum(multiply_adds(i, kind) for i in loop), kind, first, last))
    work, kind, first, last = max(candidates, default=(0, "", 0, 0))
    if not work:
        return None
    code = [instruction for _, instruction in body]
    a, b = min(((a, b) for a, b in loops if a <= first and last <= b and (a, b) != (first, last)),
               key=lambda loop: loop[1] - loop[0], default=(first, last))
    return kind, work, code[first:last + 1], code[a:first] + code[last + 1:b + 1]


def cycles_per_turn(loop, cpu):
    # A branch's target is an address in the disassembly, which the assembler does not know.
    text = "\n".join(re.sub(r"\b[0-9a-f]+ <.*>", "0", i) for i in loop) + "\n"
    out = subprocess.run(
        ["llvm-mca-19", "-mtriple=aarch64", f"-mcpu={cpu}", "-mattr=+dotprod,+i8mm,+bf16",
         f"-iterations={TURNS}", "-json"],
        input=text, check=True, capture_output=True, text=True).stdout
    return json.loads(out)["CodeRegions"][0]["SummaryView"]["TotalCycles"] / TURNS


def short_name(name):
    """Without namespaces, parameters and result, but with what a template was made for."""
    name = re.sub(r"\(anonymous namespace\)::|edgevlm::|N_\w+::|\[clone.*", "", name)
    return re.sub(r"^void |\(.*", "", name)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("object")
    parser.add_argument("symbols", nargs="+")
    parser.add_argument("--cpu", default="neoverse-n1")
    parser.add_argument("--listing", action="store_true", help="print the loops too")
    options = parser.parse_args()

    print("| loop | type | instructions | multiply-adds | cycles | per cycle | of the limit | around |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    found = 0
    for name, body in disassemble(options.object):
        if not any(re.search(symbol, name) for symbol in options.symbols):
            continue
        best = best_loop(body)
        if best is None:
            continue
        found += 1
        kind, work, loop, around = best
        cycles = cycles_per_turn(loop, options.cpu)
        limit = LIMIT_SMMLA if any("smmla" in i for i in loop) else LIMIT[kind]
        once = cycles_per_turn(around, options.cpu) if around else 0
        print(f"| `{short_name(name)}` | {kind} | {len(loop)} | {work} | {cycles:.1f} | "
              f"{work / cycles:.1f} | {100 * work / cycles / limit:.0f} % | {once:.1f} |")
        if options.listing:
            print("\n".join("    " + i for i in loop))
    if not found:
        print(f"{options.object}: no loop with multiply-adds matches", file=sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
