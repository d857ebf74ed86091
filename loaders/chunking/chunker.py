"""Chunker: from the blocks of a document's pages to the chunks that are searched, graded and cited."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from loaders.chunking.context_words import (
    is_address_of,
    is_contact,
    is_statement,
    names_number,
    with_contact,
    with_contents,
    with_heading,
    with_page_name,
)
from loaders.chunking.headers_footers import drop_headers_footers
from loaders.chunking.headings import Outline
from loaders.chunking.note_lines import with_notes
from loaders.chunking.packing import MAX_TOKENS, SentenceSize, pack_chunks, pack_rows, pack_units
from loaders.chunking.page_names import page_names, without_names
from loaders.chunking.segments import Segment, build_segments, contents_lines, cut_long
from loaders.chunking.tables_and_figures import Group, group_pages, merge_tables
from loaders.text.dates import spelled_dates
from loaders.text.plain import plain
from loaders.text.raised_signs import without_marks
from loaders.text.sentences import count_tokens, split_sentences
from loaders.text.tables import Table
from loaders.types import Block, Chunk, Sentence, SentenceKind

MAX_TABLE_TOKENS = 1000
"""A table up to this size stays whole: Table 4 of the DeepSeek-R1 paper, 24 rows of 8 columns, has about 640."""
MAX_NAME_WORDS = 5
"""Words of the longest person's name above the contact details of a first page."""
MAX_PARTICLE = 3
"""Most letters of a lower-case word in a name ("van", "de"), so that "Contact details" is no name."""
CONTACT_DISTANCE = 6
"""Blocks under that name among which one must have an e-mail address or a telephone number."""
NAME = "Name: {}. Whose curriculum vitae (CV, résumé) this is."
"""The search text of a name: without these words, "Whose CV is this?" finds no line of three CVs."""
CAPTION_CHARS = 160
"""Characters of a caption that a row is searched with: its first sentence. A longer one would outweigh the row."""

Path = tuple[str, ...]
_Entry = tuple[int, Segment, Sentence]
"""Index of a segment on its page, the segment, and one of its sentences."""


@dataclass(frozen=True, slots=True)
class _Draft:
    """A chunk and where it begins: page index, and index of the block on that page."""

    place: tuple[int, int, int]
    chunk: Chunk


def chunk_pages(title: str, pages: Sequence[tuple[int, Sequence[Block]]]) -> list[Chunk]:
    """Cut a document, given as (page number, blocks) in order, into chunks in reading order.

    A chunk has whole sentences of one page; only a sentence or a table that crosses a page break extends it to the next
    page. Tables and figures are separate chunks, with their captions. All text is in some chunk, except running
    headers, footers and page numbers. `title` is the document's; it is left out of the chunks' heading paths.
    """
    pages = with_notes(pages)
    names, used = page_names(pages)
    segments = build_segments(drop_headers_footers(without_names(pages, used)))
    if person := _mark_person(segments):
        names = {number: names.get(number, person) for number, _ in pages}
    _mark_facts(segments)
    paths = _heading_paths(title, segments)
    groups, taken = group_pages(segments)
    drafts: list[_Draft] = []
    for group in groups:
        page = segments[group.page_index]
        path = paths[id(page[group.members[0]])]
        in_contents = page[group.members[0]].section == "contents"
        chunks = _table_chunks(group, path, in_contents) if group.is_table else _figure_chunks(group, page, path)
        drafts += [_Draft((group.page_index, group.members[0], i), chunk) for i, chunk in enumerate(chunks)]
    for index, page in enumerate(segments):
        texts = [(i, segment) for i, segment in enumerate(page) if id(segment) not in taken]
        drafts += [_Draft((index, at, 0), chunk) for at, chunk in _text_chunks(texts, paths, person)]
    drafts.sort(key=lambda draft: draft.place)
    chunks = (_with_page_name(chunk, names) for chunk in _without_lone_headings(drafts))
    return [replace(chunk, ordinal=ordinal) for ordinal, chunk in enumerate(chunks)]


def _with_page_name(chunk: Chunk, names: Mapping[int, str]) -> Chunk:
    """Put the name of its first page before a chunk's headings, and add page names to the sentences' search texts."""
    if not any(page in names for page in chunk.pages):
        return chunk
    path = (names[chunk.pages[0]], *chunk.headings) if chunk.pages[0] in names else chunk.headings
    sentences = tuple(with_page_name(sentence, names.get(sentence.pages[0], "")) for sentence in chunk.sentences)
    return replace(chunk, headings=path, sentences=sentences)


def _mark_person(pages: Sequence[Sequence[Segment]]) -> str:
    """Turn the heading that is a person's name on the first page into a line that can be quoted; return the name.

    The name is then added to the search text of all lines of a CV or letter, like a name in a running header. It is the
    first heading, above the contact details, or one that shares a word with an e-mail address on the page. Other
    headings are not quoted.
    """
    first = pages[0] if pages else ()
    text = " ".join(segment.block.text for segment in first)
    for index, segment in enumerate(first):
        if not segment.block.is_heading or not segment.sentences or not _is_name(segment.sentences[0].text):
            continue
        name = segment.sentences[0].text
        contacts = first[1 : 1 + CONTACT_DISTANCE] if index == 0 else ()
        if is_address_of(name, text) or any(is_contact(each.block.text) for each in contacts):
            segment.sentences = [Sentence(name, NAME.format(name), "item", segment.sentences[0].pages)]
            return name
    return ""


def _is_name(text: str) -> bool:
    """Return whether a text may be a person's name: two to five words of letters, capitalised but for "de", "van"."""
    words = text.split()
    named = 2 <= len(words) <= MAX_NAME_WORDS and words[0][0].isupper()
    named = named and all(word[0].isupper() or (word.islower() and len(word) <= MAX_PARTICLE) for word in words)
    return named and all(character.isalpha() or character in ".'’-" for character in "".join(words))


def _mark_facts(pages: Sequence[Sequence[Segment]]) -> None:
    """Turn headings that state a fact into lines that can be quoted: a long number (of an account), a sentence.

    On the pages of the development data seven headings are sentences, six of them facts.
    """
    for segment in (segment for page in pages for segment in page):
        if segment.block.is_heading and segment.section is None:
            text = plain(segment.block.text)
            kind: SentenceKind | None = "item" if names_number(text) else "prose" if is_statement(text) else None
            segment.sentences = [replace(one, kind=kind or one.kind) for one in segment.sentences]


def _without_lone_headings(drafts: Sequence[_Draft]) -> Iterator[Chunk]:
    """Join headings that are followed by a table or a figure to its chunk, because a heading alone answers nothing."""
    waiting: _Draft | None = None
    for draft in drafts:
        chunk = draft.chunk
        if waiting and waiting.place[0] == draft.place[0]:
            above = waiting.chunk
            yield _chunk(
                chunk.kind,
                f"{above.text}\n\n{chunk.text}",
                chunk.headings,
                above.tokens + chunk.tokens,
                above.sentences + chunk.sentences,
            )
            waiting = None
            continue
        if waiting:
            yield waiting.chunk
        waiting = draft if all(sentence.is_heading for sentence in chunk.sentences) else None
        if waiting is None:
            yield chunk
    if waiting:
        yield waiting.chunk


def _heading_paths(title: str, pages: Sequence[Sequence[Segment]]) -> dict[int, Path]:
    """Return each segment's heading path, by its `id()`; a heading's own path includes it."""
    outline = Outline(title)
    paths: dict[int, Path] = {}
    for segment in (segment for page in pages for segment in page):
        if segment.block.is_heading and segment.section is None:  # lines of a table of contents open no section
            outline.open(segment.block)
        paths[id(segment)] = outline.path
    return paths


def _text_chunks(
    texts: Sequence[tuple[int, Segment]], paths: dict[int, Path], person: str
) -> Iterator[tuple[int, Chunk]]:
    """Pack the text of a page into chunks; yield each with the index of its first block."""
    flat = [
        (at, segment, with_heading(with_contact(sentence), _above(paths[id(segment)]), person))
        for at, segment in texts
        for sentence in _sentences(segment)
    ]
    lines = [
        SentenceSize(count_tokens(sentence.text), sentence.is_heading, index == 0 or flat[index - 1][1] is not segment)
        for index, (_, segment, sentence) in enumerate(flat)
    ]
    for start, stop in pack_chunks(lines):
        part = flat[start:stop]
        sentences = tuple(sentence for _, _, sentence in part)
        text = _text_of([(segment, [s for _, _, s in run]) for segment, run in _by_segment(part)])
        body = next((segment for _, segment, sentence in part if not sentence.is_heading), part[-1][1])
        tokens = sum(line.tokens for line in lines[start:stop])
        yield part[0][0], _chunk("text", text, paths[id(body)], tokens, sentences)


def _above(path: Path) -> str:
    return path[-1] if path else ""


def _by_segment(part: Sequence[_Entry]) -> Iterator[tuple[Segment, list[_Entry]]]:
    for _, run in groupby(part, key=lambda entry: entry[0]):
        entries = list(run)
        yield entries[0][1], entries


def _text_of(parts: Sequence[tuple[Segment, Sequence[Sentence]]]) -> str:
    """Join segments by blank lines, the items of a list by line breaks."""
    text = ""
    for index, (segment, sentences) in enumerate(parts):
        in_list = index > 0 and segment.block.is_list and parts[index - 1][0].block.is_list
        text += ("" if index == 0 else "\n" if in_list else "\n\n") + _segment_text(segment, sentences)
    return text


def _sentences(segment: Segment) -> list[Sentence]:
    """Return a segment's sentences; a table that could not be parsed is read as text."""
    if not segment.block.is_table:
        return segment.sentences
    if segment.section == "contents":
        lines = contents_lines(segment.block.text)
        return [with_contents(Sentence(text, text, "contents", (segment.page,))) for text in lines]
    texts = cut_long(split_sentences(plain(segment.block.text)))
    return [Sentence(text, text, segment.section or "prose", (segment.page,)) for text in texts]


def _segment_text(segment: Segment, sentences: Sequence[Sentence]) -> str:
    """Return a segment as Markdown: as it was read, or, if `sentences` are only a part of it, these sentences."""
    if segment.whole and len(sentences) == len(_sentences(segment)):
        return segment.block.text.strip()
    return " ".join(f"~~{one.text}~~" if one.is_struck else one.text for one in sentences)


def _figure_chunks(group: Group, page: Sequence[Segment], path: Path) -> Iterator[Chunk]:
    """Yield a figure's description and caption as one chunk, or as several if it is longer than a chunk may be."""
    caption = list(group.caption.sentences) if group.caption else []
    lead = _lead(caption)
    described = [
        replace(sentence, search=f"{lead}. {sentence.search}" if lead else sentence.search)
        for member in group.members
        for sentence in page[member].sentences
    ]
    sentences = [*caption, *described]
    lines = [SentenceSize(count_tokens(sentence.text)) for sentence in sentences]
    ranges = pack_chunks(lines)
    for start, stop in ranges:
        parts = [sentence.text for sentence in sentences[start:stop]]
        if len(ranges) == 1:
            blocks = [page[member].block for member in group.members]
            parts = [block.text if block.is_chart else plain(block.text) for block in blocks]
            parts += [group.caption.block.text] if group.caption else []
        tokens = sum(line.tokens for line in lines[start:stop])
        yield _chunk("figure", "\n\n".join(parts), path, tokens, tuple(sentences[start:stop]))


def _table_chunks(group: Group, path: Path, in_contents: bool) -> Iterator[Chunk]:
    """Yield a table with its caption as one chunk, or as several that repeat caption and header."""
    table, pages = merge_tables(group.tables)
    caption = list(group.caption.sentences) if group.caption else []
    page = group.caption.page if group.caption else group.tables[0][1]
    caption += [Sentence(text, text, "caption", (page,)) for text in split_sentences(table.caption)]
    lead = _lead(caption) or (path[-1] if path else "")
    rows = [_row(table, index, number, lead) for index, number in enumerate(pages)]
    if table.is_contents or in_contents:
        rows = [replace(row, kind="contents") for row in rows]
    head = " ".join(sentence.text for sentence in caption)
    whole = count_tokens(_table_text(head, table, 0, len(rows)))
    sizes = [count_tokens(table.markdown(i, i + 1)) - count_tokens(table.markdown(0, 0)) for i in range(len(rows))]
    room = MAX_TOKENS - count_tokens(_table_text(head, table, 0, 0))
    ranges = [(0, len(rows))] if whole <= MAX_TABLE_TOKENS else pack_rows(sizes, max(room, MAX_TOKENS // 2))
    for start, stop in ranges:
        text = _table_text(head, table, start, stop)
        sentences = (*(caption if start == 0 else ()), *(row for row in rows[start:stop] if row.text))
        sentences += tuple(group.struck) if start == 0 else ()
        if group.summary and stop == len(rows):
            text += "\n\n" + group.summary.block.text
            # A model wrote these sentences: they can be found but not quoted, like the description of a figure.
            sentences += tuple(replace(s, kind="description") for s in group.summary.sentences)
        yield _chunk("table", text, path, count_tokens(text), sentences)


def _table_text(caption: str, table: Table, start: int, stop: int) -> str:
    return "\n\n".join(part for part in (caption, table.markdown(start, stop)) if part)


def _row(table: Table, index: int, page: int, lead: str) -> Sentence:
    kind: SentenceKind = "band" if index in table.band_rows else "row"
    search, cells = spelled_dates(table.row_search(index, lead)), table.row_cells(index)
    return Sentence(table.row_text(index), search, kind, (page,), cells, table.band(index))


def _lead(caption: Sequence[Sentence]) -> str:
    """Return the first sentence of a caption, cut at a word if it is longer than CAPTION_CHARS."""
    text = caption[0].text if caption else ""
    return (text if len(text) <= CAPTION_CHARS else text[:CAPTION_CHARS].rsplit(" ", 1)[0]).rstrip(". ")


def _chunk(
    kind: Literal["text", "table", "figure"], text: str, path: Path, tokens: int, sentences: tuple[Sentence, ...]
) -> Chunk:
    sentences = tuple(map(_without_marks, sentences))
    pages = tuple(sorted({page for sentence in sentences for page in sentence.pages}))
    return Chunk(0, kind, text, pages, path, tokens, sentences, units_of(sentences))


def units_of(sentences: Sequence[Sentence]) -> tuple[tuple[int, int], ...]:
    """Return the units of a chunk with these sentences, as ranges over them."""
    return pack_units([SentenceSize(count_tokens(s.text), s.is_heading) for s in sentences])


def _without_marks(sentence: Sentence) -> Sentence:
    """Return a sentence without note marks in its search text, since they belong to no word or number."""
    search = without_marks(sentence.search)
    return sentence if search == sentence.search else replace(sentence, search=search)
