"""The evidence of a claim: its quote, the table rows in it, the headings and the chunk, and the whole document."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from graph.storage.rows import ChunkRow, SentenceRow
from graph.verification.quotes import quoted_rows
from loaders.text.numbers import Mark, is_value
from loaders.text.raised_signs import write_signs


def _nothing() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """The texts that may support a claim."""

    exact: str
    """The quote, with the caption and column headers of the table rows in it."""
    above: str = ""
    """The headings above the chunk."""
    around: str = ""
    """The document's name and title, and the chunk without the table rows that are not quoted."""
    whole: str = ""
    """The document's name and title, and the chunk with all its rows."""
    quote: str = ""
    """The quote alone."""
    named: str = ""
    """The document's name and title."""
    rows: tuple[SentenceRow, ...] = ()
    """The quoted table rows."""
    table: tuple[SentenceRow, ...] = ()
    """All rows of the chunk's table."""
    document: Callable[[], str] = _nothing
    """Loads the text of the whole document."""
    decimal: Mark = ""
    """The document's decimal separator; "" if unknown."""


def evidence_for(quote: str, chunk: ChunkRow, title: str = "", document: Callable[[], str] = _nothing) -> Evidence:
    """Return the texts that may support a claim with this quote from a chunk; `title` is the document's."""
    quote, whole = write_signs(quote), write_signs(chunk.text)
    rows = tuple(quoted_rows(quote, chunk))
    named = f"{chunk.name} {title}"
    # Beside a quoted row the other rows are left out: their labels and bands would support a wrong name for its number.
    around = " ".join(s.text for s in chunk.sentences if s.kind not in ("row", "band", "struck")) if rows else whole
    captions = [text for text in _captions_above(rows, chunk) if all(text not in row.search for row in rows)]
    captions += [row.text for row in chunk.sentences if rows and row not in rows and _is_head(row)]
    captions += dict.fromkeys(row.cells[0][0] for row in rows if row.cells)  # "Rigid Packaging", "($ million)"
    return Evidence(
        exact=" ".join([quote, *captions, *(row.search for row in rows)]),
        above=" ".join(chunk.headings),
        around=f"{named} {around}",
        whole=f"{named} {whole}",
        quote=quote,
        named=named,
        rows=rows,
        table=tuple(row for row in chunk.sentences if row.kind == "row") if rows else (),
        document=document,
        decimal="." if chunk.decimal == "." else "," if chunk.decimal == "," else "",
    )


def _is_head(row: SentenceRow) -> bool:
    """Return whether a row has no value: column headers that the reader took for a row of the body."""
    return row.kind == "row" and len(row.cells) > 1 and not any(is_value(cell) for _, cell in row.cells[1:])


def _captions_above(rows: tuple[SentenceRow, ...], chunk: ChunkRow) -> list[str]:
    """Return the lines of the caption right above the table of the first of some rows: a caption may take two lines."""
    found: list[str] = []
    last = ""
    for sentence in chunk.sentences if rows else ():
        if sentence.id == rows[0].id:
            return found
        if sentence.kind == "caption":
            found = [*found, sentence.text] if last == "caption" else [sentence.text]
        last = sentence.kind
    return []
