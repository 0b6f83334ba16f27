"""EdgeVLM: captions images and answers questions about them, on the CPU.

    import edgevlm

    with edgevlm.Engine() as engine, engine.session() as session:
        session.set_image("photo.png")
        print(session.ask("how many dogs are there?").text)

An Engine is a model, loaded; a Session is one conversation. docs/python.md is the manual.
"""

from ._engine import Engine
from ._native import Image, __version__
from ._options import ReplyOptions
from ._reply import ModelInfo, Reply, Timings
from ._session import Session
from ._stream import ReplyStream
from .errors import (
    BusyError,
    CancelledError,
    ClosedError,
    CorruptError,
    Error,
    InvalidError,
    IoError,
    NotFoundError,
    TooLargeError,
    UnsupportedError,
)

__all__ = [
    "BusyError",
    "CancelledError",
    "ClosedError",
    "CorruptError",
    "Engine",
    "Error",
    "Image",
    "InvalidError",
    "IoError",
    "ModelInfo",
    "NotFoundError",
    "Reply",
    "ReplyOptions",
    "ReplyStream",
    "Session",
    "Timings",
    "TooLargeError",
    "UnsupportedError",
    "__version__",
]
