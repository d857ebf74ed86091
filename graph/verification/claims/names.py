"""A check of a claim's names: words with a capital inside a sentence, acronyms, words with digits.

There is no dictionary, and an undecided word passes, because a false alarm costs a correct answer. Scripts without
capitals are skipped, and so are names in a script that the evidence does not use. In German, where every noun has a
capital, only two capitalised words in sequence count.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from graph.verification.claims.dates import MONTHS
from graph.verification.claims.numbers.parsing import names_with_digits, spelled
from graph.verification.claims.wording import language
from loaders.text.raised_signs import without_marks, write_signs

_TOKEN = re.compile(r"[^\W_]+(?:[’'][^\W_]+)*")
_STARTS = re.compile(r"(?:^|[.!?:;\n…]|[-–—•*]\s)[\s\"'“”„‘«»()\[\]]*$")
_JOINED = re.compile(r"[ \t\-–/&.’']{0,2}$")
# Words that are German in this spelling only; one is enough.
_GERMAN = re.compile(
    r"\b(Der|Die|[Dd]as|und|ist|[Ee]ine?[mnrs]?|wurden?|für|nicht|sind|im|beim|zum|zur|kostet|ging(?:en)?|trat(?:en)?|"
    r"seine[mnrs]?|hatten?|sich|nach|über|auch|kam(?:en)?|ins|betr[äu]g(?:t|en)?|stieg(?:en)?|werden|gegenüber)\b"
)
_LINE_END = re.compile(r"[-\u00ad]\s*\n\s*")
# Words of four languages that begin a sentence or title and are no names, and words that refer to a part of a document.
# They matter only before a word with a capital.
_OPENERS = frozenset(
    """a about after again all also although among an and another any are as at before both but by could did do does
    during each either for from had has have he her here his how however i if in instead is it its last many more most
    mr mrs ms dr next no not of on once one only or our overall per she since so some such that the their then there
    these they this those through thus to today two under unlike until was we were what when where which while who why
    with within yes yet you
    table figure fig section chapter page pages appendix note part step item equation eq column row volume version
    am auf aus bei bis das dem den der des die ein eine einer es für im in laut mit nach seit und unter vom von vor zu
    zum zur ohne bei trotz gegen durch während wegen zwischen über rund etwa insgesamt beide kein keine
    keiner alle viele einige manche jede jeder jedes diese dieser dieses seine ihre mehr weniger
    tabelle abbildung abb seite kapitel au aux avec ce cette dans de des du elle en et il la le les leur par
    pour selon son sous sur un une el los las según del con por para""".split()
)
# Currencies and units next to a number, which the evidence may write differently (EUR 14, 14 euros, €14).
_UNIT = re.compile(
    r"^(?:[A-Z]{1,4}|[a-zA-Zµ]{1,3}|Euros?|Dollars?|Pounds?|Mio|Mrd|Tsd|Million|Millionen|Milliarden?|Prozent|Percent)$"
)
_CURRENCY = re.compile(
    r"^(?:[A-Z]{2}|[a-zA-Zµ]|EUR|USD|GBP|CHF|JPY|CNY|RMB|INR|KRW|SEK|NOK|DKK|PLN|CAD|AUD|NZD|HKD|Rs|Fr|Euros?|Nr|No)$"
)
_MEASURES = frozenset("celsius fahrenheit kelvin kwh mwh gwh twh mah ah db hz khz mhz ghz kb mb gb tb kw mw gw".split())
_SHORTEST_STEM, _LONGEST_ENDING = 4, 2  # "Germany", "German"; "Carrow", "Carrows"; but not "Ann", "Anna"


def unsupported_names(text: str, source: str) -> list[str]:
    """Return the names of `text` that are not in `source`, each once, in order."""
    text, source = _with_ordinals(text), _with_ordinals(source)
    claimed = names(text, german_source=bool(_GERMAN.search(source)) or language(source) == "de")
    claimed += [found[0] for found in _NUMBERED.finditer(text)]
    if not claimed:
        return []
    source = unicodedata.normalize("NFKC", without_marks(write_signs(source)))
    known = {_plain(token) for token in _TOKEN.findall(f"{source} {_LINE_END.sub('', source)}")}
    scripts = {_script(word) for word in known}
    unsupported = [
        name
        for name in claimed
        if not (
            holds_code(name, source)
            if _is_code(name)
            else _is_supported(_plain(name), known) or _in_pieces(name, source) or _is_one_of(name, known)
        )
        and _script(name) in scripts
    ]
    return list(dict.fromkeys(unsupported))


_ORDINAL_WAR = re.compile(r"\b(?:(First)|(Second)|(Erste)[nrs]?|(Zweite)[nrs]?) (?:World War|Weltkrieg)(?:e?s)?\b")


def _with_ordinals(text: str) -> str:
    """Return a text with uniform names of world wars: "Second World War" becomes "World War II"."""
    return _ORDINAL_WAR.sub(lambda one: f"World War {'I' if one[1] or one[3] else 'II'}", text)


_NUMBERED = re.compile(r"\b[A-Z][a-z]{2,} (?:I{1,3}|IV|VI{0,3}|IX|XI{0,3}|XIV|XV|XVI)\b(?![.’'])")
"""A name with a Roman number ("War II", "Louis XIV")."""


def _is_code(name: str) -> bool:
    return any(map(str.isdigit, name)) or " " in name


def holds_code(name: str, source: str) -> bool:
    """Return whether a text has a name with digits, hyphens and spaces aside: GPT-4o is GPT 4o, but not GPT-4.

    Quarters and years may be written out: Q3 is "third quarter", FY2023 "fiscal year 2023".
    """
    pieces = re.findall(r"[^\W\d_]+|\d+(?:[.,]\d+)*", name)
    pattern = r"(?<![^\W_])" + r"[\W_]{0,2}".join(map(re.escape, pieces)) + r"(?![^\W_]|[.,]\d)"
    if re.search(pattern, source, re.IGNORECASE):
        return True
    written = _PERIOD.fullmatch(name)
    if not written:
        return False
    kind, number = written[1].upper(), written[2]
    ordinal = _ORDINALS[int(number)] if len(number) == 1 and number in "1234" else ""
    spelled = {
        "Q": rf"(?:{ordinal or '-'}[ -]quarter|{number}\.? ?Q|{number}\. Quartal|quarter {number})",
        "H": rf"(?:{ordinal or '-'}[ -]half|{number}\. Halbjahr)",
    }.get(kind, rf"(?:fiscal|financial)(?: year)? (?:20)?{number}")
    return bool(re.search(spelled, source, re.IGNORECASE))


def _in_pieces(name: str, source: str) -> bool:
    """Return whether a text writes a name with capitals inside as several words: "Wave Net" for "WaveNet"."""
    pieces = re.findall(r"[^\W\d_A-ZÄÖÜ]+|[A-ZÄÖÜ](?:[^\W\d_A-ZÄÖÜ]+|[A-ZÄÖÜ]*(?![^\W\d_A-ZÄÖÜ]))", name)
    if len(pieces) < 2 or name.isupper():
        return False
    return bool(re.search(r"(?<![^\W_])" + r"[ \-‐]?".join(map(re.escape, pieces)) + r"(?![^\W_])", source))


def _is_one_of(name: str, known: set[str]) -> bool:
    """Return whether a name in capitals is known in its singular or plural: "CDI", "CDIs"."""
    return (name.isupper() and f"{_plain(name)}s" in known) or (name[:-1].isupper() and _plain(name[:-1]) in known)


_PERIOD = re.compile(r"(Q|H|FY)[ -]?((?:20)?\d{1,2})", re.IGNORECASE)
_ORDINALS = ("", "first", "second", "third", "fourth")


def names(text: str, *, german_source: bool = False) -> list[str]:
    """Return the names in a text, as it writes them.

    A German noun after an article is no name if the source is in another language: its word is translated there.
    """
    text = unicodedata.normalize("NFKC", without_marks(write_signs(text)))
    tokens = list(_TOKEN.finditer(text))
    spoken = language(text)
    german = bool(_GERMAN.search(text)) or spoken == "de" or (german_source and not spoken)
    coded = names_with_digits(text)
    found: list[tuple[int, str]] = [(start, part) for name, start, _ in coded for part in _parts(name, german)]
    found += [
        (token.start(), token.group())
        for at, token in enumerate(tokens)
        if not any(start <= token.start() < end for _, start, end in coded)
        and (
            (_certain(token.group()) and not _at_number(text, token) and token.group().lower() not in _MEASURES)
            or (
                _capital(token.group())
                and _named(text, tokens, at, german)
                and not (german and not german_source and _after_article(tokens, at))
            )
        )
    ]
    return [name for _, name in sorted(found, key=lambda pair: pair[0])]


def _parts(name: str, german: bool) -> list[str]:
    """Return the parts of a name with digits, all of which must be known: "Claude-3.5", "Sonnet-1022"; "OpenAI", "o1".

    Digits belong to the letters before them; parts in lower case ("o1-mini") are left out, in German also nouns
    ("pass@1-Wert").
    """
    found: list[str] = []
    for part, mark in re.findall(r"([^\W_]+(?:[.,](?=\d)[^\W_]+)*)([-‐‑@/+.'’]?)", name):
        if part[0].isdigit() and found:
            found[-1] += part
        else:
            found.append(part)
        found[-1] += mark
    parts = [part.rstrip("-‐‑@/+.'’") for part in found]
    return [
        part
        for at, part in enumerate(parts)
        if any(map(str.isdigit, part))
        or (len(part) > 1 and not part.islower() and not (german and at and part[1:].islower()))
    ]


def _named(text: str, tokens: list[re.Match[str]], at: int, german: bool) -> bool:
    """Return whether the capitalised word at this place is a name."""
    word = tokens[at].group()
    if (
        re.sub(r"[’']s$", "", word.lower()) in _OPENERS  # "Today's"
        or word.lower() in _MEASURES
        or spelled(f"die {word.lower()}")
        or word.lower() in MONTHS
        or _at_number(text, tokens[at])
    ):
        return False
    starts = bool(_STARTS.search(text[: tokens[at].start()]))
    if german and _COMMON_NOUN.search(word):
        return False
    if german and at > 0 and tokens[at - 1].group().lower() in _ARTICLES and word[1:].islower():
        return False  # "die Lokomotive Kranich"
    if german and at > 0 and word[1:].islower() and _is_compound(text, tokens[at - 1], tokens[at]):
        return False  # "JSON-Ausgabe"
    follows = at + 1 < len(tokens) and _next_to(text, tokens[at], tokens[at + 1])
    leads = at > 0 and _next_to(text, tokens[at - 1], tokens[at])
    before = leads and not starts and _name_like(tokens[at - 1].group()) and not _at_number(text, tokens[at - 1])
    after = follows and _name_like(tokens[at + 1].group()) and not word.lower().endswith("ly")
    return (before or after) if german or starts else True


_COMMON_NOUN = re.compile(
    r"[a-zäöüß]{3}(?:ung|heit|keit|schaft|tion|ität|nis|tum|ment|ismus|enz|anz|ierung|eur|ling)(?:en|e|s|es)?$"
)
"""Endings of German nouns that are no names: "Ohne Kündigung"."""


def _is_compound(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    """Return whether a word ends a compound that begins with an acronym."""
    return one.group().isupper() and text[one.end() : other.start()] in ("-", "‐", "‑")


def _after_article(tokens: list[re.Match[str]], at: int) -> bool:
    """Return whether a run of words with capitals follows a German article: "der Zweite Weltkrieg"."""
    while at > 0 and tokens[at - 1].group()[0].isupper() and tokens[at - 1].group().lower() not in _ARTICLES:
        at -= 1
    while at > 1 and _ADJECTIVE.fullmatch(tokens[at - 1].group()):  # "in den französischen Kolonien"
        at -= 1
    return at > 0 and tokens[at - 1].group().lower() in _ARTICLES


_ADJECTIVE = re.compile(r"(?!einen|einer|eines|einem|diese|seine|ihre)[a-zäöüß]{3,}(?:en?|er|es|em)")

_ARTICLES = frozenset(
    """der die das dem den des ein eine einer einem einen eines im am zum zur beim vom ins seine seiner seinem seinen
    ihre ihrer ihrem ihren diese dieser dieses diesem diesen jede jeder jedes alle aller""".split()
)


def _next_to(text: str, one: re.Match[str], other: re.Match[str]) -> bool:
    return bool(_JOINED.fullmatch(text[one.end() : other.start()]))


def _name_like(word: str) -> bool:
    return _capital(word) and word.lower() not in _OPENERS and word.lower() not in MONTHS


def _capital(word: str) -> bool:
    return len(word) > 1 and word[0].isupper()


def _certain(word: str) -> bool:
    """Return whether a word is a name anywhere in a sentence: it has an inner capital, or letters and digits."""
    letters = [character for character in re.sub(r"[’'].*", "", word) if character.isalpha()]
    mixed = len(letters) < len(re.sub(r"[’'].*", "", word))
    inner = any(character.isupper() for character in word[1:])
    return len(word) > 1 and bool(letters) and (inner or (mixed and word[0].isalpha()))


def _at_number(text: str, token: re.Match[str]) -> bool:
    """Return whether a word is a unit or currency after a number, or a currency before one."""
    before, after = text[: token.start()].rstrip(" ($€£"), text[token.end() :].lstrip(" .$€£")
    if before[-1:].isdigit() and _UNIT.match(token.group()):
        return True
    return after[:1].isdigit() and bool(_CURRENCY.match(token.group()))


def _is_supported(name: str, known: set[str]) -> bool:
    """Return whether a name is known, with or without an ending; a name with digits must match exactly."""
    if name in known or any(character.isdigit() for character in name):
        return name in known
    short = max(_SHORTEST_STEM, len(name) - _LONGEST_ENDING)
    if any(name[:length] in known for length in range(short, len(name))):
        return True
    near = (word for word in known if len(name) < len(word) <= len(name) + _LONGEST_ENDING)
    return len(name) >= _SHORTEST_STEM and any(word.startswith(name) for word in near)


@lru_cache(maxsize=20_000)  # every claim compares the words of the same pages
def _plain(word: str) -> str:
    """Return a word without case, accents and the English possessive."""
    word = re.sub(r"[’']s?$", "", unicodedata.normalize("NFKC", word))
    bare = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in bare if not unicodedata.combining(character))


def is_form_of(name: str, source: str) -> bool:
    """Return whether a text has a name, with or without an ending: "Russian" and "Russia"."""
    return _is_supported(_plain(name), {_plain(token) for token in _TOKEN.findall(source)})


def _script(word: str) -> str:
    """Return the script of a word's first letter by its Unicode name: LATIN, CYRILLIC, ..."""
    return next((unicodedata.name(c, "?").split()[0] for c in word if c.isalpha()), "DIGIT")
