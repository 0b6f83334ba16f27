"""Turns what callers give as an image into what the native module reads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Dict, Protocol, Union

from . import _native
from ._files import read_bytes
from .errors import InvalidError

if TYPE_CHECKING:
    from typing_extensions import Buffer

    class HasArrayInterface(Protocol):
        """PIL's images, and what converts itself to a NumPy array."""

        @property
        def __array_interface__(self) -> Dict[str, Any]: ...

    # A path, the bytes of a file, pixels, or what Engine.encode returned.
    ImageLike = Union[
        str, os.PathLike[str], bytes, Buffer, HasArrayInterface, _native.Image
    ]

_MAX_FILE_BYTES = 128 << 20

# The modes of PIL images that convert() turns into colors without a loss of range.
_COLOR_MODES = frozenset({"1", "L", "P", "RGB", "CMYK", "YCbCr", "HSV", "LAB"})
_OPACITY_MODES = frozenset({"LA", "PA", "RGBA"})

_EXPECTED = "image: expected a path, the bytes of a file, an array or a PIL image"


@dataclass(frozen=True)
class File:
    """The bytes of an image file, and its name for errors: as the system spells it, or empty."""

    content: bytes
    name: bytes


@dataclass(frozen=True)
class Pixels:
    """An object with the buffer protocol; the native module checks its shape and type."""

    buffer: Any


ReadImage = Union[File, Pixels, _native.Image]


def read_image(image: object) -> ReadImage:
    """What the native module takes for `image`. Errors: those of reading a file, and TypeError."""
    if isinstance(image, _native.Image):
        return image
    if isinstance(image, (str, os.PathLike)):
        return File(read_bytes(image, _MAX_FILE_BYTES), os.fsencode(image))
    if isinstance(image, bytes):
        return File(image, b"")
    if hasattr(image, "mode") and hasattr(image, "convert"):
        return _read_pil(image)
    view = _view(image)
    if view.ndim != 1:
        return Pixels(image if _has_buffer(image) else view)
    if view.format != "B":
        raise InvalidError(f"{_EXPECTED}, found one dimension of {_type_name(image)}")
    # Others can change these bytes while they are decoded: hence the copy.
    return File(bytes(view), b"")


def _read_pil(image: Any) -> Pixels:
    """The colors of a PIL image; palettes and other color spaces become RGB."""
    if image.mode in _OPACITY_MODES or "transparency" in getattr(image, "info", {}):
        image = image.convert("RGBA")
    elif image.mode in _COLOR_MODES:
        image = image.convert("RGB")
    else:
        raise InvalidError(
            f"image: expected a PIL image of 8 bits a channel, found mode {image.mode}"
        )
    interface = image.__array_interface__
    if 0 in interface["shape"]:
        raise InvalidError(f"image: expected sides of at least 1, found {list(interface['shape'])}")
    return Pixels(memoryview(interface["data"]).cast("B", interface["shape"]))


def _has_buffer(image: object) -> bool:
    try:
        memoryview(image)  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        return False
    return True


def _view(image: object) -> memoryview:
    """The image's buffer, or that of the NumPy array it converts itself to (as tensors do)."""
    try:
        return memoryview(image)  # type: ignore[arg-type]
    except (TypeError, ValueError, BufferError):
        pass
    if hasattr(image, "__array_interface__") or hasattr(image, "__array__"):
        import numpy

        try:
            array: Any = numpy.asarray(image)
            return memoryview(array)
        except (TypeError, ValueError, BufferError) as error:
            raise InvalidError(f"{_EXPECTED}, found {_type_name(image)}: {error}") from None
    raise TypeError(f"{_EXPECTED}, found {_type_name(image)}")


def _type_name(image: object) -> str:
    dtype = getattr(image, "dtype", None)
    return type(image).__name__ if dtype is None else f"{type(image).__name__} of {dtype}"
