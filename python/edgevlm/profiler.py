"""Measures where the time of a request goes, module by module.

    from edgevlm.profiler import ModelProfiler

    profiler = ModelProfiler(engine)
    profiler.start()
    for _ in range(5):
        with engine.session() as session:
            session.caption("photo.png")
    profiler.stop()
    profiler.print_summary()
    profiler.save_html("profile.html")
"""

from __future__ import annotations

import json
import os
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, TextIO, Tuple, Union

from . import _native
from ._engine import Engine
from ._files import write_text
from .errors import InvalidError

if TYPE_CHECKING:
    import pandas

# The columns of to_dataframe, in order: fields of the JSON form's modules.
COLUMNS = (
    "path",
    "name",
    "depth",
    "calls",
    "total_ms",
    "self_ms",
    "flop",
    "bytes",
    "arithmetic",
    "limit",
    "roofline_share",
    "allocated_bytes",
    "peak_bytes",
)


class ModelProfiler:
    """Profiles the sessions of an engine that are made between start() and stop().

    Each request of theirs is a run, from set_image to the end of its reply; cancelled and failed
    ones do not count. The profile has the medians of all runs, so they should be the same request.
    A session computes only what is new of a second prompt: for the whole prompt in each run, make a
    session for each, or call its reset(). Run the request once before start(): the first one also
    warms the caches of the processor up. What Engine.encode computes is not part of a run.

    limits: whether stop() measures what the machine can do at most, to compare the modules to. This
    takes about a second, in which no other thread should use the engine.

    Threads: one at a time.
    """

    def __init__(self, model: Engine, *, limits: bool = True) -> None:
        if not isinstance(model, Engine):
            raise TypeError(f"profiler: expected an Engine, found {type(model).__name__}")
        self._engine = model
        self._limits = limits
        self._running: Optional[_native.ProfiledRuns] = None
        self._finished: Optional[_native.Profile] = None

    def start(self) -> None:
        """From now on, the engine's new sessions are profiled. Forgets an earlier profile.

        Errors: InvalidError (another profiler of the engine runs), ClosedError.
        """
        runs = _native.ProfiledRuns()
        self._engine._start_profiling(runs)
        self._running = runs
        self._finished = None

    def stop(self) -> None:
        """Ends the profile; later requests do not count. Errors: InvalidError without start()."""
        if self._running is None:
            raise InvalidError("profiler: expected start() before stop(), found none")
        runs, self._running = self._running, None
        engine = self._engine._stop_profiling()
        runs.stop()
        if runs.count == 0:
            return
        self._finished = runs.merge()
        if self._limits and engine is not None:
            self._finished.measure_limits(engine)

    def __enter__(self) -> ModelProfiler:
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        if self._running is not None:
            self.stop()

    def to_dict(self) -> Dict[str, Any]:
        """The profile in its JSON form, which docs/profile.md describes. Errors: InvalidError."""
        profile: Dict[str, Any] = json.loads(self._profile().json())
        return profile

    def print_summary(
        self, file: Optional[TextIO] = None, *, layers: bool = False, depth: int = 6
    ) -> None:
        """Prints the table of `edgevlm profile`.

        file: by default, standard output. layers: a line for each layer, not one for all. depth: of
        the tree of modules, at least 1. Errors: InvalidError, TypeError.
        """
        print(self._profile().table(layers, depth).rstrip("\n"), file=file or sys.stdout)

    def to_dataframe(self) -> pandas.DataFrame:
        """One row per module, parents before their children; the columns are COLUMNS.

        All but self_ms includes the modules inside. Values that are not known are missing. Needs
        pandas (`pip install pandas`). Errors: InvalidError.
        """
        import pandas

        rows = [
            {"depth": depth, **{name: value for name, value in node.items() if name in COLUMNS}}
            for depth, node in _walk(self.to_dict()["modules"])
        ]
        return pandas.DataFrame(rows, columns=list(COLUMNS))

    def save_html(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a page that shows the profile in a browser, without a network.

        Errors: IoError, InvalidError.
        """
        write_text(path, self._profile().html())

    def save_trace(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the timeline for ui.perfetto.dev or chrome://tracing.

        Errors: IoError, InvalidError.
        """
        write_text(path, self._profile().trace())

    def _profile(self) -> _native.Profile:
        if self._running is not None:
            raise InvalidError("profiler: expected stop() before, found it running")
        if self._finished is None:
            raise InvalidError(
                "profiler: expected a request of a session made between start() and stop(), found "
                "none"
            )
        return self._finished


def _walk(nodes: List[Dict[str, Any]], depth: int = 0) -> Iterator[Tuple[int, Dict[str, Any]]]:
    for node in nodes:
        yield depth, node
        yield from _walk(node["children"], depth + 1)
