"""The check of a claim against its evidence: contradictions are certain, doubts are left to a reader or to a model.

Each kind of check is a module of its own. A reason is a sentence that tells a model how to mend the claim.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from graph.verification.claims import (
    alternatives,
    arithmetic,
    contrasts,
    counts,
    courses,
    cut_quotes,
    directions,
    implied,
    modality,
    negation,
    relations,
    relevance,
    reports,
    rewording,
    scope,
    subjects,
    table_order,
    table_places,
    units,
    value_context,
)
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.facts import find_unsupported
from graph.verification.claims.number_support import numbers_of
from graph.verification.quotes import normalised
from loaders.text.raised_signs import WRITTEN_MARK

Kind = Literal[
    "number",
    "date",
    "name",
    "unit",
    "table",
    "direction",
    "comparison",
    "relation",
    "negation",
    "modality",
    "scope",
    "relevance",
]
"""What a finding is about."""
Severity = Literal["contradiction", "doubt"]
"""`contradiction`: the evidence says otherwise, or does not hold it. `doubt`: it may not say the same."""


_CUT = "its sentence has “{}” beside these words, and the claim does not say it"


class Finding(NamedTuple):
    """What speaks against a claim."""

    kind: Kind
    severity: Severity
    reason: str
    """Why, and where that is possible how to mend it, as a sentence without its full stop."""


def check_claim(text: str, evidence: Evidence) -> tuple[Finding, ...]:
    """Return what speaks against a claim, given its evidence; contradictions come alone, as they make doubts idle."""
    contradictions = [*_on_facts(text, evidence), *_on_places(text, evidence)]
    if contradictions:
        return tuple(contradictions)
    quote = evidence.quote or evidence.exact
    cut = cut_of(text, evidence)
    left_out = [Finding(cut.kind, "doubt", f"{_CUT.format(cut.word)}: quote the whole sentence")] if cut else []
    if normalised(text.strip(" .")) in normalised(quote):
        return tuple(left_out)  # what repeats its quote says the same
    found = _doubts_on_row(text, evidence) if evidence.rows else _doubts_on_prose(text, evidence)
    told = _told_otherwise(text, quote) if not evidence.rows else ()
    found = [(kind, reason) for kind, reason in found if kind not in told]
    return (*left_out, *(Finding(kind, "doubt", reason) for kind, reason in found if reason))


def _told_otherwise(text: str, quote: str) -> tuple[Kind, ...]:
    """Return the kinds of doubt that mean nothing, as the claim says the same from the other side."""
    if directions.is_converse(text, quote) or relations.is_told_from_the_other_side(text, quote):
        return ("direction", "comparison")
    if arithmetic.tells_the_rest(text, quote):
        return ("negation", "scope", "direction")
    if scope.denies_exception(text, quote):
        return ("negation", "scope", "direction", "modality")
    return ("negation", "direction") if contrasts.is_on_other_side(text, quote) else ()


def cut_of(text: str, evidence: Evidence) -> cut_quotes.Cut | None:
    """Return what a quote, or a claim that repeats a part of it, leaves out of its sentence; None of table rows."""
    if evidence.rows:
        return None
    quote = evidence.quote or evidence.exact
    passage = evidence.whole.removeprefix(evidence.named)
    return cut_quotes.cut_off(text, quote, passage) or cut_quotes.cut_off(text, text, quote)


def contradictions_of(findings: Iterable[Finding]) -> str:
    """Return the reasons of all contradictions as one sentence; "" if there is none."""
    return "; ".join(found.reason for found in findings if found.severity == "contradiction")


def doubts_of(findings: Iterable[Finding]) -> list[str]:
    """Return the reasons of all doubts."""
    return list(dict.fromkeys(found.reason for found in findings if found.severity == "doubt"))


def _on_facts(text: str, evidence: Evidence) -> list[Finding]:
    """Return the numbers, dates and names that the evidence does not hold."""
    found = find_unsupported(text, evidence)
    elsewhere = [name for name in found.names if name not in found.nearby]
    said: list[tuple[Kind, Sequence[str], str]] = [
        ("number", found.numbers, "the quote does not hold {}: quote the words with it, or leave it out"),
        ("date", found.dates, "the quote does not hold {}: quote the words with it, or leave it out"),
        ("name", found.nearby, "the quote does not name {}: quote its row or heading too"),
        ("name", elsewhere, "the passage does not name {}: leave it out, or cite the passage that does"),
    ]
    return [Finding(kind, "contradiction", reason.format(", ".join(words))) for kind, words, reason in said if words]


def _on_places(text: str, evidence: Evidence) -> list[Finding]:
    """Return what is wrong with the row, the column or the unit of a claim's numbers."""
    numbers = numbers_of(text, evidence)
    if failure := table_places.wrong_place(text, numbers.stated, evidence, numbers.mark):
        return [Finding("table", "contradiction", failure)]
    if failure := table_order.wrong_order(text, evidence, numbers.mark).contradiction:
        return [Finding("comparison", "contradiction", failure)]
    if failure := courses.wrong_course(text, numbers.mark):
        return [Finding("direction", "contradiction", failure)]
    failure, _ = units.other_units(numbers.text, numbers.stated, evidence, numbers.mark)
    return [Finding("unit", "contradiction", failure)] if failure else []


def _doubts_on_row(text: str, evidence: Evidence) -> list[tuple[Kind, str]]:
    """Return doubts on a claim about table rows."""
    numbers = numbers_of(text, evidence)
    return [
        ("unit", units.other_units(numbers.text, numbers.stated, evidence)[1]),
        ("table", table_places.swapped_values(text, numbers.stated, evidence, numbers.mark)),
        ("comparison", table_order.wrong_order(text, evidence, numbers.mark).doubt),
        ("number", table_places.lost_sign(text, numbers.stated, evidence, numbers.mark)),
        ("number", table_places.added_loss(text, numbers.stated, evidence, numbers.mark)),
    ]


def _doubts_on_prose(text: str, evidence: Evidence) -> list[tuple[Kind, str]]:
    """Return what the words of direction, comparison, negation, modality and scope say against a claim."""
    numbers = numbers_of(text, evidence)
    quote = WRITTEN_MARK.sub("", evidence.quote or evidence.exact)  # "31,870[12] lorries" counts no 12 lorries
    return [
        ("unit", units.other_units(numbers.text, numbers.stated, evidence)[1]),
        ("direction", directions.opposite(text, quote)),
        ("comparison", directions.swapped_sides(text, quote)),
        ("comparison", directions.of_second_side(text, quote)),
        ("comparison", contrasts.mixed_halves(text, quote)),
        ("negation", contrasts.other_side(text, quote)),
        ("relation", relations.turned_round(text, quote)),
        ("negation", negation.other_negation(text, quote)),
        ("modality", modality.hedge_dropped(text, quote)),
        ("modality", modality.duty_added(text, quote)),
        ("modality", modality.duty_dropped(text, quote)),
        ("modality", reports.opinion_stated(text, quote)),
        ("modality", reports.condition_dropped(text, quote)),
        ("relation", relations.cause_added(text, quote)),
        ("negation", negation.other_prefix(text, quote)),
        ("scope", scope.exception_dropped(text, quote)),
        ("number", value_context.other_share(text, quote)),
        ("scope", scope.widened(text, quote)),
        *rewording.changed_words(text, quote),
        ("name", rewording.exchanged_term(text, quote, evidence.whole)),
        ("direction", alternatives.other_alternative(text, quote)),
        ("number", counts.counted_otherwise(numbers.text, numbers.stated, quote)),
        ("date", value_context.other_time(text, quote)),
        ("date", implied.other_year(text, quote, numbers.mark)),
        ("date", courses.reversed_range(text, quote)),
        ("modality", modality.attempt_achieved(text, quote)),
        ("number", value_context.misplaced_value(text, quote, numbers.mark)),
        ("number", value_context.other_way(text, quote, numbers.mark)),
        ("number", value_context.other_whole(text, quote)),
        ("comparison", value_context.other_bound(text, quote, numbers.mark)),
        ("name", subjects.swapped_subject(text, quote)),
        ("name", subjects.other_subject(text, evidence)),
        ("relevance", relevance.unrelated(text, evidence)),
    ]
