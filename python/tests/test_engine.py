"""Engine: loading, options, life."""

from __future__ import annotations

import gc
import os
import pathlib
import subprocess
import sys
import weakref

import pytest

import edgevlm

from .conftest import DUCKS, DUCKS_CAPTION, ROOT

BUILTIN = ROOT / "models" / "builtin.gguf"


def test_info_describes_the_model(engine: edgevlm.Engine) -> None:
    assert engine.info.threads == 2
    assert engine.info.parameters > 1_000_000
    assert engine.info.vision_encoder == "mobilenet_v3"
    assert "drawn scenes" in engine.info.notice
    with pytest.raises(AttributeError):
        engine.info.threads = 3  # type: ignore[misc]


def test_version_is_the_engines() -> None:
    project = (ROOT / "CMakeLists.txt").read_text()
    assert f"project(edgevlm VERSION {edgevlm.__version__} " in project


@pytest.mark.parametrize("path", [BUILTIN, str(BUILTIN)])
def test_loads_files(path: str) -> None:
    with edgevlm.Engine(path, threads=1) as engine, engine.session() as session:
        assert session.caption(DUCKS).text == DUCKS_CAPTION


def test_options_reach_the_engine() -> None:
    options = {
        "threads": 1,
        "decode_threads": 1,
        "context_tokens": 150,
        "precision": "f32",
        "cache": "q8_0",
        "memory_limit": "off",
        "temperature_limit": 0,
        "speculate": "ngram",
        "draft_tokens": 4,
        "keep_tokens": "80:uniform",
        "image_cache_mib": 8,
        "prompt_cache_mib": 8,
    }
    with edgevlm.Engine(**options) as engine, engine.session() as session:
        reply = session.caption(DUCKS)
    assert engine.info.context_tokens == 150
    assert reply.cache == "q8_0"
    assert reply.decode_threads == 1


def test_early_exit_uses_fewer_blocks() -> None:
    with edgevlm.Engine(threads=1, early_exit="exit", exit_threshold=0.1) as engine:
        reply = engine.session().caption(DUCKS)
    assert reply.early_tokens > 0
    assert reply.blocks_per_token < engine.info.block_count


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"threads": -1}, edgevlm.InvalidError, "threads: expected 0 to 256, found -1"),
        ({"threads": 1 << 70}, edgevlm.InvalidError, "threads: expected .* found 118059162071741"),
        ({"threads": "2"}, TypeError, "threads: expected an integer, found str"),
        ({"threads": True}, TypeError, "threads: expected an integer, found bool"),
        ({"threads": 1.5}, TypeError, "threads: expected an integer, found float"),
        ({"pin": 1}, TypeError, "pin: expected a bool, found int"),
        ({"precision": "f16"}, edgevlm.InvalidError, "precision: expected auto, bf16 or f32"),
        ({"cache": "nothing"}, edgevlm.InvalidError, "nothing"),
        ({"memory_limit": "some"}, edgevlm.InvalidError, "memory_limit: expected .*, found some"),
        ({"memory_limit": 0}, edgevlm.InvalidError, "memory_limit: expected 1 to"),
        ({"early_exit": "on"}, edgevlm.InvalidError, "early_exit: expected off or exit"),
        ({"early_exit": "exit", "exit_layers": [99]}, edgevlm.InvalidError, "99"),
        ({"early_exit": "exit", "exit_threshold": 2.0}, edgevlm.InvalidError, "threshold"),
        ({"exit_layers": 2}, TypeError, "exit_layers: expected a list of integers, found int"),
        ({"speculate": "guess"}, edgevlm.Error, "guess"),
        ({"draft_tokens": "many"}, edgevlm.InvalidError, "draft_tokens: expected a number or auto"),
        ({"draft_tokens": 99, "speculate": "ngram"}, edgevlm.InvalidError, "99"),
        ({"keep_tokens": "x"}, edgevlm.InvalidError, "x"),
        ({"keep_tokens": -3}, edgevlm.InvalidError, "-3"),
        ({"tome": -1}, edgevlm.Error, "."),
        ({"keep_seed": -1}, edgevlm.InvalidError, "keep_seed: expected 0 to 18446744073709551615"),
        ({"temperature_limit": -5}, edgevlm.InvalidError, "temperature limit"),
        ({"temperature_limit": 10**400}, edgevlm.InvalidError, "temperature_limit"),
        ({"chat_template": "\ud800"}, edgevlm.InvalidError, "chat_template: .*lone surrogate"),
        ({"mmproj": "a\0b"}, edgevlm.InvalidError, "mmproj: .* without zero bytes"),
        ({"mmproj": "\ud83d"}, edgevlm.InvalidError, "mmproj: .* the system can encode"),
        ({"mmproj": 3}, TypeError, "mmproj: expected a path, found int"),
    ],
)
def test_bad_options(options: dict[str, object], error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text) as raised:
        edgevlm.Engine(**options)
    assert "\n" not in str(raised.value)


def test_unknown_option() -> None:
    with pytest.raises(TypeError, match="treads"):
        edgevlm.Engine(treads=2)  # type: ignore[call-arg]


@pytest.mark.parametrize(
    ("model", "error"),
    [
        ("no/such.gguf", edgevlm.NotFoundError),
        ("no-such-name", edgevlm.NotFoundError),
        ("", edgevlm.NotFoundError),
        ("models/builtin.gguf\0", edgevlm.InvalidError),
        (7, TypeError),
        (DUCKS, edgevlm.Error),  # not a model
        (ROOT, edgevlm.Error),  # a folder
    ],
)
def test_bad_models(model: str, error: type[Exception]) -> None:
    with pytest.raises(error) as raised:
        edgevlm.Engine(model)
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_a_file_not_found_error() -> None:
    with pytest.raises(FileNotFoundError, match="no/such.gguf: "):
        edgevlm.Engine("no/such.gguf")


def test_a_cut_file_is_corrupt(tmp_path: pathlib.Path) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(BUILTIN.read_bytes()[:100_000])
    with pytest.raises(edgevlm.CorruptError, match="cut.gguf"):
        edgevlm.Engine(cut)


def test_close_closes_sessions_too() -> None:
    engine = edgevlm.Engine(threads=1)
    session = engine.session()
    engine.close()
    engine.close()
    with pytest.raises(edgevlm.ClosedError, match="engine: expected an open one"):
        engine.session()
    with pytest.raises(edgevlm.ClosedError, match="engine: expected an open one"):
        engine.encode(DUCKS)
    with pytest.raises(edgevlm.ClosedError, match="session: expected an open one"):
        session.caption(DUCKS)
    assert engine.info.threads == 1


def test_a_session_keeps_its_engine() -> None:
    engine = edgevlm.Engine(threads=1)
    session = engine.session()
    dropped = weakref.ref(engine)
    del engine
    gc.collect()
    assert dropped() is None
    assert session.caption(DUCKS).text == DUCKS_CAPTION


def test_a_forked_process_gets_an_error_and_ends() -> None:
    program = (
        "import os, sys, edgevlm\n"
        "engine = edgevlm.Engine(threads=2)\n"
        "session = engine.session()\n"
        "if os.fork() == 0:\n"
        "    try:\n"
        "        session.caption(sys.argv[1])\n"
        "    except edgevlm.ClosedError as error:\n"
        "        print(error, flush=True)\n"
        "    sys.exit()\n"
        "os.wait()\n"
        "print(session.caption(sys.argv[1]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program, os.fspath(DUCKS)],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ran.returncode == 0, ran.stderr
    refusal, caption = ran.stdout.splitlines()
    assert refusal.startswith("engine: expected one of this process")
    assert caption == DUCKS_CAPTION
