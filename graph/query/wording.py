"""The application's own sentences in English and in the languages of `languages/`: refusals, greetings, headings.

A question in another language gets the English ones. Statements of answers are quotes and stay as they are written.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Literal, TypedDict

from graph.retrieval.languages import language
from graph.verdicts import SENTENCES

Phrase = Literal[
    "nothing_ingested", "nothing_relevant", "fact_absent", "page_unreadable", "model_failed", "closest", "not_read",
    "page", "pages", "and", "related", "hello", "welcome", "ask", "more", "add", "one_document", "documents", "unread",
    "name", "has_pages", "not_read_yet", "due", "struck", "from_image", "from_transcript",
    "from_description", "in_part", "note_dropped_one", "note_dropped", "note_in_part", "note_image", "note_not_proven",
    "note_searched_one", "note_searched", "note_widened",
]  # fmt: skip

ENGLISH: Mapping[Phrase, str] = {
    "nothing_ingested": "No document has been added yet: add one first (in a terminal, `pagewitness ingest FILE`).",
    "nothing_relevant": "The documents do not answer this question: nothing relevant was found in them.",
    "fact_absent": "The documents mention the subject, but no page supports an answer.",
    "page_unreadable": "The pages that could be read do not answer this question.",
    "model_failed": "The model gave no answer that can be used, which says nothing about the documents.",
    "closest": "The closest pages are: {pages}.",
    "not_read": "Not read in {name}: {pages}.",
    "not_read_yet": "Not read yet in {name}: {pages}.",
    "page": "page",
    "pages": "pages",
    "and": "and",
    "related": "Closest passages, which do not claim to answer:",
    "hello": "Hello.",
    "welcome": "You are welcome.",
    "ask": "Ask me about {names}: a fact, a table, a page, or a summary.",
    "more": "{names} and {count} more",
    "add": "Add a document, then ask about it.",
    "one_document": "There is 1 document to ask:",
    "documents": "There are {count} documents to ask:",
    "unread": "{pages} could not be read",
    "due": "{pages} not read yet",
    "name": "Name the document that you mean.",
    "has_pages": "{name} has {count} {pages}.",
    "struck": "A passage about it is struck out and no longer holds: “{quote}” ({where}).",
    "from_image": "(not proven: read from the image of the page, not found in its text)",
    "from_transcript": "(not proven: read by a model; the page's text does not confirm it)",
    "from_description": "(not proven: from a model's description of the page)",
    "in_part": "(proven in part: {reason})",
    "note_dropped_one": "1 statement was left out, because no page supports it.",
    "note_dropped": "{count} statements were left out, because no page supports them.",
    "note_in_part": "{marker} is proven in part. {reason}",
    "note_image": "{marker} was read from the image of page {page} of {name}; it was not found in its text.",
    "note_not_proven": "{marker} is not proven on page {page} of {name}. {reason}",
    "note_searched_one": "Only {names} was searched, because the question is about it.",
    "note_searched": "Only {names} were searched, because the question is about them.",
    "note_widened": "The documents that the question mentions hold nothing relevant, so all were searched.",
}


class Translation(TypedDict):
    """The content of a file `languages/<code>.json`: the application's words in one language."""

    greetings: list[str]
    """First words of greetings, lower case: they are too short for a detection of the language by function words."""
    phrases: dict[Phrase, str]
    """Each phrase, with the placeholders of the English one."""
    verdicts: dict[str, str]
    """The sentence about an answer, by its verdict, as in `graph/verdicts.py`."""
    reasons: dict[str, str]
    """Each reason for a doubt, by its English form; `{a}` stands for words of quote or statement."""


# Read at import, 1 ms: nodes need them on the event loop, which reading files would block.
TRANSLATIONS: Mapping[str, Translation] = {
    file.stem: json.loads(file.read_text("utf-8"))
    for file in sorted(Path(__file__).with_name("languages").glob("*.json"))
}
"""The translations by the code of their language."""


def say(phrase: Phrase, asked: str, **values: object) -> str:
    """Return a sentence in the language of a question.

    Args:
        phrase: Which sentence.
        asked: The question.
        values: What its placeholders stand for.
    """
    known = TRANSLATIONS.get(language_of(asked))
    return (known["phrases"] if known else ENGLISH)[phrase].format(**values)


def verdict_sentence(verdict: str, asked: str) -> str:
    """Return the sentence that explains a verdict, in the language of the question; "" for no verdict."""
    known = TRANSLATIONS.get(language_of(asked))
    return (known["verdicts"] if known else SENTENCES).get(verdict, verdict)


def language_of(asked: str) -> str:
    """Return the code of a question's language; that of a greeting by its first word."""
    first = asked.strip(" ¡!¿?.,").partition(" ")[0].strip(",.!").casefold()
    return next((code for code, one in TRANSLATIONS.items() if first in one["greetings"]), "") or language(asked)
