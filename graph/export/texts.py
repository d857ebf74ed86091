"""An answer with its citations as Markdown, JSON or BibTeX."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from graph.citation_markers import marker
from graph.sanitize import sanitize_markdown
from graph.types import page_in_words
from graph.verdicts import citation_verdict, verdict_of

_FIELDS = ("question", "answer", "verdict", "refused", "reason", "citations", "verdicts", "notes", "engine")
_SAID = {
    "proven": "proven",
    "partly_proven": "proven in part",
    "seen": "not proven",
    "related": "related",
    "refused": "refused",
}
"""The words for a citation's verdict."""
_NO_KEY = re.compile(r"[^a-z0-9]+")
_SPECIAL = re.compile(r"[\\{}#$%&_~^]")
_ESCAPED = {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}


def markdown(answer: Mapping[str, Any]) -> str:
    """Return the question, the answer and its citations as Markdown; each citation says where its words were read."""
    from graph.query.wording import verdict_sentence

    parts = [f"# {_line(answer.get('question') or 'Answer')}", str(answer["answer"]).strip()]
    if said := verdict_of(answer):
        parts.append(verdict_sentence(said, str(answer.get("question") or "")))
    citations = [
        f"{marker(one['marker'])} **{_line(one['name'])}**, {page_in_words(one)}{_read_from(one)}\n\n"
        + "\n".join(f"> {sanitize_markdown(line)}" for line in str(one["quote"]).splitlines() or [""])
        for one in answer.get("citations") or []
    ]
    if citations:
        parts += ["## Citations", *citations]
    if notes := [f"- {_line(note['text'])}" for note in answer.get("notes") or []]:
        parts += ["## Notes", "\n".join(notes)]
    return "\n\n".join(parts) + "\n"


def as_json(answer: Mapping[str, Any]) -> str:
    """Return the answer, its citations and the check of each claim as JSON."""
    kept = {field: answer[field] for field in _FIELDS if field in answer}
    if "verdict" in kept:
        kept["verdict"] = verdict_of(answer) or None
    return json.dumps(kept, ensure_ascii=False, indent=2) + "\n"


def bibtex(answer: Mapping[str, Any]) -> str:
    """Return an entry for each citation: document, page, and the quote as a note."""
    entries, used = [], set()
    for one in answer.get("citations") or []:
        pages = "--".join(str(page) for page in one.get("pages") or [one["page"]])
        stem = _NO_KEY.sub("-", str(one["name"]).rpartition(".")[0].lower() or str(one["name"]).lower()).strip("-")
        key = f"{stem or 'document'}-p{pages.replace('--', '-')}-{one['marker']}"
        if key in used:
            continue
        used.add(key)
        fields = {"title": one["name"], "pages": pages, "note": f"“{one['quote']}”{_read_from(one)}"}
        body = ",\n".join(f"  {name} = {{{_tex(str(value))}}}" for name, value in fields.items())
        entries.append(f"@misc{{{key},\n{body}\n}}\n")
    return "\n".join(entries)


WRITERS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {".md": markdown, ".json": as_json, ".bib": bibtex}
"""The writers by the ending of the file."""


def _read_from(citation: Mapping[str, Any]) -> str:
    if not citation.get("read_from"):
        return ""
    reason = f": {citation['reason']}" if citation.get("reason") else ""
    return f" ({_SAID.get(citation_verdict(citation), 'not proven')}, {citation['read_from']}{reason})"


def _line(text: Any) -> str:
    return sanitize_markdown(" ".join(str(text).split()))


def _tex(text: str) -> str:
    return _SPECIAL.sub(lambda found: _ESCAPED.get(found[0], f"\\{found[0]}"), " ".join(text.split()))
