"""Context words of a line, added to its search text: its page's name, the heading above it, its clause's number.

"Norwegian, English, Spanish" makes sense only under "Languages", "The total is 1,240.50" only under "Invoice INV-311".
The words are added to what is searched, never to what is shown or quoted.
"""

from __future__ import annotations

import re
from dataclasses import replace

from loaders.text.dates import spelled_dates
from loaders.types import Sentence

SHORT_LINE = 14
"""Words of the longest line without a full stop that gets the heading above it, such as an entry of a list."""
_SECTION_NUMBER = re.compile(r"^(?:\d{1,3}(?:\.\d{1,3})*|[A-Z](?:\.\d{1,3})*|[IVX]{1,5})[.):]?\s+")
_IDENTIFIER = re.compile(
    r"(?=\S*\d)[\w§/.#-]{2,}|§\s*\d+|\b(?:article|section|clause|artikel|rule)\s+\d", re.IGNORECASE
)
_CLAUSE = re.compile(r"^((?:(?:article|section|clause|rule)\s+|§+\s*)?\d{1,3}(?:\.\d{1,3})+)[.):]?\s+\S", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w.])\+\d[\d ()/-]{6,18}\d\b")
_NAME_LETTERS = 3  # of the shortest word of a name that is searched for in an address
_YEARS = re.compile(r"\b(?:19|20)\d\d(?:\s*[-–—/]\s*(?:19|20)?\d\d)?\b(?![-/]?\d)")
_NUMBERS = re.compile(r"(?<![\d.,])(?:[A-Z]{1,4}[ -]?)?\d[\d /-]*\d(?![\d.,]*\d)")
_LONG_NUMBER = 6  # digits: shorter ones are amounts, sections and years
_LEADERS = re.compile(r"\s*(?:(?:\.\s?){3,}|…+)\s*")
_FULL_STOP = re.compile(r"[.!?…][\"'”’)\]]*$")
_STATEMENT_END = re.compile(r"[.][\"'”’»)\]]*$")
_STATEMENT_WORDS = 7  # "2. Notice of termination." has four
_MAX_HEADING = 100  # characters: a longer heading is really a paragraph, and would outweigh the line


def is_contact(text: str) -> bool:
    """Return whether a text holds an e-mail address or an international telephone number."""
    return bool(_MAIL.search(text) or _PHONE.search(text))


def is_address_of(name: str, text: str) -> bool:
    """Return whether a text holds an e-mail address with a word of this name in it (j.okafor@... for Jude Okafor)."""
    people = " ".join(address.split("@")[0] for address in _MAIL.findall(text)).casefold()
    return any(len(word) >= _NAME_LETTERS and word in people for word in name.casefold().split())


def names_number(heading: str) -> bool:
    """Return whether a heading gives a number of six digits or more that is no date: an account, a contract."""
    return any(
        sum(map(str.isdigit, found[0])) >= _LONG_NUMBER
        for found in _NUMBERS.finditer(_YEARS.sub(" ", spelled_dates(heading)))
    )


def is_statement(heading: str) -> bool:
    """Return whether a heading is a whole sentence: seven words or more and a full stop."""
    return len(heading.split()) >= _STATEMENT_WORDS and _STATEMENT_END.search(heading) is not None


def clause_number(text: str) -> str:
    """Return the number that a clause begins with ("6.2", "Article 2.3.1"), or ""."""
    found = _CLAUSE.match(text)
    return found[1] if found else ""


def with_heading(sentence: Sentence, heading: str, person: str = "") -> Sentence:
    """Add the heading above a sentence to its search text, if the sentence is short or the heading has an identifier.

    A heading over prose ("4 Results") adds little, and would make the search texts of all its sentences alike. `person`
    is the person whose CV it is, else "".
    """
    if not heading or sentence.is_heading or len(heading) > _MAX_HEADING or sentence.kind not in ("prose", "item"):
        return sentence
    title = _SECTION_NUMBER.sub("", heading)
    short = len(sentence.text.split()) <= SHORT_LINE and not _FULL_STOP.search(sentence.text)
    if not (short or _IDENTIFIER.search(title)) or title.casefold() in sentence.text.casefold():
        return sentence
    return _with_search_words(
        sentence, _question_words(person, title) if person and short and not is_contact(sentence.text) else title
    )


def _question_words(person: str, title: str) -> str:
    """Return a heading of a CV in the words that a question about the lines under it uses."""
    if title == person:
        return f"{person}, profession"
    return next((words.format(person) for pattern, words in _QUESTION_WORDS if pattern.match(title)), title)


_QUESTION_WORDS = tuple(
    (re.compile(rf"(?:{names})\W*$", re.IGNORECASE), words)
    for names, words in (
        (r"(?:academic )?(?:education|qualifications|studies)(?: (?:and|&) \w+)?", "Where {} studied, education"),
        (r"(?:\w+ )*(?:experience|employment|career|positions)(?: history)?", "Where {} worked, experience"),
        (r"(?:languages?|language skills)", "Languages that {} speaks"),
        (r"(?:\w+ )*skills(?: (?:and|&) \w+)?", "Skills of {}"),
        (r"(?:ausbildung|studium|bildungsweg)", "Wo {} studiert hat, Ausbildung"),
        (r"(?:berufserfahrung|beruflicher werdegang)", "Wo {} gearbeitet hat, Berufserfahrung"),
        (r"(?:sprachen|sprachkenntnisse)", "Sprachen, die {} spricht"),
    )
)
"""Under "Education" the score of a line for the question "Where did she study?" is 4.3, with "Where ... studied,
education" 9.3; a relevant line has 7.7."""


def with_page_name(sentence: Sentence, name: str) -> Sentence:
    """Add the name of its page to a sentence's search text."""
    known = not name or sentence.is_heading or name in sentence.search
    return sentence if known else _with_search_words(sentence, name)


def with_clause(sentence: Sentence, number: str) -> Sentence:
    """Add the number of its clause to the search text of a later sentence of the clause."""
    return replace(sentence, search=f"{number} {sentence.search}") if number else sentence


def with_contents(sentence: Sentence) -> Sentence:
    """Add "Contents" to the search text of a line of a table of contents, and remove its leaders."""
    return _with_search_words(replace(sentence, search=_LEADERS.sub(" ", sentence.search)), "Contents")


def with_contact(sentence: Sentence) -> Sentence:
    """Add "E-mail address" and "telephone number" to the search text of a line that has one without its name."""
    names = [
        name
        for name, sign, pattern, word in _CONTACTS
        if sign in sentence.text and pattern.search(sentence.text) and word not in sentence.text.casefold()
    ]
    return _with_search_words(sentence, ", ".join(names)) if names and sentence.kind in ("prose", "item") else sentence


_CONTACTS = (("E-mail address", "@", _MAIL, "mail"), ("telephone number", "+", _PHONE, "phone"))
"""Names of contacts with a sign that each has, its form, and a word that names it already."""


def _with_search_words(sentence: Sentence, words: str) -> Sentence:
    return replace(sentence, search=f"{words.rstrip(' .:')}. {sentence.search}")
