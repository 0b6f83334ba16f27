"""The wheel that `make wheel` has built, in an environment that has nothing else."""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import venv

import pytest

from .conftest import DUCKS, DUCKS_CAPTION, ROOT

TAG = f"cp{sys.version_info.major}{sys.version_info.minor}"
WHEELS = sorted((ROOT / "build" / "python" / "dist").glob(f"edgevlm-*-{TAG}-*.whl"))
PROGRAM = """
import sys
import edgevlm
print(edgevlm.Engine().session().caption(sys.argv[1]))
"""


@pytest.mark.skipif(not WHEELS, reason="make wheel has not run")
def test_pip_alone_installs_it(tmp_path: pathlib.Path) -> None:
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}

    def run(*arguments: str) -> str:
        command = [os.fspath(python), *arguments]
        ran = subprocess.run(
            command, capture_output=True, text=True, cwd=tmp_path, env=clean, timeout=120
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    run("-m", "pip", "install", "--quiet", "--no-index", os.fspath(WHEELS[0]))
    assert run("-c", PROGRAM, os.fspath(DUCKS)).strip() == DUCKS_CAPTION
