"""Session: captions, answers, conversations and their options."""

from __future__ import annotations

import pytest

import edgevlm

from .conftest import DUCKS, DUCKS_CAPTION, EXAMPLES, QUESTION


def test_caption_of_the_given_image(session: edgevlm.Session) -> None:
    reply = session.caption(DUCKS)
    assert reply.text == str(reply) == DUCKS_CAPTION
    assert reply.finish_reason == "end"
    assert reply.prompt_tokens > reply.reply_tokens > 5
    assert reply.seed is None
    assert reply.timings.encode_ms > 0
    assert reply.timings.total_ms >= reply.timings.prefill_ms + reply.timings.generate_ms


def test_questions_about_the_image_that_is_set(session: edgevlm.Session) -> None:
    session.set_image(DUCKS)
    assert session.ask(QUESTION).text == "three"
    again = session.ask("is there a frog?")
    assert again.text == "yes"
    assert again.reused_tokens > 0
    assert session.ask(QUESTION, EXAMPLES / "monkey.png").text != "three"


def test_reset_keeps_the_image_only(session: edgevlm.Session) -> None:
    session.ask(QUESTION, DUCKS)
    session.reset()
    reply = session.ask(QUESTION)
    assert reply.text == "three"
    assert reply.reused_tokens == 0


def test_without_an_image(session: edgevlm.Session) -> None:
    with pytest.raises(edgevlm.InvalidError, match="image: expected one to be set"):
        session.caption()


def test_chat_with_images_as_parts(session: edgevlm.Session, engine: edgevlm.Engine) -> None:
    image = engine.encode(DUCKS)
    assert 0 < image.tokens <= engine.info.image_tokens
    parts = [
        [image, QUESTION],
        [DUCKS, QUESTION],
        [DUCKS.read_bytes(), {"type": "text", "text": QUESTION}],
        [{"type": "image", "image": str(DUCKS)}, {"type": "text", "text": QUESTION}],
    ]
    for content in parts:
        assert session.chat([{"role": "user", "content": content}]).text == "three"
    reply = session.chat(
        [
            {"role": "user", "content": [image, QUESTION]},
            {"role": "assistant", "content": "three"},
            {"role": "user", "content": "is there a frog?"},
        ]
    )
    assert reply.text == "yes"


@pytest.mark.parametrize(
    ("messages", "error", "text"),
    [
        ("hello", TypeError, "messages: expected a list of dicts, found str"),
        ({"role": "user"}, TypeError, "messages: expected a list of dicts, found dict"),
        ([], edgevlm.InvalidError, "."),
        (["hello"], TypeError, r"messages\[0\]: expected a dict, found str"),
        ([{"role": "user"}], edgevlm.InvalidError, "expected role and content, found .'role'"),
        ([{"role": 3, "content": "?"}], TypeError, "role: expected a str, found int"),
        ([{"role": "you", "content": "?"}], edgevlm.InvalidError, "role: .* found 'you'"),
        ([{"role": "user", "content": 5}], TypeError, "content: expected a str or a list"),
        ([{"role": "user", "content": "\udcff"}], edgevlm.InvalidError, "lone surrogate at 0"),
        ([{"role": "user", "content": [5]}], TypeError, "image: expected a path"),
        ([{"role": "user", "content": [{"type": "sound"}]}], edgevlm.InvalidError, "'type'"),
        ([{"role": "user", "content": []}], edgevlm.InvalidError, "."),
    ],
)
def test_bad_messages(
    session: edgevlm.Session, messages: list[dict[str, object]], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text) as raised:
        session.chat(messages)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("question", "error", "text"),
    [
        ("", edgevlm.InvalidError, "question: expected some text, found none"),
        ("two \ud83d halves", edgevlm.InvalidError, "question: .* lone surrogate at 4"),
        (b"bytes", TypeError, "question: expected a str, found bytes"),
        (None, TypeError, "question: expected a str, found NoneType"),
        ("long " * 10_000, edgevlm.TooLargeError, "."),
    ],
)
def test_bad_questions(
    session: edgevlm.Session, question: str, error: type[Exception], text: str
) -> None:
    session.set_image(DUCKS)
    with pytest.raises(error, match=text):
        session.ask(question)
    assert session.ask(QUESTION).text == "three"


def test_options_of_replies(session: edgevlm.Session) -> None:
    session.set_image(DUCKS)
    assert session.caption(max_tokens=1).finish_reason == "length"
    assert session.caption(stop=["duck"]).text == "a helicopter, three "
    drawn = session.caption(temperature=2.0, top_k=50, top_p=0.9, min_p=0.01)
    assert drawn.seed is not None
    options = {"temperature": 2.0, "top_k": 50, "top_p": 0.9, "min_p": 0.01, "seed": drawn.seed}
    assert session.caption(**options).text == drawn.text
    assert session.caption(seed=None, max_tokens=None).text == DUCKS_CAPTION


def test_the_probability_of_a_reply(session: edgevlm.Session) -> None:
    sure = session.ask(QUESTION, DUCKS, with_probability=True).probability
    assert sure is not None
    assert 0.5 < sure <= 1
    unlikely = session.ask(QUESTION, with_probability=True, temperature=20.0, seed=1).probability
    assert unlikely is not None
    assert 0 <= unlikely < sure
    assert session.ask(QUESTION).probability is None


@pytest.mark.parametrize(
    ("options", "error", "text"),
    [
        ({"max_tokens": 0}, edgevlm.InvalidError, "max_tokens"),
        ({"max_tokens": "9"}, TypeError, "max_tokens: expected an integer, found str"),
        ({"temperature": -1}, edgevlm.InvalidError, "temperature"),
        ({"temperature": float("nan")}, edgevlm.InvalidError, "temperature"),
        ({"temperature": "hot"}, TypeError, "temperature: expected a number, found str"),
        ({"temperature": 1j}, TypeError, "temperature: expected a number, found complex"),
        ({"top_p": 2}, edgevlm.InvalidError, "top_p"),
        ({"seed": -1}, edgevlm.InvalidError, "seed: expected 0 to"),
        ({"stop": "duck"}, TypeError, "stop: expected a list of str, found str"),
        ({"stop": [""]}, edgevlm.InvalidError, "stop"),
        ({"stop": ["\ud800"]}, edgevlm.InvalidError, "stop: .*lone surrogate"),
        ({"with_probability": 1}, TypeError, "with_probability: expected a bool, found int"),
        ({"tokens": 3}, TypeError, "tokens: there is no such option"),
    ],
)
def test_bad_options(
    session: edgevlm.Session, options: dict[str, object], error: type[Exception], text: str
) -> None:
    with pytest.raises(error, match=text):
        session.caption(DUCKS, **options)


def test_closed(engine: edgevlm.Engine) -> None:
    session = engine.session()
    session.close()
    session.close()
    for use in (
        lambda: session.set_image(DUCKS),
        lambda: session.caption(DUCKS),
        lambda: session.reset(),
        lambda: session.ask(QUESTION),
        lambda: session.caption(DUCKS, stream=True),
        lambda: session.chat([{"role": "user", "content": QUESTION}]),
    ):
        with pytest.raises(edgevlm.ClosedError, match="session: expected an open one"):
            use()
