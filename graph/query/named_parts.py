"""Sections that questions ask for by their kind, such as limitations or conclusion, whatever their headings say.

"What are the limitations?" is answered by the section with such a heading. A heading often names several parts
("Conclusion, limitations and future work"); then the sentences that belong to the part asked for are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from graph.query import places
from graph.query.document_questions import THIS
from graph.storage.base import Catalog
from graph.storage.rows import DocumentRow

_MOST = 2 * places.MOST_QUOTES
_MOST_OF_CONCLUSION = 8
_WORK = rf"(?:{THIS}|(?:this|the|their|its) (?:approach|method|work|study|research|system|model|design))"
_THEY = rf"(?:they|we|you|(?:the )?authors?|the (?:team|researchers|writers?|company|board|committee)|{THIS})"


@dataclass(frozen=True, slots=True)
class _Part:
    nouns: str
    """A pattern of the part's names in questions."""
    questions: str
    """A pattern of further whole questions for it."""
    heading: re.Pattern[str]
    says: re.Pattern[str]
    """A pattern of its sentences under a heading that names other parts too."""


def _part(nouns: str, questions: str, heading: str, says: str) -> _Part:
    return _Part(nouns, questions, re.compile(rf"\b(?:{heading})\b", re.I), re.compile(rf"\b(?:{says})\b", re.I))


_PARTS = {
    "conclusion": _part(
        r"conclusions?|concluding remarks",
        rf"what (?:do|did|does) {_THEY} conclude|how (?:do|does|did) {_THEY} (?:end|conclude)",
        r"conclusions?|concluding remarks|conclud\w+",
        r"conclu\w+|overall|in summary|ultimately",
    ),
    "limitations": _part(
        r"limitations?|weak(?:nesses| points)|drawbacks?|shortcomings?|downsides?",
        rf"(?:in what way|how) is {THIS} limited|what (?:can(?:no|')t|can not) {THIS} do",
        r"limitations?|weaknesses|drawbacks?|shortcomings?",
        r"limit\w*|currently|short of|however|sensitive|(?:has|have|is|are|was|were|do|does|did) not|cannot|degrad\w+"
        r"|weak\w*|drawbacks?|not yet|only|fails?",
    ),
    "contributions": _part(
        r"contributions?",
        rf"what (?:do|did|does) {_THEY} contribute|what(?: is|['’]?s) (?:new|novel) (?:in|about) {_WORK}",
        r"contributions?",
        r"contribut\w+|we (?:introduce|propose|present|show)|novel|first",
    ),
    "future work": _part(
        r"(?:next|further|future) (?:steps?|work|plans?|research|directions?)|outlook|open (?:questions|problems)",
        rf"what (?:(?:do|does) {_THEY}|(?:is|are) {_THEY}) (?:plan(?:ning)?|want|intend(?:ing)?|going|hope"
        rf"|aim)(?: to do)?"
        r"(?: next| in (?:the )?future)?|what (?:comes|is|happens) next"
        rf"|what will {_THEY} (?:do|work on|try|study|tackle|look (?:at|into)|improve)(?: next| in (?:the )?future)",
        r"future (?:work|research|directions?)|outlook|next steps|further (?:work|research)|open (?:questions"
        r"|problems)",
        r"future|plan(?:s|ned)? to|aims? to|will|intends?|next|moving forward",
    ),
    "findings": _part(
        r"findings|(?:main|key|most important|central) (?:results?|findings?|outcomes?)|take-?aways?",
        rf"what (?:do|did|does|have|has) {_THEY} (?:find|found|discover|discovered)(?: out)?",
        r"findings?|(?:main|key) (?:results?|findings?|take-?aways?|points)|summary of (?:\w+ )?results|results",
        r"results?|find(?:ings?)?|found|achiev\w+|show\w*|improv\w*|outperform\w*",
    ),
    "recommendations": _part(
        r"recommendations?",
        rf"what (?:do|did|does) {_THEY} (?:recommend|advise|suggest)",
        r"recommendations?|recommended actions?",
        r"recommend\w*|should|advis\w+|suggest\w*|ought",
    ),
    "failures": _part(
        r"(?:unsuccessful|failed) (?:attempts?|approaches|experiments?|methods?|ideas?)|negative results?",
        rf"what (?:(?:else )?(?:did|have|had) {_THEY} tr(?:y|ied) (?:that|which|but"
        rf"|and) )?(?:it )?(?:did ?n['’]?o?t|did not"
        r"|has ?n['’]?t|never) work(?:ed)?(?: out)?|what (?:did (?:they|we|you) try that )?failed"
        r"|(?:what|which) (?:\w+ )?(?:was|were|has been|have been) tried (?:and|but|that|which) (?:failed"
        r"|(?:did ?n['’]?o?t|did not|never) (?:work|succeed)(?: out)?)"
        r"|(?:what|which) (?:attempts?|approach(?:es)?|methods?|ideas?|experiments?|things?) (?:failed"
        r"|(?:did ?n['’]?o?t|did not|never) (?:work|succeed)(?: out)?|(?:was|were) (?:unsuccessful|abandoned))",
        r"(?:unsuccessful|failed) (?:attempts?|approaches|experiments?)|negative results?|what (?:did not"
        r"|didn['’]t) work",
        r"fail\w*|unsuccessful|did not|however|challenge\w*|difficult\w*",
    ),
}
_NUMBERED = re.compile(r"\W*(?:[A-Z][.)]|\d)")
_NO_PART = re.compile(r"\b(?:acknowledge?ments?|references|table of contents)\b", re.IGNORECASE)


def _asks(part: _Part) -> re.Pattern[str]:
    """Return the pattern of the whole questions for a part."""
    noun = rf"(?:(?:main|key|most important|biggest|major|its|their|the|some|known|{THIS}['’]s) )*(?:{part.nouns})"
    of = rf"(?: (?:of|in|for|to|from|drawn in|made in) {THIS})?"
    told = (
        rf"(?: (?:are|were|is|was|does|do|did|has|have)(?: there| {_THEY})?"
        r"(?: (?:mentioned?|name[ds]?|given?|list(?:ed)?|discuss(?:ed)?|have|drawn?|make|made|reported?|state[ds]?|give"
        r"|come to|reach(?:ed)?|offer(?:ed)?|planned|described?))?)?"
    )
    lead = (
        r"(?:(?:what|which)(?: is|'s|’s| are| were| was)?|list|name|give|show|summari[sz]e|describe|explain"
        r"|tell me(?: about)?"
        r"|(?:are|is) there(?: any| an?)?)(?: me)?(?: all)?"
    )
    return re.compile(rf"^\W*(?:(?:and|so|but|please) )*(?:(?:{lead} )?{noun}{told}{of}|{part.questions})\W*$", re.I)


_QUESTIONS: dict[str, re.Pattern[str]] = {}
_HINT = re.compile(
    r"conclu|limit|weak|drawback|shortcoming|downside|can(?:no|')?t|contribut|new|novel|next|further|future|outlook"
    r"|open"
    r"|plan|recommend|advise|suggest|find|found|discover|result|outcome|take-?away|work|fail|unsuccess|negative|end\b",
    re.IGNORECASE,
)


def part_asked(question: str) -> str:
    """Return the kind of part that a whole question asks for; "" if it asks for anything else."""
    text = " ".join(question.split())
    if not _HINT.search(text):
        return ""
    if not _QUESTIONS:  # to compile them takes as long as a tenth of a question
        _QUESTIONS.update({name: _asks(part) for name, part in _PARTS.items()})
    return next((name for name, pattern in _QUESTIONS.items() if pattern.match(text)), "")


def of_part(catalog: Catalog, row: DocumentRow, name: str) -> places.Found:
    """Return the section whose heading names a part: at most twelve sentences, [] without such a section."""
    part = _PARTS[name]
    for heading, section in _sections(catalog, row, part):
        others = [other for key, other in _PARTS.items() if key != name and other.heading.search(heading)]
        if not others:
            return _spread(section)
        if name == "conclusion":
            ends = (at for at, one in enumerate(section) if any(other.says.search(one[1].text) for other in others))
            return section[: min(next(ends, _MOST_OF_CONCLUSION) or _MOST, _MOST_OF_CONCLUSION)]
        return [one for one in section if part.says.search(one[1].text)][:_MOST] or section[:_MOST]
    return []


def _sections(catalog: Catalog, row: DocumentRow, part: _Part) -> Iterator[tuple[str, places.Found]]:
    """Yield each heading that names a part, with the sentences and headings up to the next one of its level."""
    levels = {text: level for level, text, _ in places.headings(catalog, row)}
    heading, own, found = "", 0, places.Found()
    for chunk in places.chunks_of(catalog, row):
        for sentence in chunk.sentences:
            level = levels.get(sentence.text.lstrip("# ").strip(), 0) if sentence.kind == "heading" else 0
            # Under "1.1 Contributions" a heading without a number is one of its own, however it is set.
            ends = level <= own and (_NUMBERED.match(sentence.text) or not _NUMBERED.match(heading))
            if level and heading and ends:
                yield from ([(heading, found)] if found else [])
                heading, found = "", []
            if level and not heading and part.heading.search(sentence.text) and not _NO_PART.search(sentence.text):
                heading, own = sentence.text, level
            elif heading and sentence.kind in ("prose", "item", "heading") and sentence.text[:1].isalnum():
                found = [*found, (chunk, sentence)]
    yield from ([(heading, found)] if found else [])


def _spread(section: places.Found) -> places.Found:
    """Return the first sentences of a section; of one with headings of its own, the first ones under each."""
    parts: list[places.Found] = [[]]
    for one in section:
        if one[1].kind == "heading":
            parts.append([])
        parts[-1].append(one)
    parts = [part for part in parts if any(one.kind != "heading" for _, one in part)]
    size = max(2, _MOST // max(1, len(parts)))
    if len(parts) < 2:
        return [one for one in section if one[1].kind != "heading"][:_MOST]
    return [one for part in parts for one in part[:size]][:_MOST]
