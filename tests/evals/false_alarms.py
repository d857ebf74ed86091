"""Signs that the reader finds on pages that have few or none: `python -m tests.evals.false_alarms FILE.pdf ...`.

The table of docs/reading.md is made by
`python -m tests.evals.false_alarms ../shared/data/{docqa/pdfs,deepseek-r1,squad2,tables}/*.pdf examples/sample.pdf`.
Each kind is followed by the pages on which it was found, for a check by eye: the script does not decide which of the
finds are false. Pages are read without a model; those without a legible text layer are counted and left out.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from loaders.chunking.page_labels import printed_labels
from loaders.chunking.page_names import page_names
from loaders.pages.reader import read
from loaders.pdf.document import open_pdf
from loaders.pdf.reader import is_legible
from loaders.pdf.sideways import page_turn, sideways_part
from loaders.pdf.strikes import is_struck
from loaders.text.raised_signs import LOWERED_DIGITS, RAISED
from loaders.text.tables import parse_table
from loaders.types import Block, PageJob, PageText

Found = dict[str, int]
"""How much of each kind is on a page."""
SIGNS = frozenset(RAISED + LOWERED_DIGITS)


def in_layer(path: str, number: int) -> Found | None:
    """Count the signs that come from the content stream of a page; None if its text layer is not legible."""
    layer = open_pdf(Path(path)).layer(number)
    if not is_legible(layer):
        return None
    words = layer.words
    return {
        "words": len(words),
        "hidden words": layer.hidden,
        "struck words": sum(is_struck(word.text) for word in words),
        "watermarks": len(layer.watermarks),
        "boxes ticked": sum(each.text.endswith(": yes (ticked)") for each in layer.fields),
        "boxes not ticked": sum(each.text.endswith("(not ticked)") for each in layer.fields),
        "other fields": sum(not each.text.endswith("ticked)") for each in layer.fields),
        "comments": len(layer.comments),
        "words with raised or lowered signs": sum(bool(SIGNS & set(word.text)) for word in words),
        "pages turned": int(page_turn(layer) != 0),
        "parts set across": int(sideways_part(layer) is not None),
    }


def in_blocks(blocks: Sequence[Block]) -> Found:
    """Count the tables of a page that was read, and the bands in them."""
    tables = [table for block in blocks if block.is_table and (table := parse_table(block.text))]
    return {
        "tables": len(tables),
        "tables with bands": sum(bool(table.band_rows) for table in tables),
        "bands": sum(len(table.band_rows) for table in tables),
        "charts": sum(block.is_chart for block in blocks),
    }


def look_at(path: str) -> tuple[int, dict[int, Found]]:
    """Return the number of pages of a file, and what was found on each page with a legible layer."""
    pages = open_pdf(Path(path)).pages
    found: dict[int, Found] = {}
    blocks: list[tuple[int, Sequence[Block]]] = []
    for number in range(1, pages + 1):
        counted = in_layer(path, number)
        page = read(PageJob(path, number)) if counted else None
        if counted and isinstance(page, PageText):
            found[number] = counted | in_blocks(page.blocks)
            blocks.append((number, page.blocks))
    labels, (names, _) = printed_labels(blocks), page_names(blocks)
    for number, counted in found.items():
        counted["printed numbers"] = int(number in labels)
        counted["page names"] = int(number in names)
    return pages, found


def rows(results: Sequence[tuple[str, dict[int, Found]]]) -> Iterator[str]:
    """Yield a line for each kind: its number, and its pages unless those are many."""
    total: dict[str, int] = defaultdict(int)
    places: dict[str, list[str]] = defaultdict(list)
    for name, found in results:
        for number, counted in found.items():
            for kind, count in counted.items():
                total[kind] += count
                if count:
                    places[kind].append(f"{name}:{number}")
    for kind, count in total.items():
        where = places[kind]
        yield f"| {kind} | {count} | {len(where)} | {', '.join(where) if len(where) <= 20 else '...'} |"


def main(paths: Sequence[str]) -> None:
    """Print the table."""
    with ProcessPoolExecutor(2) as workers:
        looked = list(workers.map(look_at, paths))
    results = [(Path(path).name, found) for path, (_, found) in zip(paths, looked, strict=True)]
    print(f"{len(paths)} files, {sum(pages for pages, _ in looked)} pages, {sum(len(f) for _, f in results)} legible")
    print("| kind | found | pages | where |\n| --- | --- | --- | --- |")
    print("\n".join(rows(results)))


if __name__ == "__main__":
    main(sys.argv[1:])
