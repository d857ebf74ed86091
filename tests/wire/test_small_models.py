"""A small model on a loopback server: short prompts, slips in quotes, prose; what it gets proven, and what it does not.

The scripted model does what models of one to eight billion parameters do: it talks around its reply, copies quotes with
a word changed or left out, writes a label in a quote's place, and names the wrong passage.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from graph.app import app
from tests.wire.compatible_app import ingest, point_at, script, skip_without_client
from tests.wire.compatible_server import Asked, CompatibleServer
from tests.wire.scripted_replies import kind, passages

QUESTION = "Who founded the observatory, and in which year?"
CLAIM = "The naturalist Edith Carrow founded the observatory in 1911."
Said = Callable[..., CompatibleServer]


def say(text: str, quote: str, label: str = "", around: str = "{}") -> Callable[[Asked], str]:
    """A model that answers with one claim, on the passage that holds "Carrow" unless a label is given."""

    def reply(asked: Asked) -> str:
        wanted = kind(asked)  # type: ignore[arg-type]  # a request of another format has the properties it looks at
        if wanted == "contextualize":  # a word or a look at an image, for `doctor --ask`
            return "ready 4173"
        if wanted == "repair":
            return json.dumps({"repairs": []})
        if wanted != "answer":
            return script(asked)
        held = [name for name, passage in passages(asked).items() if "Carrow" in passage]  # type: ignore[arg-type]
        claim = {"passage": label or held[0], "quote": quote, "text": text}
        return around.format(json.dumps({"claims": [claim], "answerable": True}))

    return reply


@pytest.fixture(scope="module")
def read(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with the sample, read offline."""
    home = tmp_path_factory.mktemp("small") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PAGEWITNESS_HOME", str(home))
        patch.setenv("PAGEWITNESS_ENGINE", "offline")
        ingest()
    return home


@pytest.fixture
def small(read: Path, home: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Said:
    """Start a server with a small model, and a library that was read offline."""

    def start(reply: Callable[[Asked], str], model: str = "tiny:3b", **options: Any) -> CompatibleServer:
        skip_without_client("ollama")
        shutil.copytree(read, home)
        server = CompatibleServer(reply=reply, **options).__enter__()
        request.addfinalizer(lambda: server.__exit__(None, None, None))
        point_at("ollama", server.url, monkeypatch)
        monkeypatch.setenv("PAGEWITNESS_CHAT_MODEL", f"ollama:{model}")
        monkeypatch.setenv("PAGEWITNESS_READER_MODEL", "offline")
        monkeypatch.delenv("PAGEWITNESS_EMBEDDING_MODEL")
        return server

    return start


def ask(**context: Any) -> dict[str, Any]:
    return dict(app.invoke({"question": QUESTION}, context={"check_claims": False, **context}))


SLIPS = {
    "a word changed": "The naturalist Edith Carrow set up the observatory in 1911",
    "words left out": "naturalist Edith Carrow founded observatory 1911",
    "a label": "P1",
    "nothing": "",
}


@pytest.mark.parametrize(
    "quote",
    [
        pytest.param(text, id=name, marks=[pytest.mark.slow] if name in ("words left out", "a label") else [])
        for name, text in SLIPS.items()
    ],
)
def test_a_true_claim_survives_a_slip_in_its_quote(quote: str, small: Said) -> None:
    small(say(CLAIM, quote))
    answer = ask()
    assert [citation["page"] for citation in answer["citations"]] == [2]
    assert "founded the observatory in 1911" in answer["citations"][0]["quote"], "the page's own words are shown"
    assert answer["citations"][0]["boxes"]
    assert ask(prompts="full")["citations"] == [], "a large model is held to what it copies, and asked again"


@pytest.mark.parametrize(
    "text",
    [
        "The naturalist Edith Carrow founded the observatory in 1921.",
        "The naturalist Edith Carrow did not found the observatory in 1911.",
        "The engineer Amos Brannock founded the observatory in 1911.",
    ],
)
@pytest.mark.parametrize("quote", ["Edith Carrow founded this observatory back in 1921", "", "P1"])
def test_a_false_claim_finds_no_quote_that_proves_it(text: str, quote: str, small: Said) -> None:
    small(say(text, quote))
    answer = ask()
    assert [one for one in answer["citations"] if one["verdict"] == "proven"] == []
    assert "1921" not in answer["answer"] or answer["verdict"] == "refused"


@pytest.mark.parametrize("around", ["Sure! Here it is:\n```json\n{}\n```\nAnything else?", "<think>Hm.</think>\n{}"])
def test_a_reply_in_prose_is_asked_for_by_its_form(around: str, small: Said) -> None:
    server = small(say(CLAIM, "Edith Carrow founded the observatory in 1911", around=around), schemas="refused")
    assert ask()["citations"]
    forms = [one for one in server.chats if "of this form and nothing else" in one.prompt]
    assert {kind(one) for one in forms} >= {"answer", "grade"}  # type: ignore[arg-type]
    assert not any("JSON schema:" in one.prompt for one in server.chats)


def words_of(server: CompatibleServer, wanted: str) -> int:
    asked = [one for one in server.chats if kind(one) == wanted]  # type: ignore[arg-type]
    return len(asked[-1].prompt.split())


def test_a_small_model_gets_fewer_passages_in_fewer_words(small: Said) -> None:
    server = small(say(CLAIM, "Edith Carrow founded the observatory in 1911"))
    ask()
    short = {wanted: words_of(server, wanted) for wanted in ("grade", "answer")}
    assert len(passages([one for one in server.chats if kind(one) == "grade"][-1])) == 3  # type: ignore[arg-type]
    ask(top_k=4)
    assert len(passages([one for one in server.chats if kind(one) == "grade"][-1])) == 4, "the run says so"  # type: ignore[arg-type]
    ask(prompts="full")
    for wanted, words in short.items():
        assert words < 0.7 * words_of(server, wanted)


def test_a_small_model_that_fills_every_place_makes_three_claims(small: Said) -> None:
    def fill(asked: Asked) -> str:
        reply = say(CLAIM, "Edith Carrow founded the observatory in 1911")(asked)
        if kind(asked) != "answer":  # type: ignore[arg-type]
            return reply
        (claim,) = json.loads(reply)["claims"]
        claims = [{**claim, "text": f"{CLAIM[:-1]}, as line {n} says."} for n in range(24)]
        return json.dumps({"claims": claims, "answerable": True})

    def offered() -> int:
        """How many claims the schema of the last answer let the model make."""
        asked = [one for one in server.chats if kind(one) == "answer"]  # type: ignore[arg-type]
        assert asked[-1].schema
        return int(asked[-1].schema["properties"]["claims"]["maxItems"])

    server = small(fill)
    ask()
    assert offered() == 3
    assert "line 3 " not in str([one.prompt for one in server.chats]), "no more than three are checked or mended"
    ask(prompts="full")
    assert offered() == 24


def test_doctor_finds_out_that_a_model_is_small(small: Said, capsys: pytest.CaptureFixture[str]) -> None:
    from graph.cli.main import main

    server = small(say(CLAIM, "P1"), model="tiny", size=(3.2, 8192))
    ask()
    before = words_of(server, "grade")
    main(["doctor", "--ask", "--json"])
    (told,) = json.loads(capsys.readouterr().out)["models"]
    assert (told["billions"], told["context"]) == (3.2, 8192)
    ask()
    assert words_of(server, "grade") < 0.7 * before
