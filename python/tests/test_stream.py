"""ReplyStream: pieces of a reply, and ends before its end."""

from __future__ import annotations

import gc
import pathlib
import subprocess
import sys
import threading
import time
import weakref

import pytest

import edgevlm

from .conftest import DUCKS, DUCKS_CAPTION, ENDLESS, QUESTION


def wait_until_free(session: edgevlm.Session) -> None:
    for _ in range(500):
        try:
            return session.set_image(DUCKS)
        except edgevlm.BusyError:
            time.sleep(0.01)
    raise AssertionError("the session is still busy")


def test_pieces_add_up_to_the_reply(session: edgevlm.Session) -> None:
    stream = session.caption(DUCKS, stream=True)
    pieces = list(stream)
    assert len(pieces) > 3
    assert "".join(pieces) == DUCKS_CAPTION
    assert stream.reply is not None
    assert stream.reply.text == DUCKS_CAPTION
    assert list(stream) == []
    assert "".join(session.ask(QUESTION, stream=True)) == "three"
    messages = [{"role": "user", "content": [DUCKS, QUESTION]}]
    assert "".join(session.chat(messages, stream=True)) == "three"


def test_errors_come_from_the_iterator(session: edgevlm.Session) -> None:
    with pytest.raises(edgevlm.NotFoundError):
        session.caption("no/such.png", stream=True)
    stream = session.caption(DUCKS, stream=True, max_tokens=0)
    with pytest.raises(edgevlm.InvalidError, match="max_tokens"):
        next(stream)
    assert stream.reply is None
    assert list(stream) == []


def test_an_error_does_not_hold_the_session(engine: edgevlm.Engine) -> None:
    session = engine.session()
    dropped = weakref.ref(session)
    gc.disable()  # No cycle is left to the collector: sessions are large.
    try:
        with pytest.raises(edgevlm.InvalidError):
            list(session.caption(DUCKS, stream=True, max_tokens=0))
        del session
        assert dropped() is None
    finally:
        gc.enable()


def test_close_cancels(long_session: edgevlm.Session) -> None:
    with long_session.caption(DUCKS, stream=True, **ENDLESS) as stream:
        first = next(stream)
        assert stream.reply is None
        with pytest.raises(edgevlm.BusyError, match="session: expected one thread at a time"):
            long_session.ask(QUESTION)
    assert stream.reply is not None
    assert stream.reply.text.startswith(first)
    assert stream.reply.finish_reason == "cancelled"
    assert list(stream) == []
    assert long_session.ask(QUESTION, DUCKS).text == "three"


def test_close_in_another_thread_ends_the_loop(long_session: edgevlm.Session) -> None:
    stream = long_session.caption(DUCKS, stream=True, **ENDLESS)
    next(stream)
    reader = threading.Thread(target=lambda: list(stream), daemon=True)
    reader.start()
    stream.close()
    reader.join(10)
    assert not reader.is_alive()


def test_leaving_the_loop_cancels(long_session: edgevlm.Session) -> None:
    for _ in long_session.caption(DUCKS, stream=True, **ENDLESS):
        break
    gc.collect()
    begin = time.monotonic()
    wait_until_free(long_session)
    assert time.monotonic() - begin < 1


def test_closing_the_session_ends_its_stream(long_engine: edgevlm.Engine) -> None:
    session = long_engine.session()
    stream = session.caption(DUCKS, stream=True, **ENDLESS)
    next(stream)
    session.close()
    list(stream)
    assert stream.reply is not None
    assert stream.reply.finish_reason == "cancelled"


def test_closing_the_engine_ends_the_stream_of_a_dropped_session(long_model: pathlib.Path) -> None:
    with edgevlm.Engine(long_model, threads=1) as engine:
        stream = engine.session().caption(DUCKS, stream=True, **ENDLESS)
        gc.collect()
    list(stream)
    assert stream.reply is not None
    assert stream.reply.finish_reason == "cancelled"


def test_a_program_can_end_during_a_stream(long_model: pathlib.Path) -> None:
    program = (
        "import sys, edgevlm\n"
        "session = edgevlm.Engine(sys.argv[1], threads=1).session()\n"
        f"stream = session.caption(sys.argv[2], stream=True, **{ENDLESS})\n"
        "next(stream)\n"
        "import atexit\n"
        "atexit.register(lambda: print(stream.reply or stream._items.qsize()))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program, str(long_model), str(DUCKS)],
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    # Pieces in the queue: the engine did not go on to the end of its context.
    assert int(ran.stdout) < 1000
