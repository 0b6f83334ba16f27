"""Reply, Timings and ModelInfo: the fields of the C++ structs of these names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Optional


@dataclass(frozen=True)
class Timings:
    """How long each part of a request took, in milliseconds. A part that was skipped is 0."""

    decode_ms: float
    """The image file to pixels."""
    preprocess_ms: float
    """Pixels to the vision encoder's input."""
    encode_ms: float
    """Vision encoder and projector."""
    prefill_ms: float
    """The prompt, until the first token is chosen."""
    generate_ms: float
    """The tokens after the first."""
    total_ms: float


@dataclass(frozen=True)
class Reply:
    """A text and how it came about. str(reply) is the text."""

    text: str
    finish_reason: str
    """"end", "length" (max_tokens), "stop", "context" (it is full) or "cancelled"."""
    prompt_tokens: int
    """Image and text before the reply."""
    reused_tokens: int
    """Of the prompt, those that the session had already computed."""
    reply_tokens: int
    """Chosen tokens, the end token included."""
    early_tokens: int
    """Of those, from an early exit."""
    blocks_per_token: float
    """Decoder blocks run, mean over the reply's tokens."""
    drafted_tokens: int
    """Proposed by speculation."""
    accepted_tokens: int
    """Of the drafted tokens."""
    cache: str
    """The cache policy used, as Engine(cache=...) spells it."""
    cache_is_moved: bool
    """Whether it is more compact than requested, because memory was short."""
    cache_bytes: int
    decode_threads: int
    seed: Optional[int]
    """Of the draws: seed=reply.seed repeats the reply. None: nothing was drawn."""
    probability: Optional[float]
    """Of the whole reply under the model's own distribution: before temperature, filters and
    penalties. 0 to 1; None without with_probability."""
    timings: Timings

    def __str__(self) -> str:
        return self.text


def reply_of(fields: dict[str, Any]) -> Reply:
    """A Reply of what the native module returns."""
    return Reply(**{**fields, "timings": Timings(**fields["timings"])})


@dataclass(frozen=True)
class ModelInfo:
    """What a loaded model is. Counts are as its file states them."""

    name: str
    architecture: str
    """Of the language model, such as "llama"."""
    vision_encoder: str
    """Such as "vit"; empty if the model reads no images."""
    projector: str
    chat_template: str
    """Empty if the model was trained without."""
    instruction_set: str
    """The one in use, such as "avx512"."""
    parameters: int
    file_bytes: int
    threads: int
    decode_threads: int
    context_tokens: int
    """Of a session: images, questions and replies together."""
    trained_context_tokens: int
    has_trained_exits: bool
    embedding_length: int
    block_count: int
    head_count: int
    vocabulary_tokens: int
    image_size: int
    """Side of the vision encoder's input, in pixels."""
    image_tokens: int
    """What one tile of an image takes of the context."""
    has_image_grid: bool
    """Images keep their shape: image_tokens is the most, by default."""
    notice: str
    """One line about the model's limits, or empty."""
