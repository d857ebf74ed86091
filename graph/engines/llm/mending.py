"""Mending of single words of a transcript from the page's text layer: a misread digit, a name, `01` for `o1`.

A word is mended if the words around it stand on the page too, if it looks like the word in its place on the page, and
if the reply has the word more often than the page, and the page's word less often. So reading order, columns and
repeated words do not matter. Other spellings of the same word (thousands, superscripts, ligatures, lost accents) are
left. A reply that differs in many words is not mended: either it or the layer is wrong as a whole.
`docs/reading.md` says how often this errs; `tests/evals/mending.py` measures it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

from loaders.text.alignment import Run, Token, align, differences, key_of, tokens
from loaders.text.numbers import readings
from loaders.types import CORRECTED, Block

MAX_SHARE, MAX_FEW = 0.03, 5
"""The most words that are mended: as a share of a reply, and in a short reply. More means a wrong reply or layer."""

MIN_AROUND = 3
"""The least number of equal words around the gap: one or more on each side, or all on one side at the text's edge."""

MAX_TOGETHER = 3
"""The most differing words side by side; a longer run is another text."""

MIN_ALIKE = 0.6
"""How alike two words of letters are (`SequenceMatcher.ratio`): "Kittywake" and "Kittiwake" .89, "large", "big" .25."""

# Markup, commands of LaTeX, and signs that hang on a word: nothing in them is a word of the page.
_MARKUP = re.compile(
    r"<su[pb]\b[^<>]*>[^<>]{0,200}</su[pb]\s*>|</?[a-z][^<>]*>|<!--.*?-->|&#?\w{1,30};|\]\([^()\s]*\)"
    r"|\[\^[^\]\s]{1,40}\]|\^\s*\{[^{}]*\}|\^\s*\w{1,4}\^?|(?<=[\w}])_\{[^{}]*\}|\\[a-zA-Z]+",
    re.IGNORECASE | re.DOTALL,
)
_NOTE = re.compile(r"(?<=[\w.,;:%’”\"')])(?:\[\d{1,3}\]|\(\d{1,3}\))")
_MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]{1,400}?\$|\\\(.+?\\\)|\\\[.+?\\\]", re.DOTALL)
_BROKEN = re.compile(r"([^\W\d_]+)[-\u00ad\u2010]\s*\n\s*([^\W\d_]+)")
_LOOKALIKES = str.maketrans("oOQDlIi|zZsSbBgq", "0000111122558899")
_LIGATURE = re.compile(r"ff[il]|f[fil]")


@dataclass(frozen=True, slots=True)
class Correction:
    """A word of a reply, and the word of the text layer that was put in its place."""

    said: str
    printed: str


@dataclass(frozen=True, slots=True)
class _Place:
    """A word of a block, with its place in the block's text."""

    block: int
    token: Token
    in_math: bool


def mend(blocks: Sequence[Block], layer: str) -> tuple[tuple[Block, ...], tuple[Correction, ...]]:
    """Return the blocks of a reply with single words mended from the page's text layer, and what was mended."""
    said = [place for number, block in enumerate(blocks) for place in _words(number, block)]
    page = _blanked(_NOTE, unicodedata.normalize("NFC", layer))
    printed = tokens(_joined(page, {place.token.key for place in said}))
    found = list(_corrections(said, printed)) if said and printed else []
    if not found or len(found) > max(MAX_FEW, MAX_SHARE * len(said)):
        return tuple(blocks), ()
    mended = list(blocks)
    for place, word in sorted(found, key=lambda one: -one[0].token.start):
        block = mended[place.block]
        text = block.text[: place.token.start] + word + block.text[place.token.end :]
        mended[place.block] = replace(block, text=text)
    return tuple(mended), tuple(Correction(place.token.text, word) for place, word in found)


def describe(corrections: Sequence[Correction]) -> str:
    """Return the sentence for the ledger, which names the first five words; "" for no corrections."""
    if not corrections:
        return ""
    count = "1 word was" if len(corrections) == 1 else f"{len(corrections)} words were"
    named = ", ".join(f"“{one.said}” to “{one.printed}”" for one in corrections[:MAX_FEW])
    return f"{count} {CORRECTED} {named}{', ...' if len(corrections) > MAX_FEW else ''}."


def _joined(layer: str, said: Container[str]) -> str:
    """Return a text layer with words joined that it breaks at the end of a line and the reply writes whole."""
    return _BROKEN.sub(lambda word: whole if key_of(whole := word[1] + word[2]) in said else word[0], layer)


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda found: " " * len(found[0]), text)


def _words(number: int, block: Block) -> Iterator[_Place]:
    """Yield the words that a block copies from the page; those of a description are the model's own."""
    if block.is_description:
        return
    text = _blanked(_NOTE, _blanked(_MARKUP, block.text))
    formulas = [found.span() for found in _MATH.finditer(block.text)]
    whole = block.text.lstrip().startswith(("$$", "\\[", "\\begin"))
    for token in tokens(text):
        yield _Place(number, token, whole or any(start <= token.start < end for start, end in formulas))


def _corrections(said: Sequence[_Place], printed: Sequence[Token]) -> Iterator[tuple[_Place, str]]:
    first, second = [place.token.key for place in said], [token.key for token in printed]
    runs = align(first, second)
    more, less = Counter(first) - Counter(second), Counter(second) - Counter(first)
    split = {"".join(second[at : at + size]) for size in (2, 3) for at in range(len(second) - size + 1)}
    for gap in differences(runs, len(first), len(second)):
        (low, high), (start, end) = gap
        if not (0 < high - low == end - start <= MAX_TOGETHER and _is_held(runs, gap.first, len(first))):
            continue
        for place, token in zip(said[low:high], printed[start:end], strict=True):
            wrong, right = place.token.key, token.key
            if wrong == right or not more[wrong] or not less[right] or wrong in split:
                continue
            if not (place.in_math and not _is_number(wrong)) and is_misread(place.token.text, token.text):
                yield place, _cased(token.text, place.token.text)


def _is_held(runs: Sequence[Run], gap: tuple[int, int], words: int) -> bool:
    """Return whether enough equal words stand directly before and after a gap."""
    before = next((run.size for run in runs if run.first + run.size == gap[0]), 0)
    after = next((run.size for run in runs if run.first == gap[1]), 0)
    inside = (before or gap[0] == 0) and (after or gap[1] == words)
    return bool(inside) and before + after >= MIN_AROUND


def is_misread(said: str, printed: str) -> bool:
    """Return whether a word of a reply is likely to be a misreading of the printed one, not another way to write it."""
    if _is_number(said) and _is_number(printed):
        return _is_other_number(said, printed)
    if any(map(str.isdigit, said + printed)):
        plain = [word.translate(_LOOKALIKES).casefold() for word in (said, printed)]
        return plain[0] == plain[1] or (len(printed) > 3 and _distance_is_one(said.casefold(), printed.casefold()))
    first, second = said.casefold(), printed.casefold()
    if min(len(first), len(second)) < 3 or _without_accents(first) == second or _is_lost_ligature(first, second):
        return False
    if not second.isascii() and first.isascii() and _without_accents(second) != first:
        return False  # a glyph that the layer maps to a wrong letter
    if min(len(first), len(second)) <= 4:
        return _distance_is_one(first, second)
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= MIN_ALIKE


def _is_number(word: str) -> bool:
    return word[:1].isdigit() and not any(map(str.isalpha, word))


def _is_other_number(said: str, printed: str) -> bool:
    """Return whether two numbers differ in a digit or two, not in notation or by a note mark that hangs on one."""
    if set(readings(said)) & set(readings(printed)):
        return False
    first, second = (re.sub(r"\D", "", word) for word in (said, printed))
    if first == second:
        return True  # a lost decimal point
    if len(first) == len(second):
        return _distance_is_one(first, second) or sum(
            one != other for one, other in zip(first, second, strict=True)
        ) <= max(1, len(first) // 2)
    if first.startswith(second) or second.startswith(first) or first.endswith(second) or second.endswith(first):
        return False
    return min(len(first), len(second)) > 3 and _distance_is_one(first, second)


def _distance_is_one(first: str, second: str) -> bool:
    """Return whether one character is replaced, added, left out, or swapped with its neighbour."""
    if len(first) == len(second):
        differ = [at for at in range(len(first)) if first[at] != second[at]]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1 and first[differ[0]] == second[differ[1]]
        return len(differ) == 1 or (swapped and first[differ[1]] == second[differ[0]])
    longer, shorter = sorted((first, second), key=len, reverse=True)
    return len(longer) == len(shorter) + 1 and any(
        longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer))
    )


def _without_accents(word: str) -> str:
    return "".join(one for one in unicodedata.normalize("NFKD", word) if not unicodedata.combining(one))


def _is_lost_ligature(said: str, printed: str) -> bool:
    """Return whether the layer's word is the reply's without a ligature: "ecient" for "efficient"."""
    return any(said[: one.start()] + said[one.end() :] == printed for one in _LIGATURE.finditer(said))


def _cased(printed: str, said: str) -> str:
    """Return the printed word; one in small capitals is written as the reply writes it."""
    if printed.isupper() and said[1:].islower() and printed.isalpha():
        return printed.capitalize() if said[:1].isupper() else printed.lower()
    return printed
