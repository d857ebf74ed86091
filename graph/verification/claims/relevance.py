"""A check that a quote is relevant to its claim: enough words of the claim must be in the quote or its passage.

A quote on another subject than its claim can pass all checks of numbers, names and directions. Since a claim may
paraphrase, the result is only a doubt, and none where claim and quote are in different languages.
"""

from __future__ import annotations

import re

from graph.verification.claims import acronyms
from graph.verification.claims.dates import MONTHS
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.numbers.units import UNITS
from graph.verification.claims.wording import Word, language, words
from loaders.text.numbers import find_numbers, fold

_MIN_NEW = 3
_MAX_SHARE = 0.6
"""Words of a claim missing in its passage for a doubt: at least three, and more than six in ten."""
_MIN_NEW_TO_QUOTE = 4
_MAX_SHARE_NEW_TO_QUOTE = 0.7
"""Words of a claim missing in its quote for a doubt: at least four, and more than seven in ten."""
_SHORTEST_QUOTE = 5  # content words; a shorter quote, such as one cell, cannot have most words of its claim
_PREFIX = 5  # letters that two forms of a word share ("capital", "capitalised")
_FRAME = re.compile(
    r"^(?:differ\w*|points?|percent\w*|total\w*|sum|ratio|average|mean|together|years?|months?|weeks?|days?|hours?|"
    r"documents?|texts?|pages?|passage|table|according|states?|stated|says?|said|accord\w*|unterschied|"
    r"prozent\w*|punkte?|"
    r"roughly|approximately|nearly|almost|circa|ungefähr|rund|knapp|"
    r"etwas|zurück|ging\w*|degrees?|celsius|usual\w*|jahre?n?|monate?n?|tage?n?|dokument|seite|tabelle|laut)$"
)
"""Words of calculations, times and references, which a claim may add."""


def unrelated(text: str, evidence: Evidence) -> str:
    """Return the doubt that most words of a claim are missing in its quote or passage; "" if they are not."""
    quote = evidence.quote or evidence.exact
    spoken = language(text)
    if not spoken or spoken != language(quote) or _shares_values(text, quote):
        return ""
    said = {word.stem: word for word in words(text) if word.is_content and not _is_frame(word)}
    new = _new(said, f"{evidence.exact} {evidence.above} {evidence.whole}")
    if len(new) >= _MIN_NEW and len(new) > _MAX_SHARE * (len(said) + _OF_NUMBER * len(_same_numbers(text, quote))):
        return f"the passage does not have {len(new)} of the {len(said)} words that the claim says"
    new = _new(said, f"{evidence.exact} {evidence.above}")
    long = sum(word.is_content for word in words(quote)) >= _SHORTEST_QUOTE
    if new and acronyms_of(text, quote, evidence):
        return ""
    if long and len(new) >= _MIN_NEW_TO_QUOTE and len(new) > _MAX_SHARE_NEW_TO_QUOTE * len(said):
        return f"the quote does not have {len(new)} of the {len(said)} words that the claim says"
    return ""


def _same_numbers(text: str, quote: str) -> set[str]:
    """Return the numbers in digits, except years, that a claim and its quote share."""
    said, held = ({one.digits for one in find_numbers(fold(some))} for some in (text, quote))
    return {digits for digits in said & held if not _YEAR.fullmatch(digits)}


def _shares_values(text: str, quote: str) -> bool:
    """Return whether a claim shares a long number, or two numbers, with its quote: it is then on the same subject.

    Its other numbers follow from the quote: claims with unsupported numbers have failed before this check.
    """
    same = _same_numbers(text, quote)
    said = {one.digits for one in find_numbers(fold(text)) if not _YEAR.fullmatch(one.digits)}
    return len(same) > 1 or any(sum(map(str.isdigit, digits)) >= _LONG_NUMBER or "." in digits for digits in said)


_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_OF_NUMBER = 2  # words that a number of the quote counts for
_LONG_NUMBER = 2  # least digits of a number that two statements rarely share by coincidence


def acronyms_of(text: str, quote: str, evidence: Evidence) -> set[str]:
    """Return the words of a claim that spell out an acronym of its quote."""
    return acronyms.spelled_out(text, quote, evidence.document)


def _is_frame(word: Word) -> bool:
    return word.key in MONTHS or word.key in UNITS or bool(_FRAME.match(word.key))


def _new(said: dict[str, Word], source: str) -> list[Word]:
    """Return the words of a claim of which a text has no form."""
    held = {word.stem for word in words(source)}
    starts = {word.key[:_PREFIX] for word in words(source)}
    return [w for stem, w in said.items() if stem not in held and w.key.removeprefix("un")[:_PREFIX] not in starts]
