"""Front matter of a document: title, authors and date, taken from its first page where the file names none.

A wrong title is worse than none, since questions are answered with it: unclear ones are left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from loaders.text.dates import single_date
from loaders.text.plain import plain
from loaders.text.printed_lines import is_contact_line, separate_lines
from loaders.text.raised_signs import without_marks
from loaders.types import Block

MAX_TITLE_WORDS = 25
"""Words of the longest title; the longest of the development PDFs has 16."""
COVER_WORDS = 60
"""Words of the fullest page that is a cover, where the largest print is the title though no heading is marked."""
PROSE_WORDS = 25
"""Words from which a text is a paragraph: a heading after one opens a section."""
LARGER = 1.8
"""Least ratio of the area of a letter of a cover's title to that of a letter of any other text on it."""
_LOWEST = 0.6  # of the page's height: a heading below that opens no document
_AUTHOR_BLOCKS = 4  # under the title
_FRONT_BLOCKS = 20  # of the first page that are searched for a date or for "By ..."

_NONSENSE = re.compile(
    r"^(?:microsoft (?:word|powerpoint|excel|office)\b.*|(?:untitled|document|presentation|slide|sheet|book|scan|img"
    r"|image|dsc|page|draft|copy of|new|neu|title|titel|no title|unknown|template|print|report|layout"
    r"|dokument)[\s_\d().-]*"
    r"|.*\.(?:docx?|pdf|pptx?|xlsx?|odt|ods|odp|rtf|indd|tex|dvi|ps|qxd|pub|pages|key|html?|txt|tmp|jpe?g"
    r"|png|tiff?|eps|ai|p65|fm|cdr|vsd)|powerpoint[ -]pr[äe]sentation.*|slide 1|folie 1"
    r"|https?://.*|about:blank.*|[\d\W_]*)$",
    re.IGNORECASE,
)
_GENERIC = re.compile(
    r"^(?:[\dA-Z.]+\s+)?(?:abstract|summary|executive summary|(?:table of )?contents|introduction|foreword|preface"
    r"|references|keywords|overview|agenda|index|appendix|annex|chapter|part|section|article|page|notes?|figure|table"
    r"|news release|press release|draft|confidential|zusammenfassung|inhalt(?:sverzeichnis)?|einleitung|vorwort|résumé"
    r"|sommaire|dear .*|sehr geehrte.*|to whom it may concern|subject|from|to|date)\W*(?:\d+\W*)?$",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"^(?:\d+(?:\.\d+)*\.?|[IVX]+\.|[A-Z]\.|§+\s*\d+)\s+\S")
_BY = re.compile(
    r"^(?:(?:written |prepared |compiled |edited )?by|authors?|autor(?:in|en)?|verfasser(?:in)?|von|par|auteurs?)"
    r"\s*(?:[:–—-]\s*|\s+)(?P<names>.+)$",
    re.IGNORECASE,
)
_AFFILIATION = re.compile(r"\b(?:universit|institut|laborator|department of)", re.IGNORECASE)
_SEPARATORS = re.compile(r"\s*(?:[,;·•|+&/]|\band\b|\bund\b|\bet\b|\by\b)\s*")
_MARKS = re.compile(r"[*†‡§¶#∗]|(?<=[a-zà-ÿ.])\d[\d,]*|\[\d+\]|\(\d+\)")
_PARTICLES = frozenset("van von de der den da di del della du la le el al bin ibn ter ten zu y e dos".split())
_TITLES = re.compile(r"^(?:dr|prof|professor|mr|mrs|ms|ing|sir|dipl)\.?\s+", re.IGNORECASE)
_DEGREES = re.compile(r",?\s+(?:ph\.?d|md|mph|msc|m\.sc|bsc|b\.sc|mba|dds|jd|rn|esq)\.?$", re.IGNORECASE)
_NO_PERSON = re.compile(
    r"\b(?:universit\w*|department|dept|institut\w*|laborator\w*|labs?|school|college|facult\w*|cent(?:er|re)|inc|ltd|gmbh"
    r"|llc|plc|corp\w*|company|group|committee|council|board|ministry|office|division|bureau|agency|society|association"
    r"|foundation|bank|court|street|road|avenue|report|governor|director|manager|secretary|president|chair\w*|editor"
    r"|abstract|version|edition|draft|january|february|march|april|june|july|august|september|october|november"
    r"|december|kingdom|states|republic|research|team|press|news|annual|review|journal|volume|part|chapter)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """A document's title, its authors in their order, and its date ("2024-03-12", "2024-03"), as printed in it."""

    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""


def front_matter(file_title: str, names: Sequence[str], pages: Sequence[tuple[int, Sequence[Block]]]) -> FrontMatter:
    """Return the front matter of a document.

    Args:
        file_title: The title in the file's metadata, or "".
        names: The document's file names, which are no titles.
        pages: Its pages; only page 1 is used.
    """
    first = [block for number, blocks in pages if number == 1 for block in blocks]
    body = [block for block in first if not block.is_header_or_footer and not block.is_never_searched]
    at = _title_at(body)
    printed = _title_text(body, at) if at is not None else ""
    title = file_title if is_title(file_title, names) else printed
    return FrontMatter(title, _authors(body, at), _date(body))


def is_title(text: str, names: Sequence[str] = ()) -> bool:
    """Return whether the title in a file's metadata is a real one, not the name of a file, program or template."""
    text = " ".join(text.split())
    stems = {stem for name in names for stem in (name.casefold(), name.rsplit(".", 1)[0].casefold())}
    if len(text) < 4 or _NONSENSE.match(text) or text.casefold() in stems:
        return False
    return "_" not in text and (" " in text or (text.isalpha() and not text.islower()))


def _title_at(body: Sequence[Block]) -> int | None:
    """Return the index of the block that is the title: the first heading of the highest level before any paragraph."""
    headings: list[int] = []
    for index, block in enumerate(body):
        if len(plain(block.text).split()) >= PROSE_WORDS and block.is_running_text and not _is_caps(block.text):
            break
        if block.is_heading and not _GENERIC.match(plain(block.text)):
            headings.append(index)
    if not headings:
        return _cover_title(body)
    top = min(_level(body[index]) for index in headings)
    best = [index for index in headings if _level(body[index]) == top]
    if any(not _is_legible(plain(body[index].text)) for index in best) or (len(best) > _MANY and best[0] > 0):
        return None
    block = body[best[0]]
    low = block.box is not None and block.box.y0 > _LOWEST
    return None if low or _NUMBERED.match(plain(block.text)) else best[0]


_MANY = 3  # headings of the highest level over the first paragraph: a newsletter, a form


def _level(block: Block) -> int:
    return 0 if block.is_title else block.level or 1


def _is_caps(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(map(str.isupper, letters)) > len(letters)


def _is_legible(text: str) -> bool:
    """Return whether a text reads like a title: some words, mostly of letters, not misread print."""
    words = text.split()
    letters = sum(map(str.isalpha, text))
    odd = re.search(r"(.)\1{4}", text) or re.search(r"\d[A-Za-z]{2,}\d", text)
    return (
        0 < len(words) <= MAX_TITLE_WORDS
        and letters >= max(4, 0.6 * sum(map(len, words)))
        and not odd
        and not text.endswith((";", ","))
    )


def _title_text(body: Sequence[Block], at: int) -> str:
    """Return the title, with the next text if it ends in a colon."""
    text = plain(body[at].text)
    after = body[at + 1] if at + 1 < len(body) else None
    if text.endswith(":") and after and (after.is_heading or len(plain(after.text).split()) <= MAX_TITLE_WORDS):
        text = f"{text} {plain(after.text)}"
    return without_marks(text).strip(" .*†‡")


def _cover_title(body: Sequence[Block]) -> int | None:
    """Return the index of the text with the largest print of a cover, None where no text is much larger."""
    texts = [(index, plain(block.text), block.box) for index, block in enumerate(body) if not block.is_figure]
    if sum(len(text.split()) for _, text, _ in texts) > COVER_WORDS or any(block.is_table for block in body):
        return None
    sizes = sorted(
        (((box.x1 - box.x0) * (box.y1 - box.y0) / max(len(text), 1), index) for index, text, box in texts if box),
        reverse=True,
    )
    if not sizes or (len(sizes) > 1 and sizes[0][0] < LARGER * sizes[1][0]):
        return None
    index = sizes[0][1]
    text = plain(body[index].text)
    sound = _is_legible(text) and len(text.split()) > 1 and not _GENERIC.match(text) and not is_contact_line(text)
    return index if sound and len(sizes) > 1 and not single_date(text) else None


def _authors(body: Sequence[Block], title: int | None) -> tuple[str, ...]:
    """Return the authors: in a line "By ...", or under the title and above contact details, a date or an abstract."""
    for line in (line for block in body[:_FRONT_BLOCKS] for line in _lines(block)):
        found = _BY.match(line)
        if found and (names := _names(found["names"])):
            return names
    if title is None:
        return ()
    under = _names_under(body[title + 1 : title + 1 + _AUTHOR_BLOCKS])
    if not under:
        return _organisation_with_address(body[title + 1 : title + 3])
    return under if _may_name_authors(body[title + 1 :]) else ()


def _names_under(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return the names in the first run of lines with nothing else, up to the next heading."""
    names: list[str] = []
    for block in blocks:
        if block.is_heading and not _names(plain(block.text)):
            break
        for line in _lines(block):
            found = _names(line)
            if names and not found:
                return tuple(dict.fromkeys(names))
            names += found
    return tuple(dict.fromkeys(names))


def _organisation_with_address(under: Sequence[Block]) -> tuple[str, ...]:
    """Return the organisation named under the title, above an e-mail address that contains a word of its name."""
    lines = [line for block in under if not block.is_heading for line in _lines(block)][:2]
    if len(lines) < 2 or "@" in lines[0] or "@" not in lines[1] or len(lines[0].split()) > _BODY_WORDS:
        return ()
    address = lines[1].casefold()
    named = any(word.casefold() in address for word in re.findall(r"[^\W\d_]{4,}", lines[0]))
    return (lines[0],) if named and lines[0][0].isupper() else ()


_BODY_WORDS = 6  # of the longest name of a company or team that signs as author


def _may_name_authors(after: Sequence[Block]) -> bool:
    """Return whether contact details, a date, an affiliation or an abstract follow the title, as in a paper."""
    for block in after[: _AUTHOR_BLOCKS + 4]:
        text = plain(block.text)
        if re.match(r"(?:abstract|zusammenfassung|résumé|summary|keywords)\b", text, re.IGNORECASE) or "@" in text:
            return True
        if any(single_date(line) for line in _lines(block)):
            return True
        if len(text.split()) < PROSE_WORDS and _AFFILIATION.search(text):
            return True
    return False


def _lines(block: Block) -> list[str]:
    if block.is_table or block.is_figure:
        return []
    return [plain(line) for line in separate_lines(block.text)]


def _names(line: str) -> tuple[str, ...]:
    """Return the persons of a line with nothing else, () for any other line."""
    text = _MARKS.sub("", without_marks(line)).strip(" .,;")
    people = [_DEGREES.sub("", _TITLES.sub("", part)).strip(" ,") for part in _SEPARATORS.split(text)]
    people = [part for part in people if part]
    return tuple(people) if people and all(map(_is_person, people)) else ()


def _is_person(text: str) -> bool:
    words = text.split()
    if not 2 <= len(words) <= 5 or _NO_PERSON.search(text):
        return False
    if not all(re.fullmatch(r"[^\W\d_]+(?:[’'.-][^\W\d_]*)*", word) for word in words):
        return False
    return all(word[0].isupper() or word.casefold() in _PARTICLES for word in words) and len(words[-1]) > 1


def _date(body: Sequence[Block]) -> str:
    """Return the date on a line of its own near the top or at the end, "" if two differ."""
    found = [single_date(line) for block in body[:_FRONT_BLOCKS] if not block.is_list for line in _lines(block)]
    dates = list(dict.fromkeys(date for date in found if date))
    return dates[0] if len(dates) == 1 else ""
