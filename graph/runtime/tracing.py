"""Filter for traces: steps, questions and texts are sent; files, images, passwords and keys are removed."""

from __future__ import annotations

import re
from typing import Any

from graph.runtime.caching import build_once
from graph.settings import settings, traced

_REDACTED = "[left out]"
# A data URL, or more base64 in one piece than any word or hash has.
_BASE64 = re.compile(r"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_-]{400,}={0,2}")


def redact(value: Any) -> Any:
    """Return a copy of a traced value, dicts and lists included, with passwords, keys and file contents replaced."""
    if isinstance(value, dict):
        return {key: _REDACTED if key == "password" and item else redact(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [redact(item) for item in value]
    if not isinstance(value, str):
        return value
    now = settings()
    for secret in filter(None, (*now.keys.values(), now.token)):
        value = value.replace(secret, _REDACTED)
    return _BASE64.sub("[bytes left out]", value)


@build_once()
def redact_traces() -> None:
    """Give LangSmith's client the filter, which OpenTelemetry's export uses too; do nothing if tracing is off.

    The process has one client, built by its first user: call this before the first run.
    """
    if traced():
        from langsmith.run_trees import get_cached_client

        get_cached_client(anonymizer=redact)
