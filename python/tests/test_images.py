"""What is an image, and what is not."""

from __future__ import annotations

import array
import io
import os
import pathlib

import numpy
import PIL.Image
import pytest

import edgevlm

from .conftest import DUCKS, DUCKS_CAPTION, EXAMPLES

FILE = DUCKS.read_bytes()
PIXELS = numpy.asarray(PIL.Image.open(DUCKS).convert("RGB"))
MiB = 1 << 20


class Converts:
    """Like a tensor: no buffer, but it can become an array."""

    def __array__(self, dtype: object = None, copy: object = None) -> numpy.ndarray:
        return PIXELS


@pytest.mark.parametrize(
    "image",
    [
        str(DUCKS),
        DUCKS,
        FILE,
        bytearray(FILE),
        memoryview(FILE),
        numpy.frombuffer(FILE, numpy.uint8),
        PIXELS,
        memoryview(PIXELS),
        Converts(),
        PIXELS.astype(numpy.int64).astype(numpy.uint8),
        numpy.asfortranarray(PIXELS),
        PIXELS[:, :, ::-1].copy()[:, :, ::-1],
        numpy.repeat(PIXELS, 2, axis=1)[:, ::2],
        numpy.dstack([PIXELS, numpy.full(PIXELS.shape[:2], 255, numpy.uint8)]),
        PIL.Image.open(DUCKS),
        PIL.Image.open(DUCKS).convert("RGBA"),
    ],
    ids=lambda image: type(image).__name__,
)
def test_forms_of_one_image(session: edgevlm.Session, image: object) -> None:
    assert session.caption(image).text == DUCKS_CAPTION


def answer(engine: edgevlm.Engine, image: object) -> str:
    """A long sampled reply: equal only for an equal image."""
    with engine.session() as session:
        return session.caption(image, temperature=3.0, seed=5, max_tokens=60).text


def as_png(image: PIL.Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "png")
    return file.getvalue()


def test_gray_arrays_are_gray_images(engine: edgevlm.Engine) -> None:
    gray = PIL.Image.open(DUCKS).convert("L")
    expected = answer(engine, as_png(gray))
    assert answer(engine, numpy.asarray(gray)) == expected
    assert answer(engine, numpy.asarray(gray)[:, :, None]) == expected
    assert answer(engine, gray) == expected
    assert answer(engine, DUCKS) != expected


def test_opacity_is_laid_over_white_as_in_files(engine: edgevlm.Engine) -> None:
    image = PIL.Image.open(DUCKS).convert("RGBA")
    image.putalpha(PIL.Image.linear_gradient("L").resize(image.size))
    expected = answer(engine, as_png(image))
    assert answer(engine, numpy.asarray(image)) == expected
    assert answer(engine, image) == expected
    assert answer(engine, DUCKS) != expected


def test_palettes_become_colors(engine: edgevlm.Engine) -> None:
    image = PIL.Image.open(DUCKS).convert("P")
    assert answer(engine, image) == answer(engine, as_png(image.convert("RGB")))


def test_encoded_images(engine: edgevlm.Engine, session: edgevlm.Session) -> None:
    for image in (engine.encode(DUCKS), engine.encode(PIXELS), engine.encode(engine.encode(FILE))):
        session.set_image(image)
        assert session.caption().text == DUCKS_CAPTION


@pytest.mark.parametrize(
    ("image", "error", "text"),
    [
        (None, TypeError, "image: expected a path, .*, found NoneType"),
        (5, TypeError, "image: expected a path, .*, found int"),
        ([[1, 2], [3, 4]], TypeError, "found list"),
        (b"", edgevlm.Error, "."),
        (b"not an image", edgevlm.UnsupportedError, "."),
        (FILE[:2000], edgevlm.CorruptError, "."),
        (array.array("f", [1.0]), edgevlm.InvalidError, "one dimension of array"),
        (PIXELS.astype(numpy.float32), edgevlm.InvalidError, r"found float32 \[\d+, \d+, 3\]"),
        (PIXELS.astype(numpy.int8), edgevlm.InvalidError, "found int8"),
        (PIXELS > 3, edgevlm.InvalidError, "found bool"),
        (PIXELS.astype("datetime64[s]"), edgevlm.InvalidError, "datetime64"),
        (PIXELS.astype(object), edgevlm.InvalidError, "object"),
        (PIXELS.transpose(2, 0, 1), edgevlm.InvalidError, r"found uint8 \[3, \d+, \d+\]"),
        (PIXELS[None], edgevlm.InvalidError, r"found uint8 \[1, \d+, \d+, 3\]"),
        (PIXELS[:, :, :2], edgevlm.InvalidError, r"\d+, 2\]"),
        (numpy.uint8(3), edgevlm.InvalidError, r"found uint8 \[\]"),
        (PIXELS[:0], edgevlm.InvalidError, r"sides of at least 1, found uint8 \[0, \d+, 3\]"),
        (PIXELS[:, :0], edgevlm.InvalidError, "sides of at least 1"),
        (numpy.zeros((0, 0, 0), numpy.uint8), edgevlm.InvalidError, r"found uint8 \[0, 0, 0\]"),
        (PIL.Image.new("RGB", (0, 4)), edgevlm.InvalidError, "sides of at least 1"),
        (PIL.Image.new("F", (4, 4)), edgevlm.InvalidError, "found mode F"),
        (PIL.Image.new("I;16", (4, 4)), edgevlm.InvalidError, "found mode I;16"),
        ("no/such.png", edgevlm.NotFoundError, "no/such.png: cannot be read: No such file"),
        ("\0", edgevlm.InvalidError, "without zero bytes"),
        (EXAMPLES, edgevlm.IoError, "examples: cannot be read: Is a directory"),
        ("/dev/zero", edgevlm.TooLargeError, "/dev/zero: expected at most 128 MiB"),
        (pathlib.Path(__file__), edgevlm.UnsupportedError, "test_images.py: "),
    ],
    ids=str,
)
def test_what_is_no_image(
    session: edgevlm.Session, image: object, error: type[Exception], text: str
) -> None:
    session.set_image(DUCKS)
    with pytest.raises(error, match=text) as raised:
        session.set_image(image)
    assert "\n" not in str(raised.value)
    assert session.caption().text == DUCKS_CAPTION  # the image before stays


@pytest.mark.parametrize("shape", [(200_000, 4, 3), (60_000, 60_000), (60_000, 60_000, 4)])
def test_huge_arrays_are_refused_before_they_are_copied(
    session: edgevlm.Session, shape: tuple[int, ...]
) -> None:
    huge = numpy.broadcast_to(numpy.uint8(0), shape)
    with pytest.raises(edgevlm.TooLargeError, match="image: expected at most 100000000 pixels"):
        session.set_image(huge)


def test_names_that_are_not_utf8(session: edgevlm.Session, tmp_path: pathlib.Path) -> None:
    name = os.fsdecode(bytes(tmp_path / "ducks") + b"\xff.png")
    with open(name, "wb") as file:
        file.write(FILE)
    assert session.caption(name).text == DUCKS_CAPTION
    with pytest.raises(FileNotFoundError, match="cannot be read"):
        session.caption(name + "x")
    with open(name, "wb") as file:
        file.write(b"no image")
    with pytest.raises(edgevlm.UnsupportedError, match="ducks"):
        session.caption(name)
