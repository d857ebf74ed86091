"""What traces may hold when tracing is on: steps, questions and texts; no files, pictures, passwords or keys."""

from __future__ import annotations

import re
from typing import Any

from graph.runtime.caching import once
from graph.settings import settings, traced

_SECRET = "[left out]"
# A data URL, or more of base64 in one piece than any word or hash has.
_BYTES = re.compile(r"(?:data:[\w/+.-]+;base64,)?[A-Za-z0-9+/_-]{400,}={0,2}")


def private(value: Any) -> Any:
    """A copy without what must not leave this machine."""
    if isinstance(value, dict):
        return {key: _SECRET if key == "password" and item else private(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [private(item) for item in value]
    if not isinstance(value, str):
        return value
    now = settings()
    for secret in filter(None, (now.api_key, now.server_token)):
        value = value.replace(secret, _SECRET)
    return _BYTES.sub("[bytes left out]", value)


@once()
def keep_private() -> None:
    """Give LangSmith's client, which OpenTelemetry's export goes through too, that rule; nothing where tracing is off.

    The client is one for the process, and whoever asks first makes it: this has to come before the first run.
    """
    if traced():
        from langsmith.run_trees import get_cached_client

        get_cached_client(anonymizer=private)
