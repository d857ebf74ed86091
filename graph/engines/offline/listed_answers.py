"""Answers of several sentences: each clause of a question for all ways or cases, and what stands under a heading."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from graph.engines.offline.asked_words import NAME_RUN
from graph.engines.offline.word_forms import is_named, stems
from graph.retrieval import terms
from graph.retrieval.asked_parts import is_evidence
from graph.retrieval.lists import Items
from graph.retrieval.phrases import is_predicate_word
from graph.retrieval.procedures import told_in_steps
from graph.storage.rows import ChunkRow, SentenceRow

_WAYS = (
    r"(?:ways?|cases?|circumstances|conditions|occasions|events|places|clauses|passages|sentences|grounds"
    r"|possibilities|options)"
)
_ASKS_ALL = re.compile(
    rf"\b(?:all|every|each|what|which|list|name) (?:of |are |the |its |possible |different |there )*{_WAYS}\b",
    re.IGNORECASE,
)
_ASKS_HOW = re.compile(r"^\W*(?:how|when|on what grounds) (?=(?:can|could|may|might|must) \w)", re.IGNORECASE)
# "How can it be ended": a way is what may, can or must be done; "at the end of May" ends nothing.
_END = re.compile(r"\bend of\b", re.IGNORECASE)
_MODAL = re.compile(r"\b(?:(?-i:may)|can|must|shall|will|should|might|could|entitled|right)\b", re.IGNORECASE)
# Words for the document itself, which its clauses do not repeat in each sentence.
_ITSELF = re.compile(
    r"\b(?:the|this|our|my) (?:agreement|contract|lease|tenancy|policy|document|treaty|licen[cs]e|membership"
    r"|subscription|arrangement)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^\W*(?:(?:section|part|chapter|article|step|appendix|annex)\s+\w{1,4}\b[.:)]*\s*|\d+(?:\.\d+)*[.)]?\s+)", re.I
)
_ASKS_FOR = re.compile(
    r"^\W*(?:and |so |please )*(?:(?:what|who|which)(?:['’]s| is| are| was| were)\b|list\b|name\b|give\b|show\b"
    r"|tell me\b"
    r"|what (?:[\w-]+ ){1,3}?(?:does|do|did|has|have|are there|were there)\b)",
    re.IGNORECASE,
)
_ASKS_HOW_TO = re.compile(r"^\W*(?:and |so )?how (?:to|(?:do|can|should|must) (?:i|we|you|one)) \w", re.IGNORECASE)
_GENERAL = frozenset("list name give show tell following main all section part allow permit let possible".split())
_OF_DOCUMENT = re.compile(
    r"\b(?:of|in|for) (?:the|this) (?:study|paper|report|document|article|experiment|survey|project|manual|book"
    r"|text)\b",
    re.IGNORECASE,
)
_LIST_OF = re.compile(r"^\W*(?:board|list|names?|members?) of ", re.IGNORECASE)  # "Board of directors" lists these
_EXPLAINED = re.compile(r"\s+[–—-]\s+[^?]*\?$")  # "Mission – Why do we exist?" is the heading "Mission"
_MOST_OF_TITLE = 8  # words of a line that is the title of what stands under it
_MOST_UNDER = 12  # sentences of a section that is given whole: more are read on the page


def said_everywhere(question: str, best: SentenceRow, sentences: Iterable[SentenceRow]) -> list[SentenceRow]:
    """Return all sentences that answer a question for every way or case ("how can it be ended?").

    These are the sentences that say what may be done (`is_way`), or else those with the words that the best sentence
    and the question share. Return [] for other questions.
    """
    asks_all = _ASKS_ALL.search(question)
    if not (asks_all or _ASKS_HOW.search(question)):
        return []
    prose = [one for one in sentences if one.kind in ("prose", "item")]
    if ways := [one for one in prose if is_way(question, one)]:
        return ways
    held = stems(best.text)
    shared = [word for word in _asked_of_ways(question) if is_named(word, held, frozenset())]
    if not asks_all or not shared or best.kind not in ("prose", "item"):
        return []
    return [one for one in prose if _names_all(shared, one.text)]


def is_way(question: str, sentence: SentenceRow) -> bool:
    """Return whether a sentence says what may, can or must be done, with all words of a question for ways or cases.

    The words for the document itself may be missing: a clause does not say that it belongs to "this agreement".
    """
    if not (_ASKS_ALL.search(question) or _ASKS_HOW.search(question)):
        return False
    asked = _asked_of_ways(question)
    return bool(asked and _MODAL.search(sentence.text)) and _names_all(asked, _END.sub(" ", sentence.text))


def _asked_of_ways(question: str) -> list[str]:
    """Return the words of a question for all ways that each sentence of the answer must have."""
    bare = _ITSELF.sub(" ", _ASKS_HOW.sub(" ", _ASKS_ALL.sub(" ", question)))
    return [word for word in terms.content_terms(bare) if word not in _GENERAL]


def _names_all(words: Sequence[str], text: str) -> bool:
    held = stems(text)
    return all(is_named(word, held, frozenset()) for word in words)


def items_by_form(question: str, chunks: Mapping[str, ChunkRow]) -> Items:
    """Return the sentences that answer by their form: one that defines a party, those under a heading, or steps."""
    parties = _defining(question, chunks) or _present(question, chunks)
    return parties or under_heading(question, chunks) or told_in_steps(question, chunks.values())


_ASKS_WHO_IS = re.compile(r"^\W*(?:and |so )?who (?:is|are) (?:the |our |my )?(?P<party>[a-z]+)\W*$", re.IGNORECASE)


def _defining(question: str, chunks: Mapping[str, ChunkRow]) -> Items:
    """Return the sentence of a contract that says who a party is: 'Ann Lee ("the Landlord")'."""
    asked = _ASKS_WHO_IS.match(question)
    if not asked:
        return []
    party = re.escape(asked["party"].removesuffix("s"))
    defined = re.compile(rf"[“\"‘'](?:the )?{party}s?[”\"’']", re.IGNORECASE)
    found = [(chunk.id, one) for chunk in chunks.values() for one in chunk.sentences if defined.search(one.text)]
    return [pair for pair in found if pair[1].kind in ("prose", "item")][:1]


_ASKS_WHO_CAME = re.compile(
    r"^\W*(?:and |so )?(?:who(?:['’]s| all)?|which \w+) (?:was|were)(?: also| all)? (?:there|present|at|in)\b"
    r"|^\W*who (?:attended|took part|participated|came)\b",
    re.IGNORECASE,
)
_ASKS_WHO_MISSED = re.compile(
    r"^\W*(?:and |so )?(?:who|which \w+) (?:(?:was|were) (?:absent|missing|excused|not (?:there|present|at|in))"
    r"|(?:wasn|weren)['’]?t (?:there|present|at|in)|missed|sent (?:his |her |their )?apologies"
    r"|(?:could|did|has|have)(?: not|n['’]?t) (?:come|attend|make it|be there|take part|been there))\b",
    re.IGNORECASE,
)
_MEETING = re.compile(r"\b(?:meeting|session|assembly|council|board|committee|minutes|gathering|agm)\b", re.IGNORECASE)
_CAME = re.compile(
    r"^\W*(?:[\w ]{0,30} )?(?:present|attend(?:ees?|ed(?: by)?|ance)|participants|members present)(?: were)?:"
    r"|^\W*in attendance|\b(?:was|were) (?:also )?present\b|\bin the chair\b",
    re.IGNORECASE,
)
_STAYED_AWAY = re.compile(
    r"\b(?:absent|excused|regrets|not present|unable to attend|sent (?:his|her|their) apologies|could not attend)\b"
    r"|\bapologies\b(?=:| (?:for absence|were|from))",
    re.IGNORECASE,
)
_MOST_MEETINGS = 3


def _present(question: str, chunks: Mapping[str, ChunkRow]) -> Items:
    """Return the lines of minutes that list who was present, or who was absent, in the meeting that is asked about.

    Of several meetings, those whose minutes have most of the question's other words.
    """
    missed = _ASKS_WHO_MISSED.match(question)
    if not (
        missed or (_ASKS_WHO_CAME.match(question) and (_MEETING.search(question) or _IS_SHORT.fullmatch(question)))
    ):
        return []
    line = _STAYED_AWAY if missed else _CAME
    asked = terms.content_terms(question)
    found: dict[int, Items] = {}
    for chunk in chunks.values():
        held = stems(" ".join([chunk.name, *chunk.headings, chunk.text]))
        lines = [(chunk.id, one) for one in _lines_of_names(line, chunk.sentences)]
        found.setdefault(sum(is_named(word, held, frozenset()) for word in asked), []).extend(lines)
    return next((found[count][:_MOST_MEETINGS] for count in sorted(found, reverse=True) if found[count]), [])


def _lines_of_names(line: re.Pattern[str], sentences: Sequence[SentenceRow]) -> list[SentenceRow]:
    """Return the first line that lists persons, or the one with a colon before it and that; [] if there is none."""
    plain = [one for one in sentences if one.kind in ("prose", "item")]
    for at, one in enumerate(plain):
        if not line.search(one.text):
            continue
        if NAME_RUN.search(line.sub(" ", one.text)):
            return [one]
        if one.text.endswith(":") and any(NAME_RUN.search(after.text) for after in plain[at + 1 : at + 2]):
            return plain[at : at + 2]
    return []


_IS_SHORT = re.compile(r"\W*(?:who|which \w+)(?: \w+){1,3}\W*")


def under_heading(question: str, chunks: Mapping[str, ChunkRow]) -> Items:
    """Return what stands under the heading that has just the words of a question ("What are the risks?").

    The heading says what its section is about, and each line of a short one is a part of the answer. A section of more
    than twelve sentences is not given, nor is one of a table.
    """
    bare = _OF_DOCUMENT.sub(" ", question)
    asked = [word for word in terms.content_terms(bare) if word not in _GENERAL]
    is_phrase = not any(is_predicate_word(word) for word in bare.lower().split())  # "limitations of the study"
    how_to = bool(_ASKS_HOW_TO.match(question))
    if not asked or not (_ASKS_FOR.match(question) or is_phrase or how_to):
        return []
    for chunk in chunks.values():
        for title, section in _sections(chunk):
            name = _LIST_OF.sub("", _EXPLAINED.sub("", _LABEL.sub("", title)))
            words = [word for word in terms.content_terms(name) if word not in _GENERAL]
            # "How do I pair the sensor?" is answered under "Pairing" in the manual of the sensor.
            over = " ".join([title, *chunk.headings[:1], chunk.name]) if how_to else title
            fits = words and _names_all(asked, over) and _names_all(words, " ".join(asked))
            items = [(chunk.id, one) for one in section if is_evidence(question, one)]
            if fits and 0 < len(items) <= _MOST_UNDER and all(one.kind != "row" for _, one in items):
                return items
    return []


def _sections(chunk: ChunkRow) -> list[tuple[str, list[SentenceRow]]]:
    """Return the headings of a chunk with the sentences under them; "Section 3: Fees" is one, however it was read."""
    found: list[tuple[str, list[SentenceRow]]] = [(chunk.headings[-1] if chunk.headings else "", [])]
    for sentence in chunk.sentences:
        is_line = (
            sentence.kind == "prose" and _LABEL.match(sentence.text) and not sentence.text.endswith((".", ":", ";"))
        )
        is_short = len(_EXPLAINED.sub("", sentence.text).split()) <= _MOST_OF_TITLE and sentence.text[:1].isalpha()
        if sentence.kind == "heading" or (is_short and (is_line or sentence.text.endswith("?"))):
            found.append((sentence.text, []))
        else:
            found[-1][1].append(sentence)
    return found


def says_nothing_new(question: str, sentence: SentenceRow) -> bool:
    """Return whether a line without a full stop only repeats words of the question, as a title or heading does."""
    if sentence.text.rstrip().endswith((":", ".", "!", ";")) or any(map(str.isdigit, _LABEL.sub("", sentence.text))):
        return False
    asked = stems(question)
    words = terms.content_terms(_LABEL.sub("", sentence.text))
    return bool(words) and all(is_named(word, asked, frozenset()) for word in words)


def formula_after(sentence: SentenceRow, chunk: ChunkRow) -> set[str]:
    """Return the id of the formula that a sentence with a colon at its end announces, as a set."""
    after = dict(zip((one.id for one in chunk.sentences), chunk.sentences[1:], strict=False)).get(sentence.id)
    announces = sentence.text.rstrip().endswith(":")
    return {after.id} if announces and after is not None and after.kind == "formula" else set()


def with_items(sentence: SentenceRow, items: Sequence[SentenceRow]) -> SentenceRow:
    """Return a sentence that ends with a colon with its list, which holds what it announces; others as they are."""
    if not items or not sentence.text.rstrip().endswith(":"):
        return sentence
    held = " ".join(item.text for item in items)
    return replace(sentence, text=f"{sentence.text} {held}", search=f"{sentence.search} {held}")
