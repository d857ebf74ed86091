"""The check of a claim against its evidence, with contradictions, which are certain, and doubts, which are not.

Each kind of check has its own module. A reason is a sentence that says how to mend the claim.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Literal, NamedTuple

from graph.verification.claims import ellipses, relevance
from graph.verification.claims.assertions import cut_quotes, modality, negation, plans, reports, scope
from graph.verification.claims.comparisons import contrasts, courses, directions, opposites, relations
from graph.verification.claims.entities import bracketed, doers, events, kinds, parted_subjects, roles, slots, subjects
from graph.verification.claims.evidence import Evidence
from graph.verification.claims.facts import find_unsupported
from graph.verification.claims.notation import with_halves, with_quarters
from graph.verification.claims.numbers import arithmetic, counts, implied, remainders, results, units
from graph.verification.claims.numbers import compared as compared_values
from graph.verification.claims.numbers.support import Numbers, numbers_of
from graph.verification.claims.tables import order as table_order
from graph.verification.claims.tables import places as table_places
from graph.verification.claims.tables import years as table_years
from graph.verification.claims.values import context as value_context
from graph.verification.claims.values import earlier as earlier_values
from graph.verification.claims.values import owners as value_owners
from graph.verification.claims.values import pairs, periods, rates
from graph.verification.claims.wording import content, same_language, share
from graph.verification.claims.words import alternatives, degrees, exchanges, factors, rewording
from graph.verification.claims.words import narrowed as narrowed_words
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
"""`contradiction`: the evidence contradicts or lacks it. `doubt`: the evidence may mean something else."""


_COMPARABLE = 0.5
"""Least share of a claim's words in its quote for a comparison of words: of 439 true claims and 642 false ones, written
by hand before the rules, 11 and 2 would be doubted only below it."""
_OF_ALL_WORDS = ("unit", "relevance")
_CUT = "its sentence has “{}” beside these words, and the claim does not say it"


class Finding(NamedTuple):
    """A reason against a claim."""

    kind: Kind
    severity: Severity
    reason: str
    """The reason, if possible with how to mend the claim, as a sentence without its full stop."""


def check_claim(text: str, evidence: Evidence) -> tuple[Finding, ...]:
    """Return the findings against a claim; if there are contradictions, without the doubts."""
    text, evidence = _written_alike(text, evidence)
    quote = evidence.quote or evidence.exact
    # A claim that equals its quote has no unsupported facts. Most offline claims do, and the check of numbers, dates
    # and names takes a fifth of a question's time.
    is_quote = not evidence.rows and text.strip(" .") == quote.strip(" .") != ""
    contradictions = [] if is_quote else [*_on_facts(text, evidence), *_on_places(text, evidence)]
    if contradictions:
        return tuple(contradictions)
    cut = cut_of(text, evidence)
    left_out = [Finding(cut.kind, "doubt", f"{_CUT.format(cut.word)}: quote the whole sentence")] if cut else []
    if normalised(text.strip(" .")) in normalised(quote):
        wider = "" if evidence.rows else degrees.unrestricted(text, quote)
        return (
            *left_out,
            *([Finding("scope", "doubt", wider)] if wider else ()),
        )  # a claim that repeats its quote means the same
    found = [*(_doubts_on_row(text, evidence) if evidence.rows else ())]
    if not evidence.rows:
        found += _doubts_on_prose(text, evidence)
    elif sentence := _sentence_of(text, evidence):  # the claim has words of columns that the sentence lacks
        alone = replace(evidence, exact=sentence, quote=sentence, rows=(), table=())
        found += [one for one in _doubts_on_prose(text, alone) if one[0] not in ("name", "relevance")]
    found = [(kind, reason) for kind, reason in found if reason]
    dropped = _doubts_to_drop(text, quote, evidence) if found and not evidence.rows else ()
    if not evidence.rows and share(content(text), content(quote)) < _COMPARABLE and same_language(text, quote):
        found = [(kind, reason) for kind, reason in found if kind in _OF_ALL_WORDS]
    found = [(kind, reason) for kind, reason in found if kind not in dropped]
    if not evidence.rows and (cause := relations.other_cause(text, quote)):  # a wrong cause may be in any words
        found.append(("relation", cause))
    if not evidence.rows and (subject := value_owners.of_other_subject(text, quote, evidence.whole)):
        found.append(("name", subject))
    if not evidence.rows and (course := courses.wrong_course_of_years(text, quote)):  # it compares values, not words
        found.append(("direction", course))
    return (*left_out, *(Finding(kind, "doubt", reason) for kind, reason in found))


def _written_alike(text: str, evidence: Evidence) -> tuple[str, Evidence]:
    """Return a claim and its evidence with halves as decimals and quarters of a year in the table's notation."""
    text = _with_war_names(text, evidence.whole)
    text = with_quarters(with_halves(text), " ".join(row.search for row in evidence.rows[:1]))
    whole = with_halves(evidence.whole)
    exact = with_halves(evidence.exact)
    if whole == evidence.whole and exact == evidence.exact:
        return text, evidence
    quote, around = with_halves(evidence.quote), with_halves(evidence.around)
    return text, replace(evidence, exact=exact, whole=whole, quote=quote, around=around)


def _with_war_names(text: str, whole: str) -> str:
    """Return a claim with "WWII" and "Second World War" in its passage's notation."""
    for pattern, names in _WARS:
        held = next((name for name in names if name in whole), "")
        text = pattern.sub(held, text) if held else text
    return text


_WARS = (
    (re.compile(r"\b(?:WW ?(?:II|2)|World War (?:II|Two|2)|Second World War)\b"), ("World War II", "Second World War")),
    (re.compile(r"\b(?:WW ?(?:I|1)|World War (?:I|One|1)|First World War)\b"), ("World War I ", "First World War")),
)


def _sentence_of(text: str, evidence: Evidence) -> str:
    """Return the cell of the quoted rows that is a sentence with a claim's words, as in tables of goals; else ""."""
    cells = [cell for row in evidence.rows for _, cell in row.cells if len(cell.split()) >= _SENTENCE]
    return next((cell for cell in cells if share(content(text), content(cell)) >= _COMPARABLE), "")


_SENTENCE = 8  # least words of a cell that is a sentence, and no name or value


def _doubts_to_drop(text: str, quote: str, evidence: Evidence) -> tuple[Kind, ...]:
    """Return the kinds of doubt to drop, since the claim is a valid rewording of the quote."""
    if relations.requires_condition(text, quote):
        return ("negation", "modality", "scope")
    if narrowed_words.states_unless_as_if(text, quote):
        return ("negation", "modality", "scope")
    if any(not one.is_held and implied.is_all_but(one, text, evidence) for one in numbers_of(text, evidence).stated):
        return ("number", "negation", "scope", "direction", "comparison")
    if directions.is_converse(text, quote) or relations.is_converse(text, quote):
        return ("direction", "comparison")
    if arithmetic.states_the_rest(text, quote) or any(
        not one.is_held and remainders.is_left(one, text, quote) for one in numbers_of(text, evidence).stated
    ):
        return ("negation", "scope", "direction", "comparison")
    if opposites.denies_only(text, quote) or negation.bounds_all(text, quote):
        return ("negation", "scope", "direction", "comparison", "date")
    if scope.denies_exception(text, quote) or scope.asserts_exception_alone(text, quote):
        return ("negation", "scope", "direction", "modality")
    is_other = contrasts.is_on_other_side(text, quote) or contrasts.states_both_sides(text, quote)
    return ("negation", "direction") if is_other else ()


def cut_of(text: str, evidence: Evidence) -> cut_quotes.Cut | None:
    """Return what a quote, or a claim repeating a part of it, leaves out of its sentence; None for table rows."""
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
    """Return contradictions for numbers, dates and names that the evidence lacks."""
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
    """Return findings on the row, the column or the unit of a claim's numbers."""
    numbers = numbers_of(text, evidence)
    if failure := table_places.wrong_place(text, numbers.stated, evidence, numbers.mark):
        return [Finding("table", "contradiction", failure)]
    if failure := table_order.wrong_order(text, evidence, numbers.mark).contradiction:
        return [Finding("comparison", "contradiction", failure)]
    if failure := courses.wrong_course(text, numbers.mark):
        return [Finding("direction", "contradiction", failure)]
    if failure := results.wrong_sign(numbers.text, numbers.stated, evidence):
        return [Finding("comparison", "contradiction", failure)]
    failure, _ = units.other_units(numbers.text, numbers.stated, evidence, numbers.mark)
    return [Finding("unit", "contradiction", failure)] if failure else []


def _doubts_on_row(text: str, evidence: Evidence) -> list[tuple[Kind, str]]:
    """Return doubts on a claim about table rows."""
    numbers = numbers_of(text, evidence)
    return [
        ("unit", units.other_units(numbers.text, numbers.stated, evidence)[1]),
        ("unit", units.invented_unit(numbers.text, numbers.stated, evidence)),
        ("table", table_places.swapped_values(text, numbers.stated, evidence, numbers.mark)),
        ("comparison", table_order.wrong_order(text, evidence, numbers.mark).doubt),
        ("number", table_places.lost_sign(text, numbers.stated, evidence, numbers.mark)),
        ("unit", table_places.lost_magnitude(text, evidence)),
        ("date", table_years.other_year(text, numbers.stated, evidence, numbers.mark)),
        ("direction", table_years.other_course(text, evidence, numbers.mark)),
        ("unit", table_years.other_money(text, numbers.stated, evidence, numbers.mark)),
        ("number", table_places.added_loss(text, numbers.stated, evidence, numbers.mark)),
        ("table", slots.other_row(text, evidence)),
    ]


def _doubts_on_prose(text: str, evidence: Evidence) -> list[tuple[Kind, str]]:
    """Return doubts on a claim about prose: direction, comparison, negation, modality, scope."""
    numbers = numbers_of(text, evidence)
    quote = WRITTEN_MARK.sub("", evidence.quote or evidence.exact)  # "31,870[12] lorries" counts no 12 lorries
    quote = ellipses.filled_in(text, quote)
    return [
        ("unit", units.other_units(numbers.text, numbers.stated, evidence)[1]),
        ("direction", opposites.opposite(results.without_differences(numbers.text, numbers.stated), quote)),
        ("comparison", directions.swapped_sides(text, quote)),
        ("comparison", directions.of_second_side(text, quote)),
        ("comparison", contrasts.mixed_halves(text, quote)),
        ("negation", contrasts.other_side(text, quote)),
        ("relation", relations.reversed_relation(text, quote)),
        ("negation", negation.other_negation(text, quote)),
        ("modality", modality.hedge_dropped(text, quote)),
        ("modality", modality.duty_added(text, quote)),
        ("modality", modality.duty_dropped(text, quote)),
        ("modality", reports.opinion_stated(text, quote)),
        ("modality", reports.other_speaker(text, quote)),
        ("modality", reports.condition_dropped(text, quote)),
        ("relation", relations.cause_added(text, quote)),
        ("negation", negation.other_prefix(text, quote)),
        ("negation", negation.denied_of_two(text, quote)),
        ("scope", scope.exception_dropped(text, quote)),
        ("scope", scope.exception_reversed(text, quote)),
        ("scope", scope.widened(text, quote)),
        *rewording.changed_words(text, quote),
        ("relation", rewording.spliced(text, quote)),
        ("name", rewording.exchanged_term(text, quote, evidence.whole)),
        ("direction", alternatives.other_alternative(text, quote)),
        ("date", courses.reversed_range(text, quote)),
        *_doubts_on_plans(text, quote),
        *_doubts_on_values(text, quote, numbers),
        ("number", value_owners.of_other_thing(text, quote, evidence.whole)),
        ("scope", degrees.other_extent(text, quote)),
        ("direction", opposites.other_level(text, quote)),
        *_doubts_on_doers(text, quote),
        ("name", subjects.other_subject(text, evidence)),
        ("relevance", relevance.unrelated(text, evidence)),
    ]


def _doubts_on_doers(text: str, quote: str) -> list[tuple[Kind, str]]:
    """Return doubts on the subject of a claim: the quote may say it of another."""
    return [
        ("name", parted_subjects.of_other_part(text, quote)),
        ("name", doers.other_doer(text, quote)),
        ("name", subjects.swapped_subject(text, quote)),
        ("name", roles.exchanged(text, quote)),
        ("name", slots.other_label(text, quote)),
        ("name", slots.other_place(text, quote)),
    ]


def _doubts_on_plans(text: str, quote: str) -> list[tuple[Kind, str]]:
    """Return doubts on plans and the order in time: the quote may only plan what the claim states as done."""
    return [
        ("modality", modality.attempt_achieved(text, quote)),
        ("modality", plans.done_already(text, quote)),
        ("modality", plans.plan_exchanged(text, quote)),
        ("modality", plans.outlook_reached(text, quote)),
        ("modality", plans.certainty_added(text, quote)),
        ("name", bracketed.other_role(text, quote)),
        ("date", periods.other_order(text, quote)),
        ("scope", kinds.other_kind(text, quote)),
        ("scope", narrowed_words.narrowed(text, quote)),
        ("date", events.other_doer_or_date(text, quote)),
        ("relation", kinds.without_for_with(text, quote)),
        ("name", exchanges.exchanged_words(text, quote)),
        ("number", exchanges.other_respectively(text, quote)),
    ]


def _doubts_on_values(text: str, quote: str, numbers: Numbers) -> list[tuple[Kind, str]]:
    """Return doubts on the values of a claim, by the words beside them there and in its quote."""
    mark = numbers.mark
    of_whole: list[tuple[Kind, str]] = [
        ("number", counts.counted_otherwise(numbers.text, numbers.stated, quote)),
        ("number", value_context.misplaced_value(text, quote, mark)),
    ]
    return [
        *(() if ellipses.is_about_part(text, quote) else of_whole),
        ("number", counts.other_magnitude(text, quote)),
        ("date", value_context.other_time(text, quote)),
        ("date", implied.other_year(text, quote, mark)),
        ("date", implied.other_event(text, quote)),
        ("date", courses.other_end(text, quote)),
        ("date", periods.other_period(text, quote)),
        ("direction", earlier_values.other_time_of_values(text, quote, mark)),
        ("number", bracketed.other_bracket(text, quote)),
        ("number", value_context.other_share(text, quote)),
        ("number", value_context.other_way(text, quote, mark)),
        ("number", value_context.other_whole(text, quote)),
        ("unit", rates.other_rate(text, quote)),
        ("number", pairs.of_other_part(text, quote)),
        ("number", compared_values.other_side(text, quote, mark)),
        ("number", remainders.part_of_other(text, quote)),
        ("comparison", value_context.other_bound(text, quote, mark)),
        ("comparison", degrees.added_bound(text, quote)),
        ("direction", courses.reversed_values(text, quote)),
        ("number", factors.other_factor(text, quote)),
        ("comparison", factors.other_superlative(text, quote)),
    ]
