"""Memory goes back."""

from __future__ import annotations

import gc
import pathlib
from typing import Callable

import numpy
import pytest

import edgevlm

from .conftest import DUCKS

MIB = 1 << 20


def resident_bytes() -> int:
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def growth(work: Callable[[], None], times: int) -> int:
    """By how much memory grows in `times` rounds, after some rounds that fill free lists."""
    for _ in range(times // 10):
        work()
    gc.collect()
    before = resident_bytes()
    for _ in range(times):
        work()
    gc.collect()
    return resident_bytes() - before


def test_sessions(engine: edgevlm.Engine) -> None:
    def make() -> None:
        engine.session().set_image(image)

    image = engine.encode(DUCKS)
    assert growth(make, 1000) < 4 * MIB


def test_replies_and_streams(session: edgevlm.Session) -> None:
    def reply() -> None:
        session.caption(max_tokens=2)
        list(session.caption(max_tokens=2, stream=True))

    session.set_image(DUCKS)
    assert growth(reply, 200) < 4 * MIB


def test_pixels(session: edgevlm.Session) -> None:
    pixels = numpy.zeros((1000, 1000), numpy.uint8)
    assert growth(lambda: session.set_image(pixels), 50) < 8 * MIB


def test_errors(session: edgevlm.Session) -> None:
    def fail() -> None:
        with pytest.raises(edgevlm.UnsupportedError):
            session.set_image(b"no image" * 100_000)
        with pytest.raises(edgevlm.InvalidError):
            session.caption(DUCKS, max_tokens=0)

    assert growth(fail, 200) < 4 * MIB


def test_engines() -> None:
    def load() -> None:
        with edgevlm.Engine(threads=2) as engine:
            engine.session()

    assert growth(load, 20) < 16 * MIB
