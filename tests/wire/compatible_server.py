"""A loopback server that speaks the formats of OpenAI, Ollama and Anthropic, for their real clients.

    with CompatibleServer(reply=lambda request: "Hello") as server:
        chat = ChatOpenAI(model="any", api_key="test", base_url=f"{server.url}/v1")
        local = ChatOllama(model="any", base_url=server.url)

It can refuse images, refuse or ignore schemas, require a key, or answer with a fault.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Literal

from tests.wire import anthropic_wire

Json = dict[str, Any]
DIMENSIONS = 1024
Format = Literal["openai", "ollama", "anthropic"]


@dataclass
class Asked:
    """A request as it came in."""

    path: str
    body: Json
    key: str
    """The bearer token, or Anthropic's header; "" without one."""

    @property
    def format(self) -> Format:
        """The format of the request."""
        if self.path.endswith("/messages"):
            return "anthropic"
        return "ollama" if self.path.startswith("/api/") else "openai"

    @property
    def model(self) -> str:
        """The model that was asked for."""
        return str(self.body.get("model", ""))

    @property
    def embeds(self) -> bool:
        """Whether vectors were asked for."""
        return self.path.endswith(("/embeddings", "/embed"))

    @property
    def texts(self) -> list[Any]:
        """What is to be embedded, as it was sent."""
        given = self.body.get("input", [])
        return given if isinstance(given, list) else [given]

    @property
    def prompt(self) -> str:
        """All text of all messages, joined by newlines."""
        return "\n".join(text for message in self.body.get("messages", []) for text in _texts(message))

    @property
    def images(self) -> list[bytes]:
        """The images of all messages, decoded."""
        return [image for message in self.body.get("messages", []) for image in _images(message)]

    @property
    def schema(self) -> Json | None:
        """The schema that was asked of the reply, as a parameter or at the end of the prompt; None without one."""
        if stated := anthropic_wire.schema(self.body):
            return stated
        if isinstance(self.body.get("format"), dict):
            return dict(self.body["format"])
        found: Json = self.body.get("response_format") or {}
        if form := self.prompt.partition("of this form and nothing else:\n")[2]:
            return {"properties": json.loads(form)}
        in_words = self.prompt.partition("JSON schema:\n")[2]
        return (found.get("json_schema") or {}).get("schema") or (json.loads(in_words) if in_words else None)

    @property
    def states_schema(self) -> bool:
        """Whether the schema is a parameter of the request."""
        stated = isinstance(self.body.get("format"), dict) or "response_format" in self.body
        return stated or anthropic_wire.schema(self.body) is not None

    @property
    def parts(self) -> list[Json]:
        """The lines of all messages, as parts: Ollama's client joins the parts of a message."""
        return [{"text": line} for line in self.prompt.splitlines()]


@dataclass(frozen=True)
class Refusal:
    """A reply of another status, with its body as text."""

    status: int
    body: str

    @classmethod
    def openai(cls, status: int, message: str, code: str = "") -> Refusal:
        """Return an error as OpenAI shapes it."""
        return cls(status, json.dumps({"error": {"message": message, "type": code, "code": code or None}}))


@dataclass(frozen=True)
class Cut:
    """A reply that the server cut off at the most tokens that it writes."""

    text: str


Answer = str | Refusal | Cut


@dataclass
class CompatibleServer:
    """A scripted model server; runs from `with` to its end, and records what it was asked."""

    reply: Callable[[Asked], Answer]
    key: str = ""
    """The bearer token that it requires; "" for none."""
    sees: bool = True
    """Whether it takes images."""
    schemas: Literal["kept", "ignored", "refused"] = "kept"
    """What it does with the schema of a reply."""
    models: Sequence[str] = ()
    """The models that it has; any name if empty."""
    dimensions: int = DIMENSIONS
    size: tuple[float, int] = (0, 0)
    """The size that it reports for its models: billions of parameters, and tokens of context; 0 for none."""
    requests: list[Asked] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    steps: deque[Answer] = field(default_factory=deque)
    """Scripted answers to the next requests, used before `reply`."""
    peak_in_flight: int = 0

    def __enter__(self) -> CompatibleServer:
        self._lock, self._in_flight = threading.Lock(), 0
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler_of(self))
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._http.shutdown()
        self._http.server_close()
        if self.errors and error is None:
            raise self.errors[0]

    @property
    def chats(self) -> list[Asked]:
        """The chat requests so far."""
        return [request for request in self.requests if not request.embeds]

    @property
    def embeddings(self) -> list[Asked]:
        """The embedding requests so far."""
        return [request for request in self.requests if request.embeds]

    def answer(self, asked: Asked) -> Answer:
        """Return the answer to a request: a scripted step, a refusal, or the result of `reply`."""
        with self._lock:
            self.requests.append(asked)
            self._in_flight += 1
            self.peak_in_flight = max(self.peak_in_flight, self._in_flight)
        try:
            return self.steps.popleft() if self.steps else self._refusal(asked) or self._reply(asked)
        finally:
            with self._lock:
                self._in_flight -= 1

    def _refusal(self, asked: Asked) -> Refusal | None:
        if self.key and asked.key != self.key:
            return _refused(asked, 401, "Incorrect API key provided.", "invalid_api_key")
        if self.models and asked.model not in self.models:
            if asked.format == "ollama":
                return Refusal(404, json.dumps({"error": f"model '{asked.model}' not found"}))
            return _refused(asked, 404, f"The model `{asked.model}` does not exist.", "model_not_found")
        if asked.images and not self.sees:
            return _refused(asked, 400, f"{asked.model} is not a multimodal model")
        if asked.states_schema and self.schemas == "refused":
            return _refused(asked, 400, "This server does not support response_format of type json_schema.")
        return None

    def _reply(self, asked: Asked) -> Answer:
        if asked.embeds:
            return ""
        try:
            return self.reply(asked)
        except Exception as error:
            self.errors.append(error)
            return Refusal.openai(500, f"the script failed: {error}")


def _refused(asked: Asked, status: int, message: str, code: str = "") -> Refusal:
    """Return an error in the shape of the request's format."""
    if asked.format == "anthropic":
        return Refusal(status, anthropic_wire.error(status, message))
    return Refusal.openai(status, message, code)


def _handler_of(server: CompatibleServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def log_message(self, format: str, *args: object) -> None:
            """Keep the test output clean."""

        def do_GET(self) -> None:
            meta = {"n_params": server.size[0] * 1e9, "n_ctx": server.size[1]}
            known = [
                {"name": name, "model": name, "id": name, "object": "model", "meta": meta} for name in server.models
            ]
            self._send(200, "application/json", [json.dumps({"models": known, "data": known})])

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers.get("content-length", 0))))
            if self.path == "/api/show":
                size, context = server.size
                about = {"details": {"parameter_size": f"{size}B"}, "model_info": {"tiny.context_length": context}}
                return self._send(200, "application/json", [json.dumps(about)])
            sent = self.headers.get("x-api-key") or self.headers.get("authorization") or ""
            key = sent.removeprefix("Bearer ")
            asked = Asked(self.path, body, key)
            answer = server.answer(asked)
            if isinstance(answer, Refusal):
                kind = "text/html" if answer.body.startswith("<") else "application/json"
                self._send(answer.status, kind, [answer.body])
            elif asked.embeds:
                self._send(200, "application/json", [json.dumps(_vectors(asked, server.dimensions))])
            else:
                end = "length" if isinstance(answer, Cut) else "stop"
                self._send(200, *_said(asked, answer.text if isinstance(answer, Cut) else answer, end))

        def _send(self, status: int, kind: str, parts: Sequence[str] | Iterator[str]) -> None:
            data = "".join(parts).encode()
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _said(asked: Asked, text: str, end: str) -> tuple[str, Sequence[str] | Iterator[str]]:
    """Return the type and the body of a reply, whole or streamed, in the format of its request."""
    if asked.format == "ollama":
        return "application/x-ndjson", _ollama(asked, text, end)
    streams, tokens = bool(asked.body.get("stream")), (_tokens(asked.prompt), _tokens(text))
    if asked.format == "anthropic":
        events = anthropic_wire.events(asked.model, _pieces(text), tokens, end)
        whole = anthropic_wire.reply(asked.model, text, tokens, end)
    else:
        events, whole = _events(asked, text, end), _completion(asked, text, end)
    return ("text/event-stream", events) if streams else ("application/json", [json.dumps(whole)])


def _texts(message: Json) -> list[str]:
    content = message.get("content") or ""
    parts = content if isinstance(content, list) else [{"type": "text", "text": content}]
    return [part["text"] for part in parts if part.get("type") == "text"]


def _images(message: Json) -> list[bytes]:
    content = message.get("content")
    parts = content if isinstance(content, list) else []
    urls = [part["image_url"]["url"] for part in parts if part.get("type") == "image_url"]
    found = [base64.b64decode(data.partition(",")[2] or data) for data in [*urls, *message.get("images", [])]]
    return [*found, *anthropic_wire.images(message)]


def _tokens(text: str) -> int:
    return max(1, len(text) // 4)


def _usage(asked: Asked, text: str) -> Json:
    told, said = _tokens(asked.prompt), _tokens(text)
    return {"prompt_tokens": told, "completion_tokens": said, "total_tokens": told + said}


def _completion(asked: Asked, text: str, end: str) -> Json:
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": end}
    head = {"id": "c1", "object": "chat.completion", "created": 1, "model": asked.model}
    return {**head, "choices": [choice], "usage": _usage(asked, text)}


def _pieces(text: str) -> list[str]:
    size = max(1, len(text) // 3 + 1)
    return [text[start : start + size] for start in range(0, len(text), size)]


def _events(asked: Asked, text: str, end: str) -> Iterator[str]:
    head = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": asked.model}
    for at, piece in enumerate(_pieces(text)):
        delta = {"content": piece} if at else {"role": "assistant", "content": piece}
        yield _event({**head, "choices": [{"index": 0, "delta": delta, "finish_reason": None}]})
    yield _event({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": end}]})
    if (asked.body.get("stream_options") or {}).get("include_usage"):
        yield _event({**head, "choices": [], "usage": _usage(asked, text)})
    yield "data: [DONE]\n\n"


def _event(body: Json) -> str:
    return f"data: {json.dumps(body)}\n\n"


def _ollama(asked: Asked, text: str, end: str) -> Iterator[str]:
    head = {"model": asked.model, "created_at": "2026-01-01T00:00:00Z"}
    pieces = _pieces(text) if asked.body.get("stream", True) else [text]
    for piece in pieces[:-1]:
        yield json.dumps({**head, "message": {"role": "assistant", "content": piece}, "done": False}) + "\n"
    counts = {"prompt_eval_count": _tokens(asked.prompt), "eval_count": _tokens(text)}
    last = {"message": {"role": "assistant", "content": pieces[-1] if pieces else ""}, "done": True}
    yield json.dumps({**head, **last, "done_reason": end, **counts}) + "\n"


def _vectors(asked: Asked, dimensions: int) -> Json:
    vectors = [_vector(str(text), dimensions) for text in asked.texts]
    if asked.format == "ollama":
        return {"model": asked.model, "embeddings": vectors}
    data = [{"object": "embedding", "index": at, "embedding": vector} for at, vector in enumerate(vectors)]
    if asked.body.get("encoding_format") == "base64":
        import struct

        for one in data:
            one["embedding"] = base64.b64encode(struct.pack(f"<{dimensions}f", *vectors[one["index"]])).decode()
    return {"object": "list", "model": asked.model, "data": data, "usage": {"prompt_tokens": 1, "total_tokens": 1}}


def _vector(text: str, dimensions: int) -> list[float]:
    """Return the vector of a bag of words: texts with common words are near each other."""
    vector = [0.001] * dimensions
    for word in text.lower().split():
        digest = hashlib.sha256(word.strip(".,?!").encode()).digest()
        vector[int.from_bytes(digest[:4], "big") % dimensions] += 1.0
    return vector
