"""A program that uses the whole interface, with types. Read by mypy and never run."""

from __future__ import annotations

import pathlib
from typing import Any, Dict, List, Optional

import numpy
import numpy.typing
import pandas
import PIL.Image

import edgevlm
from edgevlm.profiler import ModelProfiler


def captions(engine: edgevlm.Engine, paths: List[pathlib.Path]) -> Dict[str, str]:
    with engine.session() as session:
        return {str(path): session.caption(path, max_tokens=20).text for path in paths}


def ask_about(session: edgevlm.Session, pixels: numpy.typing.NDArray[numpy.uint8]) -> str:
    session.set_image(pixels)
    options: edgevlm.ReplyOptions = {"temperature": 0.5, "seed": 3, "stop": ["."]}
    reply: edgevlm.Reply = session.ask("how many?", **options)
    seed: Optional[int] = reply.seed
    seconds: float = reply.timings.total_ms / 1000
    return f"{reply} ({reply.finish_reason}, {seed}, {seconds})"


def stream(session: edgevlm.Session, image: PIL.Image.Image) -> Optional[edgevlm.Reply]:
    with session.ask("how many?", image, stream=True, max_tokens=9) as pieces:
        for piece in pieces:
            print(piece.upper(), end="")
    return pieces.reply


def chat(engine: edgevlm.Engine, session: edgevlm.Session, file: bytes) -> str:
    image: edgevlm.Image = engine.encode(file)
    messages = [{"role": "user", "content": [image, f"{image.tokens} tokens?"]}]
    return session.chat(messages, max_tokens=3).text


def profile(engine: edgevlm.Engine) -> pandas.DataFrame:
    profiler = ModelProfiler(engine)
    with profiler, engine.session() as session:
        session.caption("photo.png")
    profiler.print_summary()
    profiler.save_html(pathlib.Path("profile.html"))
    profiler.save_trace("trace.json")
    tree: Dict[str, Any] = profiler.to_dict()
    print(tree["version"])
    return profiler.to_dataframe()


def load() -> Optional[edgevlm.Engine]:
    try:
        return edgevlm.Engine("model.gguf", threads=2, cache="q8_0", keep_tokens=64, pin=True)
    except FileNotFoundError:
        return None
    except edgevlm.Error as error:
        print(error)
        return None
