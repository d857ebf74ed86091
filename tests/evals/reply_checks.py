"""Error rates of the reply checks on real pages: `python -m tests.evals.reply_checks FILE.pdf ...`.

The faithful reply to a page is our own Markdown of its text layer, also rewritten as a model would write it; the false
ones are the corruptions of `tests/evals/corruptions.py`. Slips of a real model are not measured: that takes a key.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from random import Random

from graph.engines.base import PageReading
from graph.engines.llm.reply_checks import MIN_SAMPLE, compare
from graph.engines.llm.review import review
from loaders.pages.reader import read, render
from loaders.pdf.document import open_pdf
from loaders.text.markdown import parse_blocks
from loaders.types import PageImage, PageJob, PageText
from tests.evals import corruptions as made

Page = tuple[str, PageImage, str]
"""The file, the page with its text layer, and an honest reply."""


def page_of(job: PageJob) -> Page | None:
    """Return a page with a text layer that the check can use, or None."""
    image, text = render(job), read(job)
    if not isinstance(image, PageImage) or not isinstance(text, PageText) or not image.legible:
        return None
    # A model would describe drawings and text in pictures as a figure.
    blocks = [block for block in text.blocks if not block.is_header_or_footer]
    shown = "\n\n".join(f"<figure>{one.text}</figure>" if one.is_figure else one.text for one in blocks)
    if "ocr" in text.engine or compare(parse_blocks(shown), image.text) is None:
        return None
    return job.path, replace(image, png=b""), shown


def pages_of(paths: Sequence[str]) -> list[Page]:
    """Return all such pages of some PDFs."""
    jobs = [PageJob(path, page, dpi=50) for path in paths for page in range(1, open_pdf(Path(path)).pages + 1)]
    with ProcessPoolExecutor(2) as workers:
        found = list(workers.map(page_of, jobs, chunksize=8))
    pages = [page for page in found if page]
    print(f"{len(jobs)} pages, {len(pages)} with a legible layer of at least {MIN_SAMPLE} words and no silent picture")
    return pages


def honest(pages: Sequence[Page], random: Random) -> Iterator[tuple[str, PageImage, str]]:
    """Yield the replies that must be accepted."""
    ways: dict[str, Callable[[str, Random], str]] = {
        "as printed": lambda text, random: text,
        "numbers as LaTeX": made.in_latex,
        "HTML tables with summaries": made.in_html,
        "a figure described": made.with_figure,
        "all of these": made.rewritten,
    }
    for name, write in ways.items():
        for _, image, text in pages:
            yield name, image, write(text, random)


def lies(pages: Sequence[Page], random: Random) -> Iterator[tuple[str, PageImage, str]]:
    """Yield the replies that must be refused."""
    for at, (path, image, text) in enumerate(pages):
        wrong, count = made.changed_digits(text, random)
        if count:
            size = "1" if count == 1 else "2-4" if count < 5 else "5-9" if count < 10 else "10 or more"
            yield f"digits changed in 5 % of the words: {size} numbers", image, wrong
        yield "a table invented", image, made.invented_table(text, random)
        others = [other for n, other in enumerate(pages) if n != at and other[0] == path]
        yield "another page of the same document", image, random.choice(others)[2]
        yield "the page twice", image, made.repeated_page(text, random)
        yield "the end repeated 20-200 times", image, made.repeated_end(text, random)
        for share in (0.05, 0.1, 0.3):
            yield f"{share:.0%} of the words left out", image, made.dropped_words(text, random, share)


def main(paths: Sequence[str]) -> None:
    """Print a row for each kind of reply: how many pages, refused, and accepted with a number that is not printed."""
    pages = pages_of(paths)
    for title, replies in (("honest", honest), ("lie", lies)):
        total: Counter[str] = Counter()
        refused: Counter[str] = Counter()
        wrong: Counter[str] = Counter()
        for name, image, text in replies(pages, Random(3)):
            total[name] += 1
            reading, doubt = review(PageReading(image.page, parse_blocks(text), (), ""), image)
            refused[name] += doubt is not None
            found = compare(reading.blocks, image.text)
            wrong[name] += doubt is None and found is not None and bool(found.novel or found.swapped)
        for name in total:
            share = refused[name] / total[name]
            print(f"| {title} | {name} | {total[name]} | {refused[name]} | {share:.1%} | {wrong[name]} |")


if __name__ == "__main__":
    main(sys.argv[1:])
