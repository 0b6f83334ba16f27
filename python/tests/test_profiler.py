"""ModelProfiler: what it does with a profile, and when it has one."""

from __future__ import annotations

import io
import json
import math
import pathlib
from typing import Any, Iterator

import pytest

import edgevlm
from edgevlm import _native
from edgevlm.profiler import COLUMNS, ModelProfiler

from .conftest import DUCKS


def node(path: str, children: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    counts = {"calls": 1, "self_ms": 1.0, "total_ms": 2.0, "samples_ms": [2.0], "flop": 8}
    sizes = {"bytes": 9, "allocated_bytes": 0, "peak_bytes": 0}
    return {"name": path.split(".")[-1], "path": path, **counts, **sizes, **fields, "children": children}


PROFILE = {
    "format": "edgevlm profile",
    "version": 1,
    "modules": [
        node("vision_tower", [node("vision_tower.layers", [], arithmetic="int8", limit="memory")]),
        node("decode", [], calls=3, roofline_share=0.5),
    ],
}


class ProfiledSession(_native.Session):
    """A session whose profile is known."""

    def profile_json(self) -> str:
        return json.dumps(PROFILE)

    def profile_table(self) -> str:
        return "module  ms\nvision_tower  2.0\n"

    def profile_trace(self) -> str:
        return '{"traceEvents": []}'

    def profile_html(self) -> str:
        return "<!DOCTYPE html>\u00b5s"


@pytest.fixture
def profiler(
    engine: edgevlm.Engine, monkeypatch: pytest.MonkeyPatch
) -> Iterator[ModelProfiler]:
    monkeypatch.setattr(_native, "Session", ProfiledSession)
    profiler = ModelProfiler(engine)
    with profiler, engine.session() as session:
        session.caption(DUCKS)
    yield profiler


def test_json(profiler: ModelProfiler) -> None:
    assert profiler.to_dict() == PROFILE


def test_dataframe(profiler: ModelProfiler) -> None:
    frame = profiler.to_dataframe()
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.path) == ["vision_tower", "vision_tower.layers", "decode"]
    assert list(frame.depth) == [0, 1, 0]
    assert list(frame.calls) == [1, 1, 3]
    assert frame.arithmetic[1] == "int8"
    assert frame.arithmetic.isna().tolist() == [True, False, True]
    assert math.isnan(frame.roofline_share[0])
    assert frame.roofline_share[2] == 0.5


def test_summary(profiler: ModelProfiler, capsys: pytest.CaptureFixture[str]) -> None:
    profiler.print_summary()
    assert capsys.readouterr().out == "module  ms\nvision_tower  2.0\n"
    file = io.StringIO()
    profiler.print_summary(file)
    assert file.getvalue().startswith("module")


def test_files(profiler: ModelProfiler, tmp_path: pathlib.Path) -> None:
    profiler.save_html(tmp_path / "page.html")
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == "<!DOCTYPE html>\u00b5s"
    profiler.save_trace(str(tmp_path / "trace.json"))
    assert json.loads((tmp_path / "trace.json").read_text()) == {"traceEvents": []}
    with pytest.raises(edgevlm.IoError, match="no/page.html: cannot be written: No such file"):
        profiler.save_html("no/page.html")


def test_out_of_order(engine: edgevlm.Engine) -> None:
    profiler = ModelProfiler(engine)
    with pytest.raises(edgevlm.InvalidError, match=r"expected start\(\) before stop\(\)"):
        profiler.stop()
    with pytest.raises(edgevlm.InvalidError, match="made between .*, found 0"):
        profiler.to_dict()
    with profiler:
        with pytest.raises(edgevlm.InvalidError, match=r"expected stop\(\) before"):
            profiler.print_summary()
        with pytest.raises(edgevlm.InvalidError, match="one at a time"):
            ModelProfiler(engine).start()
        with engine.session(), engine.session():
            pass
    with pytest.raises(edgevlm.InvalidError, match="made between .*, found 2"):
        profiler.to_dataframe()
    with pytest.raises(TypeError, match="profiler: expected an Engine, found str"):
        ModelProfiler("model.gguf")  # type: ignore[arg-type]


def test_sessions_outside_are_not_profiled(engine: edgevlm.Engine) -> None:
    with engine.session() as before:
        before.caption(DUCKS)
        with ModelProfiler(engine) as profiler:
            before.caption(DUCKS)
        with pytest.raises(edgevlm.InvalidError, match="found 0"):
            profiler.to_dict()
