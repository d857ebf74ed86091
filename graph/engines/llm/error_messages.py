"""Messages for users about errors of chat and embedding requests: what happened, and which setting to change."""

from __future__ import annotations

from graph.engines.requests.client import GOOGLE, split_name
from graph.engines.requests.retry import classify
from graph.errors import ModelError
from loaders.types import Failure, FailureReason

_MESSAGES: dict[FailureReason, str] = {
    "quota_minute": "The requests per minute for {model} are used up, and waiting did not help: try again in a minute.",
    "quota_day": "The day's requests for {model} are used up: continue after midnight Pacific time, when free quotas "
    "are renewed, or set {setting} to another model.",
    "overloaded": "{model} is overloaded or out of order and stayed so: try again later, or set {setting} to another.",
    "timeout": "{model} did not answer in time, several times over: try again later.",
    "network": "{model} could not be reached: check the network connection, proxy and GOOGLE_GEMINI_BASE_URL.",
}
_MAX_DETAIL = 200
"""Characters of the service's own message that are quoted."""


def explain(error: Exception, name: str, setting: str) -> ModelError | Failure:
    """Explain an error: a ModelError if no later attempt can succeed, else a Failure with its reason.

    Args:
        error: The error as the client raised it.
        name: The model, as `provider:model`.
        setting: The environment variable that names the model.
    """
    found, (provider, model) = classify(error), split_name(name)
    text = " ".join(str(error).split())
    if found.status in (401, 403) or (found.status == 400 and "API_KEY_INVALID" in text):
        owner, key = ("Gemini", "GOOGLE_API_KEY") if provider == GOOGLE else (provider or model, "its API key")
        return ModelError(
            f"The {owner} key was refused: check {key} (the service said {found.status}: {_brief(error)})."
        )
    if found.status == 404:
        return ModelError(
            f"The model {model!r} does not exist or is retired: set {setting} to one that is available, "
            "as provider:model."
        )
    if message := _MESSAGES.get(found.reason):
        return Failure(found.reason, message.format(model=model, setting=setting))
    return Failure(found.reason, f"{model} refused the request, or its answer is unknown ({_brief(error)}).")


def _brief(error: BaseException) -> str:
    """Return the service's own message, or the start of the error's, on one line."""
    message = getattr(error.__cause__, "message", None) or getattr(error, "message", None) or str(error)
    return " ".join(str(message).split())[:_MAX_DETAIL].rstrip(".") or type(error).__name__
