"""The subject of a conversation: names in answers, and whether a question without a subject is about one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from graph.retrieval import terms
from graph.retrieval.phrases import Phrase, phrases
from graph.storage.base import Catalog
from graph.storage.fulltext import stem
from graph.storage.rows import SentenceRow


class CoOccurrence(Protocol):
    """A function that says whether the library mentions a thing together with a subject, see `co_occur`."""

    def __call__(self, thing: str, subject: str, *, by_document: bool = False) -> bool:
        """Return whether the library mentions them together."""


Similar = Callable[[str, Sequence[str]], Sequence[float]]
"""A function that returns the similarity in meaning of a text to each of several others."""

ROLE = re.compile(
    r"(?:the |an? |my )?(?:landlord|tenant|owner|lessor|lessee|buyer|seller|employer|employee|worker|customer|client"
    r"|supplier|contractor|company|borrower|lender|bank|member|student|teacher|parent|child|patient|doctor|visitor|guest|user"
    r"|applicant|insurer|other (?:party|side))s?",
    re.IGNORECASE,
)
"""Who may do something in place of the asker: "And the landlord?" after "How can I end the tenancy?"."""
ASKER = re.compile(
    r"(?<=\b(?:can|may) )(?:i|you|we)\b|(?<=\b(?:must|does|will) )(?:i|you|we)\b|(?<=\bdo )(?:i|you|we)\b", re.I
)
"""The asker, after a verb."""
# Who may take the place of a person: "And the treasurer?".
_OFFICE = re.compile(
    r"the (?:[a-z]+ ){0,2}(?:treasurer|secretary|chair|chair(?:man|woman|person)|head|leader|manager|director|president"
    r"|warden|captain|coach|mayor|deputy|clerk|caretaker|editor|trainer|teacher|doctor|architect|engineer|founder|owner|author)"
    r"(?: (?:of|for) .{2,40})?",
    re.IGNORECASE,
)
_OWNED = re.compile(r"['’]s (?P<thing>[^?.!,;:]+)")
_ASKS_WHO = re.compile(r"\b(?:who|whom|whose|wer|wem|qui|quién)\b", re.IGNORECASE)
_PERSON = re.compile(r"\b[A-ZÄÖÜÉ][\w'’-]+(?: (?:(?:de|van|von|der|la|le|di) )*[A-ZÄÖÜÉ][\w'’-]+)+")
_PARTS = re.compile(r"[,;](?: (?:and|but|while|whereas))?|\n\n")
_NAMES = re.compile(r"(?<!^)\b[A-ZÄÖÜÉ][\w'’-]*")
_STOPS = frozenset(map(stem, terms.STOP_WORDS))
# "Warsaw is the capital of Poland" after "What is the capital of Poland?"
_ASKS_WHAT_IS = re.compile(r"\W*(?:what|which) (?:is|was) the (?P<thing>[\w -]+?) (?:of|in)\b", re.IGNORECASE)
_IS_THE = re.compile(
    r"(?:The )?(?P<name>[A-Z][\w'’-]*(?: [A-Z0-9][\w'’-]*)*)(?: \([^)]*(?:\([^)]*\)[^)]*)*\))? (?:is|was) "
)
# "It was agreed to buy a shredder" after "What did they decide to buy?"
_ASKS_WHAT_DONE = re.compile(
    r"\W*what (?:did|does|do|will|was|were|has|have)\b.* (?P<verb>[a-z]{3,})\W*", re.IGNORECASE
)
# The form of answers that name the row with the most, or the better of two (`graph/tables/results.py`).
_FIRST = re.compile(
    r"(?P<name>[^:\n]{2,60}?)(?:: [^\n]*, the (?:\w+[ -])?(?:highest|lowest) of \d+ values| has the (?:higher|lower) )"
)
_ASKS_WHICH = re.compile(r"\W*(?:which|what) (?!of\b|is\b|are\b|was\b|were\b|do(?:es)?\b|did\b|about\b)\w+ ", re.I)
_BEGINS = re.compile(r"(?:The )?(?P<name>[A-Z][\w'’-]*(?: [A-Z0-9][\w'’-]*)*) [a-z]")
_OF_PERSON = frozenset(("he", "she", "him", "his", "her", "er", "ihn", "ihm", "sein", "il", "elle", "él", "ella"))
_MAX_SUBJECT = 3  # words; a longer subject is a clause of its own
_NEAR = 3  # characters between a verb and what it is done to
_MAX_CHUNKS = 20  # chunks that are searched for a thing


@dataclass(frozen=True, slots=True)
class Memory:
    """What a conversation is about."""

    question: str = ""
    """The last question, as it stands alone."""
    focus: str = ""
    """The name or thing that was asked about last."""
    pair: tuple[str, ...] = ()
    """The names or things last compared, or exchanged for one another."""
    person: str = ""
    """The person that the last answer to a question "who" named."""
    role: str = ""
    """The role that that question asked for: "the secretary"."""
    ranked: str = ""
    """The last question for the most or least, as it stands alone."""

    @property
    def role_of_focus(self) -> str:
        """The role of the last subject, if that is the person whom the last answer named; else ""."""
        return self.role if self.person and self.person in self.focus else ""


class Owner(NamedTuple):
    """The owner of the thing that a question asks for, as in "the ranger's number"."""

    start: int
    end: int
    """The range of characters of the owner."""
    thing: str
    """The thing that is asked for."""


def owner_in(question: str) -> Owner | None:
    """Return the owner of the thing that a question asks for; None if it names none."""
    found = _OWNED.search(question)
    if not found:
        return None
    own = next((one for one in phrases(question) if one.start < found.start() <= one.end), None)
    return Owner(own.start, found.start(), found["thing"]) if own else None


def owned_instead(text: str, owner: Phrase, others: Sequence[Phrase], similar: Similar) -> Phrase:
    """Return the phrase that a new one replaces: the owner's, or that of the owned thing, if that is nearer.

    After "What were Acme's net sales?", "And adjusted EBIT?" asks for another thing of Acme, though it has capitals.
    """
    thing, words, own = owned_in(others, owner), text.split(), owner.text.split()
    if thing is None or not any(word.islower() or word.isupper() for word in words):
        return owner
    if any(map(str.islower, words)) and words[0].lower() != "the" and not any(map(str.islower, own)):
        return thing
    near = similar(text, [owner.text, thing.text])
    return thing if near[1] > near[0] else owner


def owned_in(others: Sequence[Phrase], owner: Owner | Phrase) -> Phrase | None:
    """Return the phrase of the owned thing among those of a question; None if there is none."""
    return next((one for one in others if one.start >= owner.end and one.kind != "time" and not one.lead), None)


def is_office(text: str, owner: Owner, memory: Memory, similar: Similar) -> bool:
    """Return whether a thing is an office like the owner's, held by another person, and not a thing that the owner has.

    After "Who is the secretary?" and "What is her number?", "And the treasurer?" asks for the number of another person.
    """
    if not memory.role or memory.person not in memory.question[owner.start : owner.end]:
        return False
    office, other = similar(text, [memory.role, owner.thing])
    return office > other


def is_agent(text: str, doer: str | None, other: str, similar: Similar) -> bool:
    """Return whether a bare noun is more like a question's agent than another phrase: "How much do guests pay?"."""
    if not doer or not text.islower():
        return False
    near = similar(text, [doer, other])
    return near[0] > near[1]


def person_in(question: str, answer: str) -> str:
    """Return the name that an answer to a question "who" gives first; "" for other questions."""
    if not _ASKS_WHO.search(question):
        return ""
    first, _, others = answer.partition("\n\n")
    asked, folded = terms.stems(_NAMES.sub(" ", question)) - _STOPS, question.casefold()
    # Of "Dr Roe treats adults, and Dr Lee treats children" the clause with the question's words has the name. Quotes
    # that do not claim to answer count only if they have these words.
    parts = _PARTS.split(others) if first.endswith(":") else _PARTS.split(first)
    if first.endswith(":"):
        parts = [part for part in parts if asked & terms.stems(part)]
    for part in sorted(parts, key=lambda part: -len(asked & terms.stems(part))):
        for found in _PERSON.finditer(part):
            if found[0].casefold() not in folded:
                return found[0]
    return ""


def winner_in(answer: str) -> str:
    """Return the row that an answer gives as the one with the most or least; "" for other answers and for ties."""
    found = _FIRST.match(answer)
    return found["name"] if found and " and " not in found["name"] else ""


def chosen_in(question: str, answer: str) -> str:
    """Return the name that an answer to "which phone ..." begins with; "" for other questions and answers."""
    what, told = _ASKS_WHAT_IS.match(question), _IS_THE.match(answer)
    if what and told and told["name"] not in question and terms.stems(what["thing"]) <= terms.stems(answer):
        return told["name"]
    found = _BEGINS.match(answer) if _ASKS_WHICH.match(question) else None
    if found is None or found["name"].split()[0].lower() in terms.STOP_WORDS or found["name"] in question:
        return ""
    return "" if answer.startswith("Closest") else found["name"]


def done_in(question: str, answer: str) -> str:
    """Return the object of the deed in an answer: "a shredder" of "to buy a shredder"; "" if none."""
    asked = _ASKS_WHAT_DONE.fullmatch(question)
    if asked is None or any(one.kind != "time" for one in phrases(question)):
        return ""
    told = answer.partition("\n\n")[0]
    verb = next((one for one in re.finditer(r"[^\W\d_]+", told) if stem(one[0].lower()) == stem(asked["verb"])), None)
    after = phrases(told[verb.end() :]) if verb else []
    return after[0].text if after and after[0].determined and after[0].start < _NEAR else ""


def antecedent_of(pronoun: str, memory: Memory) -> str:
    """Return the antecedent of a lower-case pronoun: the person named last, or the thing asked about last; or "".

    After "Who made the tall clock?" and "When did he make it?" the clock is "it", though the last question names both.
    """
    if memory.person and pronoun in _OF_PERSON:
        return memory.person
    if pronoun in ("it", "its") and memory.person and memory.person in memory.focus:
        return _done_by_person(memory) or memory.focus
    return memory.focus


def with_thing_done(rest: str, doer: str, memory: Memory) -> str:
    """Return the text after a person's pronoun, with "it" replaced by the object of that person's deed: "made it"."""
    thing = _done_by_person(memory) if memory.person in memory.focus else memory.focus
    if not memory.person or doer != memory.person or not thing:
        return rest
    return re.sub(r"(?<=[a-z] )it(?=\W*$| (?:in|on|at|for|from|to)\b)", lambda _: thing, rest)


def _done_by_person(memory: Memory) -> str:
    """Return the object in the last question beside the person whom its answer named; "" if there is none."""
    return memory.role if memory.role and memory.role in memory.question else ""


def office_instead(text: str, memory: Memory) -> str:
    """Return the last question with an office in the place of the person named last; "" if it is about none.

    "And the treasurer?" after "Where does Ann Bo live?", who is the chair.
    """
    if not memory.person or memory.person not in memory.question or not _OFFICE.fullmatch(text):
        return ""
    return memory.question.replace(memory.person, text)


def with_subject(question: str, subject: str, co_occurs: CoOccurrence | None, role: str = "") -> str:
    """Return a question with the subject that it leaves out, if the library mentions its thing with that subject.

    "How long does the protection last?" is about the vaccination that was asked about before, where several have one.
    `role` is that of the person in the last answer; a question with one of its words is about that thing itself.
    """
    if _OFFICE.fullmatch(subject) or {stem(word) for word in terms.content_terms(question)} & terms.stems(role):
        return question  # "When was the trust founded?" after "Who is the chair of the trust?" asks of the trust itself
    # Of "the excess of the home policy" the policy.
    whole, subject = subject, re.split(r" (?:of|for|in|under) (?=the |my |our |[A-Z])", subject)[-1]
    if not subject or co_occurs is None or len(subject.split()) > _MAX_SUBJECT:
        return question
    found = phrases(question)
    if terms.stems(question) & terms.stems(whole) - {stem("the"), stem("of"), stem("for"), stem("in")}:
        return question
    things = [one for one in found if one.determined and one.kind == "noun" and not one.lead]
    alone = len(found) == 1 and len(things) == 1 and re.match(r"the ", things[0].text, re.IGNORECASE)
    told = bool(alone and whole == subject and co_occurs(things[0].text, subject))
    if not told and not any(one.kind == "name" for one in found):
        told = co_occurs(question, subject, by_document=True)
    return f"{question.rstrip(' ?.!')} for {subject}?" if told else question


def co_occur(catalog: Catalog, thing: str, subject: str, *, by_document: bool = False) -> bool:
    """Return whether several sentences or rows name a thing, and one of them the subject too.

    For a subject in the title of a document, another document has to name the thing as well.

    Args:
        catalog: What the library holds.
        thing: A thing, or a question.
        subject: The possible owner of the thing.
        by_document: Whether the subject has to be in the title of a document.
    """
    words = terms.content_terms(thing)
    wanted, about = frozenset(map(stem, words)), frozenset(map(stem, terms.content_terms(subject)))
    found = catalog.search_text(words, [], _MAX_CHUNKS)
    held = [(row.document, _stems(one)) for row in catalog.chunks([key for key, _ in found]) for one in row.sentences]
    naming = [(document, stems) for document, stems in held if wanted <= stems]
    documents = {document for document, _ in naming}
    titled = {row.id for row in catalog.documents(documents) if about <= terms.stems(f"{row.title} {row.name}")}
    if titled or by_document:
        return bool(titled) and len(documents) > len(titled)
    return len(naming) > 1 and any(about <= stems for _, stems in naming)


def _stems(sentence: SentenceRow) -> frozenset[str]:
    """Return the stems of a sentence, or of a row with its columns, without the headings above."""
    return terms.stems(" ".join([sentence.text, *(f"{column} {cell}" for column, cell in sentence.cells)]))
