"""Settings of the process from the environment: keys, folders, addresses. The only module that reads the environment.

A `.env` file in the working folder is read too. Settings of a run (see `context.py`) beat the environment, which beats
`.env`, which beats the defaults.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv import dotenv_values
from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, PydanticBaseSettingsSource, SettingsConfigDict

from graph.errors import BadInputError
from graph.providers import ANTHROPIC, GOOGLE, OLLAMA, OLLAMA_ADDRESS, OPENAI, default_models, is_local
from graph.setting_types import (
    ALL_INTERFACES,
    KEY_IN_ADDRESS,
    Amount,
    Count,
    MachineName,
    ModelUrl,
    PoolUrl,
    Switch,
    Url,
    host,
    languages,
    lower,
    not_off,
    words,
)

EngineName = Literal["auto", "llm", "offline"]
FORMER_ENGINE_NAMES = {"gemini": "llm"}
"""Engine names of earlier versions and what they are called now; accepted wherever a user can write one."""
MAX_PLAN_STEPS, MAX_PLAN_REQUESTS = 20, 50  # bounds of settings: a plan beyond them costs a day of a free key
EmbedderName = Literal["auto", "model", "offline"]
Tier = Literal["free", "paid", "unlimited"]
ThinkingLevel = Literal["minimal", "low", "medium", "high"]

# Paths are relative to the folder in which the process was started, which is looked up only here: settings are also
# read on the server's event loop, where looking up the working folder counts as a blocking call.
_FOLDER = Path.cwd()
_PREFIXES = ("PAGEWITNESS_", "GOOGLE_", "GEMINI_", "OPENAI_", "ANTHROPIC_", "OLLAMA_", "LANGGRAPH_API_URL")
_LIBRARY_PREFIXES = ("LANGSMITH_", "LANGCHAIN_", "OTEL_", "LOG_")


def _engine(value: str) -> str:
    return FORMER_ENGINE_NAMES.get(value.lower(), value.lower())


def _folder(path: Path) -> Path:
    return Path(os.path.normpath(_FOLDER / path.expanduser()))


def _folders(value: Any) -> Any:
    return tuple(part for part in value.split(os.pathsep) if part.strip()) if isinstance(value, str) else value


# The providers' own variables first.
_OPENAI_ADDRESS = AliasChoices("OPENAI_BASE_URL", "OPENAI_API_BASE", "PAGEWITNESS_OPENAI_BASE_URL")
_ANTHROPIC_ADDRESS = AliasChoices("ANTHROPIC_BASE_URL", "ANTHROPIC_API_URL", "PAGEWITNESS_ANTHROPIC_BASE_URL")
_OLLAMA_ADDRESS = AliasChoices("OLLAMA_HOST", "PAGEWITNESS_OLLAMA_HOST")

Folder = Annotated[Path, AfterValidator(_folder)]
Words = Annotated[tuple[str, ...], NoDecode, BeforeValidator(words)]


class Settings(BaseSettings):
    """The environment of this process. The variable of a field is PAGEWITNESS_ and its name, unless it says another."""

    model_config = SettingsConfigDict(
        alias_generator=AliasGenerator(validation_alias=lambda name: f"PAGEWITNESS_{name.upper()}"),
        case_sensitive=True, env_file_encoding="utf-8", extra="ignore", frozen=True, validate_default=True,
    )  # fmt: skip

    def __hash__(self) -> int:
        """Return the hash of one field: hashing all takes 12 us, and one question looks up settings 40 times."""
        return hash(self.home)

    home: Folder = Path(".pagewitness")
    """The folder that holds everything that is stored, as an absolute path."""
    engine: Annotated[EngineName, BeforeValidator(_engine)] = "auto"
    """The engine that reads and answers; `auto` is `llm` where a model is named or a key is set, else `offline`."""
    google_api_key: SecretStr = Field(SecretStr(""), validation_alias="GOOGLE_API_KEY")
    """A key of the Gemini API."""
    gemini_api_key: SecretStr = Field(SecretStr(""), validation_alias="GEMINI_API_KEY")
    """Another variable for that key, read if GOOGLE_API_KEY is not set."""
    base_url: ModelUrl = Field("", validation_alias="GOOGLE_GEMINI_BASE_URL")
    """The address of the Gemini API; "" for Google's."""
    openai_api_key: SecretStr = Field(SecretStr(""), validation_alias="OPENAI_API_KEY")
    """A key of OpenAI, or of a server that speaks its format; such a server may need none."""
    openai_base_url: ModelUrl = Field("", validation_alias=_OPENAI_ADDRESS)
    """The address of a server that speaks OpenAI's format, with its path; "" for OpenAI's own."""
    anthropic_api_key: SecretStr = Field(SecretStr(""), validation_alias="ANTHROPIC_API_KEY")
    """A key of Anthropic."""
    anthropic_base_url: ModelUrl = Field("", validation_alias=_ANTHROPIC_ADDRESS)
    """The address of the Anthropic API; "" for Anthropic's own."""
    ollama_host: Annotated[str, BeforeValidator(host)] = Field("", validation_alias=_OLLAMA_ADDRESS)
    """The address of an Ollama server; "" for the usual one on this machine."""
    chroma_url: str = ""
    """The address of a Chroma server that stores the vectors; "" for an embedded one in the home folder."""
    store_url: SecretStr = SecretStr("")
    """The address of a Postgres database that stores catalog and vectors, which several processes may share; "" for
    the home folder. It may hold a password."""
    files_url: SecretStr = SecretStr("")
    """The address of a bucket or a shared folder that stores page images and uploads for several machines; "" for the
    home folder. It may hold a key."""
    quota_url: SecretStr = SecretStr("")
    """The address of a Postgres database or Redis server where all processes with the same key count their requests;
    "" if this process counts its own. It may hold a password."""
    pool_url: PoolUrl = ""
    """The address of a Ray cluster whose processors read pages; "" for processes on this machine."""
    machine: MachineName = ""
    """What a catalog that several machines share calls this one; "" for its host name."""
    office_converter: str = "auto"
    """The command that converts Office files to PDF; `auto` looks for LibreOffice, `off` skips such files."""
    # An attached annex is often what is asked for, and a file that is not wanted costs only its pages.
    attachments: Annotated[Literal["read", "skip"], BeforeValidator(lower)] = "read"
    """Whether the files attached to a PDF or a message are read as documents of their own, or skipped."""
    allow_private_urls: Switch = False
    """Whether sources may be fetched from addresses of private networks."""
    reader_model: str = ""
    """The vision model that reads page images, as `provider:model`; so are all models below. `models` holds what is
    taken where this, the chat model or the embedding model is ""."""
    # Copying what is printed takes no thinking, and thoughts are paid for as output.
    reader_thinking: Annotated[ThinkingLevel, BeforeValidator(lower)] = "minimal"
    """How hard a Gemini model thinks when it reads pages: `minimal`, `low`, `medium` or `high`."""
    chat_model: str = ""
    """The model that answers."""
    grader_model: str = ""
    """The model that grades, rewrites and repairs; "" for the cheap one of the chat model's provider."""
    embedder: Annotated[EmbedderName, BeforeValidator(lower)] = "auto"
    """The embedder; `auto` is `model` with the engine `llm` and an embedding model, else `offline`."""
    embedding_model: str = ""
    """The model that embeds chunks and questions."""
    embedding_dimensions: Count = None
    """The length of its vectors; None for 768 with Google's models, and with others for what they return."""
    # Off by default: images of pages leave the machine even where it reads them itself, and cost several texts each.
    embed_images: Switch = False
    """Whether pages with pictures, or without a legible text layer, are also embedded as images."""
    fallback_model: str = ""
    """The chat model that is asked when another is overloaded, retired or out of requests; "" for none."""
    # 0 is a value here: never.
    whole_document_tokens: Annotated[int | None, Field(ge=0)] = None
    """Tokens of documents that are given whole to the model that answers; None for the default of its provider."""
    max_plan_steps: Annotated[int | None, Field(ge=0, le=MAX_PLAN_STEPS)] = None
    """Steps of a plan for a question that one round did not answer; None for the default of the provider."""
    max_plan_requests: Annotated[int, Field(ge=0, le=MAX_PLAN_REQUESTS)] = 8
    """Requests that planning and its searches may take, without the answer that follows; 0 for no plan."""
    ask_back: Annotated[Literal["auto", "off"], BeforeValidator(lower)] = "auto"
    """Whether a run that can stop asks the user which document or person is meant, and before costly work."""
    confirm_requests: Annotated[int, Field(ge=0)] = 100
    """The requests from which on reading documents is confirmed first; 0 for never."""
    # Long instructions cost a small model more than its time: it loses the question in them.
    prompts: Annotated[Literal["auto", "short", "full"], BeforeValidator(lower)] = "auto"
    """How the model that answers is asked; `auto` is `short` for small models, see `small_models.py`, else `full`."""
    judge_model: str = ""
    """The model that judges free answers in an evaluation; "" for none."""
    # The service names its limits with its first refusal, and they are kept from then on. Google publishes no table of
    # them any more; `free` as the default would hold paying users to 10 requests a minute.
    tier: Annotated[Tier, BeforeValidator(lower)] = "unlimited"
    """The limits that are known from the start."""
    requests_per_minute: Count = None
    """A limit for each model; None for that of the tier."""
    requests_per_day: Count = None
    """A limit for each model; None for that of the tier."""
    tokens_per_minute: Count = None
    """A limit on input tokens for each model; None for none before a refusal names one."""
    concurrency: Count = None
    """How many requests may run at a time, from the first on; None to find out."""
    # Most of the time a run waits, and long ingestions must leave room for questions.
    runs_at_once: Amount = 20
    """How many runs of the graphs a server carries at a time."""
    ocr_languages: Annotated[str, BeforeValidator(languages)] = "auto"
    """The languages that Tesseract may read where it is installed: `auto`, `off`, or codes such as `rus,kor`."""
    check_replies: Annotated[bool, BeforeValidator(not_off)] = True
    """Whether replies of the vision model are compared with the page's own text."""
    check_claims: Annotated[bool, BeforeValidator(not_off)] = True
    """Whether a model is asked if the quotes of an answer say what its claims say."""
    served: Switch = False
    """Whether this process serves the graphs to others, who may then read only files in allowed folders."""
    allowed_folders: Annotated[tuple[Folder, ...], NoDecode, BeforeValidator(_folders)] = ()
    """Folders that a served graph may read, besides uploads."""
    watch_folders: Annotated[tuple[Folder, ...], NoDecode, BeforeValidator(_folders)] = ()
    """Folders that a server follows: their files are read as they come, and forgotten as they go."""
    public_address: Url = Field("", validation_alias="PAGEWITNESS_PUBLIC_URL")
    """Where browsers reach the server; "" for `api_address`."""
    api_address: Url = Field("", validation_alias="LANGGRAPH_API_URL")
    """Where the LangGraph server listens; it sets this for its processes, as it takes another port if one is in use."""
    server_token: SecretStr = SecretStr("")
    """The token that a server requires and a command sends; "" for none."""
    users: str = ""
    """The users of a server: a TOML file, or `header:NAME` of a proxy that has authenticated them; "" for one user."""
    trusted_proxies: Words = ()
    """Addresses of the proxies that may name the user of a request."""
    allowed_hosts: Words = ()
    """Names of the server, besides addresses and localhost."""
    # Studio runs in the user's browser and is what the server's API is made for.
    allowed_origins: Words = ("https://smith.langchain.com",)
    """Other sites whose pages may use the server."""
    # The largest of 700 papers and annual reports has 60 MB.
    upload_mb: Amount = 200
    """The size of the largest upload that is accepted, in megabytes."""
    max_uploads: Amount = 1000
    """How many uploads are stored."""

    @property
    def api_key(self) -> str:
        """The key of the Gemini API; "" without one."""
        return self.google_api_key.get_secret_value() or self.gemini_api_key.get_secret_value()

    @property
    def keys(self) -> dict[str, str]:
        """The keys that are set, by provider."""
        openai, anthropic = self.openai_api_key.get_secret_value(), self.anthropic_api_key.get_secret_value()
        keys = {GOOGLE: self.api_key, OPENAI: openai, ANTHROPIC: anthropic}
        return {provider: key for provider, key in keys.items() if key}

    @property
    def addresses(self) -> dict[str, str]:
        """The addresses that are set, by provider."""
        addresses = {
            GOOGLE: self.base_url, OPENAI: self.openai_base_url, ANTHROPIC: self.anthropic_base_url,
            OLLAMA: self.ollama_host,
        }  # fmt: skip
        return {provider: address for provider, address in addresses.items() if address}

    def is_local(self, provider: str) -> bool:
        """Return whether a provider's models run on this machine or in a private network; never Google's."""
        return provider != GOOGLE and is_local(self.own_address(provider))

    def own_address(self, provider: str) -> str:
        """Return the address of the user's own server for a provider, without a password; "" for the provider's own."""
        address = self.addresses.get(provider, OLLAMA_ADDRESS if provider == OLLAMA else "")
        return re.sub(r"(?<=//)[^/]*@", "", address)

    @property
    def models(self) -> dict[str, str]:
        """The models by purpose (`reader`, `chat`, `embedding`), named or by default; "" if the built-in one embeds."""
        named = {"reader": self.reader_model, "chat": self.chat_model, "embedding": self.embedding_model}
        return {**named, **default_models(named, self.keys, self.addresses)}

    @property
    def token(self) -> str:
        """The server's token; "" without one."""
        return self.server_token.get_secret_value()

    @property
    def users_file(self) -> Path:
        """The file of users, as an absolute path."""
        return _folder(Path(self.users))

    @property
    def public_url(self) -> str:
        """Where browsers reach the server, for links to cited pages; "" if that is not known."""
        return ALL_INTERFACES.sub(r"\g<1>127.0.0.1", self.public_address or self.api_address)

    @property
    def served_at(self) -> str:
        """Where a command on this machine reaches this server; "" if this process is no server."""
        listens = self.api_address if self.served else ""
        return listens.replace("//0.0.0.0", "//127.0.0.1").replace("//[::]", "//[::1]")

    @model_validator(mode="before")
    @classmethod
    def _drop_blank(cls, values: Any) -> Any:
        """Treat a blank variable as not set; one in the environment hides a value in `.env`."""
        stripped = {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}
        return {name: value for name, value in stripped.items() if value not in ("", None)}

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: type[BaseSettings], init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource, dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:  # fmt: skip
        """Read the environment, then `.env`."""
        return env_settings, dotenv_settings


@dataclass(frozen=True, slots=True)
class LangSmith:
    """The LangSmith service that results of evaluations are sent to."""

    api_key: SecretStr
    endpoint: str
    """Its address; "" for the public one."""


def settings() -> Settings:
    """Return the settings in force; the environment is read again when it has changed.

    Raises:
        BadInputError: a variable has a value that it cannot have.
    """
    global _seen
    # Forty calls for one answer of the server: to compare the environment as the process holds it takes 1 us, to filter
    # its names 40 us.
    present = getattr(os.environ, "_data", os.environ)
    if _seen[0] != present:
        copied = dict(present)
        names = sorted(name for name in os.environ if name.startswith(_PREFIXES))
        _seen = (copied, tuple((name, os.environ.get(name, "")) for name in names))
    return _settings(_seen[1])


_seen: tuple[dict[Any, Any], tuple[tuple[str, str], ...]] = ({}, ())
"""The environment at the last call, and our variables in it."""


@lru_cache(maxsize=8)
def _settings(environment: tuple[tuple[str, str], ...]) -> Settings:
    """Build the settings; `environment` is the key of the cache."""
    try:
        return Settings(_env_file=_FOLDER / ".env")
    except ValidationError as error:
        raise BadInputError(_sentence(error.errors(include_url=False)[0])) from None


def _sentence(error: Any) -> str:
    """Return an error of one variable as a sentence that names it and what it can be set to."""
    name, remedy = str(error["loc"][0]), error["msg"].removeprefix("Value error, ")
    if error["type"] == "literal_error":
        remedy = "one of " + ", ".join(re.findall(r"'(.*?)'", error["ctx"]["expected"]))
    given = f"is {error['input']!r}" if not KEY_IN_ADDRESS.search(str(error["input"])) else "cannot be used"
    return f"{name} {given}: set it to {remedy}."


def langsmith() -> LangSmith | None:
    """Return the LangSmith service, or None unless tracing is on and there is a key."""
    key = _langsmith("API_KEY")
    return LangSmith(SecretStr(key), _langsmith("ENDPOINT")) if traced() and key else None


def traced() -> bool:
    """Return whether runs are traced."""
    return "true" in (_langsmith("TRACING").lower(), _langsmith("TRACING_V2").lower())


def _langsmith(name: str) -> str:
    """Return a setting of LangSmith by its name without prefix; "" if it is not set."""
    values = {**_dot_env(), **os.environ}
    return (values.get(f"LANGSMITH_{name}") or values.get(f"LANGCHAIN_{name}") or "").strip()


def limit_numpy_threads() -> None:
    """Give numpy, not imported yet, one thread: with several, 5 ms became up to 90 while workers read pages."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def has_one_numpy_thread() -> bool:
    """Return whether numpy multiplies in the calling thread alone, as `limit_numpy_threads` has it."""
    return os.environ.get("OPENBLAS_NUM_THREADS") == "1"


def prepare_ray() -> None:
    """Set the variables that Ray reads at import: no usage reports, and no messages about processes that ended."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_DEDUP_LOGS_SKIP_REGEX"] = "."  # they would go to standard output, beside our JSON
    named = os.environ.get("RAY_AUTH_TOKEN") or os.environ.get("RAY_AUTH_TOKEN_PATH")
    if named or Path("~/.ray/auth_token").expanduser().exists():  # its client, unlike the rest, does not look for one
        os.environ.setdefault("RAY_AUTH_MODE", "token")


def cache_folder() -> Path | None:
    """Return the folder for files that can be built again at any time; None if the user has no home folder."""
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "pagewitness"
    except RuntimeError:
        return None


def library_variables() -> dict[str, str]:
    """Return the variables in `.env` for the server's libraries (tracing, logs), which read only the environment."""
    return {name: value for name, value in _dot_env().items() if name.startswith(_LIBRARY_PREFIXES)}


def _dot_env() -> dict[str, str]:
    return {key: value for key, value in dotenv_values(_FOLDER / ".env").items() if value is not None}
