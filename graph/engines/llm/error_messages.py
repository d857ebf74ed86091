"""Messages for users about errors of chat and embedding requests: what happened, and which setting to change."""

from __future__ import annotations

import re

from graph.engines.requests.retry import RequestError, classify
from graph.errors import ModelError, ServiceOutOfOrderError
from graph.providers import GOOGLE, OLLAMA, PROVIDERS, split_name
from loaders.types import Failure, FailureReason

_MESSAGES: dict[FailureReason, str] = {
    "quota_minute": "The requests per minute for {model} are used up, and waiting did not help: try again in a minute.",
    "quota_day": "The day's requests for {model} are used up: continue {renewed}, or set {setting} to another model.",
    "overloaded": "{model} is overloaded or out of order and stayed so: try again later, or set {setting} to another.",
    "timeout": "{model} did not answer in time, several times over: try again later.",
    "network": "{model} could not be reached: check the network connection, proxy and {address}.",
    "no_images": "{model} takes no images: set {setting} to a model that does for pages that are pictures.",
}
_RENEWED = "after midnight Pacific time, when free quotas are renewed"
_MAX_DETAIL = 200
"""Characters of the service's own message that are quoted."""

_CREDENTIALS = re.compile(r"(?<=//)[^/@\s]+@|(?<=key=)[\w-]+", re.IGNORECASE)
_TOO_LONG = re.compile(
    r"context[_ ](?:length|window|size)|maximum context|prompt is too long|too many (?:input )?tokens|n_ctx", re.I
)
# A client that gets HTML, or another service's JSON, fails when it takes the reply apart, and names no status.
_OTHER_FORMAT = (AttributeError, TypeError, KeyError, ValueError)


def explain(error: Exception, name: str, setting: str, address: str = "") -> ModelError | Failure:
    """Explain an error: a ModelError if no later attempt can succeed, else a Failure with its reason.

    A server that does not run at its `address` is a ServiceOutOfOrderError, since all other requests would fail too.

    Args:
        error: The error as the client raised it.
        name: The model, as `provider:model`.
        setting: The environment variable that names the model.
        address: The address of a server of the user's own; "" for the provider's.
    """
    found, (provider, model) = classify(error), split_name(name)
    if permanent := _permanent(error, found, name, setting):
        return ModelError(permanent)
    if address and found.is_unreachable:
        known = PROVIDERS.get(provider)
        remedy = f", or set {known.address} to where it listens" if known else ""
        detail = f"No server answers for {name!r} at {address}: start it{remedy}, then run the same command again."
        return ServiceOutOfOrderError(Failure("network", detail))
    if message := _MESSAGES.get(found.reason):
        known = PROVIDERS.get(provider)
        address = known.address if known else "the address of its service"
        renewed = _RENEWED if provider == GOOGLE else "tomorrow"
        said = message.format(model=model, setting=setting, address=address, renewed=renewed)
        return Failure(found.reason, said)
    if found.status in (400, 413, 500) and _TOO_LONG.search(str(error)):
        return Failure(
            "request_error", f"The request is too long for {model}: {_remedy_for_length(provider, setting)}."
        )
    return Failure(found.reason, f"{model} refused the request, or its answer is unknown ({_brief(error)}).")


def _permanent(error: Exception, found: RequestError, name: str, setting: str) -> str:
    """Return the sentence for an error that no later attempt can mend; "" for any other."""
    provider, model = split_name(name)
    known = PROVIDERS.get(provider)
    title, key = (known.title if known else provider or model), (known and known.key) or "its API key"
    if found.is_unpaid:
        return (
            f"The account of the {title} key has no credit for {model!r}: add some with the provider, or set {setting} "
            f"to a model of another (the service said {found.status}: {_brief(error)})."
        )
    text = " ".join(str(error).split())
    address = f"check {known.address}" if known else "check its address"
    if provider != GOOGLE and _is_html(error):
        return f"What answers for {name!r} does not speak the format of {title}, it sends a web page: {address}."
    if found.status in (401, 403) or (found.status == 400 and "API_KEY_INVALID" in text):
        return f"The {title} key was refused: check {key} (the service said {found.status}: {_brief(error)})."
    if found.status == 404:
        return _not_found(provider, model, setting)
    if found.status is None and found.reason == "request_error" and provider != GOOGLE and _is_other_format(error):
        return (
            f"What answers for {name!r} does not speak the format of {title}: {address} "
            f"({type(error).__name__}: {_brief(error)})."
        )
    return ""


def _not_found(provider: str, model: str, setting: str) -> str:
    if provider == OLLAMA:
        return f"Ollama has no model {model!r}: run `ollama pull {model}`, or set {setting} to one that it has."
    known = PROVIDERS.get(provider)
    address = f", and check {known.address}" if known and provider != GOOGLE else ""
    return (
        f"The model {model!r} does not exist or is retired: set {setting} to one that is available, "
        f"as provider:model{address}."
    )


def _is_other_format(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, _OTHER_FORMAT) or type(error).__name__ == "APIResponseValidationError":
            return True
        error = error.__cause__ or error.__context__
    return False


def _is_html(error: BaseException | None) -> bool:
    """Return whether a request was refused with a web page: by a proxy, or a server without such an interface."""
    while error is not None:
        headers = getattr(getattr(error, "response", None), "headers", None) or {}
        if 400 <= (getattr(error, "status_code", 0) or 0) < 500 and "html" in str(headers.get("content-type", "")):
            return True
        # Ollama's client keeps only the text.
        if getattr(error, "status_code", 0) and str(getattr(error, "error", "")).lstrip().startswith("<"):
            return True
        error = error.__cause__ or error.__context__
    return False


def _remedy_for_length(provider: str, setting: str) -> str:
    if provider == OLLAMA:
        return f"give the model a longer context (num_ctx) in Ollama, or set {setting} to another"
    return f"start its server with a longer context, lower top_k or pages_per_request, or set {setting} to another"


def _brief(error: BaseException) -> str:
    """Return the service's own message, or the start of the error's, on one line and without credentials."""
    message = getattr(error.__cause__, "message", None) or getattr(error, "message", None) or str(error)
    said = _CREDENTIALS.sub("", " ".join(str(message).split()))
    return said[:_MAX_DETAIL].rstrip(".") or type(error).__name__
