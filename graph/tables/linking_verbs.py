"""Verbs of a question that only link a subject to the value asked for: "sail" of "what flag does the Dione sail under".

The position of a verb decides: at the end of a clause with "does", "did" or "can", between the noun asked for and a
comparison ("which farms keep more than 60 cows"), or as a participle that says no more than "is there" ("are kept").
Other participles restrict the noun: a column of beds does not count the "beds that were renovated".
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from graph.engines.offline.synonyms import SAME
from graph.retrieval import terms
from graph.storage.fulltext import stem
from graph.tables.question_words import Word

# Verbs that change the meaning: things lost, sold or added are not the things that are there.
_CHANGING = frozenset(
    map(
        stem,
        """lose lost loses losing miss missed lack cancel cancelled reject rejected refuse refused deny drop dropped
        fall fell fallen rise rose risen grow grew increase increased decrease decreased decline declined die died kill
        killed leave left remove removed return returned fail failed waste wasted break broke broken add added gain
        gained sell sold buy bought import export imported exported steal stole stolen save saved owe change changed
        differ exceed improve worsen recover replace replaced close closed end begin began open opened stop stopped
        lend lent borrow borrowed rent rented hire hired import cut halve double concede conceded injure injured
        retire retired resign resigned join joined renovate repair repaired cure infect infected expect expected plan
        planned budget estimate forecast need needed require required want deserve invest save skip cost weigh last pay
        spend spent charge measure""".split(),
    )
)
_THERE = frozenset(
    """kept held made given recorded reported registered listed counted measured found set used located built handled
    processed carried done run charged paid levied applied awarded scored achieved earned received taken sown planted
    grown employed installed available offered provided produced generated served stationed situated based stored
    housed fitted equipped allotted assigned allocated due worked played entered put laid got seen shown printed noted
    obtained reached attained logged caught mined brewed extracted moored docked landed seated enrolled""".split()
)
# Verbs of having: sheep that a farm slaughters, insures or shears are not those that it keeps.
_HAVING = frozenset(
    map(
        stem,
        """keep kept hold held carry carried own contain include count offer provide show list record report register
        get got receive received earn earned score scored win won achieve reach finish finished obtain
        attract draw drew bring brought collect handle process serve employ run ran operate use work produce yield
        yielded deliver generate supply play field house stock store boast see saw welcome log gather catch caught
        harvest ride sat sit stand stands feed graze tend teach taught accommodate seat comprise chose choose total
        take took make made number measure bear live belong fetch manage land landed""".split(),
    )
)
# Verbs of what is usual for things in tables, where no number of them is asked for: "sail" of a flag, "come" of a home.
# Any other ("retire", "hate", "freeze", "scan") says something of its own, which the table has to say too.
_DOING = frozenset(
    map(
        stem,
        """sail go goes went come came start started play print appear fly flow travel arrive depart call visit perform
        speak talk happen occur take mean stay stop wear eat drink grow rank compete represent belong do""".split(),
    )
)
_CURRENCIES = frozenset("euros dollars pounds francs crowns kroner kronor yen zlotys".split())
_FALLING = frozenset("rain snow hail precipitation rainfall snowfall".split())
"""What falls where it is measured; of anything else "fell" says that it is less than before."""
_NEGATED = re.compile(r"\b(?:not|never|no|without|except|neither|nor)\b|n['’]t\b", re.IGNORECASE)
_AUXILIARY = frozenset("do does did can could will would".split())
_BE = frozenset("is are was were be been being".split())
_ASKS = frozenset("which what who how whose".split())
_AFTER_VERB = frozenset(
    """a an the in on at for from to by with under over of as than per during between within and each every more less
    fewer above below least most exactly only about altogether together overall all up out around""".split()
)
_BEFORE_COMPARISON = frozenset(
    """more less fewer over under above below at between the most least exactly up no higher lower a an
    better worse""".split()
)
_LINKS = frozenset("in on at for from to by with of per during between within".split())


def without_linking(
    question: str, words: Sequence[Word], headers: Collection[str], named: Collection[int] = ()
) -> list[Word]:
    """Return the unexplained words of a question without the linking verbs among them.

    Args:
        question: The question.
        words: Its words that no table explains.
        headers: Stems of the table's headers; a verb that a header has or means does not only link.
        named: Start positions of the words that name rows.
    """
    if _NEGATED.search(question):
        return list(words)
    every = terms.terms(question)
    place = {term.start: at for at, term in enumerate(every)}
    texts = [term.text for term in every]
    kept: list[Word] = []
    for word in words:
        at = place.get(word.start)
        verb = word.raw.isalpha() and word.raw.islower() and not _means(word, headers)
        follows = at is not None and at + 1 < len(every) and every[at + 1].start in named
        if at is None or not verb or not _links(texts, at, word, before_row=follows):
            kept.append(word)
    return kept


def _means(word: Word, headers: Collection[str]) -> bool:
    """Return whether a header has a word, another form or a synonym of it: "won" and "Wins"."""
    same = SAME.get(word.stem, frozenset())
    alike = any(len(one) >= _MIN_PREFIX and word.stem.startswith(one) for one in headers)
    return word.stem in headers or not same.isdisjoint(headers) or alike


_MIN_PREFIX = 4


def _links(texts: Sequence[str], at: int, word: Word, *, before_row: bool) -> bool:
    before, after = texts[:at], texts[at + 1 : at + 2]
    if word.text in _CURRENCIES and texts[at - 1].isdigit():  # "less than 90 euros in low season"
        return True
    if word.text in _THERE and _BE.intersection(before):
        return True
    if word.text in ("fall", "falls", "fell", "fallen") and _FALLING.intersection(texts):
        return True
    if word.stem in _CHANGING or (re.search(r"(?:ly|[^s]s)$", word.text) and _AUXILIARY.intersection(before)):
        return False
    helped = max((place for place, text in enumerate(before) if text in _AUXILIARY), default=-1)
    counted = "how" in texts and bool({"many", "much"} & set(texts))
    if word.stem not in (_HAVING if counted else _HAVING | _DOING):
        return False
    if 0 <= helped < at - 1 and texts[at - 1] not in _LINKS | {"the", "a", "an"}:
        return not after or after[0] in _AFTER_VERB
    asked = max((place for place, text in enumerate(before) if text in _ASKS), default=-1)
    between = before[asked + 1 :]
    noun = [text for text in between if text not in ("many", "much", "of", "the")]
    clause = asked >= 0 and bool(noun) and not _BE.union(_AUXILIARY, ("has", "have", "had")).intersection(between)
    plain = not word.text.endswith(("ed", "en")) and word.text not in _THERE  # of "beds kept at" some are not
    last = texts[at - 1]  # of "received the booster dose" only the first may be a verb
    before_row = before_row and not (last in terms.STOP_WORDS | _THERE or last.endswith("ed"))
    if clause and plain and (before_row or (after[:1] and after[0] in _LINKS)):
        return True
    return clause and word.stem in _HAVING and bool(after) and (after[0] in _BEFORE_COMPARISON or after[0].isdigit())
