"""Reasons why a statement is not proven, translated from the rules' English sentences to the question's language.

A reason is recognised by its form, listed in `languages/`; the words that it quotes stay as the document and the
statement have them. A reason of a form that is not listed stays in English, as does the reply of a model.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from string import Formatter

from graph.query.wording import TRANSLATIONS, language_of
from graph.types import Citation, ClaimCheck


def in_language(reason: str, asked: str) -> str:
    """Return a reason in the language of a question; as it is where its form, or the language, is not known."""
    language = language_of(asked)
    if language not in TRANSLATIONS:
        return reason
    bare = reason.rstrip(".")
    for form, said in _forms(language):
        if found := form.fullmatch(bare):
            text = said.format(**found.groupdict())
            shown = text[:1].upper() + text[1:] if reason[:1].isupper() else text
            return f"{shown}." if reason.endswith(".") else shown
    return reason


def translated(checks: Sequence[ClaimCheck], asked: str) -> list[ClaimCheck]:
    """Return checks whose reasons, and those of their citations, are in the language of a question."""
    found = []
    for check in checks:
        if check.get("reasons"):
            check = {**check, "reasons": [in_language(reason, asked) for reason in check["reasons"]]}
        if check["citation"]:
            check = {**check, "citation": _translated(check["citation"], asked)}
        if check.get("further"):
            check = {**check, "further": [_translated(citation, asked) for citation in check["further"]]}
        found.append(check)
    return found


def _translated(citation: Citation, asked: str) -> Citation:
    return {**citation, "reason": in_language(citation["reason"], asked)} if citation.get("reason") else citation


@lru_cache
def _forms(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Return the English forms as patterns with their translations, those with the most letters of their own first."""
    forms = TRANSLATIONS[language]["reasons"]
    ordered = sorted(forms.items(), key=lambda item: -len(re.sub(r"\{\w\}", "", item[0])))
    return [(re.compile(_pattern(form), re.IGNORECASE), said) for form, said in ordered]


def _pattern(form: str) -> str:
    parts = Formatter().parse(form)
    return "".join(re.escape(literal) + (f"(?P<{name}>[^“”]+?)" if name else "") for literal, name, _, _ in parts)
