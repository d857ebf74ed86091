"""What comes from the environment: keys, folders, addresses. The only module that reads it.

A `.env` file in the working folder is read too. What is set for a run (see `context.py`) beats the environment, which
beats `.env`, which beats the defaults.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Literal, cast, get_args

from dotenv import dotenv_values

from graph.errors import BadInputError

EngineName = Literal["auto", "llm", "offline"]
FORMER_ENGINE_NAMES = {"gemini": "llm"}
"""Engine names of earlier versions and what they are called now; accepted wherever a user can write one."""
EmbedderName = Literal["auto", "model", "offline"]
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
    embedder: EmbedderName
    embedding_model: str
    fallback_model: str
    judge_model: str
    tier: Tier
    requests_per_minute: int | None
    requests_per_day: int | None
    concurrency: int | None
    check_replies: bool
    served: bool
    """Whether this process serves the graphs to others, who may then read only what lies in allowed folders."""
    served_at: str
    """Where this process serves, as a command on this machine can reach it; "" where it does not."""
    allowed_folders: tuple[Path, ...]
    public_url: str
    """Where browsers reach the server, for links to cited pages; "" where that is not known."""
    server_token: str = field(repr=False)
    allowed_hosts: tuple[str, ...]
    allowed_origins: tuple[str, ...]
    upload_mb: int
    max_uploads: int


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


# As for fetched files (see loaders/sources/download.py): the largest of 700 papers and annual reports has 60 MB.
DEFAULT_UPLOAD_MB = 200
DEFAULT_UPLOADS = 1000
# The Studio page, which runs in the user's browser and is what the server's API is made for.
DEFAULT_ORIGINS = "https://smith.langchain.com"


_ADDRESS = re.compile(r"https?://[^\s()\[\]<>]+|https?://\[[0-9a-fA-F:]+\][^\s()\[\]<>]*")
_EVERYWHERE = re.compile(r"^(https?://)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)")  # listens there, but nobody goes there


def settings() -> Settings:
    """The settings now in force; read anew when the environment has changed."""
    # Asked for ten times in one answer: the names are looked through first, since each value is decoded anew.
    ours = sorted(name for name in os.environ if name.startswith(_PREFIXES))
    return _settings(tuple((name, os.environ.get(name, "")) for name in ours))


def langsmith() -> LangSmith | None:
    """The LangSmith service to write results to: only where tracing is on and there is a key."""
    key = _langsmith("API_KEY")
    return LangSmith(key, _langsmith("ENDPOINT")) if traced() and key else None


def traced() -> bool:
    """Whether runs are traced."""
    return "true" in (_langsmith("TRACING").lower(), _langsmith("TRACING_V2").lower())


def _langsmith(name: str) -> str:
    """A setting of LangSmith, by its own name."""
    values = {**_file(), **os.environ}
    return (values.get(f"LANGSMITH_{name}") or values.get(f"LANGCHAIN_{name}") or "").strip()


def keep_arithmetic_single() -> None:
    """Give numpy one thread in a process of ours: several wait for each other while workers read pages.

    A comparison that takes 5 ms on a quiet machine took up to 90 then.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def cache_folder() -> Path | None:
    """Return the folder for files that can be built again at any time; None if the user has no home folder."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pagewitness"
    except RuntimeError:
        return None


def for_libraries() -> dict[str, str]:
    """What `.env` says to the server's libraries (tracing, logs), which look into the environment alone."""
    return {name: value for name, value in _file().items() if name.startswith(_LIBRARIES)}


# Paths are taken from the folder that the process was started in. It is looked up once, here: settings are also asked
# for on the server's event loop, where looking up the working folder counts as blocking.
_FOLDER = Path.cwd()
# The LangGraph server tells its processes where it listens: it takes another port where the one it was given is taken.
_API_URL = "LANGGRAPH_API_URL"
_PREFIXES = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_", _API_URL)
_LIBRARIES = ("LANGSMITH_", "LANGCHAIN_", "OTEL_", "LOG_")


def _file() -> dict[str, str]:
    return {key: value for key, value in dotenv_values(_FOLDER / ".env").items() if value is not None}


class _Values:
    """What was set, by name, as values of the kinds that settings have."""

    def __init__(self, values: dict[str, str]) -> None:
        self._values = values

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, "").strip() or default

    def choice(self, name: str, default: str, known: tuple[str, ...], what: str) -> str:
        chosen = self.text(name, default).lower()
        if chosen not in known:
            raise BadInputError(f"{name} is {chosen!r}, which is no {what}: set it to one of {', '.join(known)}.")
        return chosen

    def engine(self, name: str) -> str:
        chosen = self.text(name).lower()
        return FORMER_ENGINE_NAMES.get(chosen) or self.choice(name, "auto", get_args(EngineName), "engine")

    def count(self, name: str) -> int | None:
        text = self.text(name)
        if text and not (text.isdecimal() and int(text) > 0):
            raise BadInputError(f"{name} is {text!r}: set it to a whole number from 1 on, or leave it out.")
        return int(text) if text else None

    def switch(self, name: str) -> bool:
        return self.text(name).lower() in ("1", "true", "yes", "on")

    def several(self, name: str, default: str = "") -> tuple[str, ...]:
        return tuple(item.strip().lower() for item in self.text(name, default).split(",") if item.strip())

    def address(self, name: str) -> str:
        text = self.text(name).rstrip("/")
        if text and not _ADDRESS.fullmatch(text):
            raise BadInputError(f"{name} is {text!r}: set it to an address such as https://papers.example.org.")
        return _EVERYWHERE.sub(r"\g<1>127.0.0.1", text)

    def folder(self, text: str) -> Path:
        return Path(os.path.normpath(_FOLDER / Path(text).expanduser()))

    def folders(self, name: str) -> tuple[Path, ...]:
        return tuple(self.folder(item) for item in self.text(name).split(os.pathsep) if item.strip())


def _reachable(address: str) -> str:
    """An address to call, of one to listen at: all of a machine's addresses are none of them."""
    return address.rstrip("/").replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")


@lru_cache(maxsize=8)
def _settings(environment: tuple[tuple[str, str], ...]) -> Settings:
    given = _Values({**_file(), **dict(environment)})
    return Settings(
        home=given.folder(given.text("PAGEWITNESS_HOME", ".pagewitness")),
        engine=cast(EngineName, given.engine("PAGEWITNESS_ENGINE")),
        api_key=given.text("GOOGLE_API_KEY") or given.text("GEMINI_API_KEY"),
        base_url=given.text("GOOGLE_GEMINI_BASE_URL"),
        chroma_url=given.text("PAGEWITNESS_CHROMA_URL"),
        allow_private_urls=given.switch("PAGEWITNESS_ALLOW_PRIVATE_URLS"),
        reader_model=given.text("PAGEWITNESS_READER_MODEL", DEFAULT_READER),
        chat_model=given.text("PAGEWITNESS_CHAT_MODEL", DEFAULT_CHAT),
        embedder=cast(EmbedderName, given.choice("PAGEWITNESS_EMBEDDER", "auto", get_args(EmbedderName), "embedder")),
        embedding_model=given.text("PAGEWITNESS_EMBEDDING_MODEL", DEFAULT_EMBEDDING),
        fallback_model=given.text("PAGEWITNESS_FALLBACK_MODEL"),
        judge_model=given.text("PAGEWITNESS_JUDGE_MODEL"),
        tier=cast(Tier, given.choice("PAGEWITNESS_TIER", DEFAULT_TIER, get_args(Tier), "tier")),
        requests_per_minute=given.count("PAGEWITNESS_REQUESTS_PER_MINUTE"),
        requests_per_day=given.count("PAGEWITNESS_REQUESTS_PER_DAY"),
        concurrency=given.count("PAGEWITNESS_CONCURRENCY"),
        check_replies=given.text("PAGEWITNESS_CHECK_REPLIES", "on").lower() not in ("off", "no", "false", "0"),
        served=given.switch("PAGEWITNESS_SERVED"),
        served_at=_reachable(given.text(_API_URL)) if given.switch("PAGEWITNESS_SERVED") else "",
        allowed_folders=given.folders("PAGEWITNESS_ALLOWED_FOLDERS"),
        public_url=given.address("PAGEWITNESS_PUBLIC_URL") or given.address(_API_URL),
        server_token=given.text("PAGEWITNESS_SERVER_TOKEN"),
        allowed_hosts=given.several("PAGEWITNESS_ALLOWED_HOSTS"),
        allowed_origins=given.several("PAGEWITNESS_ALLOWED_ORIGINS", DEFAULT_ORIGINS),
        upload_mb=given.count("PAGEWITNESS_UPLOAD_MB") or DEFAULT_UPLOAD_MB,
        max_uploads=given.count("PAGEWITNESS_MAX_UPLOADS") or DEFAULT_UPLOADS,
    )
