"""Rules that make claims from true sentences: rewrites that say the same, and false claims of one kind each.

A rule takes a sentence and a random generator, and returns a claim, or a claim and its quote, or None where it does not
fit. The words that a rule exchanges are everyday words; nothing is taken from a document.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

Made = str | tuple[str, str] | None
Rule = Callable[[str, random.Random, Sequence[str]], Made]
"""Takes a sentence, a random generator and the document's names."""

_NUMBER = re.compile(
    r"(?<![\w.,/-])\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\w/-]|[.,]\d)|(?<![\w.,/-])\d+(?:\.\d+)?(?![\w/-]|[.,]\d)"
)
_WORDS = "zero one two three four five six seven eight nine ten eleven twelve".split()
_MONTHS = "January February March April May June July August September October November December".split()
_MONTH = "|".join(_MONTHS)
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}}) ({_MONTH}) (\d{{4}})\b")
_MONTH_YEAR = re.compile(rf"\b({_MONTH}) (\d{{4}})\b")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]{3,}(?:[ -][A-Z][a-z]+)*\b(?![ ’'-]?[A-Z])")
_SAME = {
    "increased": "rose", "increases": "rises", "decreased": "fell", "decreases": "falls", "began": "started",
    "large": "big", "used": "employed", "shows": "demonstrates", "showed": "demonstrated", "built": "constructed",
    "important": "significant", "also": "as well", "however": "but", "created": "made", "located": "situated",
    "many": "a lot of", "often": "frequently", "begins": "starts", "main": "principal", "big": "large",
    "obtain": "get", "further": "more", "results": "outcomes", "improved": "got better", "higher": "greater",
    "may": "might", "several": "a number of", "called": "named", "ended": "finished", "about": "around",
    "over": "more than", "received": "got", "required": "needed", "whole": "entire", "during": "in the course of",
}  # fmt: skip
_OPPOSITE = {
    "increased": "decreased", "increase": "decrease", "increases": "decreases", "rose": "fell", "higher": "lower",
    "lower": "higher", "larger": "smaller", "smaller": "larger", "improved": "worsened", "improves": "worsens",
    "more": "less", "less": "more", "better": "worse", "growth": "decline", "grew": "shrank", "gained": "lost",
    "lost": "gained", "won": "lost", "reduced": "raised", "reduce": "raise", "reduces": "raises", "fewer": "more",
    "decreased": "increased", "decreases": "increases", "highest": "lowest", "largest": "smallest", "longer": "shorter",
    "maximum": "minimum", "most": "least", "up": "down", "above": "below", "before": "after", "after": "before",
    "began": "ended", "first": "last", "earlier": "later", "later": "earlier", "with": "without",
    "includes": "excludes",
    "north": "south", "south": "north", "east": "west", "west": "east", "northern": "southern", "upper": "lower",
    "failed": "succeeded", "accepted": "rejected", "allowed": "forbade", "cheaper": "dearer", "older": "younger",
}  # fmt: skip
_HEDGES = {
    "may be": "is", "might be": "is", "could be": "is", "may have": "has", "can be": "is always", "would be": "was",
    "could": "did", "may": "will", "might": "will", "likely": "certainly", "possibly": "certainly",
    "probably": "certainly", "seems to": "certainly does", "appears to": "certainly does", "planned to": "did",
    "expected to": "known to", "attempted to": "managed to", "tried to": "managed to", "is believed to": "is known to",
}  # fmt: skip
_UNITS = {
    "km": "miles", "kilometres": "miles", "miles": "kilometres", "years": "months", "days": "weeks", "hours": "minutes",
    "months": "years", "minutes": "hours", "metres": "feet", "tokens": "characters", "percent": "percentage points",
    "samples": "epochs", "people": "families", "steps": "hours", "soldiers": "ships", "men": "guns", "cents": "dollars",
    "million dollars": "million euros", "m": "km", "inhabitants": "houses", "members": "parties", "seats": "parties",
}  # fmt: skip
_PARTS = {"some": "all", "most": "all", "many": "all", "several": "all", "often": "always", "usually": "always",
          "sometimes": "always", "rarely": "never", "mainly": "only", "mostly": "only", "partly": "entirely",
          "almost": "absolutely", "generally": "always", "typically": "always"}  # fmt: skip


def _exchanged(sentence: str, pairs: Mapping[str, str], rng: random.Random) -> str | None:
    """Return a sentence with one of the words exchanged; None if it has none of them."""
    held = [word for word in pairs if re.search(rf"\b{word}\b", sentence)]
    if not held:
        return None
    word = rng.choice(sorted(held))
    return re.sub(rf"\b{word}\b", pairs[word], sentence, count=1)


def _number(sentence: str, rng: random.Random, wanted: Callable[[re.Match[str]], bool]) -> re.Match[str] | None:
    found = [one for one in _NUMBER.finditer(sentence) if wanted(one)]
    return rng.choice(found) if found else None


def _put(sentence: str, at: re.Match[str], text: str) -> str:
    return sentence[: at.start()] + text + sentence[at.end() :]


def _value(found: re.Match[str]) -> Decimal:
    return Decimal(found[0].replace(",", ""))


def _lower(sentence: str) -> str:
    first = sentence.split(maxsplit=1)[0]
    return sentence[0].lower() + sentence[1:] if first in _STARTS else sentence


_STARTS = frozenset("The A An In On At For This These It They He She However We Our As By With From When While".split())


def verbatim(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return sentence


def framed(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return f"{rng.choice(['According to the text,', 'The document says that', 'It is stated that'])} {_lower(sentence)}"


def rounded(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: "." in one[0] and _value(one) > 10)
    return _put(sentence, found, f"about {round(_value(found))}") if found else None


def rounded_thousands(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: _value(one) >= 10_000 and "," in one[0] and "." not in one[0])
    return _put(sentence, found, f"around {round(int(_value(found)), -3):,}") if found else None


def trailing_zero(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: "." in one[0] and "ection" not in sentence)
    return (
        _put(sentence, found, f"{found[0]}0" if found[0][-1] != "0" else found[0][:-1].rstrip(".")) if found else None
    )


def thousands(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: "," in one[0])
    return _put(sentence, found, found[0].replace(",", rng.choice(["", "\u202f", "’"]))) if found else None


def magnitude(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: _value(one) >= 10_000 and _value(one) % 1000 == 0)
    if not found:
        return None
    value = _value(found) / 1000
    return _put(
        sentence, found, f"{value.normalize():f}k" if value < 1000 else f"{(value / 1000).normalize():f} million"
    )


def number_word(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    word = next((word for word in _WORDS[2:] if re.search(rf" {word} [a-z]", sentence)), "")
    if word:
        return re.sub(rf" {word} ", f" {_WORDS.index(word)} ", sentence, count=1)
    found = _number(
        sentence,
        rng,
        lambda one: (
            one[0].isdecimal()
            and 2 <= int(one[0]) <= 12
            and not re.search(r"(?:[A-Z]\S*|§) $", sentence[: one.start()])
            and bool(re.match(r" [a-z]", sentence[one.end() :]))
        ),
    )
    return _put(sentence, found, _WORDS[int(found[0])]) if found else None


def date_form(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    if found := _DAY_MONTH.search(sentence):
        day, month, year = found.groups()
        number = _MONTHS.index(month) + 1
        forms = [f"{month} {day}, {year}", f"{year}-{number:02d}-{int(day):02d}", f"{day} {month[:3]} {year}"]
        return _put(sentence, found, rng.choice(forms))
    found = _MONTH_YEAR.search(sentence)
    return _put(sentence, found, f"{found[1][:3]}. {found[2]}") if found and found[1] != "May" else None


def synonym(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return _exchanged(sentence, _SAME, rng)


def shortened(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    bare = re.sub(r" \([^()]*\)", "", sentence)
    if bare != sentence:
        return bare
    found = re.match(r"([^,;]{40,}), (?:which|where|including|such as|although|while)\b.*\.$", sentence)
    return f"{found[1]}." if found else None


def moved(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = re.match(r"((?:In|On|By|Since|During|After|Before) [^,]{4,40}), ([^,;]{30,})\.$", sentence)
    return f"{found[2][0].upper()}{found[2][1:]} {found[1][0].lower()}{found[1][1:]}." if found else None


def two_pieces(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    parts = sentence.split(", ")
    if len(parts) < 3 or min(map(len, parts[:1] + parts[-1:])) < 25:
        return None
    return f"{parts[0]}, {parts[-1]}", f"{parts[0]} … {parts[-1]}"


def counted(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = re.search(r"((?:[A-Z][\w-]+, ){2,6}and [A-Z][\w-]+)\b", sentence)
    if not found:
        return None
    items = re.split(r", (?:and )?", found[1])
    return f"It names {_WORDS[len(items)]}: {', '.join(items[:-1])} and {items[-1]}."


def difference(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    pair = _pair(sentence)
    if not pair:
        return None
    one, other = sorted(pair, reverse=True)
    return f"The difference between {one}% and {other}% is {one - other} percentage points."


def wrong_difference(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    pair = _pair(sentence)
    if not pair:
        return None
    one, other = sorted(pair, reverse=True)
    return f"The difference between {one}% and {other}% is {one - other + 3} percentage points."


def _pair(sentence: str) -> list[Decimal] | None:
    found = [Decimal(number) for number in re.findall(r"(\d+(?:\.\d+)?)\s?(?:%|percent)", sentence)]
    return found if len(found) == 2 and found[0] != found[1] else None


def german(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: "." in one[0] or "," in one[0])
    if not found or re.match(r" (?:m|b|tr)illion", sentence[found.end() :]):
        return None
    swapped = found[0].translate(str.maketrans(".,", ",."))
    return f"Der angegebene Wert beträgt {swapped}."


def digit(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = _number(sentence, rng, lambda one: len(one[0]) > 1)
    if not found:
        return None
    places = [at for at, sign in enumerate(found[0]) if sign.isdigit()]
    at = rng.choice(places[:2])
    new = rng.choice([one for one in "123456789" if one != found[0][at]])
    return _put(sentence, found, found[0][:at] + new + found[0][at + 1 :])


def wrong_magnitude(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    if "million" in sentence and "billion" not in sentence:
        return sentence.replace("million", "billion", 1)
    found = _number(sentence, rng, lambda one: _value(one) >= 3000 or (_value(one) >= 20 and "." in one[0]))
    return _put(sentence, found, f"{(_value(found) / 10).normalize():f}") if found else None


def wrong_word(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    words = [word for word in _WORDS[2:12] if re.search(rf" {word} [a-z]", sentence)]
    if not words:
        return None
    other = _WORDS[_WORDS.index(words[0]) + 1]
    return None if other in sentence else sentence.replace(f" {words[0]} ", f" {other} ", 1)


def wrong_date(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    if found := _MONTH_YEAR.search(sentence):
        months = [month for month in _MONTHS if month not in sentence]
        return _put(sentence, found, f"{rng.choice(months)} {found[2]}")
    found = _number(sentence, rng, lambda one: bool(re.fullmatch(r"1[5-9]\d\d|20\d\d", one[0])))
    return _put(sentence, found, str(int(found[0]) + rng.choice([1, -1, 10]))) if found else None


def other_name(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = list(_NAME.finditer(sentence))
    others = [name for name in names if name not in sentence]
    return _put(sentence, rng.choice(found), rng.choice(others)) if found and others else None


def swapped_names(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = re.match(
        r"^([A-Z][\w’'.-]*(?: [A-Z][\w.-]+)*) (.*\bthan) ([A-Z][\w.-]*(?: [A-Z][\w.-]+)*)\b(.*)$", sentence
    )
    return (
        f"{found[3]} {found[2]} {found[1]}{found[4]}"
        if found and found[1] not in _STARTS and "'s " not in sentence
        else None
    )


def opposite(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return _exchanged(sentence, _OPPOSITE, rng)


def negation_dropped(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    said = re.sub(r"\b(is|are|was|were|has|have|had|can|could|should|would|will|may) not(?! only)\b|\b(can)not\b",
                  lambda found: found[1] or found[2], sentence, count=1)  # fmt: skip
    said = said if said != sentence else re.sub(r"\b(do|does|did) not (?!only)", "", sentence, count=1)
    return said if said != sentence else None


def negation_added(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    said = re.sub(r" (is|are|was|were|has been|will|can) (?!not|no\b|never)", r" \1 not ", sentence, count=1)
    return said if said != sentence and "not" not in sentence else None


def hedge_dropped(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return _exchanged(sentence, _HEDGES, rng)


def scope_widened(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return _exchanged(sentence, _PARTS, rng)


def only_dropped(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return re.sub(r"\bonly ", "", sentence, count=1) if re.search(r"(?<!not )\bonly ", sentence) else None


def only_added(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    said = re.sub(r" (in|by|with|for) (the|a) ", r" only \1 \2 ", sentence, count=1)
    return said if said != sentence and "only" not in sentence else None


def other_unit(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    found = re.search(rf"(\d[\d,.]*)(\s?)({'|'.join(sorted(_UNITS, key=len, reverse=True))})\b", sentence)
    if found and _UNITS[found[3]] not in sentence:
        return _put(sentence, found, f"{found[1]} {_UNITS[found[3]]}")
    percent = re.search(r"(?<=\d)\s?%", sentence)
    return _put(sentence, percent, " percentage points") if percent else None


def unrelated(sentence: str, rng: random.Random, names: Sequence[str]) -> Made:
    return rng.choice([
        "The method was developed by the authors and released as open source software.",
        "The result was confirmed later by an independent group of experts.",
        "The costs were borne by the owner of the building.",
        "Critics regard this as a mistake that was never corrected.",
    ])  # fmt: skip


HONEST: Mapping[str, Rule] = {
    "verbatim": verbatim, "framed": framed, "rounded": rounded, "rounded thousands": rounded_thousands,
    "trailing zero": trailing_zero, "thousands": thousands, "magnitude": magnitude, "number word": number_word,
    "date form": date_form, "synonym": synonym, "shortened": shortened, "moved": moved, "two pieces": two_pieces,
    "counted list": counted, "difference": difference, "German number": german,
}  # fmt: skip
LIES: Mapping[str, Rule] = {
    "digit": digit, "wrong magnitude": wrong_magnitude, "wrong number word": wrong_word, "wrong date": wrong_date,
    "wrong difference": wrong_difference, "other name": other_name, "swapped sides": swapped_names,
    "opposite": opposite, "negation dropped": negation_dropped, "negation added": negation_added,
    "hedge dropped": hedge_dropped, "scope widened": scope_widened, "only dropped": only_dropped,
    "only added": only_added, "other unit": other_unit, "unrelated": unrelated,
}  # fmt: skip
