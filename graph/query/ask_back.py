"""Clarifying questions to the user: which document or person is meant, where a question fits several.

The run stops with LangGraph's `interrupt` and goes on with `Command(resume=...)`. A run without a checkpointer cannot
stop; it takes the most likely reading and says so in a note.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from langgraph.config import get_config
from langgraph.types import interrupt

from graph import context
from graph.query.state import Ambiguity, Note, Option, Understanding
from graph.sanitize import sanitize_markdown
from graph.storage.rows import DocumentRow

MAX_OPTIONS = 8
"""The most options of a clarifying question, as many as fit on a screen; the user can name another document too."""
_MAX_ASKED = 2  # times, before the most likely reading is taken
_CHECKPOINTER = "__pregel_checkpointer"  # the key in a node's config under which LangGraph puts the checkpointer
_SEVERAL = re.compile(
    r"\b(?:both|all|each|every|either|compare[ds]?|comparison|versus|vs|between|differ\w*|documents|files|papers|reports"
    r"|contracts|filings|letters|invoices|articles|studies|versions|ones)\b",
    re.IGNORECASE,
)
_SENTENCE_KINDS = frozenset(
    {"who", "when", "where", "value", "how_many", "yes_no", "why", "definition", "list", "other"}
)
_ANSWER_KEYS = ("choice", "id", "answer", "value", "response")


def can_ask() -> bool:
    """Return whether the run can stop and wait for an answer: it has a checkpointer, and the setting is not off."""
    try:
        configurable = get_config().get("configurable") or {}
    except RuntimeError:  # outside of a run
        return False
    return bool(configurable.get(_CHECKPOINTER)) and context.current().ask_back != "off"


def ambiguous_document(
    question: str,
    asked: Understanding,
    rows: Sequence[DocumentRow],
    *,
    named: bool,
    library: Callable[[], tuple[list[DocumentRow], int]] | None = None,
) -> Ambiguity | None:
    """Return which documents a question may mean; None if one fits, or it asks for several.

    Args:
        question: The standalone question.
        asked: Its kind and parts.
        rows: The documents that may be asked; in a larger library those whose names share words with the question.
        named: Whether the question, or the conversation before it, names documents.
        library: Given for a larger library: returns its newest documents, oldest first, and how many it has.
    """
    if (
        (len(rows) < 2 and not library)
        or asked["kind"] in ("greeting", "library", "documents")
        or _SEVERAL.search(question)
    ):
        return None
    from graph.retrieval import document_mentions  # its patterns take 3 ms at import, as those of terms

    fitting = document_mentions.readings(question, rows)
    if len(fitting) > 1:
        return of_documents("The question", [row for row in rows if row.id in fitting])
    needs_one = asked["kind"] in ("document", "place") and asked["aspect"] not in ("pages", "location", "part")
    if not needs_one or named:
        return None
    return of_documents("", *library()) if library else of_documents("", rows)


def of_documents(term: str, rows: Sequence[DocumentRow], count: int = 0) -> Ambiguity:
    """Return an ambiguity among `count` documents; the newest is the most likely one, and comes first."""
    newest = list(reversed(rows))
    options = [Option(id=row.id, label=row.label or row.name) for row in newest[:MAX_OPTIONS]]
    return Ambiguity(kind="document", term=term, options=options, assumed=newest[0].id, of=count or len(rows))


def ambiguous_entity(asked: Understanding, question: str, texts: Sequence[str]) -> Ambiguity | None:
    """Return the persons that a surname in a question may mean, by the first names that stand before it in the texts.

    None unless there are two first names or more, and the surname alone is no more frequent than the second of them: a
    text that mostly uses the surname alone means one person.
    """
    if asked["kind"] not in _SENTENCE_KINDS:
        return None
    whole = "\n".join(texts)
    for name in asked["entities"]:
        if not re.fullmatch(r"[A-Z][^\W\d_]{2,}", name) or re.search(rf"[A-Z][^\W\d_]+ {name}(?!\w)", question):
            continue
        before = re.findall(rf"(?<![\w-])(?:([A-Z][^\W\d_]+) )?{re.escape(name)}(?![\w-])", whole)
        counted = Counter(word for word in before if word and _is_first_name(word, whole))
        alone = len(before) - counted.total()
        likely = counted.most_common(MAX_OPTIONS)
        if len(likely) > 1 and alone <= likely[1][1]:
            full = [f"{first} {name}" for first, _ in likely]
            options = [Option(id=one, label=one) for one in full]
            return Ambiguity(kind="entity", term=name, options=options, assumed=full[0], of=len(full))
    return None


def _is_first_name(word: str, text: str) -> bool:
    """Return whether a capitalised word is a name: not a stop word, and never in lower case in the text."""
    from graph.retrieval.terms import STOP_WORDS

    small = word.lower()
    return small not in STOP_WORDS and not re.search(rf"(?<!\w){re.escape(small)}(?!\w)", text)


def ask(found: Ambiguity, others: Callable[[str], str | None] = lambda reply: None) -> tuple[str, bool]:
    """Stop the run until the user has said which is meant; return the id of the choice, and whether it was assumed.

    Args:
        found: What is ambiguous.
        others: Returns the id of what a reply names beyond the options, or None.
    """
    problem = ""
    for _ in range(_MAX_ASKED):
        reply = text_of_reply(interrupt({**question_back(found), **({"problem": problem} if problem else {})}))
        if not reply:
            break
        if chosen := choice(reply, found["options"]) or others(reply):
            return chosen, False
        problem = f"{reply[:80]!r} is none of these: answer with a number or a name."
    return found["assumed"], True


def question_back(found: Ambiguity) -> dict[str, Any]:
    """Return the value of an interrupt: the question, its options, and the option that is assumed without an answer."""
    if found["kind"] == "entity":
        asked = f"Whom or what do you mean by {found['term']}?"
    elif found["term"]:
        asked = f"{found['term']} fits {found['of']} documents: which do you mean?"
    else:
        asked = f"Which of the {found['of']} documents do you mean?"
    return {"kind": found["kind"], "question": asked, "options": found["options"], "assumed": found["assumed"]}


def choice(reply: str, options: Sequence[Option]) -> str | None:
    """Return the id of the option that a reply names: by number, id, label, or words that only its label has."""
    wanted = reply.casefold()
    if wanted.isdecimal() and 1 <= int(wanted) <= len(options):
        return options[int(wanted) - 1]["id"]
    exact = [one["id"] for one in options if wanted in (one["id"].casefold(), one["label"].casefold())]
    words = set(re.findall(r"\w+", wanted))
    near = [one["id"] for one in options if words and words <= set(re.findall(r"\w+", one["label"].casefold()))]
    return exact[0] if exact else near[0] if len(near) == 1 else None


def text_of_reply(reply: Any) -> str:
    """Return the value that a client resumed with as text: a text or number, or the value of the first known key."""
    if isinstance(reply, dict):
        reply = next((reply[key] for key in _ANSWER_KEYS if key in reply), "")
    if isinstance(reply, list):
        reply = reply[0] if reply else ""
        return text_of_reply(reply) if isinstance(reply, dict) else str(reply).strip()
    return "" if reply is None else str(reply).strip()


def note_on_all(found: Ambiguity) -> Note:
    """Return the note that all documents that a question fits were searched."""
    labels = [one["label"] for one in found["options"]][:3]
    more = f" and {found['of'] - len(labels)} more" if found["of"] > len(labels) else ""
    text = f"The question fits {found['of']} documents, and all were searched: {', '.join(labels)}{more}."
    return Note(kind="assumed", text=sanitize_markdown(text))


def note_on_assumption(found: Ambiguity) -> Note:
    """Return the note that says which reading was taken, and which others there are."""
    labels = {one["id"]: one["label"] for one in found["options"]}
    taken = labels[found["assumed"]]
    rest = [label for key, label in labels.items() if key != found["assumed"]]
    left = found["of"] - 1 - len(rest[:3])
    others = ", ".join(rest[:3]) + (f" and {left} more" if left > 0 else "")
    if found["kind"] == "entity":
        text = f"{found['term']} may be {taken} or {others}: {taken} was assumed."
    elif found["term"]:
        text = f"The question fits {found['of']} documents: {taken} was assumed, not {others}."
    else:
        text = f"The question names no document: {taken} was assumed, not {others}."
    return Note(kind="assumed", text=sanitize_markdown(text))
