"""Engine: a model, loaded."""

from __future__ import annotations

import os
import threading
import weakref
from types import TracebackType
from typing import TYPE_CHECKING, Any, List, Optional, Union

from . import _native
from ._reply import ModelInfo
from ._session import Session, encode
from .errors import ClosedError, InvalidError

if TYPE_CHECKING:
    from ._image import ImageLike


class Engine:
    """A model, loaded once and shared by any number of sessions.

    model: a GGUF file, or the name of a model installed by `edgevlm models pull`; None: the
    built-in one. The other options are those of the command line, where `edgevlm ask --help-all`
    explains them:

    mmproj: the file of the vision encoder, or "none"; None: the mmproj file beside the model.
    threads: up to 256; 0: one per core. decode_threads: of these, for single tokens; 0: all.
    pin: keep each thread on a processor of its own.
    context_tokens: of a session; 0: up to 4096.
    precision: "auto", "bf16" or "f32". chat_template: by name.
    image_max_tokens, image_min_tokens, tome, keep_tokens (N or "N:HOW"), keep_seed: how many tokens
    of an image are computed and read.
    image_cache_mib, prompt_cache_mib: memory for encoded images and for the prefixes of prompts, so
    that no session computes them twice; 0: none.
    cache: how keys and values are held, such as "q8_0" or "window:512".
    memory_limit: MiB, "auto" or "off". temperature_limit: in degrees Celsius.
    early_exit: "off" or "exit", with exit_layers, exit_threshold, exit_min_layer.
    speculate: "off", "ngram", "self" or a GGUF file, with draft_tokens (a number or "auto").

    Errors: NotFoundError, IoError, CorruptError, UnsupportedError, TooLargeError, InvalidError,
    TypeError.
    Threads: any. Each session belongs to one thread at a time. Not to be used in a process that
    fork made after loading: it raises ClosedError there.
    """

    def __init__(
        self,
        model: Optional[Union[str, os.PathLike[str]]] = None,
        *,
        mmproj: Optional[Union[str, os.PathLike[str]]] = None,
        threads: int = 0,
        decode_threads: int = 0,
        pin: bool = False,
        context_tokens: int = 0,
        precision: str = "auto",
        chat_template: Optional[str] = None,
        image_max_tokens: int = 0,
        image_min_tokens: int = 0,
        tome: int = 0,
        keep_tokens: Optional[Union[int, str]] = None,
        keep_seed: int = 0,
        image_cache_mib: int = 0,
        prompt_cache_mib: int = 0,
        cache: str = "f16",
        memory_limit: Union[int, str] = "off",
        temperature_limit: float = 70,
        early_exit: str = "off",
        exit_layers: Optional[List[int]] = None,
        exit_threshold: float = 0.9,
        exit_min_layer: int = 0,
        speculate: Union[str, os.PathLike[str]] = "off",
        draft_tokens: Union[int, str] = "auto",
    ) -> None:
        options: dict[str, Any] = dict(locals())
        del options["self"], options["model"]
        self._native: Optional[_native.Engine] = _native.Engine(model, options)
        self._info = ModelInfo(**self._native.info())
        # For opening, closing and profiling sessions; a signal handler may close within session().
        self._lock = threading.RLock()
        self._sessions: weakref.WeakSet[Session] = weakref.WeakSet()
        # Of the profiler that runs; weak, so that a dropped one is not in the way of others.
        self._runs: Optional[weakref.ref[_native.ProfiledRuns]] = None

    @property
    def info(self) -> ModelInfo:
        """What the model is. Also after close()."""
        return self._info

    def session(self) -> Session:
        """A new conversation, which keeps the model in memory. Errors: ClosedError, MemoryError."""
        with self._lock:
            engine = self._open()
            session = Session(engine, _native.Session(engine, self._profiled_runs()))
            self._sessions.add(session)
        return session

    def encode(self, image: ImageLike) -> _native.Image:
        """Encodes an image, for any number of sessions of this engine and messages of chat.

        image: as for Session.set_image, with the same errors. Threads: any.
        """
        return encode(self._open(), image)

    def close(self) -> None:
        """Closes all sessions and frees the model. May be called twice.

        A reply in progress in another thread is cancelled first, and frees the model at its end.
        """
        with self._lock:
            sessions = list(self._sessions)
            self._native = None
        for session in sessions:
            session.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _start_profiling(self, runs: _native.ProfiledRuns) -> None:
        """New sessions add their requests to `runs`, until _stop_profiling."""
        with self._lock:
            self._open()
            if self._profiled_runs() is not None:
                raise InvalidError(
                    "profiler: expected one at a time, found another that is running"
                )
            self._runs = weakref.ref(runs)

    def _stop_profiling(self) -> Optional[_native.Engine]:
        """Returns the engine; None if it was closed meanwhile."""
        with self._lock:
            self._runs = None
            return self._native

    def _profiled_runs(self) -> Optional[_native.ProfiledRuns]:
        return None if self._runs is None else self._runs()

    def _open(self) -> _native.Engine:
        if self._native is None:
            raise ClosedError("engine: expected an open one, found it closed")
        return self._native
