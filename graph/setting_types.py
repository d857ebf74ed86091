"""Types of settings: how the text of a variable becomes an address, a count, a switch or words, or is refused."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator

_URL = re.compile(r"https?://[^\s()\[\]<>]+|https?://\[[0-9a-fA-F:]+\][^\s()\[\]<>]*")
_POOL = re.compile(r"ray://(?:local|[^\s/:@]+:\d+|\[[0-9a-fA-F:]+\]:\d+)")
# Clients write the whole address into their logs.
KEY_IN_ADDRESS = re.compile(r"//[^/\s]*@|[?&#]")
ALL_INTERFACES = re.compile(r"^(https?://)(?:0\.0\.0\.0|\[::\])(?=[:/]|$)")  # to listen at, not to connect to


def lower(value: str) -> str:
    """Return a name in lower case."""
    return value.lower()


def _count(value: Any) -> Any:
    if isinstance(value, str) and not (value.isdecimal() and int(value)):
        raise ValueError("a whole number from 1 on, or leave it out")
    return value


def _on(value: Any) -> Any:
    """Return whether a switch that is off by default is on."""
    return value.lower() in ("1", "true", "yes", "on") if isinstance(value, str) else value


def not_off(value: Any) -> Any:
    """Return whether a switch that is on by default is on."""
    return value.lower() not in ("0", "false", "no", "off") if isinstance(value, str) else value


def words(value: Any) -> Any:
    """Return the parts of a text that commas divide, in lower case."""
    return tuple(part.strip().lower() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


def languages(value: Any) -> Any:
    """Return codes of languages joined by commas; "off" for none."""
    return ",".join(words(value)) or "off" if isinstance(value, str) else value


def _url(value: str) -> str:
    value = value.rstrip("/")
    if value and not _URL.fullmatch(value):
        raise ValueError("an address such as https://papers.example.org")
    return value


def _model_url(value: str) -> str:
    """Return the address of a model service; one with a key, password or query in it is refused, and not repeated."""
    if KEY_IN_ADDRESS.search(value):
        raise ValueError("an address without a key, password or query, and the provider's key variable to the key")
    return _url(value)


def host(value: Any) -> Any:
    """Return where a client reaches Ollama, whose variable also says where it listens: `host`, `host:port` or a URL."""
    if not isinstance(value, str) or not value:
        return value
    url = value if "://" in value else f"http://{value}"
    url = ALL_INTERFACES.sub(r"\g<1>127.0.0.1", url.rstrip("/"))
    return _url(url if re.search(r":\d+$", url) or url.startswith("https:") else f"{url}:11434")


def _pool(value: str) -> str:
    """Return the address of a Ray cluster."""
    if value and not _POOL.fullmatch(value):
        raise ValueError("ray://host:port of a Ray cluster, or ray://local for one on this machine")
    return value


def _machine(value: str) -> str:
    """Return the name of a machine, which stands before a colon and a path."""
    if value and not re.fullmatch(r"[\w.-]{2,64}", value, re.ASCII):
        raise ValueError("two or more letters, digits, dots and hyphens, such as office-1")
    return value


Url = Annotated[str, AfterValidator(_url)]
MachineName = Annotated[str, AfterValidator(_machine)]
PoolUrl = Annotated[str, AfterValidator(_pool)]
ModelUrl = Annotated[str, AfterValidator(_model_url)]
Count = Annotated[int | None, BeforeValidator(_count)]
Amount = Annotated[int, BeforeValidator(_count)]
Switch = Annotated[bool, BeforeValidator(_on)]
