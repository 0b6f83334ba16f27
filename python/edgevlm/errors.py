"""What goes wrong, as exceptions. Their texts are those of the command line: what, where, expected,
found."""

from __future__ import annotations


class Error(Exception):
    """The base of all errors of this package. A wrong type of argument is a TypeError instead."""


class NotFoundError(Error, FileNotFoundError):
    """There is no such file or model, or a model's file lacks a key or a tensor."""


class CorruptError(Error):
    """The bytes of a file violate its format."""


class UnsupportedError(Error):
    """A valid input that EdgeVLM cannot handle; the text names the feature."""


class TooLargeError(Error):
    """Over a limit, which the text names."""


class InvalidError(Error, ValueError):
    """An argument out of its range, or a text that UTF-8 cannot encode."""


class IoError(Error, OSError):
    """A call of the operating system failed."""


class CancelledError(Error):
    """The work was cancelled before it had a result."""


class ClosedError(Error, ValueError):
    """An object was used after its close(), or in a process that fork made after it was loaded."""


class BusyError(Error, RuntimeError):
    """A second thread used a session, or a second request came during a stream."""
