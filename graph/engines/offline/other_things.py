"""A quote as evidence, and the signs that it is about another thing than the question, though it holds its words."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from graph.engines.offline.asked_words import ASKS_MONEY, MEASURES, NAME_RUN, WORD
from graph.engines.offline.everyday_words import is_written_formally
from graph.engines.offline.unnamed_words import is_replaced
from graph.engines.offline.word_forms import initials_of, is_derived, is_named, stems
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.storage.rows import ChunkRow, SentenceRow


@dataclass(frozen=True, slots=True)
class Evidence:
    """A quote with its context."""

    quote: str
    """The sentence, or the row with its caption, bands, label and columns."""
    above: str
    """Its headings, and the title and name of its document."""
    label: str = ""
    """The label of a table row; "" for other sentences."""
    caption: str = ""
    """What the text of a row has before its label: the caption and bands of its table."""
    is_alone: bool = False
    """Whether no other row's label ends with the same word."""
    lead_in: str = ""
    """The last of the headings, or the short line with a colon above it."""


def headings_above(sentence: SentenceRow, chunk: ChunkRow) -> list[str]:
    """Return the headings that a sentence stands under; a chunk names only those above its first one.

    A heading inside the chunk replaces the last one, and all whose number is not the beginning of its own: under
    "4 Use" there is no "3.1 Place".
    """
    inner: list[str] = []
    last = ""
    for other in chunk.sentences:
        if other.id == sentence.id:
            break
        if other.kind == "heading":
            inner = [*inner, other.text] if last == "heading" else [other.text]
        elif other.text.endswith(":") and len(other.text.split()) <= _LEAD_IN and other.kind == "prose":
            inner = [*[one for one in inner if not one.endswith(":")], other.text]
        last = other.kind
    if not inner or inner[-1] in chunk.headings:
        return list(chunk.headings)
    number = _SECTION.match(inner[-1])
    own = chunk.headings if inner[0].endswith(":") else chunk.headings[:-1]
    above = [heading for heading in own if heading not in inner]
    if number:
        above = [one for one in above if (its := _SECTION.match(one)) is None or number[1].startswith(f"{its[1]}.")]
    return [*above, *inner]


_LEAD_IN = 6  # words of a line with a colon at its end that stands for what is below it: "June quarter:"
_SECTION = re.compile(r"(\d+(?:\.\d+)*)\.?\s")


def other_name(question: str, evidence: Evidence) -> str:
    """Return a name of several words in the question whose words the quote holds only in other names; "" for none."""
    places = " ".join(WORD.findall(f"{evidence.quote} | {evidence.above}".lower()))
    for found in NAME_RUN.finditer(question):
        name = found.group()
        words = [word.lower() for word in WORD.findall(name)]
        telling = [word for word in words if word not in terms.STOP_WORDS and word != "s"]
        near = all(_next_to(places, one, other) for one, other in pairwise(telling)) or _has_middle_name(name, evidence)
        if len(telling) > 1 and not near and "".join(word[0] for word in telling) not in places.split():
            return name
    return ""


def _has_middle_name(name: str, evidence: Evidence) -> bool:
    """Return whether a name of two words stands there with one or two more between: "Ida Berg", "Ida M. Berg"."""
    first, *rest = WORD.findall(name)
    pattern = rf"\b{re.escape(first)} (?:[A-Z][\w-]*\.? ){{1,2}}{re.escape(rest[-1])}\b" if len(rest) == 1 else r"(?!)"
    return bool(re.search(pattern, f"{evidence.quote} | {evidence.above}"))


_CODE = re.compile(r"\b[A-Z]{1,5}-?\d{1,5}[A-Za-z]?\b")
_HYPHENATED = re.compile(r"(?<![\w-])[^\W\d_][\w.]*(?:-[\w.]*\w)+(?![\w-])")  # "Tern-R1", "Tern-R1-Zero"


def codes_of_others(question: str, evidence: Evidence) -> list[str]:
    """Return the codes and years of a question that stand only above a quote with others, or above it in a list.

    "Pumps P20 and P35" above "The filter F-12 costs 9 pounds" does not make it a price of the P35, nor does "2023"
    above "Sales of 90 million are expected in 2024" make them those of 2023.
    """
    asked, said = set(_CODE.findall(question)), set(_CODE.findall(evidence.quote))
    alone = {
        code for part in evidence.above.split(" | ") if len(codes := set(_CODE.findall(part))) == 1 for code in codes
    }
    years, own = terms.years(question), terms.years(evidence.quote)
    others = [] if evidence.label or not own else sorted(years - own)
    longer = [name for name in _HYPHENATED.findall(question) if _is_beginning_only(name, evidence)]
    return [code for code in sorted(asked - said) if said or code not in alone] + others + longer


def _is_beginning_only(name: str, evidence: Evidence) -> bool:
    """Return whether a name with a number stands there as the beginning of longer ones alone: "R1-Zero" for "R1"."""
    held = [found.lower() for found in _HYPHENATED.findall(f"{evidence.quote} | {evidence.above}")]
    own = name.lower()
    same = re.compile(rf"{re.escape(own)}(?:-\d{{4}})?")  # with the date of a version
    begun = any(one.startswith(f"{own}-") for one in held)
    return begun and bool(re.search(r"\d", own)) and not any(map(same.fullmatch, held))


_BESIDE = re.compile(
    r"\b(?:totals?|sum|price|costs?|amount|pay|much)\b.*\b(?:with|including|incl\.?|plus|without|excluding|excl\.?|before|after)"
    r" (?:the )?(\w+)",
    re.IGNORECASE,
)


def other_row(question: str, evidence: Evidence) -> str:
    """Return the label of a row that the question names in part only: "Gannet Bay" where it asks for "Gannet".

    The only row of "Common gannets" is that of "gannets": a common noun is the head of its label.
    """
    label = [word for word in terms.content_terms(evidence.label) if not word.isdigit()]
    if evidence.label and (beside := _BESIDE.search(question)) and stems(evidence.label) & stems(beside[1]):
        return evidence.label  # "the total with VAT" is not the VAT
    asked, initials = stems(question), initials_of(question)
    units = [names for names, unit in MEASURES if unit.search(question)]
    own = [word for word in label if is_named(word, asked, initials) and not is_derived(word, question)]
    named = [word in own or any(names.fullmatch(word) for names in units) for word in label]
    is_head = evidence.is_alone and head(evidence.label).isalpha() and is_named(head(evidence.label), asked, initials)
    return evidence.label if any(named) and not all(named) and not is_head else ""


def head(label: str) -> str:
    """Return the stem of a label's last word; "" if it is a name."""
    words = re.sub(r"\([^()]*\)|\[[^\[\]]*\]", " ", label).split()  # without its unit
    if len(words) > 1 and words[0].endswith(",") and words[1].islower():  # "Bell, brass" is a bell
        return stem(words[0].rstrip(",").lower())
    last = words[-1] if words else ""
    return stem(last) if last.islower() else ""


def _next_to(text: str, first: str, second: str) -> bool:
    """Return whether two words stand next to each other in a text, with at most two small words between."""
    one, two, between = re.escape(first), re.escape(second), r"(?:\w{1,3} ){0,2}"
    return bool(re.search(rf"\b{one}\w{{0,2}} (?:s )?{between}{two}|\b{two}\w{{0,2}} {between}{one}", text))


def other_value(question: str, required: Sequence[str], evidence: Evidence) -> str:
    """Return why a quote is about another thing than the question, as a clause; "" if there is no sign of it.

    Args:
        question: The question.
        required: Its words that say what it is about.
        evidence: The quote, which names them.
    """
    if name := _only_named(question, required, evidence):
        return f"the quote does not name {name}"
    if _is_other_way(question, evidence.quote):
        return "the quote says it the other way round"
    if word := _of_the_other_one(question, required, evidence.quote):
        return f"the quote says {word} of another one"
    if part := _part_of_price(question, evidence):
        return f"the quote is about a {part}"
    if _is_other_amount(question, required, evidence):
        return "the quote gives no price"
    if _is_whole_year(question, evidence):
        return "the quote is about a whole year"
    return "the quote is about a part of the year" if _is_part_of_year(question, evidence) else ""


_THE_ONE = re.compile(r"\b(?:the|an|its|their|our) (?:\w+ )?ones?(?: (?:that|which|who))?\b([^.;]*)", re.IGNORECASE)


def _of_the_other_one(question: str, required: Sequence[str], quote: str) -> str:
    """Return a word before a noun of the question that a quote says of "the one" beside the thing that it is about.

    "The new van cost 9 pounds and replaces the one that was stolen" gives no price of the stolen van.
    """
    held = stems(" ".join(_THE_ONE.findall(quote)))
    return next((w for w in required if is_named(w, held, frozenset()) and is_replaced(question, w, quote)), "")


# An amount that is not the price of a thing, and the words with which a price is given beside it.
_PART_OF_PRICE = re.compile(
    r"\b(?:down[- ]payment|deposit|balance|surcharge|discount|reduction|instalment|reserve|pocket money|penalty"
    r"|dividends?|refund|bonus|donation|grant|loan)\b", re.IGNORECASE,
)  # fmt: skip
_PRICE = re.compile(
    r"\b(?:price|costs?|fees?|amounts? to|contribution|rate|fare|premium|total|charged?|per|each)\b", re.IGNORECASE
)


def _part_of_price(question: str, evidence: Evidence) -> str:
    """Return which amount a sentence gives in place of the asked price ("down payment"); "" if it may be the price."""
    if evidence.label or not ASKS_MONEY.search(question) or _PART_OF_PRICE.search(question):
        return ""
    part = None if _PRICE.search(evidence.quote) else _PART_OF_PRICE.search(evidence.quote)
    return part.group().lower() if part else ""


_PAID = re.compile(
    r"\b(?:free|gratis|paid|pays?|spen[dt]|sells?|sold|bought|buys?|worth|tickets?|admission|for [$€£¥]?\d)\b", re.I
)


_IN_TIME = re.compile(r"(?:Jan|Febr)uary|March|April|May|June|July|August|(?:Septem|Octo|Novem|Decem)ber|\w+day")


def _is_other_amount(question: str, required: Sequence[str], evidence: Evidence) -> bool:
    """Return whether a sentence has an amount but no price, if a question asks for the price of a thing with a name.

    "It may alter income tax by up to 3 pence" is no cost of getting into the Scottish Parliament.
    """
    if evidence.label or not ASKS_MONEY.search(question) or not all(word[0].isupper() for word in required):
        return False
    if required and all(_IN_TIME.fullmatch(word) for word in required):  # "How much did I pay in July?"
        return False
    return not _PRICE.search(evidence.quote) and not _PAID.search(evidence.quote)


_ASKS_AMOUNT = re.compile(
    r"^\W*(?:(?:and|so) )?(?:what|how (?:much|high|large|big|many))\b|^\W*[a-z ]+\b20\d\d\W*$", re.I
)


def _is_part_of_year(question: str, evidence: Evidence) -> bool:
    """Return whether an amount of a quarter or half-year is quoted for one of a year; a row says it by its columns."""
    if evidence.label or not _ASKS_AMOUNT.search(question) or not terms.years(question):
        return False
    near = f"{evidence.quote} | {evidence.lead_in}"
    of_part = terms.PART_OF_YEAR.search(near) and not terms.WHOLE_YEAR.search(evidence.quote)
    return bool(of_part) and not terms.PART_OF_YEAR.search(question)


def _is_whole_year(question: str, evidence: Evidence) -> bool:
    """Return whether an amount of a year is quoted for one of a quarter or half-year; of a row the columns say it."""
    if not terms.PART_OF_YEAR.search(question) or not _ASKS_AMOUNT.search(question):
        return False
    own = evidence.quote.removeprefix(evidence.caption)
    near = own if evidence.label else f"{own} | {evidence.lead_in}"
    return bool(terms.WHOLE_YEAR.search(own)) and not terms.PART_OF_YEAR.search(near)


def _only_named(question: str, required: Sequence[str], evidence: Evidence) -> str:
    """Return the noun asked for, where a question has only a name or one word besides: "What religion was X?"."""
    asked = _ASKED_NOUN.match(question)
    noun = asked[1].lower() if asked else ""
    only_names = len(required) == 1 or (bool(required) and all(word[0].isupper() for word in required))
    if not noun or noun in terms.STOP_WORDS or not only_names or noun in _TIMES:
        return ""
    return "" if is_named(noun, stems(f"{evidence.quote} {evidence.above}"), frozenset()) else noun


_TIMES = frozenset(("day", "days", "date", "month", "year", "time", "hour"))  # "Every Wednesday" names a day
_ASKED_NOUN = re.compile(
    r"^\W*(?:what|which)(?: (?:kinds?|types?|sorts?) of)? ([a-z]+) (?:is|are|was|were|do|does|did|has|have"
    r"|had)\b",
    re.I,
)
_WAY = re.compile(r"\bfrom (?:the )?(\w+)(?: [^\s,.;?]+){0,2}? to (?:the )?(\w+)")


_END = re.compile(r"\b(from|to) (?:the )?([A-Z][\w-]+)")
_OTHER_END = {"from": "to", "to": "from"}
_IS_FAR = re.compile(r"\b(?:how (?:far|long)|distance|away)\b", re.IGNORECASE)


def _is_other_way(question: str, quote: str) -> bool:
    """Return whether a quote has the two ends of a way exchanged: "from Kiel to Bergen" for "from Bergen to Kiel"."""
    asked, said = _ways(question), _ways(quote)
    if any((end, start) in said for start, end in asked) and not asked & said:
        return True
    # "The flight from Hamburg" is not the one "from Alta to Hamburg".
    ends = _END.findall(question) if not asked and not _IS_FAR.search(question) else []
    of_quote = set(_END.findall(quote))
    return any((_OTHER_END[way], name) in of_quote and (way, name) not in of_quote for way, name in ends)


def _ways(text: str) -> set[tuple[str, str]]:
    plain = "".join(sign for sign in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(sign))
    return {(stem(start), stem(end)) for start, end in _WAY.findall(plain)}


_ASKS_WHAT_IS = re.compile(
    r"^\W*(?:and |so )?what(?:['’]s| is| are| was| were) (?:the|our|its|their|your|my) \w", re.IGNORECASE
)
_IS = re.compile(
    r"^\W*(?:\d+(?:\.\d+)*\W+)?(?:the |our |its |their )?(?P<thing>(?:[\w'’-]+ ){1,8}?)(?:is|are|was|were|stood at"
    r"|(?:improved|rose|fell|grew|dropped|came|amount(?:ed|s)) to) ", re.I
)  # fmt: skip
_ASKS_WHETHER = re.compile(r"^\W*(?:and |so )?(?:is|are) there (?:an? |any |some )?\w", re.IGNORECASE)
_SHORT, _OPENING = 7, 4  # words of a line with a label; words that a sentence on the existence of a thing begins with


_WHO_DID = re.compile(r"^\W*(?:and |so )?who ([a-z]{3,})\b", re.IGNORECASE)
_DONE_BY = re.compile(r"^\W*([A-Za-z]{3,}) by:? [A-Z]")  # "Validated by Marek Dolan"


def says_outright(question: str, required: Sequence[str], quote: str) -> bool:
    """Return whether a quote says what something is that a question asks for: "The main risk is erosion".

    `required` are the words of the question that the quote has to name.
    """
    first, *rest = quote.split() or [""]
    labelled = len(rest) < _SHORT and any(is_named(word, stems(first), frozenset()) for word in required)
    if labelled and (rest or "@" in quote):  # "Telephone 055 1200"
        return True
    if (asked := _WHO_DID.match(question)) and (done := _DONE_BY.match(quote)):
        return stem(asked[1].lower()) == stem(done[1].lower())
    if _ASKS_WHETHER.match(question):
        opening = stems(" ".join([first, *rest][:_OPENING]))
        return bool(required) and all(is_named(word, opening, frozenset()) for word in required)
    said = _IS.match(quote) if _ASKS_WHAT_IS.match(question) else None
    held = stems(said["thing"]) if said else frozenset[str]()
    return bool(said and required) and all(is_named(word, held, frozenset()) for word in required)


SENTENCES = re.compile(r"(?<=[^\d\W]\. )(?=[A-Z])|(?<=[\d)]\. )(?=[A-Z][a-z]+ [a-z])|(?<=; )")
POINTS_BACK = re.compile(
    r"^(?:it|its|they|their|this|these|both)\b|\b(?:it|them)(?=[,;:.]| (?:for|at|in|every|and)\b)", re.I
)


def is_done_to_another(verb: str, others: Sequence[str], quote: str) -> bool:
    """Return whether a quote has a verb only in sentences that name none of the other words.

    "The lift will be replaced by Holm. The offer of Roe left out maintenance" does not say who repairs the lift.
    """
    parts = [(part, stems(part)) for part in SENTENCES.split(quote)]
    saying = [(part, held) for part, held in parts if says(verb, held)]
    if len(parts) == 1 or not saying or not others:
        return False
    return not any(POINTS_BACK.search(part) or any(says(word, held) for word in others) for part, held in saying)


def says(word: str, held: frozenset[str]) -> bool:
    """Return whether the stems of a text name a word, or a formal one for it."""
    return is_named(word, held, frozenset()) or is_written_formally(word, held)


_ALONE = r"(?<!\d)(?<!\d[.,]){}(?!\d|[.,]\d)"


def numbers_of_others(question: str, words: Sequence[str], evidence: Evidence) -> list[str]:
    """Return the numbers of a question that a row has only as parts of others: "50" of "9.50"; "5 kg" for "50 kg"."""
    if not evidence.label:
        return []
    text = f"{evidence.quote} | {evidence.above}"
    numbers = [word for word in words if word.isdigit()]
    return [
        word
        for word in numbers
        if re.search(_ALONE.format(word), question)
        and (not re.search(_ALONE.format(word), text) or _is_of_another_unit(word, question, text))
    ]


def _is_of_another_unit(number: str, question: str, text: str) -> bool:
    """Return whether a row has the unit of a number of the question beside other numbers alone: "50 kg" of "5 kg"."""
    unit = re.search(rf"{_ALONE.format(number)}\s?([a-zA-Z]{{1,3}})\b", question)
    if not unit or not re.search(rf"\d\s?{unit[1]}\b", text):
        return False
    return not re.search(rf"{_ALONE.format(number)}\s?{unit[1]}\b", text)
