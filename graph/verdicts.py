"""Verdicts: how far an answer and each of its statements are proven, and the words for readers.

The reading room has the same words in `web/static/verdicts.js`; a test compares them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

Verdict = Literal["proven", "partly_proven", "seen", "related", "refused"]
"""How far a statement is proven.

`proven`: its quote stands on the page by the page's text layer or by OCR, and nothing speaks against what it says.
`partly_proven`: the quote stands there, but a doubt is left whether it says the same. `seen`: only a model's word for
the quote. `related`: a quote on the subject, which is not claimed to answer. `refused`: left out of the answer."""

AnswerVerdict = Literal["proven", "partly_proven", "seen", "related", "refused", "catalog"]
"""How far an answer is proven.

`proven`, `seen`: all its statements are. `partly_proven`: any other mixture. `related`: nothing answers, but there are
quotes on the subject. `refused`: there is no answer. `catalog`: an answer about the library itself (its documents,
their pages, a greeting), which quotes nothing and so proves nothing."""

SENTENCES: Mapping[str, str] = {
    "proven": "Proven: the quote of every statement stands on its page.",
    "partly_proven": "Partly proven: each statement that is not proven says so.",
    "seen": "Not proven: only a model has read these words.",
    "related": "Not answered: these quotes are on the subject, and are not claimed to answer.",
    "refused": "Not answered.",
    "catalog": "From the list of documents: nothing is quoted.",
}
"""The sentence about an answer, by its verdict."""

LABEL = (
    r"\((?:not proven|proven in part|nicht belegt|teils belegt|non prouvé|prouvé en partie|no probado|probado en parte)"
    r" ?:[^\n]*\)$"
)
"""The label after the marker of a statement that is not proven, in each language of `graph/query/languages`."""

_FORMER: Mapping[str, AnswerVerdict] = {"declined": "refused"}
"""Verdicts of stored conversations and exports, under the names of the version before."""


def verdict_of(answer: Mapping[str, Any]) -> str:
    """Return the verdict of an answer that may come from an older version or a client; "" for none."""
    given = str(answer.get("verdict") or "")
    return _FORMER.get(given, given)


def citation_verdict(citation: Mapping[str, Any]) -> str:
    """Return how far the statements that cite this are proven; citations of older versions say only `verified`."""
    given = str(citation.get("verdict") or "")
    return given or ("proven" if citation.get("verified", True) else "seen")


def citation_line(citation: Mapping[str, Any]) -> str:
    """Return the sentence for readers about a citation that is not proven; "" for a proven one."""
    verdict = citation_verdict(citation)
    if verdict == "proven" or (verdict == "related" and citation.get("verified", True)):
        return ""
    said = "Proven in part" if verdict == "partly_proven" else "Not proven"
    return f"{said}: {citation.get('reason') or citation.get('read_from') or 'image'}"
