"""Session: one conversation."""

from __future__ import annotations

from types import TracebackType
from typing import (
    TYPE_CHECKING,
    Any,
    Callable,
    Mapping,
    Optional,
    Sequence,
    Set,
    Union,
    overload,
)

from . import _native
from ._image import File, Pixels, read_image
from ._messages import read_messages, utf8
from ._reply import Reply, reply_of
from ._stream import ReplyStream
from .errors import ClosedError

if TYPE_CHECKING:
    from typing import Literal

    from typing_extensions import Unpack

    from ._image import ImageLike
    from ._options import ReplyOptions

    _Request = Callable[
        [_native.Session, _native.Cancellation, Optional[Callable[[str], None]]], "dict[str, Any]"
    ]


class Session:
    """One conversation. Engine.session() makes it.

    An image is a path (str or os.PathLike), the bytes of a JPEG, PNG, WebP or PPM file, a PIL
    image, what Engine.encode() returned, or an array of uint8: [H, W, 3] in the order red, green,
    blue; [H, W, 4] with opacity, which is laid over white; [H, W] or [H, W, 1] gray. Arrays
    [H, W, 3] without gaps are read in place; a PIL image is taken as it is, without the rotation
    that its file may ask for (PIL.ImageOps.exif_transpose).

    Threads: one at a time; a second one gets a BusyError. Other Python threads go on while a
    session computes. Ctrl-C ends a reply within a step, but an image is encoded to its end first.
    """

    def __init__(self, engine: _native.Engine, native: _native.Session) -> None:
        self._engine = engine
        self._native: Optional[_native.Session] = native
        # More than one where a second thread is about to get a BusyError.
        self._running: Set[_native.Cancellation] = set()

    def set_image(self, image: ImageLike) -> None:
        """Sets the image that caption and ask are about. On an error, the previous one stays.

        Errors: NotFoundError, IoError, CorruptError, UnsupportedError, TooLargeError, InvalidError
        (an array of another shape or type), TypeError.
        """
        native = self._open()
        read = read_image(image)
        if isinstance(read, File):
            native.set_image_file(read.content, read.name)
        elif isinstance(read, Pixels):
            native.set_image_pixels(read.buffer)
        else:
            native.set_image(read)

    @overload
    def caption(
        self,
        image: Optional[ImageLike] = ...,
        *,
        stream: Literal[False] = ...,
        **options: Unpack[ReplyOptions],
    ) -> Reply: ...

    @overload
    def caption(
        self,
        image: Optional[ImageLike] = ...,
        *,
        stream: Literal[True],
        **options: Unpack[ReplyOptions],
    ) -> ReplyStream: ...

    def caption(
        self,
        image: Optional[ImageLike] = None,
        *,
        stream: bool = False,
        **options: Unpack[ReplyOptions],
    ) -> Union[Reply, ReplyStream]:
        """Describes an image: the given one, else that of set_image.

        stream: return the pieces of the text as they are generated. options: ReplyOptions.
        Errors: those of set_image; InvalidError (options, no image), UnsupportedError (the model
        was not made for captions).
        """
        self._replace_image(image)
        return self._generate(
            lambda native, cancellation, emit: native.caption(dict(options), cancellation, emit),
            stream,
        )

    @overload
    def ask(
        self,
        question: str,
        image: Optional[ImageLike] = ...,
        *,
        stream: Literal[False] = ...,
        **options: Unpack[ReplyOptions],
    ) -> Reply: ...

    @overload
    def ask(
        self,
        question: str,
        image: Optional[ImageLike] = ...,
        *,
        stream: Literal[True],
        **options: Unpack[ReplyOptions],
    ) -> ReplyStream: ...

    def ask(
        self,
        question: str,
        image: Optional[ImageLike] = None,
        *,
        stream: bool = False,
        **options: Unpack[ReplyOptions],
    ) -> Union[Reply, ReplyStream]:
        """Answers a question about an image: the given one, else that of set_image.

        Each question is independent of earlier ones; what was computed of the image is used again.
        Errors: as for caption; TooLargeError for a question that leaves no capacity for a reply.
        """
        text = utf8(question, "question")
        self._replace_image(image)
        return self._generate(
            lambda native, cancellation, emit: native.ask(text, dict(options), cancellation, emit),
            stream,
        )

    @overload
    def chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        stream: Literal[False] = ...,
        **options: Unpack[ReplyOptions],
    ) -> Reply: ...

    @overload
    def chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        stream: Literal[True],
        **options: Unpack[ReplyOptions],
    ) -> ReplyStream: ...

    def chat(
        self,
        messages: Sequence[Mapping[str, Any]],
        *,
        stream: bool = False,
        **options: Unpack[ReplyOptions],
    ) -> Union[Reply, ReplyStream]:
        """Answers the last message of a conversation.

        Each message is {"role": "system", "user" or "assistant", "content": ...}. The content is a
        str, or a list of parts: a str is text; {"type": "image", "image": IMAGE} is an image, and
        so is an image itself unless it is a str. The image of set_image is not used. Images are
        encoded at each call; pass what Engine.encode returned to encode them once.
        Errors: as for ask.
        """
        self._open()
        read = read_messages(messages, lambda image: encode(self._engine, image))
        return self._generate(
            lambda native, cancellation, emit: native.chat(read, dict(options), cancellation, emit),
            stream,
        )

    def reset(self) -> None:
        """Forgets everything but the image: the next prompt is computed from its beginning."""
        self._open().reset()

    def close(self) -> None:
        """Frees the session's memory. A reply in progress is cancelled. May be called twice."""
        self._native = None
        for cancellation in tuple(self._running):
            cancellation.cancel()

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self,
        kind: Optional[type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    def _open(self) -> _native.Session:
        if self._native is None:
            raise ClosedError("session: expected an open one, found it closed")
        return self._native

    def _replace_image(self, image: Optional[ImageLike]) -> None:
        if image is not None:
            self.set_image(image)

    def _generate(self, request: _Request, stream: bool) -> Union[Reply, ReplyStream]:
        cancellation = _native.Cancellation()
        self._running.add(cancellation)
        native = self._open()  # after add(): a close() from now on cancels this request

        def run(emit: Optional[Callable[[str], None]]) -> Reply:
            try:
                return reply_of(request(native, cancellation, emit))
            finally:
                self._running.discard(cancellation)

        return ReplyStream(run, cancellation) if stream else run(None)


def encode(engine: _native.Engine, image: ImageLike) -> _native.Image:
    """The image as the decoder reads it. Errors: those of Session.set_image."""
    read = read_image(image)
    if isinstance(read, File):
        return engine.encode_file(read.content, read.name)
    if isinstance(read, Pixels):
        return engine.encode_pixels(read.buffer)
    return read
