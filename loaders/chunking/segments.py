"""Segments: blocks with their sentences, and paragraphs that continue over a page break."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from loaders.chunking.context_words import clause_number, with_clause, with_contents
from loaders.chunking.sections import SectionTracker
from loaders.chunking.struck_lines import struck_lines, with_labels
from loaders.text.captions import is_caption, is_table_summary
from loaders.text.charts import parse_chart_line, spelled_out
from loaders.text.plain import plain
from loaders.text.printed_lines import separate_lines
from loaders.text.raised_signs import RAISED
from loaders.text.sentences import count_tokens, split_sentences
from loaders.types import Block, Sentence, SentenceKind

MAX_SENTENCE_TOKENS = 480
"""A longer "sentence" is a list of names or a table without its lines: it is cut at a comma or a space.

True sentences stay whole: the longest of the DeepSeek-R1 paper, a list of benchmarks with their references, has 340.
"""
_MAX_CHARS = 9 * MAX_SENTENCE_TOKENS  # a token has at most eight characters and a space
LONG_ITEM_TOKENS = 60
"""A list item up to this size is searched as one; the paper's one-paragraph items have 100-200 tokens and up to 7
sentences, which a single vector would blur."""

_ENDED = re.compile(rf"[.!?:;…。！？][\"'”’»)\]*\d{RAISED}]*$")
_HYPHENATED = re.compile(r"(?<=[^\W\d_]{2})[-\u00ad‐]$")
_OPEN_END = re.compile(
    r"(?:,|[^\W\d_][-‐]|\b(?:the|an?|of|in|on|at|by|to|for|from|with|and|or|but|that|which|who|as|than|is|are|was|were|be|"
    r"been|has|have|had|its|their|his|her|this|these|between|into|under|over|about|not|can|will|would|may|"
    r"more|most|all|some|any|few|many|each|every|no|only|also|such|other))$",
    re.IGNORECASE,
)
PROSE_WORDS = 12
"""Words from which a block that ends without a full stop continues on the next page, if the text there ends like a
sentence or is twice as long. Lines of slides are shorter."""
_COLUMN_OVERLAP = 0.01
"""Part of the page's width by which the boxes of two columns may overlap."""
CAPTION_WORDS = 120
"""A longer text that begins like a caption is a paragraph about it (the paper's longest caption has 34 words)."""
_ITEM_START = re.compile(r"^\s*(?:[-*+•◦▪‣●○■]|\d{1,3}[.)]|[a-z][.)]|\([a-z0-9]{1,3}\))\s+(?=\S)")
_FENCE = re.compile(r"^\s*(?:```|~~~)")
_BREAK = re.compile(r"<br\s*/?>|\n", re.IGNORECASE)


@dataclass(slots=True)
class Segment:
    """A block on its page, with its sentences; `whole` is true if they contain exactly the block's text.

    `section` is `contents` in a table of contents or an index, `reference` in a list of references, else None.
    """

    block: Block
    page: int
    sentences: list[Sentence] = field(default_factory=list)
    whole: bool = True
    section: SentenceKind | None = None


@dataclass(slots=True)
class _Part:
    """A piece of a paragraph on one page, as plain text."""

    segment: Segment
    text: str


def build_segments(pages: Sequence[tuple[int, Sequence[Block]]]) -> list[list[Segment]]:
    """Return a segment for each block of each page; the segments of tables have no sentences.

    A sentence that crosses a page break belongs to the segment in which it begins, with all its pages; the segment in
    which it ends has the sentences after it.
    """
    result = [[Segment(part, number) for block in blocks for part in _normalised(block)] for number, blocks in pages]
    flat = [segment for page in result for segment in page]
    tracker, blocks = SectionTracker(), [segment.block for segment in flat]
    for index, segment in enumerate(flat):
        segment.section = tracker.kind_of(segment.block, blocks[index + 1 : index + 5])
    joined: set[int] = set()
    for run in _cut_paragraphs(result):
        joined.update(id(part.segment) for part in run)
        _split_run(run)
    for segment in flat:
        if id(segment) not in joined:
            segment.sentences = _sentences_of(segment)
        elif segment.section:
            segment.sentences = [replace(sentence, kind=segment.section) for sentence in segment.sentences]
    for page in result:
        _add_struck(page)
    return result


def _add_struck(page: Sequence[Segment]) -> None:
    """Add sentences for the struck-out text of a page to its segments; they are searched and never quoted."""
    for segment in page:
        if not segment.block.is_table:
            segment.sentences = [*segment.sentences, *struck_lines(segment.block, segment.page)]
    if any(sentence.is_struck for segment in page for sentence in segment.sentences):
        labelled = with_labels([(segment.block, segment.sentences) for segment in page])
        for segment, sentences in zip(page, labelled, strict=True):
            segment.sentences = sentences


def _normalised(block: Block) -> list[Block]:
    """Split a block into list items and lines with deliberate breaks; mark text that reads like a caption as one."""
    if block.is_running_text:
        text = plain(block.text)
        if is_caption(text) and len(text.split()) <= CAPTION_WORDS:
            return [replace(block, kind="caption")]
    if block.is_paragraph and not _FENCE.match(block.text):
        return [replace(block, text=line) for line in separate_lines(block.text)] or [block]
    return [replace(block, text=item) for item in _items(block.text)] if block.is_list else [block]


def _cut_paragraphs(pages: list[list[Segment]]) -> Iterator[list[_Part]]:
    """Yield the parts of each paragraph that is cut by the end of a page or of a column."""
    run: list[_Part] = []
    for tail, head in pairwise(segment for page in pages for segment in page if _is_body(segment)):
        beside = head.page == tail.page and _continues_in_next_column(tail, head)
        if beside or (head.page == tail.page + 1 and _continues(tail, head)):
            run = [*(run or [_Part(tail, plain(tail.block.text))]), _Part(head, plain(head.block.text))]
        elif run:
            yield run
            run = []
    if run:
        yield run


def _continues_in_next_column(tail: Segment, head: Segment) -> bool:
    """Return whether a paragraph continues in the next column: further right, higher up, with a lower-case letter."""
    above, below = tail.block.box, head.block.box
    if not (above and below and below.x0 >= above.x1 - _COLUMN_OVERLAP and below.y0 < above.y1):
        return False
    words = plain(head.block.text)[:1]
    return words.islower() and _continues(tail, head)


def _is_body(segment: Segment) -> bool:
    """Return whether a block can be part of the running text: it has words, and is not a figure, note or table."""
    text = segment.block.text
    return not segment.block.interrupts_text and any(map(str.isalnum, text)) and not is_table_summary(text)


def _continues(tail: Segment, head: Segment) -> bool:
    """Return whether the first block of a page continues the last one of the page before."""
    if any(not p.block.is_running_text or _FENCE.match(p.block.text) for p in (tail, head)):
        return False
    before, after = plain(tail.block.text), plain(head.block.text)
    if not before or not after or _ENDED.search(before) or _ITEM_START.match(head.block.text):
        return False
    if after[0].islower() or _OPEN_END.search(before):
        return True
    words = len(after.split())
    return len(before.split()) >= PROSE_WORDS and (bool(_ENDED.search(after)) or words >= 2 * PROSE_WORDS)


def _split_run(run: list[_Part]) -> None:
    """Split a paragraph over several pages, and give each sentence to the part in which it begins."""
    text = ""
    ends: list[int] = []
    for part in run:
        hyphen = _HYPHENATED.search(text)
        if hyphen and part.text[0].islower():
            text = text[: hyphen.start()]
            ends[-1] = _solid(text)
            text += part.text
        else:
            text = f"{text} {part.text}".strip()
        ends.append(_solid(text))
        part.segment.whole = False
    kind = run[0].segment.block.sentence_kind
    at = 0
    for sentence in cut_long(split_sentences(text)):
        start, at = at, at + _solid(sentence)
        first = next(i for i, end in enumerate(ends) if start < end)
        last = next(i for i, end in enumerate(ends) if at <= end)
        pages = tuple(dict.fromkeys(part.segment.page for part in run[first : last + 1]))
        run[first].segment.sentences.append(Sentence(sentence, sentence, kind, pages))


def _solid(text: str) -> int:
    """Return the number of characters without white space, which splitting does not change."""
    return sum(map(len, text.split()))


def _sentences_of(segment: Segment) -> list[Sentence]:
    """Split a block that continues on no other page; sentences get the block's kind, and a table gets none here."""
    block = segment.block
    kind = segment.section or block.sentence_kind
    if block.is_table:
        return []
    if block.is_chart:
        return [_chart_line(line, segment.page) for line in block.text.splitlines()]
    if kind == "reference":
        texts = [line for line in map(plain, separate_lines(block.text)) if line]
    elif kind == "contents":
        texts = contents_lines(block.text)
    elif kind in ("heading", "formula"):
        texts = [plain(block.text)]
    elif kind == "figure" or (kind == "description" and block.is_figure):
        texts = _figure_texts(block.text)
    elif kind == "item":
        texts = _item_texts(block.text)
    elif _FENCE.match(block.text):
        texts, kind = [" ".join(line.split()) for line in block.text.splitlines() if not _FENCE.match(line)], "item"
    else:
        texts = split_sentences(plain(block.text))
        texts = _with_label(texts) if block.is_caption else texts
    sentences = [Sentence(text, text, kind, (segment.page,)) for text in cut_long(texts) if text]
    if kind == "contents":
        return [with_contents(sentence) for sentence in sentences]
    number = clause_number(texts[0]) if texts and kind in ("prose", "item") else ""
    return [*sentences[:1], *(with_clause(sentence, number) for sentence in sentences[1:])]


_AFTER_LEADERS = re.compile(r"(?<=\d)\s+(?=\S)")
_LEADERS = re.compile(r"(?:\.\s?){4,}|…{2,}")


def contents_lines(text: str) -> list[str]:
    """Return the lines of a table of contents as printed; if run together, they are cut after each page number."""
    lines = [plain(line.replace("|", " ")) for line in text.splitlines()]
    lines = [line for line in lines if any(character.isalnum() for character in line)]
    if len(lines) > 1 or len(_LEADERS.findall(text)) < 2:
        return lines
    entries, start = [], 0
    for leader in _LEADERS.finditer(lines[0]):
        end = _AFTER_LEADERS.search(lines[0], leader.end())
        if end:
            entries.append(lines[0][start : end.start()])
            start = end.end()
    return [*entries, lines[0][start:]]


def _chart_line(line: str, page: int) -> Sentence:
    """Return a line of a chart as a row, with its category spelled out in its search text ("July" for "Jul")."""
    (_, category), *values = parse_chart_line(line) or (("", line),)
    name = spelled_out(category)
    search = f"{name}{line.removeprefix(category)}" if values else line
    return Sentence(line, search, "row", (page,), (("", name), *values) if values else ())


def _items(text: str) -> list[str]:
    """Split a list into its items; a line without a mark continues the item above."""
    items: list[list[str]] = []
    for line in text.splitlines():
        if items and not _ITEM_START.match(line):
            items[-1].append(line)
        else:
            items.append([line])
    return ["\n".join(lines) for lines in items]


def _item_texts(item: str) -> list[str]:
    text = plain(item)
    return [text] if count_tokens(text) <= LONG_ITEM_TOKENS else split_sentences(text)


def _with_label(texts: list[str]) -> list[str]:
    """Join the label of a caption ("Figure 2.") to its first sentence."""
    return [" ".join(texts[:2]), *texts[2:]] if texts and len(texts[0].split()) <= 2 else texts


def _figure_texts(text: str) -> list[str]:
    """Return the sentences of a described figure; labels and numbers in one are packed line by line."""
    words = plain(text)
    sentences = split_sentences(words)
    if words.endswith((".", "!", "?")) and len(words.split()) >= 6 * len(sentences):
        return sentences
    packed: list[str] = []
    for line in filter(None, map(plain, _BREAK.split(text))):
        if packed and count_tokens(packed[-1]) + count_tokens(line) <= LONG_ITEM_TOKENS:
            packed[-1] += " " + line
        else:
            packed.append(line)
    return packed


def cut_long(texts: Sequence[str]) -> Iterator[str]:
    """Yield the texts, those over MAX_SENTENCE_TOKENS in pieces."""
    for text in texts:
        rest = text
        while len(rest) > _MAX_CHARS or count_tokens(rest) > MAX_SENTENCE_TOKENS:
            cut = _cut_at(rest)
            yield rest[:cut].strip()
            rest = rest[cut:].strip()
        if rest:
            yield rest


def _cut_at(text: str) -> int:
    """Find the last comma (in the second half) or space before the limit; a text without either is cut at the limit."""
    low, high = 1, min(len(text), _MAX_CHARS)
    while low < high:  # the longest beginning within the limit
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count_tokens(text[:middle]) <= MAX_SENTENCE_TOKENS else (low, middle - 1)
    commas = [m.end() for m in re.finditer(r"[,;]\s", text[:low]) if m.end() > low // 2]
    spaces = [m.end() for m in re.finditer(r"\s", text[:low])]
    return (commas or spaces or [low])[-1]
