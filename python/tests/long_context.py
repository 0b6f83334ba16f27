"""The built-in model with capacity for replies that take seconds, for tests of what ends them."""

from __future__ import annotations

import struct
from typing import Dict, Tuple

POSITIONS = 4096
_TENSOR = "position_embd.weight"
_KEY = "gpt2.context_length"
_SCALAR_BYTES = {0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8}
_STRING, _ARRAY, _F16 = 8, 9, 1


class _Reader:
    """Reads a GGUF file's values in order."""

    def __init__(self, file: bytes) -> None:
        self.file = file
        self.position = 0

    def numbers(self, form: str) -> Tuple[int, ...]:
        values = struct.unpack_from("<" + form, self.file, self.position)
        self.position += struct.calcsize("<" + form)
        return values

    def text(self) -> str:
        (size,) = self.numbers("Q")
        self.position += size
        return self.file[self.position - size : self.position].decode()

    def skip(self, kind: int) -> None:
        if kind == _STRING:
            self.text()
        elif kind == _ARRAY:
            element, count = self.numbers("IQ")
            for _ in range(count):
                self.skip(element)
        else:
            self.position += _SCALAR_BYTES[kind]


def with_long_context(gguf: bytes) -> bytes:
    """The file with its position embeddings repeated. Replies beyond them have no meaning.

    The larger tensor is appended, so that the offsets of the others stay.
    """
    reader = _Reader(gguf)
    _, _, tensors, keys = reader.numbers("IIQQ")
    values: Dict[str, int] = {}
    for _ in range(keys):
        key = reader.text()
        (kind,) = reader.numbers("I")
        values[key] = reader.position
        reader.skip(kind)
    infos: Dict[str, int] = {}
    for _ in range(tensors):
        name = reader.text()
        infos[name] = reader.position
        (dimensions,) = reader.numbers("I")
        reader.numbers(f"{dimensions}QIQ")
    data = (reader.position + 31) // 32 * 32

    dimensions, width, rows, kind, offset = struct.unpack_from("<IQQIQ", gguf, infos[_TENSOR])
    assert (dimensions, kind) == (2, _F16)
    tensor = gguf[data + offset : data + offset + 2 * width * rows]
    repeated = (tensor * (POSITIONS // rows + 1))[: 2 * width * POSITIONS]
    longer = bytearray(gguf + bytes(-(len(gguf) - data) % 32))
    struct.pack_into("<I", longer, values[_KEY], POSITIONS)
    at_end = (dimensions, width, POSITIONS, kind, len(longer) - data)
    struct.pack_into("<IQQIQ", longer, infos[_TENSOR], *at_end)
    return bytes(longer) + repeated
