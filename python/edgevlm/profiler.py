"""Measures where the time of a request goes, module by module.

    from edgevlm.profiler import ModelProfiler

    with ModelProfiler(engine) as profiler, engine.session() as session:
        for _ in range(5):
            session.caption("photo.png")
    profiler.print_summary()
    profiler.save_html("profile.html")
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Dict, Iterator, List, Optional, TextIO, Tuple, Union

from ._engine import Engine
from ._files import write_text
from .errors import InvalidError

if TYPE_CHECKING:
    import pandas

    from . import _native

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


@dataclass(frozen=True)
class _Profile:
    """What the engine wrote about a session."""

    json: str
    table: str
    trace: str
    html: str


class ModelProfiler:
    """Profiles a session of an engine: the one that is made between start() and stop().

    The first request of a session also warms caches up; repeat the request for steady times.
    Profiling costs a few percent. Errors of all methods: InvalidError when called out of order, or
    when not exactly one session was made meanwhile. Threads: one at a time.
    """

    def __init__(self, model: Engine) -> None:
        if not isinstance(model, Engine):
            raise TypeError(f"profiler: expected an Engine, found {type(model).__name__}")
        self._engine = model
        self._is_running = False
        self._sessions: List[_native.Session] = []  # that were made until stop()
        self._profile: Optional[_Profile] = None

    def start(self) -> None:
        """From now on, the engine's new sessions are profiled. Forgets an earlier profile."""
        self._engine._start_profiling()
        self._is_running = True
        self._sessions = []
        self._profile = None

    def stop(self) -> None:
        """Ends the profile. Raises BusyError while a stream of the session is in progress."""
        if not self._is_running:
            raise InvalidError("profiler: expected start() before stop(), found none")
        self._is_running = False
        self._sessions = self._engine._stop_profiling()
        if len(self._sessions) == 1:
            native = self._sessions[0]
            self._profile = _Profile(
                json=native.profile_json(),
                table=native.profile_table(),
                trace=native.profile_trace(),
                html=native.profile_html(),
            )

    def __enter__(self) -> ModelProfiler:
        self.start()
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.stop()

    def to_dict(self) -> Dict[str, Any]:
        """The profile in its JSON form, which docs/profile.md describes."""
        profile: Dict[str, Any] = json.loads(self._finished().json)
        return profile

    def print_summary(self, file: Optional[TextIO] = None) -> None:
        """Prints the table of `edgevlm profile`. file: by default, standard output."""
        print(self._finished().table.rstrip("\n"), file=file or sys.stdout)

    def to_dataframe(self) -> pandas.DataFrame:
        """One row per module, parents before their children; the columns are COLUMNS.

        Values that are not known are missing. Needs pandas (`pip install pandas`).
        """
        import pandas

        rows = [
            {"depth": depth, **{name: value for name, value in node.items() if name in COLUMNS}}
            for depth, node in _walk(self.to_dict()["modules"])
        ]
        return pandas.DataFrame(rows, columns=list(COLUMNS))

    def save_html(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes a page that shows the profile in a browser, without a network. Errors: IoError."""
        write_text(path, self._finished().html)

    def save_trace(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the timeline for ui.perfetto.dev or chrome://tracing. Errors: IoError."""
        write_text(path, self._finished().trace)

    def _finished(self) -> _Profile:
        if self._profile is not None:
            return self._profile
        if self._is_running:
            raise InvalidError("profiler: expected stop() before, found it running")
        raise InvalidError(
            "profiler: expected one session made between start() and stop(), found "
            f"{len(self._sessions)}"
        )


def _walk(nodes: List[Dict[str, Any]], depth: int = 0) -> Iterator[Tuple[int, Dict[str, Any]]]:
    for node in nodes:
        yield depth, node
        yield from _walk(node["children"], depth + 1)
