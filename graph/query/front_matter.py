"""Title, authors and date as they are printed on a document's first pages, or on its last."""

from __future__ import annotations

import re
from collections.abc import Sequence

from graph.query.places import Found
from graph.retrieval import terms
from graph.storage.rows import ChunkRow, DocumentRow

_FIRST_CHUNKS = 3  # among which title and authors stand
_MONTHS = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DATE = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)?\.? (?:of )?{_MONTHS},? \d{{4}}\b|\b{_MONTHS} (?:\d{{1,2}}(?:st|nd|rd"
    rf"|th)?,? )?\d{{4}}\b"
    r"|\b\d{4}-\d\d(?:-\d\d)?\b|\b\d{1,2}[./]\d{1,2}[./]\d{4}\b",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"\b(?:published|issued|dated?(?! of birth)|revised|revision|version|updated|released|signed|made on|presented"
    r"|effective|edition|as of|copyright|©)(?:\b|(?<=©))",
    re.IGNORECASE,
)
# "The record date will be September 7" dates a payment, "June 2023 quarter" a period: neither dates the document.
_OTHER_DATE = re.compile(
    r"\b(?:dividend|record|payment|due|closing|expiry|expiration|starting|end|maturity|delivery|settlement|meeting)"
    r" dates?\b|\b(?:quarters?|half[- ]years?|months|periods?|ended|ending)\b",
    re.IGNORECASE,
)
_PARTICIPLE = re.compile(r"\b\w{3,}(?:ed|en|ten)\b", re.IGNORECASE)
_BY = re.compile(
    r"\b(?:(?:written|prepared|presented|produced|published|compiled|edited|drafted|issued|submitted"
    r"|created) by|authors?"
    r"|editors?|presenters?|speakers?)\b:?|^by\b",
    re.IGNORECASE,
)
_PERSON = re.compile(r"\b[A-ZÄÖÜÉ][\w'’-]+(?: [A-Z]\.)*(?: (?:de|van|von|der|la|le|di))*(?: [A-ZÄÖÜÉ][\w'’-]+)+")
_MAX_LINE = 12  # words of a line of a title page
_MAX_LINES = 3


def of_catalog(chunks: Sequence[ChunkRow], row: DocumentRow, aspect: str) -> Found:
    """Return the sentences of the first page that hold the title or all authors that the catalog has; else []."""
    value = {"title": row.title, "authors": row.authors}.get(aspect, "")
    parts = [terms.stems(part) for part in value.split("; ") if part]
    first = _of_pages(chunks[:_FIRST_CHUNKS], (1,))
    held = [next(((c, s) for c, s in first if part and part <= terms.stems(s.text)), None) for part in parts]
    return list({one[1].id: one for one in held if one}.values()) if parts and all(held) else []


def printed(chunks: Sequence[ChunkRow], row: DocumentRow, aspect: str, question: str) -> Found:
    """Return the printed title, authors or date: "Revised May 2016", "Prepared by ...", the first heading."""
    found = _of_pages(chunks, (1, 2, row.pages - 1, row.pages))
    if aspect == "title" and not row.title:
        printed_first = [(c, s) for c, s in found if s.pages[:1] == (1,) and c.kind == "text"]
        return [(c, s) for c, s in printed_first if s.kind == "heading"][:1] or printed_first[:1]
    if aspect == "date":
        dated = [(c, s) for c, s in found if _DATE.search(s.text) and len(s.text.split()) <= 3 * _MAX_LINE]
        dated = [(c, s) for c, s in dated if not _OTHER_DATE.search(s.text)]
        said = [(c, s) for c, s in dated if _DATED.search(s.text)]
        alone = [(c, s) for c, s in dated if _is_date_line(s.text)]
        asked = terms.stems(" ".join(_PARTICIPLE.findall(question)))  # "revised" before "published"
        return sorted(said or alone, key=lambda one: not asked & terms.stems(one[1].text))[:1]
    if aspect != "authors":
        return []
    for at, (chunk, sentence) in enumerate(found):
        if (by := _BY.search(sentence.text)) and len(sentence.text.split()) <= 2 * _MAX_LINE:
            after = found[at + 1 : at + 2] if not sentence.text[by.end() :].strip(" :") else []
            return [(chunk, sentence), *after] if sentence.kind != "heading" else after
    return []


# Words beside the date of a document on a line of its own. "Born", "received" and "delivery" date other things.
_BESIDE_DATE = frozenset(
    """report reports paper minutes letter memo memorandum newsletter note notes edition issue volume number no vol nr
    version draft final annual quarterly monthly weekly study review plan agreement contract invoice statement data
    sheet manual press release bulletin notice page day date monday tuesday wednesday thursday friday saturday
    sunday""".split()
)
_ITS_DATE = re.compile(r"(?:rechnungs|ausstellungs|erstellungs|ausgabe|druck|brief|berichts|vertrags)?datum")
_LABEL = re.compile(r"^\W*(?P<label>[^:]{1,40}):")


def _is_date_line(line: str) -> bool:
    """Return whether a line holds a date, and beside it names, numbers and words for a document alone.

    "Wick, 12 May 2024" dates a letter; "Patient: Ewa Kowal, born 12 May 1978" and "Received: 3 May 2024" do not.
    """
    rest = _DATE.sub("", line)
    plain = [word for word in re.findall(r"[^\W\d_]+", rest) if word.islower() and len(word) > 1]
    label = _LABEL.match(rest)
    labelled = [word.lower() for word in re.findall(r"[^\W\d_]+", label["label"])] if label else []
    first = _PARTICIPLE.match(rest.strip())
    others = [
        word
        for word in [*plain, *labelled]
        if word not in _BESIDE_DATE | terms.STOP_WORDS and not _ITS_DATE.fullmatch(word)
    ]
    return len(rest.split()) <= _MAX_LINE // 2 and not others and first is None


def likely(chunks: Sequence[ChunkRow], aspect: str) -> Found:
    """Return lines of the first page that may name who made the document: with a person's name, else the first one."""
    if aspect != "authors":
        return []
    lines = [(c, s) for c, s in _of_pages(chunks, (1,)) if len(s.text.split()) <= _MAX_LINE]
    persons = [(c, s) for c, s in lines if s.kind != "heading" and _PERSON.search(s.text)]
    return persons[:_MAX_LINES] or lines[:1]


def _of_pages(chunks: Sequence[ChunkRow], pages: Sequence[int]) -> Found:
    return [(c, s) for c in chunks for s in c.sentences if s.pages and s.pages[0] in pages and s.text.strip()]
