"""Images as WebP, and the bound on a reply."""

from __future__ import annotations

import io
from random import Random

import pytest
from PIL import Image

from graph.engines.llm import factory
from graph.engines.llm.gemini import thinking_level
from graph.engines.llm.page_requests import Attempt, bound_on_reply, estimated_tokens, takes_webp, webp
from graph.settings import ThinkingLevel
from loaders.types import PageImage


def png(mode: str = "RGB", noisy: bool = False) -> bytes:
    image = Image.new(mode, (300, 400), "white")
    if noisy:
        random = Random(1)
        image.putdata([random.randrange(256) for _ in range(300 * 400)])
    else:
        image.paste("black", (40, 60, 200, 62))
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()


def page(text: str = "", *, legible: bool = True, has_figures: bool = False) -> PageImage:
    return PageImage(1, b"", 10, 10, text, (), 0.1, legible, has_figures)


@pytest.mark.parametrize("mode", ["RGB", "L"])
def test_a_page_as_webp_has_the_same_pixels_in_fewer_bytes(mode: str) -> None:
    before = png(mode)
    after = webp(before)
    assert after is not None
    assert len(after) < len(before)
    with Image.open(io.BytesIO(after)) as one, Image.open(io.BytesIO(before)) as other:
        assert one.format == "WEBP"
        assert one.convert("RGB").tobytes() == other.convert("RGB").tobytes()


def test_what_gets_no_smaller_or_is_no_png_is_sent_as_it_is() -> None:
    assert webp(b"image of page 1") is None
    noise = webp(png("L", noisy=True))
    assert noise is None or len(noise) < len(png("L", noisy=True))


def test_the_estimate_grows_with_the_text_and_knows_no_less_than_a_dense_page_of_a_scan() -> None:
    assert estimated_tokens(page("word " * 800)) == round(1.3 * 1000)
    assert estimated_tokens(page("页" * 800)) == round(1.3 * 800)
    assert estimated_tokens(page("", legible=False)) == estimated_tokens(page("few", has_figures=True)) == 1500


@pytest.mark.parametrize(
    ("thinking", "bound"), [("minimal", 3900), ("low", 3900 + 4096), ("medium", None), ("high", None), (None, None)]
)
def test_the_reply_is_bounded_where_thoughts_are(thinking: ThinkingLevel | None, bound: int | None) -> None:
    model = factory.chat_model("gemini-3.5-flash-lite", thinking=thinking, api_key="k")
    expected = {"max_output_tokens": bound} if bound else {}
    assert bound_on_reply(model, [page("word " * 800)], Attempt()) == expected


def test_a_second_reply_may_be_longer_and_none_longer_than_the_model_can_write() -> None:
    model = factory.chat_model("gemini-3.5-flash-lite", thinking="minimal", api_key="k")
    few = [page("word " * 8)]
    assert bound_on_reply(model, few, Attempt()) == {"max_output_tokens": 2048}
    assert bound_on_reply(model, few, Attempt(generous=True)) == {"max_output_tokens": 16384}
    many = [page("word " * 4000)] * 16
    assert bound_on_reply(model, many, Attempt(generous=True)) == {"max_output_tokens": 65536}
    assert bound_on_reply(object(), few, Attempt()) == {}
    assert takes_webp(model)
    assert not takes_webp(object())


@pytest.mark.parametrize(
    ("wanted", "model", "known", "level"),
    [
        ("minimal", "gemini-3.5-flash-lite", ["minimal", "low", "medium", "high"], "minimal"),
        ("minimal", "gemini-3.1-pro-preview", ["low", "medium", "high"], "low"),
        ("medium", "gemini-3-pro-preview", ["low", "high"], "low"),
        ("minimal", "gemini-9-flash", None, "minimal"),
        ("minimal", "gemini-9-pro", None, "low"),
    ],
)
def test_a_model_is_told_a_level_of_thinking_that_it_knows(
    wanted: ThinkingLevel, model: str, known: list[str] | None, level: str
) -> None:
    assert thinking_level(wanted, model, known) == level
