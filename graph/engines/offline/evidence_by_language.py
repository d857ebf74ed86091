"""The rule of `evidence_rules` for German, French and Spanish questions on texts of the same language.

The sentence, with the headings and the title above it, names every word that says what the question is about, in any
inflection that the Snowball stemmer of the language knows, as a part of a compound, or by a few synonyms; both are
negated or neither is; and it holds a value of the asked kind that is not in the question. There is no
rule for other languages, or for two different ones: such a quote stays related.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Any

from graph.engines.offline.asked_words import WORD
from graph.engines.offline.words_by_language import MEASURES, WORDS, Words
from graph.retrieval.languages import language, stop_words

# A title of two things ("the lighthouse and the harbour") does not say which of them a sentence is about.
_JOINS = re.compile(r"(?<!\w)(?:und|et|y|e)(?!\w)", re.IGNORECASE)
_YEAR = re.compile(r"(?<![\w.,])(?:1[0-9]{3}|20[0-9]{2})(?![\w.,]*\d)")  # no amount
_UNITS = "|".join(units.pattern for _, units in MEASURES)
# "A cellar belongs to the flat" holds no amount, "a week" does.
_ARTICLE = re.compile(
    r"(?<!\w)(?:ein(?:e[nmrs]?)?|une?|una|uno)(?!\w)"
    rf"(?! +(?:{_UNITS}|\w*(?:mal|million|milliarde|drittel|viertel|mill[oó]n)\w*\b))",
    re.IGNORECASE,
)
_NEAR = 5  # words between a number and what it counts
_MIN_PART = 4  # letters of a word that may be a part of a compound ("Strom" in "Stromrechnung")
_VERB_ENDING = re.compile(r"(?:ete?n?|te?n?|e?st|en|e|t)$")  # "bedient", "bedienen", which the stemmer keeps apart
_MIN_CAPITALISED = 2  # letters of a name
_local = threading.local()


def is_open(question: str) -> bool:
    """Return whether a question asks for no value that can be recognized: for a reason, or for anything but yes."""
    code = language(question)
    if asks_yes_or_no(question):
        return False
    return code not in WORDS or asked_kind(code, question) in ("", "reason")


def answers(question: str, quote: str, above: Sequence[str], before: str, whole: str) -> bool:
    """Return whether a sentence answers a question that is in another language than English.

    Args:
        question: The question.
        quote: The sentence.
        above: The headings above it, and the title of its document.
        before: The sentence before it; "" for none.
        whole: The text of its chunk, whose language is that of the document.
    """
    code = language(question)
    words = WORDS.get(code)
    if words is None or language(whole) != code:
        return False
    over = _forms(words, " | ".join(one for one in above if not _JOINS.search(one)))
    required = required_words(code, question)
    if _ASKS_PERMISSION.match(question) and not _RULES.search(quote):
        return False
    refers = words.refers.match(quote) or (code == "de" and _REFERS_LATER.match(_without_headings(quote, above)))
    held = _forms(words, f"{quote} | {before}" if refers else quote)
    own = _forms(words, quote)
    named = all(_is_named(words, word, held) or _is_named(words, word, over, as_head=True) for word in required)
    if not named or not any(_is_named(words, word, own) for word in required):
        return False
    asked_negated, negated = bool(words.negative.search(question)), _is_negated(words, required, quote)
    if negated and not asked_negated and asks_yes_or_no(question):
        return True  # "Darf ich ...?" is answered by what denies it, too
    if asked_negated != negated:
        return False
    if _HOW_OLD.search(question) and _BORN.search(quote) and not _AGE.search(quote):
        return False  # the age depends on the day that is meant
    return _holds_value(words, question, _without_headings(quote, above))


def _without_headings(quote: str, above: Sequence[str]) -> str:
    """Return a quote without the headings before it, whose numbers ("§ 1") are no values."""
    for heading in above:
        quote = quote.removeprefix(f"{heading}. ")
    return quote


# "Darf ich meinen Hund mitbringen?" is answered by what allows or forbids dogs.
_ASKS_PERMISSION = re.compile(
    r"^\W*(?:(?:darf|dürfen|kann|können) (?:ich|wir|man)\b|ist es (?:erlaubt|gestattet|verboten|möglich)\b"
    r"|(?:ist|sind) (?:das |der |die |den )?(?:\w+ ){1,5}?(?:erlaubt|gestattet|verboten)\W*$)"
    r"(?!.*\b(?:nicht|kein\w*|oder)\b)",
    re.IGNORECASE,
)
_PERMISSION = frozenset(
    """erlaubt gestattet verboten zulässig möglich mitbringen bringen mitnehmen nehmen nutzen benutzen halten haben
    mein meine meinen meinem meiner unser unsere unseren""".split()
)
_RULES = re.compile(
    r"\b(?:erlaub\w*|gestatte\w*|verboten|untersagt|zulässig|unzulässig|darf|dürfen|kann|können|muss|müssen|zustimmung"
    r"|genehmig\w*|möglich|willkommen|nicht|kein\w*|nur|ausgeschlossen|ausgenommen)\b",
    re.IGNORECASE,
)
_YES_NO = re.compile(
    r"^\W*(?:(?:darf|dürfen|kann|können|muss|müssen|soll|sollen|ist|sind|war|waren|gibt es|hat|haben|wird|werden|gilt"
    r"|gehört|braucht|est-ce que|peut-on|puis-je|pouvons-nous|dois-je|doit-on|faut-il|y a-t-il|est-il|est-elle|sont-ils"
    r"|puedo|podemos|se puede|se pueden|debo|debemos|hay que|hay|está|están|tiene|tienen)(?!\w)"
    # "Nehmt ihr ...?": a German verb before its pronoun.
    r"|(?!w[aeio])\w+(?:t|e|en) (?:ich|du|er|sie|es|wir|ihr|man)\b)(?!.*\b(?:oder|ou|o)\b)",
    re.IGNORECASE,
)
# "Heute hat er 640 Mitglieder": the subject stands in the sentence before, as if it began with "er".
_REFERS_LATER = re.compile(r"(?:[A-ZÄÖÜ][\wäöüß]*|Im Jahr \d+|Seit \d+) [a-zäöü]\w* (?:er|sie)\b")


@lru_cache(maxsize=64)
def asks_yes_or_no(question: str) -> bool:
    """Return whether a German, French or Spanish question is answered by yes or no."""
    return bool(_YES_NO.match(question))


_HOW_OLD = re.compile(r"\bwie alt\b|\bquel âge\b|\b(?:qué edad|cuántos años)\b", re.IGNORECASE)
_BORN = re.compile(r"\b(?:geboren|geb\.|geburts\w+|née?s?|naissance|nacid[oa]s?|nació|nacimiento)(?!\w)", re.IGNORECASE)
_AGE = re.compile(
    r"\b\d+[ -]?(?:jahre alt|jährige?[rsnm]?|ans\b|años\b)|\b(?:im alter von|âgée? de|edad de) \d", re.IGNORECASE
)


def row_answers(question: str, row: str, label: str, above: Sequence[str], whole: str) -> bool:
    """Return whether a row of a table answers: the question names its whole label, and the row all of the question.

    Rows with the most or least, sums and other computations are asked in English.
    """
    code = language(question)
    words = WORDS.get(code)
    if words is None or not WORD.search(label):
        return False
    asked = _forms(words, question)
    if not all(_is_named(words, word, asked) for word in _telling_words(label, whole)):
        return False
    # The language of names and numbers is unknown: headings and columns have to be in the question's words.
    same = language(whole) in (code, "")
    held, over = _forms(words, row), _forms(words, " | ".join(above))
    return (
        same
        and all(
            _is_named(words, word, held) or _is_named(words, word, over, as_head=True)
            for word in required_words(code, question)
        )
        and _holds_value(words, question, row, is_row=True)
    )


def _telling_words(label: str, whole: str) -> list[str]:
    """Return the words of a row's label that tell it from others: no rate or size where no other row has its words.

    "Mehrwertsteuer 19 %" is the value added tax of a bill that has no other.
    """
    plain = _RATE.sub("", label).strip()
    alone = plain != label.strip() and whole.count(plain) == 1
    return WORD.findall(plain if alone and WORD.search(plain) else label)


_RATE = re.compile(r"\(?\b\d[\d.,]* ?(?:%|[kM]?Wh?\b|[kcm]?m[²³]?\b|kg\b|[gl]\b)\)?")


@lru_cache(maxsize=64)
def asked_kind(code: str, question: str) -> str:
    """Return what kind of value a question asks for: reason, count, number, date, name or place; "" for any."""
    return next((kind for kind, pattern in WORDS[code].kinds if pattern.search(question)), "")


@lru_cache(maxsize=64)
def required_words(code: str, question: str) -> tuple[str, ...]:
    """Return the words of a question that an answer has to name: no function words, not the kind of thing asked for."""
    words = WORDS[code]
    kinds = {group.lower() for found in words.asked.finditer(question) for group in found.groups() if group}
    ignored = stop_words(code) | words.frame | kinds
    ignored |= _PERMISSION if _ASKS_PERMISSION.match(question) else frozenset()
    kept = [
        word for word in WORD.findall(question) if word.lower() not in ignored and (len(word) > 1 or word.isdigit())
    ]
    if kept and question.lstrip(" ¿").startswith(kept[0]) and asks_yes_or_no(question):
        kept[0] = kept[0].lower()  # a verb
    return tuple(dict.fromkeys(kept))


def _is_named(words: Words, word: str, held: frozenset[str], *, as_head: bool = False) -> bool:
    """Return whether forms of a text name a word, also as a part of a compound.

    With `as_head` only as its last part: a title "Gartenverein" names a club, and no garden.
    """
    lower = word.lower()
    forms = _forms(words, word)
    if forms & held:
        return True
    if any(letter.isdigit() for letter in lower) or len(lower) < _MIN_PART:
        return False
    for group in _groups(words.stemmer):
        if forms & group and group & held:
            return True
    form = _stem(words, lower)
    parts = len(form) >= _MIN_PART and words.stemmer == "german"
    return parts and any((other.startswith(form) and not as_head) or other.endswith((form, lower)) for other in held)


def _is_negated(words: Words, required: tuple[str, ...], quote: str) -> bool:
    """Return whether a negation stands among or right before or after the words of a quote that a question names."""
    at = [
        found.start()
        for found in WORD.finditer(quote)
        if any(_is_named(words, word, _forms(words, found.group())) for word in required)
    ]
    return bool(at) and any(at[0] - 12 <= found.start() <= at[-1] + 12 for found in words.negative.finditer(quote))


def _holds_value(words: Words, question: str, quote: str, *, is_row: bool = False) -> bool:
    """Return whether a quote holds a value of the asked kind that is not in the question."""
    code = next(key for key, value in WORDS.items() if value is words)
    kind, known = asked_kind(code, question), frozenset(word.lower() for word in WORD.findall(question))
    measured = [units for names, units in MEASURES if names.search(question) and not names.search(quote)]
    if not all(units.search(quote) for units in measured):
        return False
    if _HOW_OFTEN.search(question) and _OFTEN.search(quote):
        return True
    if kind == "count" and not is_row:
        return _counts(words, question, quote, known)
    if kind in ("number", "date", "count"):
        amounts = _ARTICLE.sub(" ", _YEAR.sub(" ", quote))
        return _new(words.date, quote, known) if kind == "date" else _new(words.number, amounts, known)
    if kind == "name":
        return _names(words, quote, known)
    if kind in ("place", "reason"):
        return bool((words.place if kind == "place" else words.reason).search(quote))
    ignored = known | stop_words(code)
    return any(word.lower() not in ignored for word in WORD.findall(quote))


_HOW_OFTEN = re.compile(r"\bwie oft\b|\bcombien de fois\b|\b(?:cuántas veces|con qué frecuencia)\b", re.IGNORECASE)
_OFTEN = re.compile(
    r"\b(?:jede[nrsm]?|alle (?:zwei|drei|vier|\d+)|täglich|(?:ein|zwei|drei|mehr)mal"
    r"|\w*(?:wöchentlich|monatlich|jährlich)|chaque|tous les|toutes les|par (?:jour|semaine|mois|an)"
    r"|cada|al (?:día|mes|año)|veces|vez)\b",
    re.IGNORECASE,
)


def _new(pattern: re.Pattern[str], quote: str, known: frozenset[str]) -> bool:
    found = [one.group() for one in pattern.finditer(quote)]
    return any(not set(map(str.lower, WORD.findall(one))) <= known for one in found)


def _names(words: Words, quote: str, known: frozenset[str]) -> bool:
    """Return whether a quote names somebody: in German, where all nouns are capitalised, by two such words in a row."""
    found = WORD.findall(quote)
    new = [word[:1].isupper() and len(word) >= _MIN_CAPITALISED and word.lower() not in known for word in found]
    if words.stemmer == "german":
        return any(one and other for one, other in pairwise(new))
    return any(new[1:]) or (len(new) > 1 and new[0] and new[1])


def _counts(words: Words, question: str, quote: str, known: frozenset[str]) -> bool:
    """Return whether a quote holds a number that the question does not, near the thing that is counted."""
    asked = words.counted.search(question)
    counted = next((group for group in asked.groups() if group), "") if asked else ""
    found = re.findall(r"[\w.,]*\w", quote)
    numbers = [
        at
        for at, word in enumerate(found)
        if words.number.fullmatch(word) and not _YEAR.fullmatch(word) and word.lower() not in known
    ]
    things = [at for at, word in enumerate(found) if counted and _is_named(words, counted, _forms(words, word))]
    if not things:
        return bool(numbers)
    # "Books: 400" counts books, "books for four weeks" counts weeks.
    of_another = {at for at in numbers if at + 1 < len(found) and _is_noun(words, found[at + 1])}
    return any(
        0 <= thing - number <= _NEAR or (-2 <= thing - number < 0 and number not in of_another)
        for number in numbers
        for thing in things
    )


def _is_noun(words: Words, word: str) -> bool:
    """Return whether a word after a number may be what it counts: in German, where nouns are capitalised, by that."""
    code = next(key for key, value in WORDS.items() if value is words)
    return word[:1].isupper() if words.stemmer == "german" else word.isalpha() and word.lower() not in stop_words(code)


def _forms(words: Words, text: str) -> frozenset[str]:
    """Return the words of a text, lower case, with their stems; German participles without "ge" too."""
    found = {word.lower() for word in WORD.findall(text)}
    forms = found | {_stem(words, word) for word in found}
    if words.stemmer == "german":
        verbs = {word for word in WORD.findall(text) if word[0].islower()}
        forms |= {f"{root}-" for word in verbs if len(root := _VERB_ENDING.sub("", word)) >= _MIN_PART}
        forms |= {
            f"{word[2:]}"
            for word in forms
            if word.startswith("ge") and word.endswith("-") and len(word) > _MIN_PART + 3
        }
    return frozenset(forms)


@lru_cache(maxsize=4)
def _groups(stemmer: str) -> tuple[frozenset[str], ...]:
    words = next(value for value in WORDS.values() if value.stemmer == stemmer)
    return tuple(frozenset(group | {_stem(words, word) for word in group}) for group in words.same)


@lru_cache(maxsize=50_000)
def _stem_of(stemmer: str, word: str) -> str:
    # Stemmer objects are not thread-safe: one for each thread and language.
    stemmers: dict[str, Any] = _local.__dict__.setdefault("stemmers", {})
    if stemmer not in stemmers:
        import Stemmer

        stemmers[stemmer] = Stemmer.Stemmer(stemmer)
    return str(stemmers[stemmer].stemWord(word))


def _stem(words: Words, word: str) -> str:
    return _stem_of(words.stemmer, word)
