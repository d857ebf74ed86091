"""Settings: explicit values beat the environment, which beats `.env`, which beats the defaults."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import AliasChoices

from graph import settings as module
from graph.context import Context
from graph.errors import BadInputError
from graph.providers import GOOGLE, PROVIDERS
from graph.settings import Settings, langsmith, settings
from tests.conftest import ROOT

DEFAULT_CHAT = PROVIDERS[GOOGLE].chat
NAMES = {
    "PAGEWITNESS_CHAT_MODEL": "chat_model",
    "PAGEWITNESS_READER_MODEL": "reader_model",
    "PAGEWITNESS_GRADER_MODEL": "grader_model",
    "PAGEWITNESS_EMBEDDING_MODEL": "embedding_model",
    "PAGEWITNESS_CHROMA_URL": "chroma_url",
    "PAGEWITNESS_JUDGE_MODEL": "judge_model",
    "GOOGLE_GEMINI_BASE_URL": "base_url",
    "GOOGLE_API_KEY": "api_key",
    "GEMINI_API_KEY": "api_key",
}


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """Remove all settings from the environment, in a working folder without `.env`."""
    monkeypatch.delenv("PAGEWITNESS_HOME")
    monkeypatch.delenv("PAGEWITNESS_ENGINE")
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.setattr(module, "_FOLDER", folder)
    module._settings.cache_clear()
    yield folder
    module._settings.cache_clear()


def test_the_defaults(bare: Path) -> None:
    now = settings()
    assert (now.home, now.engine, now.api_key) == (bare / ".pagewitness", "auto", "")
    assert now.models["chat"] == DEFAULT_CHAT


@pytest.mark.parametrize(("variable", "field"), NAMES.items())
def test_dot_env_beats_the_default_and_the_environment_beats_both(
    variable: str, field: str, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = "https://" if field == "base_url" else ""
    (bare / ".env").write_text(f"{variable}={start}from-file\n")
    assert getattr(settings(), field) == f"{start}from-file"
    monkeypatch.setenv(variable, f"{start}from-environment")
    assert getattr(settings(), field) == f"{start}from-environment"


def test_what_is_given_for_a_run_beats_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "llm")
    monkeypatch.setenv("PAGEWITNESS_CHAT_MODEL", "from:environment")
    assert (Context().engine, Context().chat_model) == ("llm", "from:environment")
    given = Context(engine="auto", chat_model=DEFAULT_CHAT)  # the defaults, but said
    assert (given.engine, given.chat_model) == ("auto", DEFAULT_CHAT)


def test_a_change_of_the_environment_is_seen_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "offline")
    assert settings().engine == "offline"
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "llm")
    assert settings().engine == "llm"


@pytest.mark.parametrize("former", ["gemini", "Gemini"])
def test_the_former_name_of_the_llm_engine_is_still_accepted(
    former: str, bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (bare / ".env").write_text(f"PAGEWITNESS_ENGINE={former}\n")
    assert settings().engine == "llm"
    monkeypatch.setenv("PAGEWITNESS_ENGINE", former)
    assert (settings().engine, Context().engine) == ("llm", "llm")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", " ")
    monkeypatch.setenv("GOOGLE_API_KEY", "")
    monkeypatch.setenv("GEMINI_API_KEY", "second")
    assert (settings().engine, settings().api_key) == ("auto", "second")


def test_an_unknown_engine_is_named_with_those_that_exist(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_ENGINE", "gpt")
    with pytest.raises(BadInputError, match=r"PAGEWITNESS_ENGINE is 'gpt'.*auto, llm, offline"):
        settings()


def test_the_home_folder_is_taken_from_the_working_folder(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAGEWITNESS_HOME", "books")
    assert settings().home == bare / "books"
    monkeypatch.setenv("PAGEWITNESS_HOME", "~/books")
    assert settings().home == Path.home() / "books"
    monkeypatch.setenv("PAGEWITNESS_HOME", str(bare.parent / "elsewhere"))
    assert settings().home == bare.parent / "elsewhere"


def test_the_process_may_change_its_folder_later(bare: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = settings()
    (tmp_path / "there").mkdir()
    monkeypatch.chdir(tmp_path / "there")
    assert settings() == before


def test_secrets_are_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "AIza-secret")
    monkeypatch.setenv("PAGEWITNESS_SERVER_TOKEN", "token-secret")
    assert (settings().api_key, settings().token) == ("AIza-secret", "token-secret")
    assert "AIza-secret" not in repr(settings())
    assert "token-secret" not in repr(settings())


def test_langsmith_takes_tracing_and_a_key(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGSMITH_API_KEY", "lsv2-secret")
    assert langsmith() is None
    (bare / ".env").write_text("LANGSMITH_TRACING=true\nLANGSMITH_ENDPOINT=http://127.0.0.1:1984\n")
    monkeypatch.delenv("LANGSMITH_TRACING")
    found = langsmith()
    assert found is not None
    assert (found.api_key.get_secret_value(), found.endpoint) == ("lsv2-secret", "http://127.0.0.1:1984")
    assert "lsv2-secret" not in repr(found)
    monkeypatch.delenv("LANGSMITH_API_KEY")
    assert langsmith() is None


# Variables that the server's starter sets, and one for tests and private installations.
INTERNAL = {"PAGEWITNESS_SERVED", "LANGGRAPH_API_URL", "PAGEWITNESS_ALLOW_PRIVATE_URLS"}


def variables() -> dict[str, str]:
    """The environment variable of each field, the first where there are several."""
    aliases = {name: field.validation_alias for name, field in Settings.model_fields.items()}
    return {
        name: str(alias.choices[0] if isinstance(alias, AliasChoices) else alias) for name, alias in aliases.items()
    }


def test_every_variable_is_in_the_example_which_sets_none(bare: Path) -> None:
    example = (ROOT / ".env.example").read_text("utf-8")
    named = set(re.findall(r"\b(?:PAGEWITNESS|GOOGLE|GEMINI|OPENAI|ANTHROPIC|OLLAMA)_[A-Z_]+", example))
    assert named == set(variables().values()) - INTERNAL
    default = settings()
    (bare / ".env").write_text(example)
    module._settings.cache_clear()
    assert settings() == default


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("127.0.0.1:11434", "http://127.0.0.1:11434"), ("0.0.0.0", "http://127.0.0.1:11434"),
        ("http://0.0.0.0:9999", "http://127.0.0.1:9999"), ("box", "http://box:11434"),
        ("https://models.example.org/", "https://models.example.org"), ("http://box:80", "http://box:80"),
    ],
)  # fmt: skip
def test_where_ollama_listens_becomes_where_it_is_reached(
    value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OLLAMA_HOST", value)
    assert settings().addresses == {"ollama": expected}


def test_an_address_that_is_none_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "my server")
    with pytest.raises(BadInputError, match="OPENAI_BASE_URL is 'my server'"):
        settings()


def test_every_field_is_documented() -> None:
    lines = (ROOT / "graph" / "settings.py").read_text("utf-8").splitlines()
    undocumented = [
        name
        for name in Settings.model_fields
        for at, line in enumerate(lines)
        if line.startswith(f"    {name}: ") and not lines[at + 1].startswith('    """')
    ]
    assert undocumented == []


@pytest.mark.parametrize(
    ("variable", "value", "sentence"),
    [
        ("PAGEWITNESS_ENGINE", "gpt", "PAGEWITNESS_ENGINE is 'gpt': set it to one of auto, llm, offline."),
        ("PAGEWITNESS_TIER", "rich", "PAGEWITNESS_TIER is 'rich': set it to one of free, paid, unlimited."),
        ("PAGEWITNESS_CONCURRENCY", "0",
         "PAGEWITNESS_CONCURRENCY is '0': set it to a whole number from 1 on, or leave it out."),
        ("PAGEWITNESS_UPLOAD_MB", "big",
         "PAGEWITNESS_UPLOAD_MB is 'big': set it to a whole number from 1 on, or leave it out."),
        ("PAGEWITNESS_PUBLIC_URL", "papers.example.org",
         "PAGEWITNESS_PUBLIC_URL is 'papers.example.org': set it to an address such as https://papers.example.org."),
    ],
)  # fmt: skip
def test_a_wrong_value_gets_one_sentence_that_names_the_variable(
    variable: str, value: str, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(BadInputError) as caught:
        settings()
    assert str(caught.value) == sentence


@pytest.mark.parametrize(
    ("variable", "value", "field", "parsed"),
    [
        ("PAGEWITNESS_TIER", " Free ", "tier", "free"),
        ("PAGEWITNESS_ENGINE", "Gemini", "engine", "llm"),
        ("PAGEWITNESS_REQUESTS_PER_DAY", "300", "requests_per_day", 300),
        ("PAGEWITNESS_MAX_UPLOADS", "7", "max_uploads", 7),
        ("PAGEWITNESS_MAX_UPLOADS", "", "max_uploads", 1000),
        ("PAGEWITNESS_ALLOWED_HOSTS", "Papers.example.org, ,b", "allowed_hosts", ("papers.example.org", "b")),
        ("PAGEWITNESS_ALLOWED_FOLDERS", f"/a/../b{os.pathsep}/c", "allowed_folders", (Path("/b"), Path("/c"))),
        ("PAGEWITNESS_SERVED", "1", "served", True),
        ("PAGEWITNESS_SERVED", "maybe", "served", False),
        ("PAGEWITNESS_CHECK_REPLIES", "Off", "check_replies", False),
        ("PAGEWITNESS_CHECK_REPLIES", "maybe", "check_replies", True),
        ("PAGEWITNESS_CHECK_CLAIMS", "off", "check_claims", False),
        ("PAGEWITNESS_ALLOW_PRIVATE_URLS", "yes", "allow_private_urls", True),
        ("PAGEWITNESS_PUBLIC_URL", "https://papers.example.org/", "public_url", "https://papers.example.org"),
        ("LANGGRAPH_API_URL", "http://0.0.0.0:2024", "public_url", "http://127.0.0.1:2024"),
        ("PAGEWITNESS_SERVER_TOKEN", " t ", "token", "t"),
    ],
)
def test_values_are_parsed(
    variable: str, value: str, field: str, parsed: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    assert getattr(settings(), field) == parsed


def test_an_empty_variable_hides_the_value_of_dot_env(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("GOOGLE_API_KEY=from-file\nPAGEWITNESS_TIER=paid\n")
    monkeypatch.setenv("GOOGLE_API_KEY", "")
    monkeypatch.setenv("PAGEWITNESS_TIER", "")
    assert (settings().api_key, settings().tier) == ("", "unlimited")


def test_the_first_key_is_taken_wherever_it_stands(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (bare / ".env").write_text("GOOGLE_API_KEY=from-file\n")
    monkeypatch.setenv("GEMINI_API_KEY", "from-environment")
    assert settings().api_key == "from-file"


@pytest.mark.parametrize(
    ("served", "listens", "called"),
    [
        ("1", "http://127.0.0.1:2024", "http://127.0.0.1:2024"),
        ("1", "http://0.0.0.0:8123/", "http://127.0.0.1:8123"),
        ("1", "http://[::]:8123", "http://[::1]:8123"),
        ("", "http://127.0.0.1:2024", ""),
    ],
)
def test_where_a_server_can_be_called_is_known_to_it_alone(
    monkeypatch: pytest.MonkeyPatch, served: str, listens: str, called: str
) -> None:
    monkeypatch.setenv("PAGEWITNESS_SERVED", served)
    monkeypatch.setenv("LANGGRAPH_API_URL", listens)
    assert settings().served_at == called
