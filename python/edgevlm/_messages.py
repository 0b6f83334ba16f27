"""Checks the messages of a conversation."""

from __future__ import annotations

from typing import Any, Callable, List, Mapping, Sequence, Tuple, Union

from . import _native
from .errors import InvalidError

# What the native module reads: a role, and its texts and images in order.
NativeMessage = Tuple[str, List[Union[bytes, _native.Image]]]

_PART = 'expected a str, an image, {"type": "text", "text": ...} or {"type": "image", "image": ...}'


def utf8(text: object, what: str) -> bytes:
    """The text's bytes. Errors: TypeError, InvalidError."""
    if not isinstance(text, str):
        raise TypeError(f"{what}: expected a str, found {type(text).__name__}")
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise InvalidError(
            f"{what}: expected text that UTF-8 can encode, found a lone surrogate at "
            f"{error.start}"
        ) from None


def read_messages(
    messages: Sequence[Mapping[str, Any]], encode: Callable[[Any], _native.Image]
) -> List[NativeMessage]:
    """The messages for the native module. encode: turns an image into what the decoder reads."""
    if not isinstance(messages, (list, tuple)):
        raise TypeError(f"messages: expected a list of dicts, found {type(messages).__name__}")
    return [_read(message, f"messages[{i}]", encode) for i, message in enumerate(messages)]


def _read(
    message: Mapping[str, Any], where: str, encode: Callable[[Any], _native.Image]
) -> NativeMessage:
    if not isinstance(message, Mapping):
        raise TypeError(f"{where}: expected a dict, found {type(message).__name__}")
    if set(message) != {"role", "content"}:
        raise InvalidError(f"{where}: expected role and content, found {sorted(map(str, message))}")
    role, content = message["role"], message["content"]
    if not isinstance(role, str):
        raise TypeError(f"{where}: role: expected a str, found {type(role).__name__}")
    if role not in ("system", "user", "assistant"):
        raise InvalidError(f"{where}: role: expected system, user or assistant, found {role!r}")
    if isinstance(content, str):
        return role, [utf8(content, f"{where}: content")]
    if not isinstance(content, (list, tuple)):
        raise TypeError(
            f"{where}: content: expected a str or a list, found {type(content).__name__}"
        )
    return role, [
        _read_part(part, f"{where}: content[{i}]", encode) for i, part in enumerate(content)
    ]


def _read_part(
    part: Any, where: str, encode: Callable[[Any], _native.Image]
) -> Union[bytes, _native.Image]:
    if isinstance(part, str):
        return utf8(part, where)
    if not isinstance(part, Mapping):
        return encode(part)
    kind = part.get("type")
    if kind == "text" and "text" in part:
        return utf8(part["text"], where)
    if kind == "image" and "image" in part:
        return encode(part["image"])
    raise InvalidError(f"{where}: {_PART}, found keys {sorted(map(str, part))}")
