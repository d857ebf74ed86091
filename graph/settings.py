"""What comes from the environment: keys, folders, addresses. The only module that reads it.

A `.env` file in the working folder is read too. What is set for a run (see `context.py`) beats the environment, which
beats `.env`, which beats the defaults.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from dotenv import dotenv_values

from graph.errors import BadInputError

EngineName = Literal["auto", "gemini", "offline"]
Tier = Literal["free", "paid", "unlimited"]


@dataclass(frozen=True, slots=True)
class Settings:
    """The environment as this process sees it."""

    home: Path
    engine: EngineName
    api_key: str = field(repr=False)
    base_url: str
    chroma_url: str
    allow_private_urls: bool
    reader_model: str
    chat_model: str
    embedding_model: str
    fallback_model: str
    judge_model: str
    tier: Tier
    requests_per_minute: int | None
    requests_per_day: int | None
    concurrency: int | None
    check_replies: bool


@dataclass(frozen=True, slots=True)
class LangSmith:
    """Where results of evaluations go, when that is wanted."""

    api_key: str = field(repr=False)
    endpoint: str


# Models of late 2026. The reader is a Flash-Lite because the free tier grants it 500 requests a day, against 20 for a
# Flash model; see docs/decisions.md. Any name that LangChain's init_chat_model knows will do.
DEFAULT_READER = "google_genai:gemini-3.5-flash-lite"
DEFAULT_CHAT = "google_genai:gemini-3.8-flash"
DEFAULT_EMBEDDING = "google_genai:gemini-embedding-2"

# Nobody's limits are slowed down by a guess: the service names the limit with its first refusal, and it is kept from
# then on. Google publishes no table of them any more, and a default of `free` would hold every paying user to 10
# requests a minute without need; see docs/decisions.md.
DEFAULT_TIER = "unlimited"


def langsmith() -> LangSmith | None:
    """The LangSmith service to write results to: only where tracing is on and there is a key. The names are its own."""
    values = {**_file(), **os.environ}

    def value(name: str) -> str:
        return (values.get(f"LANGSMITH_{name}") or values.get(f"LANGCHAIN_{name}") or "").strip()

    on = "true" in (value("TRACING").lower(), value("TRACING_V2").lower())
    return LangSmith(value("API_KEY"), value("ENDPOINT")) if on and value("API_KEY") else None


def settings() -> Settings:
    """The settings now in force; read anew when the environment has changed."""
    return _settings(tuple(sorted((k, v) for k, v in os.environ.items() if k.startswith(_PREFIXES))))


# Paths are taken from the folder that the process was started in. It is looked up once, here: settings are also asked
# for on the server's event loop, where looking up the working folder counts as blocking.
_FOLDER = Path.cwd()
_PREFIXES = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_")


def _file() -> dict[str, str]:
    return {key: value for key, value in dotenv_values(_FOLDER / ".env").items() if value is not None}


@lru_cache(maxsize=8)
def _settings(environment: tuple[tuple[str, str], ...]) -> Settings:
    values = {**_file(), **dict(environment)}

    def value(name: str, default: str = "") -> str:
        return values.get(name, "").strip() or default

    def choice(name: str, default: str, known: tuple[str, ...], what: str) -> str:
        chosen = value(name, default).lower()
        if chosen not in known:
            raise BadInputError(f"{name} is {chosen!r}, which is no {what}: set it to one of {', '.join(known)}.")
        return chosen

    def count(name: str) -> int | None:
        text = value(name)
        if text and not (text.isdecimal() and int(text) > 0):
            raise BadInputError(f"{name} is {text!r}: set it to a whole number from 1 on, or leave it out.")
        return int(text) if text else None

    return Settings(
        home=Path(os.path.normpath(_FOLDER / Path(value("PAGEWITNESS_HOME", ".pagewitness")).expanduser())),
        engine=cast(EngineName, choice("PAGEWITNESS_ENGINE", "auto", get_args(EngineName), "engine")),
        api_key=value("GOOGLE_API_KEY") or value("GEMINI_API_KEY"),
        base_url=value("GOOGLE_GEMINI_BASE_URL"),
        chroma_url=value("PAGEWITNESS_CHROMA_URL"),
        allow_private_urls=value("PAGEWITNESS_ALLOW_PRIVATE_URLS").lower() in ("1", "true", "yes", "on"),
        reader_model=value("PAGEWITNESS_READER_MODEL", DEFAULT_READER),
        chat_model=value("PAGEWITNESS_CHAT_MODEL", DEFAULT_CHAT),
        embedding_model=value("PAGEWITNESS_EMBEDDING_MODEL", DEFAULT_EMBEDDING),
        fallback_model=value("PAGEWITNESS_FALLBACK_MODEL"),
        judge_model=value("PAGEWITNESS_JUDGE_MODEL"),
        tier=cast(Tier, choice("PAGEWITNESS_TIER", DEFAULT_TIER, get_args(Tier), "tier")),
        requests_per_minute=count("PAGEWITNESS_REQUESTS_PER_MINUTE"),
        requests_per_day=count("PAGEWITNESS_REQUESTS_PER_DAY"),
        concurrency=count("PAGEWITNESS_CONCURRENCY"),
        check_replies=value("PAGEWITNESS_CHECK_REPLIES", "on").lower() not in ("off", "no", "false", "0"),
    )
