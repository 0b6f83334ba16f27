"""Python's threads and signals beside the engine's."""

from __future__ import annotations

import concurrent.futures
import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import threading
import time
from typing import Iterator

import numpy
import pytest

import edgevlm

from .conftest import DUCKS, DUCKS_CAPTION, ENDLESS, QUESTION


def test_other_python_threads_go_on(session: edgevlm.Session) -> None:
    """Counts in another thread what it does inside one call of the engine."""
    noise = numpy.random.default_rng(1).integers(0, 256, (4000, 4000, 3), numpy.uint8)
    steps = 0
    is_over = threading.Event()

    def count() -> None:
        nonlocal steps
        while not is_over.is_set():
            steps += 1
            time.sleep(0.0005)

    thread = threading.Thread(target=count)
    thread.start()
    try:
        while steps == 0:
            time.sleep(0.001)
        before = steps
        session.set_image(noise)
        counted = steps - before
    finally:
        is_over.set()
        thread.join()
    assert counted > 3


def test_a_session_in_two_threads_is_refused(session: edgevlm.Session) -> None:
    session.set_image(DUCKS)
    outcomes = []
    barrier = threading.Barrier(4)

    def ask() -> None:
        barrier.wait()
        for _ in range(30):
            try:
                outcomes.append(session.ask(QUESTION).text)
            except edgevlm.BusyError as error:
                outcomes.append(str(error))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kinds = set(outcomes)
    assert len(outcomes) == 120
    assert "three" in kinds
    assert any("one thread at a time" in kind for kind in kinds)
    assert len(kinds) == 2


def test_sessions_of_one_engine_run_at_once(engine: edgevlm.Engine) -> None:
    def caption(_: int) -> str:
        with engine.session() as session:
            return session.caption(DUCKS).text

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(caption, range(40))) == {DUCKS_CAPTION}


def test_closing_an_engine_cancels_what_runs(long_model: pathlib.Path) -> None:
    engine = edgevlm.Engine(long_model, threads=1)
    session = engine.session()
    session.set_image(DUCKS)
    replies: list[edgevlm.Reply] = []

    def caption() -> None:
        while not replies:
            with contextlib.suppress(edgevlm.BusyError):
                replies.append(session.caption(**ENDLESS))

    thread = threading.Thread(target=caption)
    thread.start()
    with pytest.raises(edgevlm.BusyError):
        while True:
            session.ask(QUESTION)
    # That request was refused, so this does not end with it.
    engine.close()
    thread.join()
    assert replies[0].finish_reason == "cancelled"


def test_a_program_can_end_while_daemon_threads_compute() -> None:
    program = (
        "import sys, threading, time, edgevlm\n"
        "engine = edgevlm.Engine(threads=2)\n"
        "done = []\n"
        "def work(stream):\n"
        "    session = engine.session()\n"
        "    while True:\n"
        "        done.append(list(session.caption(sys.argv[1], stream=True)) if stream\n"
        "                    else session.caption(sys.argv[1]))\n"
        "for stream in (False, False, True):\n"
        "    threading.Thread(target=work, args=(stream,), daemon=True).start()\n"
        "while len(done) < 9:\n"
        "    time.sleep(0.01)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, os.fspath(DUCKS)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ran.returncode, ran.stderr) == (0, "")


class Interrupted(Exception):
    """What the handler of a signal raises, as that of Ctrl-C does."""


@pytest.fixture
def alarm() -> Iterator[None]:
    """Raises in the main thread soon."""

    def interrupt(*_: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.15)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


def test_signals_end_a_reply(long_session: edgevlm.Session, alarm: None) -> None:
    begin = time.monotonic()
    with pytest.raises(Interrupted):
        long_session.caption(DUCKS, **ENDLESS)
    assert time.monotonic() - begin < 1.5  # a whole reply takes longer
    assert long_session.ask(QUESTION, DUCKS).text == "three"


def test_signals_end_a_stream(long_session: edgevlm.Session, alarm: None) -> None:
    with pytest.raises(Interrupted):
        with long_session.caption(DUCKS, stream=True, **ENDLESS) as stream:
            list(stream)
    assert stream.reply is not None
    assert stream.reply.finish_reason == "cancelled"
    assert long_session.ask(QUESTION, DUCKS).text == "three"
