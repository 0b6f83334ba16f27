"""The types that the package promises, checked by mypy --strict on a program that uses them all."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys

SAMPLE = pathlib.Path(__file__).parent / "typed_sample.py"

WRONG = """
import edgevlm
engine = edgevlm.Engine(threads="2")
session = engine.session()
session.caption(5)
session.caption("a.png", max_tokens="9")
session.caption("a.png", tokens=9)
text: str = session.caption("a.png")
for piece in session.caption("a.png"):
    pass
session.caption("a.png", stream=True).text
engine.info.threads = 3
"""


def mypy(folder: pathlib.Path, *what: str) -> subprocess.CompletedProcess[str]:
    """Run where no source of the package is: it checks the one that is installed."""
    command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", *what]
    return subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=300)


def test_a_program_with_types(tmp_path: pathlib.Path) -> None:
    shutil.copy(SAMPLE, tmp_path)
    checked = mypy(tmp_path, SAMPLE.name)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_package_itself(tmp_path: pathlib.Path) -> None:
    checked = mypy(tmp_path, "-p", "edgevlm")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_wrong_types_are_found(tmp_path: pathlib.Path) -> None:
    program = tmp_path / "wrong.py"
    program.write_text(WRONG)
    lines = mypy(tmp_path, program.name).stdout.splitlines()
    errors = [line for line in lines if ": error" in line]
    assert {int(line.split(":")[1]) for line in errors} == {3, 5, 6, 7, 8, 9, 11, 12}
