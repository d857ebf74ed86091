"""Places of a document by their number or name: pages, sections and clauses, figures and tables, and their pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from graph.retrieval import terms
from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow, DocumentRow, SentenceRow

MOST_QUOTES = 6  # sentences of a page or section: as many as fit on a screen
_MOST_ROWS = 12  # rows or lines of a table or figure
_LAST = "last"
Found = list[tuple[ChunkRow, SentenceRow]]

_CAPTIONS = {
    "figure": re.compile(
        r"^\W*(?:figure|fig\.?|abbildung|abb\.?|chart)\s*(?P<number>\w+(?:\.\d+)*)(?P<rest>.*)", re.IGNORECASE | re.S
    ),
    "table": re.compile(
        r"^\W*(?:table|tab\.?|tabelle|tableau|tabla)\s*(?P<number>\w+(?:\.\d+)*)(?P<rest>.*)", re.IGNORECASE | re.S
    ),
}
# A caption that is not recognised by its place on the page has this form: "Table 1 | Template", not "Table 2 shows".
_CAPTION_FORM = re.compile(r"\s*[|:.–—-]\s*\S|\s*$")
_LABEL = re.compile(
    r"^\W*(?:(?P<kind>articles?|art|sections?|sec|clauses?|chapters?|paragraphs?|rules?|parts?|units?|modules?"
    r"|lessons?|appendix|annex"
    r"|schedule|exhibit|kapitel|abschnitt|artikel|anhang|ziffer)\b\.?\s*|§+\s*)?"
    r"(?P<number>\d{1,3}(?:\.\d{1,3})*|(?-i:[IVXLC]{1,5}|[A-Z])(?:\.\d{1,3})*)(?=[.):\s]|$)[.):]*",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{2}")
_NAMED_PARTS = frozenset({"appendix", "annex", "schedule", "exhibit", "unit", "module", "lesson"})


def chunks_of(catalog: Catalog, row: DocumentRow) -> list[ChunkRow]:
    """Return the chunks of a document in its order."""
    return catalog.chunks(catalog.chunk_ids(row.id))


def of_page(catalog: Catalog, row: DocumentRow, number: str, most: int = MOST_QUOTES) -> Found:
    """Return the first sentences of the page of this number, and of the one on which the number is printed."""
    ledger = catalog.pages(row.id)
    sheets = [row.pages] if number == _LAST else [page.page for page in ledger if str(page.page) == number]
    sheets += [page.page for page in ledger if page.label.casefold() == number.casefold() and page.page not in sheets]
    chunks = chunks_of(catalog, row)
    found: Found = []
    for sheet in sheets:
        on_page = [
            (chunk, sentence)
            for chunk in chunks
            if sheet in chunk.pages
            for sentence in chunk.sentences
            if sentence.pages[:1] == (sheet,) and (sentence.kind == "row" or _WORD.search(sentence.text))
        ]
        found += on_page[:most]
    return found


# "What does the figure on page 1 show?": figures and tables without a number are named by their page.
_UNNUMBERED = re.compile(
    r"\b(?:(?P<figure>figures?|charts?|diagrams?|pictures?|images?|graphs?|plots?|illustrations?)"
    r"|(?P<table>tables?))\b(?! \d)",
    re.IGNORECASE,
)


def on_page(catalog: Catalog, row: DocumentRow, asked: str, number: str) -> Found:
    """Return what stands in the figures or tables of a page, if a question asks for those and not for the page."""
    noun = _UNNUMBERED.search(asked)
    if not noun:
        return []
    kind, sheet = str(noun.lastgroup), str(row.pages) if number == _LAST else number
    chunks = [chunk for chunk in chunks_of(catalog, row) if sheet in map(str, chunk.pages)]
    return [one for told in numbers_of(chunks, kind) for one in of_caption(chunks, kind, told)]


def of_caption(chunks: Sequence[ChunkRow], kind: str, number: str) -> Found:
    """Return the caption with this number and what stands in its table or figure."""
    captions = [(chunk, at) for chunk, at, _ in _numbered(chunks, kind)]
    if number == _LAST:
        captions = captions[-1:]
    else:
        captions = [(chunk, at) for chunk, at, told in _numbered(chunks, kind) if told == number.casefold()]
    for chunk, at in captions[:1]:
        rest = [one for one in chunk.sentences if one.kind in ("row", "chart") and chunk.kind != "text"]
        more = []
        for sentence in chunk.sentences[at + 1 :]:
            if sentence.kind != "caption" or _caption_number(sentence, kind) or rest:
                break
            more.append(sentence)
        return [(chunk, one) for one in (chunk.sentences[at], *more, *rest[:_MOST_ROWS])]
    return []


def numbers_of(chunks: Sequence[ChunkRow], kind: str) -> list[str]:
    """Return the numbers of the figures or tables that have a caption, in the document's order."""
    return list(dict.fromkeys(told for _, _, told in _numbered(chunks, kind)))


def _numbered(chunks: Sequence[ChunkRow], kind: str) -> Iterator[tuple[ChunkRow, int, str]]:
    for chunk in chunks:
        for at, sentence in enumerate(chunk.sentences):
            if sentence.kind == "caption" and (told := _caption_number(sentence, kind)):
                yield chunk, at, told


def _caption_number(sentence: SentenceRow, kind: str) -> str:
    told = _CAPTIONS[kind].match(sentence.text)
    return told["number"].casefold().rstrip(".") if told else ""


def captions(catalog: Catalog, row: DocumentRow, kind: str) -> list[tuple[str, int]]:
    """Return the captions of tables or figures with their pages: those that are set as one, or begin like one."""
    found: dict[str, tuple[str, int]] = {}
    others: dict[str, tuple[str, int]] = {}
    for page, blocks in catalog.blocks(row.id):
        for block in blocks:
            told = _CAPTIONS[kind].match(block.text.strip("*#- "))
            if told and block.is_caption:
                found.setdefault(told["number"].casefold(), (block.text.strip(), page))
            elif told and not block.is_table and _CAPTION_FORM.match(told["rest"]) and told["number"][:1].isdigit():
                others.setdefault(told["number"].casefold(), (block.text.strip("*#- \n"), page))
    missing = {number: one for number, one in others.items() if number not in found}
    return sorted([*found.values(), *missing.values()], key=lambda one: one[1])


def pages_without_caption(catalog: Catalog, row: DocumentRow, kind: str, captioned: set[int]) -> list[int]:
    """Return the pages that have a table or figure, and no caption of one."""
    return [
        page
        for page, blocks in catalog.blocks(row.id)
        if page not in captioned and any(block.is_table if kind == "table" else block.is_figure for block in blocks)
    ]


def headings(catalog: Catalog, row: DocumentRow) -> list[tuple[int, str, int]]:
    """Return the level, text and page of each heading."""
    return [
        (block.level, block.text.lstrip("# ").strip(), page)
        for page, blocks in catalog.blocks(row.id)
        for block in blocks
        if block.is_heading and not block.is_title
    ]


def section_numbers(catalog: Catalog, row: DocumentRow) -> list[str]:
    """Return the numbers of the main headings that begin with one."""
    told = (_LABEL.match(text) for _, text, _ in headings(catalog, row))
    return list(dict.fromkeys(one["number"] for one in told if one and one["number"].isdigit()))


def under(outline: Sequence[tuple[int, str, int]], kind: str, number: str) -> list[tuple[int, str, int]]:
    """Return the heading with this number and those below it, or the headings on a page."""
    if kind == "page":
        return [one for one in outline if str(one[2]) == number]
    at = next((i for i, (_, text, _) in enumerate(outline) if _is_label(text, kind, number)), None)
    if at is None:
        return []
    end = at + 1
    while end < len(outline) and outline[end][0] > outline[at][0]:
        end += 1
    return list(outline[at:end])


def of_section(catalog: Catalog, row: DocumentRow, kind: str, number: str) -> Found:
    """Return what a section, clause or appendix says: its heading and first sentences, or the sentences of a clause.

    A heading ends the section unless its number goes on from the section's ("4.1.2" in "4.1"), or it stands lower.
    """
    levels = {text: level for level, text, _ in headings(catalog, row)}
    found: Found = []
    own: int | None = None  # the level of the section's heading; None outside of it
    in_clause = False
    for chunk in chunks_of(catalog, row):
        for sentence in chunk.sentences:
            if sentence.kind == "heading":
                in_clause = False
                if _is_label(sentence.text, kind, number):
                    own = levels.get(sentence.text, 0)
                elif own is not None and not _goes_on(sentence.text, number, levels.get(sentence.text, 0) > own):
                    return found
            elif sentence.kind in ("prose", "item") and (told := _LABEL.match(sentence.text)):
                was, in_clause = in_clause, told["number"] == number or told["number"].startswith(f"{number}.")
                in_clause = in_clause and (kind not in _NAMED_PARTS or bool(told["kind"]))
                if was and not in_clause and own is None:
                    return found
            if (own is not None or in_clause) and sentence.kind not in ("contents", "reference"):
                found.append((chunk, sentence))
    return found


def title_of(catalog: Catalog, row: DocumentRow, place: str) -> Found:
    """Return the heading of a numbered part: of "unit 14" one that begins so, or with the number alone."""
    kind, _, number = place.partition(" ")
    for chunk in chunks_of(catalog, row):
        for sentence in chunk.sentences:
            told = _LABEL.match(sentence.text) if sentence.kind == "heading" else None
            of_kind = bool(told and (not told["kind"] or told["kind"].casefold().startswith(kind)))
            if (
                told
                and of_kind
                and _is_label(sentence.text, kind, number)
                and _WORD.search(sentence.text[told.end() :])
            ):
                return [(chunk, sentence)]
    return []


def _is_label(text: str, kind: str, number: str) -> bool:
    told = _LABEL.match(text)
    if not told or told["number"].casefold() != number.casefold():
        return False
    if kind in _NAMED_PARTS:
        return bool(told["kind"]) and told["kind"].casefold() == kind
    # "A cold start" is no section A, "I have" no section I.
    return number[0].isdigit() or bool(told["kind"]) or text[told.end("number") :][:1] in ".):"


def _goes_on(text: str, number: str, is_lower: bool) -> bool:
    told = _LABEL.match(text)
    if told and told["number"][0].isdigit() and number[0].isdigit():
        return told["number"].startswith(f"{number}.") or ("." not in told["number"] and is_lower)
    return is_lower


def pages_of(catalog: Catalog, row: DocumentRow, asked: str, place: str) -> list[tuple[str, int]]:
    """Return the places whose page a question asks for, with their pages: a numbered place, or the headings it names.

    Args:
        catalog: The catalog.
        row: The document.
        asked: The question.
        place: The place in it, as in its `Understanding`; "" if it has none.
    """
    kind, _, number = place.partition(" ")
    if kind in ("figure", "table", "chart"):
        kind = "figure" if kind == "chart" else kind
        listed = captions(catalog, row, kind)
        return [one for one in listed if (told := _CAPTIONS[kind].match(one[0])) and told["number"] == number][:1]
    outline = headings(catalog, row)
    if place:
        return [(text, page) for _, text, page in under(outline, kind, number)[:1]]
    words = terms.stems(" ".join(set(terms.content_terms(asked)) - _ASKING))
    alike = next((group for group in _SAME if words & group), frozenset[str]())
    ways = [words, *((words - alike) | {other} for other in sorted(alike))] if words else []
    held = [(text, page, terms.stems(text)) for _, text, page in outline]
    return next(([(text, page)] for way in ways for text, page, stems in held if way <= stems), [])


_ASKING = frozenset(
    "page pages section chapter find found start starts begin begins located stand appear see read document".split()
)
# Names of the same part of a document, one a line.
_SAME = tuple(
    terms.stems(line)
    for line in (
        "bibliography references literature reading sources cited",
        "conclusion conclusions concluding",
        "abstract summary",
        "introduction preface foreword",
        "glossary abbreviations terms",
        "acknowledgements thanks",
    )
)
