"""A model for the loopback Gemini, which reads the sample, grades, rewrites and answers as a test sets it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from graph.app import app
from graph.context import Context
from tests.wire.gemini_server import GeminiServer, Recorded
from tests.wire.gemini_wire import Answer

Kind = Literal["read", "contextualize", "grade", "rewrite", "plan", "answer", "repair", "check"]
Claim = dict[str, Any]

FOUNDED = "The naturalist Edith Carrow founded the observatory in 1911"
TICKET = "The day ticket stays at 14 euros, boat included"
LETTER = "Our price for lifting the boulder and for the repair is 18,450 euros"
TABLE_ROW = "Instruments 12.4 29.8"
OVER_THE_BREAK = "every level that we have published since then has been raised by that amount"
SAMPLE = {
    1: "# Ardveyra Island Observatory\n\nThe four wardens filed 2,914 weather reports. An amberwick was seen.",
    2: f"## The station and its people\n\n{FOUNDED} in the old fog signal house, 31 metres above the sea, "
    "beside the brindlecap.\n\n"
    "## The tide gauge\n\nThe float gauge was found to read 1.8 centimetres too low, and "
    "every level that we have published",
    3: "since then has been raised by that amount.\n\n## Seabirds\n\n"
    "For the third year running the guillemots and the corrigates gained.",
    4: "## Fog and weather\n\nThe strongest gust was 47.3 metres a second and took the dunmarrow.\n\n"
    "Figure 1 | Hours of fog\n\n<figure>Hours of fog in each month of 2025: July 138.7, December 17.3.</figure>",
    5: f"Brannock & Sule, marine engineers\n\n{LETTER} and the elverstone.",
    6: "## Money and plans\n\nTable 2 | Spending in thousand euros\n\n"
    "<table><tr><th></th><th>2024</th><th>2025</th></tr><tr><td>Instruments</td><td>12.4</td><td>29.8</td></tr></table>"
    "\n\nTable summary: Spending on instruments rose to 29.8.\n\n"
    f"{TICKET}; children under twelve and fennelights travel free.",
}
"""What the model reads on the pages of `examples/sample.pdf`."""


SEEN = dict(enumerate(["amberwick", "brindlecap", "corrigate", "dunmarrow", "elverstone", "fennelight"], 1))
"""A word for each page that stands in the model's replies and nowhere in the file."""

QUESTION = "Who founded the observatory, and in which year?"


def kind(request: Recorded) -> Kind:
    """Return the kind of a chat request, by the schema of its reply."""
    fields = (request.schema or {}).get("properties", {})
    kinds: dict[str, Kind] = {
        "grades": "grade", "claims": "answer", "query": "rewrite", "repairs": "repair", "rulings": "check",
        "steps": "plan",
    }  # fmt: skip
    return next((kinds[name] for name in fields if name in kinds), "read" if request.images else "contextualize")


def kinds(server: GeminiServer) -> list[str]:
    """Return the kinds of all requests in order: those of chats, and `embed`."""
    return ["embed" if "embed" in request.verb.lower() else kind(request) for request in list(server.requests)]


def pages_asked(request: Recorded) -> list[int]:
    """Return the pages in a reading request, by the line that heads each."""
    heads = (re.match(r"Page (\d+)\.", part.get("text", "")) for part in request.parts)
    return [int(head[1]) for head in heads if head]


def passages(request: Recorded) -> dict[str, str]:
    """Return the passages in a prompt, by label."""
    return dict(re.findall(r'<passage id="(P\d+)"[^>]*>\n(.*?)\n</passage>', request.prompt, re.DOTALL))


@dataclass(frozen=True)
class Asked:
    """A statement of a check of claims, as the model sees it."""

    text: str
    quote: str
    context: str


def statements(request: Recorded) -> dict[str, Asked]:
    """Return the statements in a prompt, by label."""
    pattern = r'<statement id="(S\d+)">\nstatement: (.*?)\nquote: (.*?)\ncontext: (.*?)\n</statement>'
    return {label: Asked(*rest) for label, *rest in re.findall(pattern, request.prompt, re.DOTALL)}


def claim(text: str, quote: str, on: str = "", passage: str = "") -> Claim:
    """Return a claim on the passage with this label, or the one that holds the words `on`, or else the quote."""
    return {"text": text, "quote": quote, "on": on or quote, "passage": passage}


TRUE = claim("Edith Carrow founded it in 1911.", FOUNDED)


def ask(question: str = QUESTION, **context: Any) -> dict[str, Any]:
    """Return the application's output; all passages are offered unless `context` says otherwise."""
    return dict(app.invoke({"question": question}, context=Context(**{"top_k": 20, **context})))


@dataclass
class Model:
    """A scripted model, whose fields are set before a request. `instead` replaces the reply to a kind of request."""

    pages: Callable[[int], str] = SAMPLE.__getitem__
    unread: dict[int, Answer] = field(default_factory=dict)
    """The answer to a request that holds this page."""
    relevant: Callable[[str], bool] = lambda text: True
    claims: Sequence[Claim] = ()
    repairs: dict[int, Claim] = field(default_factory=dict)
    """The replacements of claims that were not proven, by their numbers in the request."""
    rules: Callable[[Asked], str] | None = None
    """The answer of the check of claims to a statement: `yes`, `in part` or `no`; None for yes to its own claims."""
    queries: Iterable[str] = ()
    plans: Iterable[Sequence[Any]] = ()
    """The steps of each plan, one after the other; none when they are used up."""
    standalone: str = ""
    instead: dict[Kind, Answer] = field(default_factory=dict)

    def __call__(self, request: Recorded) -> Answer:
        wanted = kind(request)
        if wanted in self.instead:
            return self.instead[wanted]
        if wanted == "read":
            return self._read(pages_asked(request))
        if wanted == "contextualize":
            return self.standalone
        if wanted == "check":
            return json.dumps({"rulings": [
                {"id": label, "reason": "as told", "answer": (self.rules or self._stands_by)(one)}
                for label, one in statements(request).items()
            ]})  # fmt: skip
        return json.dumps(getattr(self, f"_{wanted}")(passages(request)))

    def _read(self, pages: Sequence[int]) -> Answer:
        refused = [self.unread[page] for page in pages if page in self.unread]
        texts = (f'<page number="{page}">\n<chunk>\n{self.pages(page)}\n</chunk>\n</page>' for page in pages)
        return refused[0] if refused else "\n".join(texts)

    def _grade(self, offered: dict[str, str]) -> Any:
        scores = {label: 9 if self.relevant(text) else 1 for label, text in offered.items()}
        return {"grades": [{"id": label, "reason": "as told", "score": score} for label, score in scores.items()]}

    def _stands_by(self, asked: Asked) -> str:
        said = {one["text"] for one in (*self.claims, *self.repairs.values())}
        return "yes" if asked.text in said or asked.text in asked.quote else "no"

    def _rewrite(self, offered: dict[str, str]) -> Any:
        queries = iter(self.queries)
        query = next(queries, "")
        self.queries = queries
        return {"query": query}

    def _plan(self, offered: dict[str, str]) -> Any:
        plans = iter(self.plans)
        steps = next(plans, ())
        self.plans = plans
        return {"steps": list(steps)}

    def _answer(self, offered: dict[str, str]) -> Any:
        said = [_said(one, offered) for one in self.claims]
        return {"claims": said, "answerable": bool(said)}

    def _repair(self, offered: dict[str, str]) -> Any:
        return {"repairs": [{"number": number, **_said(one, offered)} for number, one in self.repairs.items()]}


def _said(one: Claim, offered: dict[str, str]) -> Any:
    return {"text": one["text"], "quote": one["quote"], "passage": one["passage"] or _holder(one["on"], offered)}


def _holder(words: str, offered: dict[str, str]) -> str:
    wanted = " ".join(words.split())
    found = [label for label, text in offered.items() if wanted in " ".join(text.split())]
    return found[0] if found else f"none that was offered holds {words!r}"
