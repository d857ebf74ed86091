"""The messages between a Gemini client and the service: recorded requests, scripted replies, faults, JSON bodies."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Json = dict[str, Any]

STATUS_NAMES = {
    400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
    429: "RESOURCE_EXHAUSTED", 500: "INTERNAL", 503: "UNAVAILABLE", 504: "DEADLINE_EXCEEDED",
}  # fmt: skip
CHAT_VERBS = ("generateContent", "streamGenerateContent")
EMBED_VERBS = ("embedContent", "batchEmbedContents")
RPC = "type.googleapis.com/google.rpc."


@dataclass
class Recorded:
    """A request as it came in; `finished` is 0 while it is being answered. Times are monotonic seconds."""

    model: str
    verb: str
    body: Json
    headers: dict[str, str]
    started: float
    finished: float = 0.0

    @property
    def parts(self) -> list[Json]:
        """The parts of all turns, in order."""
        return [part for content in self.body.get("contents", []) for part in content.get("parts", [])]

    @property
    def prompt(self) -> str:
        """All text of all turns, joined by newlines."""
        return _joined(self.parts)

    @property
    def system(self) -> str:
        """The system instruction, or an empty string."""
        return _joined(self.body.get("systemInstruction", {}).get("parts", []))

    @property
    def images(self) -> list[bytes]:
        """The inline files (images, PDFs), decoded. The client writes URL-safe base64."""
        inline = [part["inlineData"]["data"] for part in self.parts if "inlineData" in part]
        return [base64.b64decode(data, altchars="-_") for data in inline]

    @property
    def config(self) -> Json:
        """The generation settings, as sent."""
        found: Json = self.body.get("generationConfig", {})
        return found

    @property
    def schema(self) -> Json | None:
        """The schema asked of the reply, or None."""
        return self.config.get("responseJsonSchema") or self.config.get("responseSchema")

    @property
    def temperature(self) -> float | None:
        """The temperature, or None where none was sent."""
        return self.config.get("temperature")

    @property
    def embeds(self) -> list[Json]:
        """The single embedding requests: one for `embedContent`, several for a batch."""
        return self.body.get("requests", []) if self.verb == "batchEmbedContents" else [self.body]

    @property
    def texts(self) -> list[str]:
        """The texts to embed."""
        return [_joined(one.get("content", {}).get("parts", [])) for one in self.embeds]

    @property
    def pictures(self) -> list[bytes]:
        """The images to embed, b"" where a text is to be; the client writes their key with an underscore here."""
        parts = [(one.get("content", {}).get("parts") or [{}])[0] for one in self.embeds]
        return [base64.b64decode(part.get("inline_data", {}).get("data", ""), altchars="-_") for part in parts]


@dataclass(frozen=True)
class Reply:
    """The answer to a request, after `delay` seconds; the text is for chats only.

    `finish_reason=None` ends a stream without a reason, `cut` breaks the body off midway;
    `block_reason` refuses the prompt; `candidates=False` sends none without saying why. A stream comes in `pieces`,
    `pause` seconds apart. `vector` replaces the vector of each text of an embedding request.
    """

    text: str = ""
    finish_reason: str | None = "STOP"
    block_reason: str | None = None
    candidates: bool = True
    thought_tokens: int = 0
    pieces: int = 3
    pause: float = 0.0
    delay: float = 0.0
    cut: bool = False
    vector: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Fault:
    """A fault after `stall` seconds: an error reply, or a connection that is reset.

    `quota` names the spent limit of a 429, `limit` is its number, `retry_delay` a duration as Google writes it ("17s").
    """

    status: int = 503
    message: str = ""
    retry_delay: str | None = None
    quota: Literal["PerMinute", "PerDay"] | None = None
    limit: int | None = None
    reason: str | None = None
    stall: float = 0.0
    reset: bool = False

    def body(self, model: str) -> Json:
        """Return the error as Google words and shapes it."""
        details: list[Json] = []
        if self.reason:
            details.append({"@type": RPC + "ErrorInfo", "reason": self.reason, "domain": "googleapis.com"})
        if self.quota:
            violation = {
                "quotaMetric": "generativelanguage.googleapis.com/generate_content_free_tier_requests",
                "quotaId": f"GenerateRequests{self.quota}PerProjectPerModel-FreeTier",
                "quotaDimensions": {"location": "global", "model": model},
                "quotaValue": str(self.limit or (20 if self.quota == "PerDay" else 10)),
            }
            details.append({"@type": RPC + "QuotaFailure", "violations": [violation]})
        if self.retry_delay:
            details.append({"@type": RPC + "RetryInfo", "retryDelay": self.retry_delay})
        name = STATUS_NAMES.get(self.status, "UNKNOWN")
        error: Json = {"code": self.status, "message": self.message or f"{name} (scripted)", "status": name}
        return {"error": error | ({"details": details} if details else {})}


Answer = str | Reply | Fault


def bad_key() -> Fault:
    """Return the fault for a wrong key, which the service answers with 400 instead of 401."""
    return Fault(400, "API key not valid. Please pass a valid API key.", reason="API_KEY_INVALID")


def no_such_model(model: str, verb: str) -> Fault:
    """Return the fault for a retired or mistyped model name."""
    return Fault(404, f"models/{model} is not found for API version v1beta, or is not supported for {verb}.")


def chat_bodies(request: Recorded, reply: Reply, pieces: int) -> list[Json]:
    """Return a reply as one body, or several for a stream: counts grow, and only the last has a finish reason."""
    text, finish = _within_limit(reply, request.config.get("maxOutputTokens"))
    size = max(1, math.ceil(len(text) / pieces))
    spans = [text[start : start + size] for start in range(0, len(text), size)] or [""]
    asked = _tokens(request.system + request.prompt) + 258 * len(request.images)
    bodies: list[Json] = []
    for index, span in enumerate(spans):
        told = _tokens("".join(spans[: index + 1]))
        usage = {"promptTokenCount": asked, "candidatesTokenCount": told}
        if reply.thought_tokens:
            usage["thoughtsTokenCount"] = reply.thought_tokens
        usage["totalTokenCount"] = sum(usage.values())
        body: Json = {"usageMetadata": usage, "modelVersion": request.model, "responseId": f"r{index}"}
        if reply.block_reason:
            body["promptFeedback"] = {"blockReason": reply.block_reason}
        elif reply.candidates:
            candidate: Json = {"index": 0, "content": {"role": "model"}}
            if span:
                candidate["content"]["parts"] = [{"text": span}]
            if index == len(spans) - 1 and finish:
                candidate["finishReason"] = finish
            body["candidates"] = [candidate]
        bodies.append(body)
    return bodies


def embed(text: str, dimensions: int) -> list[float]:
    """Hash the words' stems into a vector: texts that share words are near, in every process alike.

    As with the service, only the full size has length 1.
    """
    # The constant keeps a text without words from being a zero vector, which has no direction.
    vector = [0.05] + [0.0] * (dimensions - 1)
    for word in re.findall(r"\w+", text.lower()):
        if len(word) < 4 and not word.isdigit():
            continue
        code = int.from_bytes(hashlib.blake2b(word[:6].encode(), digest_size=8).digest(), "big")
        vector[code % dimensions] += 1.0 if code >> 63 else -1.0
    length = math.hypot(*vector) if dimensions >= 3072 else 1.0
    return [value / length for value in vector]


def embedding_body(
    request: Recorded, instead: tuple[float, ...] | None = None, sees: Callable[[bytes], str] = lambda image: ""
) -> Json:
    """Return the vectors of an embedding request, of the size that each asks for; or the same one for each text.

    An image has the vector of the text that `sees` makes of it.
    """
    texts = [sees(image) if image else text for image, text in zip(request.pictures, request.texts, strict=True)]
    vectors = [
        {"values": instead or embed(text, one.get("outputDimensionality") or 3072)}
        for one, text in zip(request.embeds, texts, strict=True)
    ]
    return {"embeddings": vectors} if request.verb == "batchEmbedContents" else {"embedding": vectors[0]}


def example_of(schema: Json, definitions: Json | None = None) -> Any:
    """Return the plainest value that a JSON schema allows, for a server without a script."""
    definitions = definitions or schema.get("$defs", {})
    if "$ref" in schema:
        return example_of(definitions[schema["$ref"].rsplit("/", 1)[-1]], definitions)
    if options := schema.get("anyOf") or schema.get("allOf"):
        return example_of(options[0], definitions)
    if "enum" in schema or "const" in schema:
        return schema["const"] if "const" in schema else schema["enum"][0]
    kind = str(schema.get("type", "null")).lower()
    if kind == "object":
        return {name: example_of(inner, definitions) for name, inner in schema.get("properties", {}).items()}
    if kind == "array":
        return [example_of(schema.get("items", {}), definitions) for _ in range(schema.get("minItems", 0))]
    return {"string": "", "integer": schema.get("minimum", 0), "number": 0.5, "boolean": False}.get(kind)


def default_reply(request: Recorded) -> str:
    """Answer with an empty example where a schema is asked for, else with the first line of the prompt."""
    if request.schema:
        return json.dumps(example_of(request.schema))
    return f"You said: {(request.prompt.splitlines() or [''])[0]}"


def _joined(parts: list[Json]) -> str:
    return "\n".join(part["text"] for part in parts if "text" in part)


def _tokens(text: str) -> int:
    return math.ceil(len(text) / 4)


def _within_limit(reply: Reply, limit: int | None) -> tuple[str, str | None]:
    """Cut the text where the client set a smaller limit, as the service does."""
    if limit is not None and _tokens(reply.text) > limit and reply.finish_reason == "STOP":
        return reply.text[: limit * 4], "MAX_TOKENS"
    return reply.text, reply.finish_reason
