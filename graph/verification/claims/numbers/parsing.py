"""Numbers of a claim and of its evidence: digits in every notation, and English and German number words.

Digits are parsed in `loaders/text/numbers.py`; `graph/verification/claims/numbers/support.py` decides which number
supports which. A digit in a name (`R1`, `GPT-4`, `pass@1`) is no number.
"""

from __future__ import annotations

import re

from graph.verification.claims.dates import MONTHS
from loaders.text.numbers import MAGNITUDES, Mark, Number, find_numbers, spaced_numbers

_THOUSAND, _MILLION, _BILLION = 10**3, 10**6, 10**9
_MAGNITUDE = re.compile(rf"\b({'|'.join(sorted(MAGNITUDES, key=len, reverse=True))})\b", re.IGNORECASE)

_ONES = (
    "zero one two three four five six seven eight nine ten "
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_UNITS = {word: value for value, word in enumerate(_ONES.split())}
_UNITS |= {word: 10 * tens for tens, word in enumerate(_TENS.split(), 2)}
_MULTIPLES = {"dozen": 12, "hundred": 100, "thousand": _THOUSAND, "million": _MILLION, "billion": _BILLION}
_SPELLED = "|".join([*_UNITS, *_MULTIPLES])
# "in million euros" is a magnitude, not a number word.
_FIRST = rf"(?:{'|'.join(_UNITS)}|an? (?:{'|'.join(_MULTIPLES)}))"
_WORDS = re.compile(rf"(?<![\w.]){_FIRST}(?:[ -](?:and )?(?:{_SPELLED}))*\b", re.IGNORECASE)
# "ten" is a preposition in Dutch.
_DUTCH = re.compile(r"\b(het|een|van|niet)\b", re.IGNORECASE)

_EINER = ("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_GERMAN_UNITS = dict(zip(_EINER, range(10), strict=True)) | {"eins": 1, "zehn": 10, "elf": 11, "zwölf": 12}
_GERMAN_UNITS |= {"dreizehn": 13, "vierzehn": 14, "fünfzehn": 15, "sechzehn": 16, "siebzehn": 17, "achtzehn": 18}
_GERMAN_UNITS |= {"neunzehn": 19}
_ZEHNER = "zwanzig dreißig vierzig fünfzig sechzig siebzig achtzig neunzig".split()
for _tens, _word in enumerate(_ZEHNER, 2):
    _GERMAN_UNITS[_word] = 10 * _tens
    _GERMAN_UNITS |= {f"{_EINER[one]}und{_word}": 10 * _tens + one for one in range(1, 10)}
_GERMAN_WORD = re.compile(r"(?<![\w-])[a-zäöüß]{3,}(?![\w-])", re.IGNORECASE)
_GERMAN_TEXT = re.compile(
    r"\b(der|die|das|und|ist|sind|für|nicht|wurden?|mit|auf|eine[mnrs]?|zum|zur|im|etwa|rund)\b", re.IGNORECASE
)
_GERMAN_NOUNS = {"millionen": _MILLION, "milliarden": _BILLION, "tausend": _THOUSAND}

_PIECES = re.compile(r"[^\W_]+(?:[-‐‑@/+.'’][^\W_]+)*")
_GLUED = re.compile(r"^[^\W\d_]+\d")
_CURRENCY = re.compile(r"^(?:US|EUR|USD|GBP|CHF|CAD|AUD|JPY|INR|RS|FR|HK|NZ)\.?\d", re.IGNORECASE)
_PART_SPLIT = re.compile(r"[-‐‑@/+.'’]")


def amounts(text: str, decimal: Mark = "") -> list[Number]:
    """Return the numbers in digits of a text; spaced groups of digits are returned as one number and as several."""
    return [*find_numbers(text, decimal), *spaced_numbers(text, decimal)]


def numbers(text: str, decimal: Mark = "") -> set[str]:
    """Return every reading of the numbers in digits of a text: `1,800` and `1800` are the same."""
    return {reading for amount in amounts(text, decimal) for reading in amount.readings}


def magnitudes(text: str) -> set[int]:
    """Return the magnitudes that a text names anywhere ("in millions")."""
    found = {MAGNITUDES[word.lower()] for word in _MAGNITUDE.findall(text)}
    return found | ({_MILLION} if _MILLIONS_OF_MONEY.search(text) else set())


_MILLIONS_OF_MONEY = re.compile(
    r"\((?:(?:€|£|\$|US\$|EUR|GBP|USD|CHF)\s?m|m\s?(?:€|£|\$|EUR|GBP|USD|CHF|euros?|dollars?|pounds|francs|crowns))\b",
    re.IGNORECASE,
)
"""The header of a column of money in millions: "(m EUR)", "(£m)"."""


def names_with_digits(text: str) -> list[tuple[str, int, int]]:
    """Return the names of a text that have digits, each with its range: `R1`, `GPT-4`, `o1-0912`, `pass@1`, `CO2`.

    A number with letters after it is none (`32B`, `800k`, `10-fold`), nor is a date, a currency or a lower-case prefix
    ("Dec-2023", "EUR14", "mid-2019").
    """
    found = []
    for run in _PIECES.finditer(text):
        start, end, shown = run.start(), run.end(), run[0].rstrip(".'’")
        if not any(map(str.isdigit, shown)) or (not shown[0].isalpha() and not re.search(r"[^\W\d_]\d", shown)):
            continue
        parts = _PART_SPLIT.split(shown)
        if parts[0].lower() in MONTHS or _CURRENCY.match(shown):
            continue
        glued = any(_GLUED.match(part) for part in parts)
        capital = "@" in shown or any(character.isupper() for character in shown)
        joined = shown[0].isalpha() and capital and any(part[:1].isdigit() for part in parts[1:])
        if glued or joined:
            found.append((shown, start, end - (len(run[0]) - len(shown))))
    return found


def without_names(text: str) -> str:
    """Return a text without the names that have digits."""
    for _, start, end in reversed(names_with_digits(text)):
        text = f"{text[:start]}…{text[end:]}"
    return text


def spelled(text: str) -> dict[str, int]:
    """Return the number words of a text with their values: `ninety-seven`, `two hundred and five`, `zweiundvierzig`."""
    found: dict[str, int] = {}
    dutch = bool(_DUTCH.search(text))
    for match in _WORDS.finditer(text):
        words = [word for word in re.split(r"[\s-]+", match.group().lower()) if word not in ("a", "an", "and")]
        if not (dutch and words == ["ten"]):
            found[match.group()] = _value(words)
    if _GERMAN_TEXT.search(text):
        found |= _german(text)
    return found


def _value(words: list[str]) -> int:
    total = part = 0
    for word in words:
        if word in _UNITS:
            part += _UNITS[word]
        elif _MULTIPLES[word] <= 100:
            part = max(part, 1) * _MULTIPLES[word]
        else:
            total, part = total + max(part, 1) * _MULTIPLES[word], 0
    return total + part


def _german(text: str) -> dict[str, int]:
    """Return the German number words of a text, except "ein"."""
    found: dict[str, int] = {}
    matches = list(_GERMAN_WORD.finditer(text))
    for at, match in enumerate(matches):
        value = _german_value(match[0].lower())
        if value is None or match[0].lower() in ("ein", "null"):
            continue
        after = matches[at + 1] if at + 1 < len(matches) else None
        scale = _GERMAN_NOUNS.get(after[0].lower(), 1) if after and after.start() - match.end() == 1 else 1
        found[text[match.start() : after.end()] if after and scale > 1 else match[0]] = value * scale
    return found


def _german_value(word: str) -> int | None:
    """Return the value of a German number word below a million; None for any other word."""
    if word in _GERMAN_UNITS:
        return _GERMAN_UNITS[word]
    for noun, scale in (("tausend", _THOUSAND), ("hundert", 100)):
        head, mark, rest = word.partition(noun)
        if mark:
            high = _german_value(head) if head else 1
            low = _german_value(rest.removeprefix("und")) if rest else 0
            return None if high is None or low is None or low >= scale else high * scale + low
    return None
