"""ModelProfiler: what it does with a profile, and when it has one."""

from __future__ import annotations

import io
import json
import math
import pathlib
from typing import Any, Iterator

import pytest

import edgevlm
from edgevlm.profiler import COLUMNS, ModelProfiler

from .conftest import DUCKS, QUESTION


def node(path: str, children: list[dict[str, Any]], **fields: Any) -> dict[str, Any]:
    counts = {"calls": 1, "self_ms": 1.0, "total_ms": 2.0, "samples_ms": [2.0], "flop": 8}
    sizes = {"bytes": 9, "allocated_bytes": 0, "peak_bytes": 0, "children": children}
    return {"name": path.split(".")[-1], "path": path, **counts, **sizes, **fields}


PROFILE = {
    "format": "edgevlm profile",
    "version": 1,
    "modules": [
        node("vision_tower", [node("vision_tower.layers", [], arithmetic="int8", limit="memory")]),
        node("decode", [], calls=3, roofline_share=0.5),
    ],
}


class KnownProfile:
    """In place of what the engine has measured."""

    def json(self) -> str:
        return json.dumps(PROFILE)


@pytest.fixture
def known(engine: edgevlm.Engine, monkeypatch: pytest.MonkeyPatch) -> ModelProfiler:
    profiler = ModelProfiler(engine)
    monkeypatch.setattr(profiler, "_finished", KnownProfile())
    return profiler


@pytest.fixture(scope="module")
def profiler(engine: edgevlm.Engine) -> ModelProfiler:
    """A real profile of three runs, with the machine's limits."""
    with engine.session() as session:
        session.caption(DUCKS)
    profiler = ModelProfiler(engine)
    with profiler:
        for _ in range(3):
            with engine.session() as session:
                session.ask(QUESTION, DUCKS)
    return profiler


def total_ms(tree: dict[str, Any], path: str) -> float:
    """Of the module with this path."""
    for module in walk(tree["modules"]):
        if module["path"] == path:
            return float(module["total_ms"])
    raise AssertionError(f"no module {path}")


def walk(modules: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for module in modules:
        yield module
        yield from walk(module["children"])


def test_json_form(profiler: ModelProfiler, engine: edgevlm.Engine) -> None:
    profile = profiler.to_dict()
    assert (profile["format"], profile["version"]) == ("edgevlm profile", 1)
    assert profile["machine"]["threads"] == engine.info.threads
    assert profile["machine"]["limits"]["memory"] > 0
    assert profile["model"]["parameters"] == engine.info.parameters
    assert profile["request"]["images"] == [str(DUCKS)]
    assert profile["request"]["question"] == QUESTION
    assert profile["request"]["reply"] == "three"
    assert len(profile["runs"]) == 3
    assert all(run["e2e_ms"] >= run["ttft_ms"] > 0 for run in profile["runs"])
    assert sum(part["is_bottleneck"] for part in profile["verdict"]["parts"]) == 1
    assert total_ms(profile, "vision_tower") > 0
    assert total_ms(profile, "prefill") > 0
    assert total_ms(profile, "decode") > 0


def test_dataframe_of_a_known_profile(known: ModelProfiler) -> None:
    frame = known.to_dataframe()
    assert list(frame.columns) == list(COLUMNS)
    assert list(frame.path) == ["vision_tower", "vision_tower.layers", "decode"]
    assert list(frame.depth) == [0, 1, 0]
    assert list(frame.calls) == [1, 1, 3]
    assert frame.arithmetic[1] == "int8"
    assert frame.arithmetic.isna().tolist() == [True, False, True]
    assert math.isnan(frame.roofline_share[0])
    assert frame.roofline_share[2] == 0.5


def test_dataframe_has_every_module(profiler: ModelProfiler) -> None:
    frame = profiler.to_dataframe()
    assert list(frame.path) == [module["path"] for module in walk(profiler.to_dict()["modules"])]
    assert frame.path.is_unique
    assert (frame.self_ms <= frame.total_ms + 1e-6).all()


def test_summary(profiler: ModelProfiler, capsys: pytest.CaptureFixture[str]) -> None:
    profiler.print_summary()
    printed = capsys.readouterr().out
    assert "vision_tower" in printed
    assert "prefill" in printed
    file = io.StringIO()
    profiler.print_summary(file, layers=True)
    assert len(file.getvalue()) > len(printed)
    file = io.StringIO()
    profiler.print_summary(file, depth=1)
    assert len(file.getvalue()) < len(printed)
    with pytest.raises(edgevlm.InvalidError, match="depth: expected 1 to .*, found 0"):
        profiler.print_summary(depth=0)
    with pytest.raises(TypeError, match="depth: expected an integer, found str"):
        profiler.print_summary(depth="6")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="layers: expected a bool, found int"):
        profiler.print_summary(layers=1)  # type: ignore[arg-type]


def test_files(profiler: ModelProfiler, tmp_path: pathlib.Path) -> None:
    profiler.save_html(tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert "self_attn" in page
    profiler.save_trace(str(tmp_path / "trace.json"))
    assert json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    with pytest.raises(TypeError, match="not int"):
        profiler.save_html(1)  # type: ignore[arg-type]
    with pytest.raises(edgevlm.InvalidError, match="path: expected one that the system can"):
        profiler.save_trace("\ud800")
    with pytest.raises(edgevlm.IoError, match="no/page.html: cannot be written: No such file"):
        profiler.save_html("no/page.html")


def test_out_of_order(engine: edgevlm.Engine) -> None:
    profiler = ModelProfiler(engine)
    with pytest.raises(edgevlm.InvalidError, match=r"expected start\(\) before stop\(\)"):
        profiler.stop()
    with pytest.raises(edgevlm.InvalidError, match="expected a request .* found none"):
        profiler.to_dict()
    with profiler:
        with pytest.raises(edgevlm.InvalidError, match=r"expected stop\(\) before"):
            profiler.print_summary()
        with pytest.raises(edgevlm.InvalidError, match="one at a time"):
            ModelProfiler(engine).start()
        with engine.session():
            pass
    with pytest.raises(edgevlm.InvalidError, match="expected a request .* found none"):
        profiler.to_dataframe()
    with pytest.raises(TypeError, match="profiler: expected an Engine, found str"):
        ModelProfiler("model.gguf")  # type: ignore[arg-type]


def test_stop_inside_the_block(engine: edgevlm.Engine) -> None:
    with ModelProfiler(engine, limits=False) as profiler, engine.session() as session:
        session.caption(DUCKS)
        profiler.stop()
    assert len(profiler.to_dict()["runs"]) == 1


def test_a_dropped_profiler_is_not_in_the_way(engine: edgevlm.Engine) -> None:
    dropped = ModelProfiler(engine)
    dropped.start()
    session = engine.session()
    del dropped
    with ModelProfiler(engine, limits=False) as profiler:
        session.caption(DUCKS)  # a run of the dropped one
        engine.session().caption(DUCKS)
    assert len(profiler.to_dict()["runs"]) == 1


def test_which_requests_are_runs(engine: edgevlm.Engine) -> None:
    before = engine.session()
    profiler = ModelProfiler(engine, limits=False)
    profiler.start()
    before.caption(DUCKS)  # made before start()
    session = engine.session()
    session.caption(DUCKS)
    with pytest.raises(edgevlm.InvalidError):
        session.caption(max_tokens=0)  # fails
    session.reset()
    session.caption(DUCKS.read_bytes())
    profiler.stop()
    session.caption()  # after stop()
    profile = profiler.to_dict()
    assert len(profile["runs"]) == 2
    assert profile["machine"]["limits"] == {}
    assert all(run["prefill_ms"] > 0 for run in profile["runs"])


def test_closing_the_engine_keeps_the_profile() -> None:
    with edgevlm.Engine(threads=1) as engine:
        profiler = ModelProfiler(engine)
        profiler.start()
        engine.session().caption(DUCKS)
    profiler.stop()
    assert len(profiler.to_dict()["runs"]) == 1
    with pytest.raises(edgevlm.ClosedError):
        profiler.start()
