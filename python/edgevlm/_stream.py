"""ReplyStream: a reply, piece by piece, while it is generated."""

from __future__ import annotations

import queue
import threading
from types import TracebackType
from typing import Callable, Iterator, Optional, Union

from . import _native
from ._reply import Reply

# Runs a request; calls the function with each piece of text.
Request = Callable[[Callable[[str], None]], Reply]


class _End:
    """The last item of a stream's queue."""

    def __init__(self, reply: Optional[Reply], error: Optional[BaseException]) -> None:
        self.reply = reply
        self.error = error


_Items = queue.SimpleQueue[Union[str, _End]]


class ReplyStream(Iterator[str]):
    """The pieces of a reply: whole characters, never empty; joined, they are `reply.text`.

    A thread of its own generates them, and does not wait for the reader. close(), the end of a
    `with` block, Ctrl-C in next(), and dropping the last reference cancel the rest. Errors of the
    request are raised by next().

    Threads: one at a time; close() from any. The session is busy until the end.
    """

    def __init__(self, request: Request, cancellation: _native.Cancellation) -> None:
        self._items: _Items = queue.SimpleQueue()
        self._cancellation = cancellation
        self._reply: Optional[Reply] = None
        self._is_over = False
        self._thread = threading.Thread(
            target=_run, args=(request, cancellation, self._items), name="edgevlm stream"
        )
        self._thread.start()

    @property
    def reply(self) -> Optional[Reply]:
        """The whole reply, with the text until it was cancelled; None before the end."""
        return self._reply

    def __iter__(self) -> ReplyStream:
        return self

    def __next__(self) -> str:
        if self._is_over:
            raise StopIteration
        try:
            item = self._items.get()
        except BaseException:  # Ctrl-C
            self.close()
            raise
        if isinstance(item, str):
            return item
        self._finish(item)
        try:
            if item.error is not None:
                raise item.error
            raise StopIteration
        finally:
            del item  # else the error would hold itself, and the session, by this frame

    def close(self) -> None:
        """Cancels the rest and waits until the session is free; pieces not yet read are dropped."""
        self._cancellation.cancel()
        while not self._is_over:
            item = self._items.get()
            if isinstance(item, _End):
                self._finish(item)

    def _finish(self, end: _End) -> None:
        # For another thread that waits in next() or close().
        self._items.put(_End(end.reply, None))
        self._reply = end.reply
        self._is_over = True
        self._thread.join()

    def __enter__(self) -> ReplyStream:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def __del__(self) -> None:
        # Does not wait: the collector may run this anywhere, in the stream's own thread too.
        self._cancellation.cancel()


def _run(request: Request, cancellation: _native.Cancellation, items: _Items) -> None:
    """The stream's thread. Knows the queue but not the stream, which can be dropped meanwhile."""
    main = threading.main_thread()

    def emit(text: str) -> None:
        items.put(text)
        if not main.is_alive():  # the program is ending, and waits for this thread
            cancellation.cancel()

    try:
        items.put(_End(request(emit), None))
    except BaseException as error:
        items.put(_End(None, error))
