"""Raised and lowered signs (superscripts, subscripts) in any notation: note marks, exponents, ordinals, fractions.

Everywhere in this project they are written in the characters that Unicode has for them: `$320¹`, `10⁶`, `CO₂`, `1½`. So
a sign is never an ordinary digit of the number that it is attached to. Ordinals stay as people write them (`1st`).
Compatibility normalisation (NFKC) undoes that, so `without_marks` must be called before it.
"""

from __future__ import annotations

import re

_ORDINARY_RAISED = "0123456789+-=()abcdefghijklmnoprstuvwxyz"
_AS_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ"
_ORDINARY_LOWERED = "0123456789+-=()"
_AS_LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"
_DASHES = {ord(dash): "-" for dash in "−–‐‑"}
_RAISE = str.maketrans(_ORDINARY_RAISED, _AS_RAISED)
_LOWER = str.maketrans(_ORDINARY_LOWERED, _AS_LOWERED)
FALL = str.maketrans(_AS_RAISED + _AS_LOWERED, _ORDINARY_RAISED + _ORDINARY_LOWERED)
"""A table for `str.translate` from raised and lowered characters to ordinary ones."""

RAISED = _AS_RAISED
"""All raised digits, signs and letters."""
RAISED_DIGITS, LOWERED_DIGITS = "⁰¹²³⁴⁵⁶⁷⁸⁹", "₀₁₂₃₄₅₆₇₈₉"
TO_ORDINARY: dict[int, int | str] = dict.fromkeys(map(ord, _AS_RAISED), " ")
TO_ORDINARY |= str.maketrans(_AS_LOWERED, _ORDINARY_LOWERED)
"""A table for `str.translate` that keeps the length: raised signs become spaces, lowered ones ordinary (`CO2`)."""
NOTE_SIGNS = "*†‡§¶"
"""Marks of notes that are no digits or letters; they cannot be mistaken for a part of a number."""
WRITTEN_MARK = re.compile(r"(?<=[\w.,;:%’”\"')])(?:\[(\d{1,2})\]|\((\d{1,2})\)|\$\^(\d{1,2})\$)")
"""A note mark in a transcript in place of a raised one on the page."""
_VULGAR = {
    "1/4": "¼", "1/2": "½", "3/4": "¾", "1/7": "⅐", "1/9": "⅑", "1/10": "⅒", "1/3": "⅓", "2/3": "⅔", "1/5": "⅕",
    "2/5": "⅖", "3/5": "⅗", "4/5": "⅘", "1/6": "⅙", "5/6": "⅚", "1/8": "⅛", "3/8": "⅜", "5/8": "⅝", "7/8": "⅞",
}  # fmt: skip
FRACTIONS = {sign: text for text, sign in _VULGAR.items()}
"""Each sign of a fraction with its text: `½` is `1/2`."""

_ANY = re.compile(f"[{_AS_RAISED}{_AS_LOWERED}{''.join(FRACTIONS)}⁄^]")
_RUN = re.compile(rf"[{RAISED}]+(?:[,;\u2009]?[{RAISED}]+)*")
_LETTERS_RAISED = re.compile(f"[{_AS_RAISED[15:]}]+")
_LOWERED_RUN = re.compile(f"[{_AS_LOWERED}]+")
_PARTS = re.compile(rf"([{RAISED_DIGITS}]+)\s?[/⁄]\s?([{LOWERED_DIGITS}]+)")
_SIGN_OF_FRACTION = re.compile(f"(\\d?)([{''.join(FRACTIONS)}])")
_ORDINAL = re.compile(r"(?:st|nd|rd|th|er|re|ème|eme|os|as)\.?", re.IGNORECASE)
_SHORT_ORDINAL = re.compile(r"(?:^|[\s(])\d{1,2}e")  # "21e siècle", and not the note of "905e"
_ENDS_IN_DIGIT = re.compile(r"\d\.?\s*$")

# Raised letters that end an abbreviation, and are no note: Mme, No, Dr.
_ABBREVIATION = re.compile(r"(?:^|[^\w])(?:Mmes?|M(?:lles?|gr|rs?)|Cies?|St[eao]?|D(?:ra?)|Sra?|Jr|[Nn]os?)")
_SHORT_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}\.?$")

_TAGS = re.compile(r"<(?P<tag>sup|sub)\b[^<>]*>\s*(?P<text>[^<>]{0,200}?)\s*</(?P=tag)\s*>", re.IGNORECASE)
_NESTED = re.compile(
    r"(<su[pb]\b[^<>]*>\s*)(?:</?(?:a|b|i|em|strong)\b[^<>]*>|\*\*)+|(?:</?(?:a|b|i|em|strong)>)+(?=\s*</su[pb]>)",
    re.IGNORECASE,
)
_LATEX = re.compile(
    r"\$\s*(?:\{\})?(?P<sign>[\^_])\s*"
    r"(?:\{\s*(?:\\(?:text|mathrm|mathit)\s*\{)?(?P<group>[^{}$\\]{1,24})\}?\s*\}|(?P<one>[\w*†‡§+−-]))\s*\$"
)
_TEXTSCRIPT = re.compile(r"\\text(?P<sign>superscript|subscript)\{(?P<group>[^{}]{1,24})\}")
_PANDOC = re.compile(r"(?<=[\w.,;:!?)\]\"”’%€£$])\^(?P<group>[\w*†‡§+−-]{1,6}(?:,[\w*†‡§]{1,3})*)\^(?!\w)")
_BRACED = re.compile(r"(?<=[\w.,;:!?)\]\"”’%€£$])\^\{(?P<group>[^{}$\\]{1,24})\}")
_LONGEST_MARK = 3  # characters: the name of a note is longer
_FOOTNOTE = re.compile(r"\[\^([^\]\s]{1,40})\](:?)")


def raised(text: str, before: str = "") -> str:
    """Return a text as it is written raised; `before` is the text before it: `st` stays as it is after a digit."""
    text = re.sub(r"\s*([,;])\s*", r"\1", text.strip()).translate(_DASHES)
    if _ENDS_IN_DIGIT.search(before[-3:]) and (
        _ORDINAL.fullmatch(text) or _SHORT_ORDINAL.fullmatch(before[-3:].rstrip(".") + text)
    ):
        return text
    if _ABBREVIATION.fullmatch(before[-4:].rpartition(" ")[2] + text.rstrip(".")):
        return text
    if text == "o" and _SHORT_NUMBER.search(before[-4:]):
        return "º"
    if text[:1] == "[":  # brackets keep a number separate
        return text
    if text.upper() in ("TM", "SM"):
        return "™" if text.upper() == "TM" else "℠"
    shown = text.translate(_RAISE)
    if all(sign in _AS_RAISED or sign in NOTE_SIGNS or sign in ",;°ºª®™" or sign.isspace() for sign in shown):
        return shown
    lower = text.lower().translate(_RAISE)
    if len(text) == 1 and lower in _AS_RAISED:
        return lower
    return f"^{text}" if any(sign.isalnum() for sign in text) else text


def append_raised(base: str, mark: str) -> str:
    """Return a text with a raised mark appended: "31" and "ˢᵗ" are "31st"."""
    return base + raised(mark.translate(FALL), base) if _LETTERS_RAISED.fullmatch(mark) else base + mark


def lowered(text: str) -> str:
    """Return a text as it is written lowered: digits in their own characters, letters (`Z` max) as they are."""
    text = text.strip()
    return text.translate(_DASHES).translate(_LOWER) if any(sign.isdecimal() for sign in text) else text


def write_signs(text: str) -> str:
    """Return Markdown with every notation of raised and lowered signs in Unicode's characters.

    Notations are `<sup>1</sup>`, `$^{1}$`, `^1^`, `^{1}`, `[^1]` and their lowered counterparts.
    """
    if "<" in text:
        text = _TAGS.sub(_of_tag, _NESTED.sub(r"\1", text))
    if "^" in text or "$" in text or "\\text" in text:
        text = _FOOTNOTE.sub(_of_note, text)
        text = _TEXTSCRIPT.sub(_of_sign, _LATEX.sub(_of_sign, text))
        if "\\" not in text:
            text = _PANDOC.sub(_of_group, text)
            text = text if text.count("$") > 1 else _BRACED.sub(_of_group, text)
    return join_fractions(text)


def join_fractions(text: str) -> str:
    """Return a text in which a raised and a lowered number with a slash between are one fraction: `½`, `¹³⁄₂₀`."""
    return _PARTS.sub(_fraction, text) if "/" in text or "⁄" in text else text


def without_marks(text: str) -> str:
    """Return a text for search and comparison: no note marks, exponents as `10^6` and `m2`, formulas as `CO2`.

    The text before a sign decides whether it is a note mark or an exponent: `10⁶`, `m²`, `x³`, `s⁻¹` are exponents,
    `320¹`, `summer²` and `10¹` have notes.
    """
    if not _ANY.search(text):
        return text
    text = _RUN.sub(lambda run: _folded_run(text, run), _BRACED.sub(r"^\g<group>", text))
    text = _LOWERED_RUN.sub(lambda run: "_" * run.string[run.start() - 1 : run.start()].isdecimal() + run[0], text)
    return _SIGN_OF_FRACTION.sub(_spelled, text).translate(FALL)


def without_notes(text: str) -> str:
    """Return a text as it is shown in an answer: without its note marks, exponents and formulas as they are."""
    return _RUN.sub(lambda run: run[0] if (shown := _folded_run(text, run)).strip() else shown, text)


def is_exponent(base: str, sign: str) -> bool:
    """Return whether a raised `sign`, in ordinary characters, is an exponent of the text before it, not a note mark."""
    if not _EXPONENT.fullmatch(sign) or sign == "1":
        return False
    if sign[-1] in "+-":  # a charge: Na⁺, Ca²⁺
        return base[-1:].isalpha()
    if sign[0] in "+-":
        return base[-1:].isalnum() or base.endswith(")")
    if sign.isalpha():
        return bool(_LETTER_BASE.search(base))
    if _MULTIPLIED.search(base) or _VARIABLE.search(base):
        return True
    if _TWO.search(base):
        return len(sign) > 1
    return sign in _POWERS and bool(_UNIT.search(base))


_EXPONENT = re.compile(r"[+-]?\d+|[+-]|\d+[+-]|[nikmx]")
_POWERS = ("2", "3", "4")  # of a unit or of a bracket
_MULTIPLIED = re.compile(r"(?:^|[^\d.,])10$|[×x·⋅*]\s?\d+$")
_TWO = re.compile(r"(?:^|[^\d.,])2$")
_VARIABLE = re.compile(r"(?:^|[^\w’'])[A-Za-zα-ωΑ-Ω]$")
_LETTER_BASE = re.compile(r"(?:^|[^\w])(?:\d+|[A-Za-z])$|\)$")
_UNIT = re.compile(
    r"(?:^|[\s\d/·⋅(×])(?:[kcdhmnµμ]?m|ft|in|inch|yd|mi|s|sec|h|kg|feet|foot|metres?|meters?)$"
    r"|\([^()]*[-+−*/·][^()]*\)$"
)


def _folded_run(text: str, run: re.Match[str]) -> str:
    start, end = run.span()
    sign = run[0].translate(FALL)
    base = text[max(0, start - 24) : start]
    after = text[end : end + 4]
    if not base or base[-1].isspace() or base[-1] in "(|[":  # before its text: ¹⁴C, or the mark of a note
        return sign if re.match(r"[A-Z][a-z]?(?![a-z])", after) and sign.isdecimal() else ""
    if base.endswith("^"):
        return sign
    if is_exponent(base, sign):
        return sign if base[-1].isalpha() else f"^{sign}"
    return " " if after[:1].isalnum() else ""


def _fraction(found: re.Match[str]) -> str:
    over, under = (part.translate(FALL) for part in found.groups())
    return _VULGAR.get(f"{over}/{under}", f"{found[1]}⁄{found[2]}")


def _spelled(found: re.Match[str]) -> str:
    """Return a fraction in digits, separate from the whole number before: `1½` as `1 1/2`."""
    return f"{found[1]} "[: 2 * len(found[1])] + FRACTIONS[found[2]]


def _of_tag(found: re.Match[str]) -> str:
    before = found.string[max(0, found.start() - 3) : found.start()]
    return raised(found["text"], before) if found["tag"].lower() == "sup" else lowered(found["text"])


def _of_sign(found: re.Match[str]) -> str:
    inner = found["group"] or found.groupdict().get("one") or ""
    before = found.string[max(0, found.start() - 3) : found.start()]
    return raised(inner, before) if found["sign"] in ("^", "superscript") else lowered(inner)


def _of_note(found: re.Match[str]) -> str:
    mark = raised(found[1]) if len(found[1]) <= _LONGEST_MARK else f" {found[1]}"
    return mark + (" " if found[2] else "")


def _of_group(found: re.Match[str]) -> str:
    return raised(found["group"], found.string[max(0, found.start() - 3) : found.start()])
