#!/usr/bin/env python3
"""Writes expected.json: what Jinja writes for the programs, expressions and templates beside it.

Usage: TZ=UTC tests/data/jinja/make_expected.py (needs the package jinja2, 3.1). The environment is the
one that publishers of models test their chat templates with: that of the package transformers.
"""
import datetime
import json
import pathlib

import jinja2
from jinja2.ext import Extension, loopcontrols
from jinja2.sandbox import ImmutableSandboxedEnvironment

FOLDER = pathlib.Path(__file__).parent
NOW = 1785000000  # program_test.cc has the same
VARIABLES = {
    "a": [1, 2, 3, 4, 5], "s": "  H\u00e9llo, w\u00f6rld  ", "d": {"x": 1, "y": {"z": [1, "q"]}, "items": 5},
    "n": None, "t": True, "e": "", "f": 1.5, "m": [{"r": "u", "c": "1"}, {"r": "a", "c": "2", "k": {"v": 7}}],
    "big": 2**60, "neg": -7, "uni": "\u65e5\u672c\u8a9e", "q": "it's \"q\"\n\t\\", "names": ["b", "A", "c", "a"]}
TOOLS = [{"type": "function", "function": {"name": "get_time", "description": "The \"time\" <b>", "parameters": {
    "type": "object", "properties": {"zone": {"type": "string", "description": "zone \u00e9"},
                                     "n": {"type": "integer", "enum": [1, 2]}}, "required": ["zone"]}}}]


def call(arguments):
    return [{"id": "abcdefghi", "type": "function", "function": {"name": "get_time", "arguments": arguments}}]


RESULT = {"role": "tool", "name": "get_time", "tool_call_id": "abcdefghi", "content": "12:00"}
CONVERSATIONS = {
    "plain": [("user", " Hi there ")],
    "system": [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello. "), ("user", "Why?")],
    "thoughts": [("user", "Hi"), ("assistant", "<think>\nhm\n</think>\n\nHello."), ("user", "Bye")],
    "image": [("user", [{"type": "text", "text": "a "}, {"type": "image"}, {"type": "text", "text": " b"}])],
    "tools": [("user", "time?"), ("assistant", "", call({"zone": "UTC", "n": 3})), RESULT,
              ("assistant", "It is 12."), ("user", "thanks")],
    "texts": [("system", "s"), ("user", "time?"), ("assistant", "", call('{"zone": "UTC"}')), RESULT],
    "disorder": [("assistant", "x"), ("assistant", "y")]}


class Generation(Extension):
    """The block that marks what a model is trained on."""
    tags = {"generation"}

    def parse(self, parser):
        next(parser.stream)
        return parser.parse_statements(["name:endgeneration"], drop_needle=True)


def to_json(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def raise_exception(message):
    raise jinja2.TemplateError(message)


def message(given):
    if isinstance(given, dict):
        return given
    made = {"role": given[0], "content": given[1]}
    return made if len(given) == 2 else made | {"tool_calls": given[2]}


def main():
    environment = ImmutableSandboxedEnvironment(trim_blocks=True, lstrip_blocks=True,
                                                extensions=[Generation, loopcontrols])
    environment.filters["tojson"] = to_json
    environment.globals["raise_exception"] = raise_exception
    environment.globals["strftime_now"] = (
        lambda text: datetime.datetime.fromtimestamp(NOW, datetime.timezone.utc).strftime(text))

    def render(program, variables):
        try:
            return environment.from_string(program).render(**variables)
        except Exception:  # of any kind: the program cannot be run
            return None

    programs = (FOLDER / "programs.txt").read_text().split("\n----\n")
    programs += [f"{{{{ {line} }}}}" for line in (FOLDER / "expressions.txt").read_text().splitlines()]
    cases = [{"program": program, "text": render(program, VARIABLES)} for program in programs]
    renders = []
    for path in sorted((FOLDER / "templates").glob("*.jinja")):
        for name, given in CONVERSATIONS.items():
            for tools in (None, TOOLS):
                variables = {"messages": [message(m) for m in given], "tools": tools, "bos_token": "<s>",
                             "eos_token": "</s>", "add_generation_prompt": tools is None}
                if tools is None and name == "plain":
                    variables["enable_thinking"] = False
                text = render(path.read_text(), variables)
                renders.append({"template": path.name, "variables": variables, "text": text})
    made = {"variables": VARIABLES, "cases": cases, "renders": renders}
    (FOLDER / "expected.json").write_text(json.dumps(made, indent=0, ensure_ascii=False) + "\n")
    print(f"{len(cases)} programs, {len(renders)} prompts")


if __name__ == "__main__":
    main()
