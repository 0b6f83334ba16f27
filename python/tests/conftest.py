"""What the tests share: the built-in model and the images in examples/."""

from __future__ import annotations

import pathlib
from typing import Iterator

import pytest

import edgevlm

from .long_context import with_long_context

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
DUCKS = EXAMPLES / "ducks.png"
DUCKS_CAPTION = "a helicopter, three ducks and a frog"
QUESTION = "how many ducks are there?"

# The built-in model repeats itself with these until its context is full.
ENDLESS = {"max_tokens": 100_000, "repetition_penalty": 0.05, "frequency_penalty": -2.0}


@pytest.fixture(scope="session")
def engine() -> Iterator[edgevlm.Engine]:
    with edgevlm.Engine(threads=2) as loaded:
        yield loaded


@pytest.fixture
def session(engine: edgevlm.Engine) -> Iterator[edgevlm.Session]:
    with engine.session() as made:
        yield made


@pytest.fixture(scope="session")
def long_model(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The built-in model; a reply with ENDLESS has thousands of tokens and takes seconds."""
    path = tmp_path_factory.mktemp("long") / "long.gguf"
    path.write_bytes(with_long_context((ROOT / "models" / "builtin.gguf").read_bytes()))
    return path


@pytest.fixture(scope="session")
def long_engine(long_model: pathlib.Path) -> Iterator[edgevlm.Engine]:
    with edgevlm.Engine(long_model, threads=1) as loaded:
        yield loaded


@pytest.fixture
def long_session(long_engine: edgevlm.Engine) -> Iterator[edgevlm.Session]:
    with long_engine.session() as made:
        yield made
