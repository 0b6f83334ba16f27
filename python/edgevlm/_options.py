"""ReplyOptions: the keyword arguments of Session.caption, ask and chat."""

from __future__ import annotations

from typing import List, Optional, TypedDict


class ReplyOptions(TypedDict, total=False):
    """How a reply is chosen. Without options, always the most likely token, up to 64 of them."""

    max_tokens: Optional[int]
    """At least 1."""
    temperature: Optional[float]
    """0 to 100; 0: always the most likely token."""
    top_k: Optional[int]
    """Keep the k most likely; 0: all."""
    top_p: Optional[float]
    """Keep the most likely until they add up to top_p, 0 to 1."""
    min_p: Optional[float]
    """Drop tokens below min_p times the highest probability, 0 to 1."""
    repetition_penalty: Optional[float]
    """Above 0, up to 10; above 1: repeat less."""
    presence_penalty: Optional[float]
    """-2 to 2, once for a token that was used."""
    frequency_penalty: Optional[float]
    """-2 to 2, for each use of a token."""
    penalty_window: Optional[int]
    """The reply's last tokens that penalties count; 0: all."""
    seed: Optional[int]
    """Of the draws, 0 to 2**64 - 1. None: a new one for each reply."""
    stop: Optional[List[str]]
    """End the reply before any of these; at most 16."""
    with_probability: Optional[bool]
    """Compute Reply.probability, which costs a pass over the vocabulary for each token."""
