"""Words with wide spaces between their letters ("T O T A L  1 , 2 5 0"), which the PDF library cuts at each letter."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from loaders.geometry import bounding_box, centre
from loaders.pdf.page_content import PageContent
from loaders.pdf.strikes import is_struck
from loaders.pdf.text_layer import Line, TextLayer, as_box
from loaders.types import Box, Word

_LETTERS = 5  # words of the shortest line that is examined
_SINGLE = 0.8  # share of them that are one sign: 0.1-0.3 in prose and tables
_ALPHABETIC = 0.5  # share of the signs that are letters: a row of cells of one digit has fewer
_WIDEST = 0.8  # of the text size: the space between two letters; cells are further apart
_WORD_SPACE = 1.6  # of the usual space: where the file has no space characters, a word ends at a wider one
_SPACES = 10  # space characters of a page whose file has them; files of TeX have none


def with_whole_words(content: PageContent, layer: TextLayer) -> TextLayer:
    """Return a layer with spaced letters joined to words, which end at the file's own spaces, else at wider gaps."""
    if not any(map(_is_spread, layer.lines)):
        return layer
    spaces = _spaces(content)
    return replace(layer, lines=tuple(_joined(line, spaces) if _is_spread(line) else line for line in layer.lines))


def _is_spread(line: Line) -> bool:
    if not line.upright or len(line.words) < _LETTERS:
        return False
    texts = [word.text.replace("~~", "") if "~~" in word.text else word.text for word in line.words]
    signs = [text for text in texts if len(text) == 1]
    letters = sum(map(str.isalpha, signs))
    return len(signs) >= _SINGLE * len(line.words) and letters >= _ALPHABETIC * len(signs)


def _spaces(content: PageContent) -> list[Box]:
    """Return the places of the spaces that are in the file, without those that the PDF library adds."""
    return [
        as_box(sign["bbox"])
        for block in content.characters()
        for line in block.get("lines", ())
        for span in line["spans"]
        for sign in span["chars"]
        if sign["c"] in " \u00a0" and not sign.get("synthetic")
    ]


def _joined(line: Line, spaces: Sequence[Box]) -> Line:
    """Return a line with its letters joined to words; unchanged if the ends of words cannot be found."""
    own = [centre(box)[0] for box in spaces if line.words[0].box.y0 <= centre(box)[1] <= line.words[0].box.y1]
    pairs = list(pairwise(line.words))
    written = [any(before.box.x1 - 1 < x < after.box.x0 + 1 for x in own) for before, after in pairs]
    gaps = [after.box.x0 - before.box.x1 for before, after in pairs]
    between = [gap for gap, space in zip(gaps, written, strict=True) if not space]
    usual = median(between) if between else 0.0
    ends = [space or gap > _WORD_SPACE * usual for gap, space in zip(gaps, written, strict=True)]
    if not 0 < usual <= _WIDEST * line.size or not (any(ends) or len(spaces) >= _SPACES):
        return line
    groups = [[line.words[0]]]
    for word, ended in zip(line.words[1:], ends, strict=True):
        if ended:
            groups.append([])
        groups[-1].append(word)
    return replace(line, words=tuple(map(_word, groups)))


def _word(letters: Sequence[Word]) -> Word:
    text = "".join(word.text.removeprefix("~~").removesuffix("~~") for word in letters)
    box = bounding_box(word.box for word in letters)
    return Word(f"~~{text}~~" if all(is_struck(word.text) for word in letters) else text, box)
