"""Reads and writes whole files; failures are this package's errors."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Union

from .errors import InvalidError, IoError, NotFoundError, TooLargeError

if TYPE_CHECKING:
    Path = Union[str, os.PathLike[str]]

_BAD_PATH = "path: expected one that the system can encode, without zero bytes, found another"


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """The bytes of a file. Errors: NotFoundError, IoError, TooLargeError, InvalidError."""
    name = os.fsdecode(path)
    try:
        with open(path, "rb") as file:
            content = file.read(max_bytes + 1)
    except FileNotFoundError as error:
        raise NotFoundError(f"{name}: cannot be read: {error.strerror}") from None
    except OSError as error:
        raise IoError(f"{name}: cannot be read: {error.strerror}") from None
    except ValueError:
        raise InvalidError(_BAD_PATH) from None
    if len(content) > max_bytes:
        raise TooLargeError(f"{name}: expected at most {max_bytes >> 20} MiB")
    return content


def write_text(path: Path, text: str) -> None:
    """Writes UTF-8. Errors: IoError, InvalidError, TypeError."""
    name = os.fsdecode(path)
    try:
        with open(path, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except OSError as error:
        raise IoError(f"{name}: cannot be written: {error.strerror}") from None
    except ValueError:
        raise InvalidError(_BAD_PATH) from None
