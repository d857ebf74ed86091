"""What the check finds in claims that follow from their quote, and in such that only look so."""

from __future__ import annotations

import pytest

from graph.verification.claims.check import check_claim
from graph.verification.claims.evidence import Evidence
from tests.unit.graph.verification.claims.test_check import findings

BARGES = "The lock passed 61,300 barges in 2027, up from 58,100 a year earlier."
TOLLS = "The surplus of the tolls doubled to 14.6 million crowns."
GATES = "Of 9,340 planned openings, 217 failed, most of them because of ice."
DOCKS = "The yard has two wet docks for repairs, as well as three dry docks for new boats."
RATES = "Income grew from 1.84 to 2.06 million crowns, whereas spending shrank by 30,000 to 1.99 million crowns."
TURNOUT = "The new warden won against 94.4% of the members in the vote."
ROWERS = "The county has some 45,000 rowers, compared with 1.5 million swimmers."
SEASON = "The show ran from 14 March to 30 August 2031 and drew 8,200 guests."
STALLS = "Im Berichtsjahr zählte der Markt 7.450 Stände, rund 8 Prozent mehr als 2035."
MARGIN = "The margin of 7.5% includes an adverse impact of approximately 80 basis points from coal."
SPENT = "The guild spent 1.26 million crowns on ropes, 16 per cent less than planned."
RENT = "Die Miete beträgt monatlich 3.400 Euro zuzüglich einer Vorauszahlung von 520 Euro."
PRICE = "Der Preis liegt mit 8,50 Euro unter dem üblichen Wert von 9,10 Euro."
WEIR = "In 2027 the weir gave 9,000 kilowatts, up from 5,500 a year earlier."
BRIDGE = "The bridge weighs 900 tonnes, of which 413 tonnes are steel."
QUARREL = "The fishers supported the guild, until quarrels over the weir began in 1758."


def with_title(text: str, quote: str, title: str) -> list[str]:
    """Return the kinds of what is found of a claim on a document with a title."""
    whole = f"{title} {quote}"
    evidence = Evidence(quote, "", whole, whole, quote, title, (), (), lambda: whole)
    return [found.kind for found in check_claim(text, evidence)]


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("In 2026 the lock passed 58,100 barges.", BARGES),
        ("The surplus was about 7.3 million crowns before.", TOLLS),
        ("9,123 of the openings succeeded.", GATES),
        ("About 2.3% of the openings failed.", GATES),
        ("The yard has five docks: 2 for repairs and 3 for new boats.", DOCKS),
        ("Income grew by 220,000 crowns.", RATES),
        ("The surplus was 70,000 crowns.", RATES),
        ("Not even 6% of the members voted against the new warden, only 5.6%.", TURNOUT),
        ("There are more than thirty times as many swimmers as rowers in the county.", ROWERS),
        ("The show lasted about five and a half months.", SEASON),
        ("Until 1758 the fishers supported the guild.", QUARREL),
        ("Coal cut the margin of 7.5% by roughly 0.8 percentage points.", MARGIN),
        ("The plan had been about 1.5 million crowns for ropes.", SPENT),
        ("Im Jahr beträgt die Miete 40.800 Euro.", RENT),
        ("Der Preis liegt 60 Cent unter dem üblichen Wert.", PRICE),
    ],
)
def test_what_follows_from_a_quote_is_no_wrong_number_or_date(text: str, quote: str) -> None:
    assert {"number", "date"}.isdisjoint(findings(text, quote))


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("In 2026 the lock passed 61,300 barges.", BARGES, "date"),
        ("In 2025 the lock passed 58,100 barges.", BARGES, "number"),
        ("In 2026 the weir gave 9,000 kilowatts.", WEIR, "date"),
        ("The lock passed 3,200 barges.", BARGES, "number"),
        ("The bridge weighs 487 tonnes.", BRIDGE, "number"),
        ("The surplus is 7.3 million crowns.", TOLLS, "number"),
        ("The surplus was about 4.9 million crowns before.", TOLLS, "number"),
        ("9,213 of the openings succeeded.", GATES, "number"),
        ("The yard has six docks: 2 for repairs and 3 for new boats.", DOCKS, "number"),
        ("Income grew by 230,000 crowns.", RATES, "number"),
        ("There are more than fifty times as many swimmers as rowers in the county.", ROWERS, "number"),
        ("The show lasted about six and a half months.", SEASON, "number"),
        ("Coal cut the margin of 7.5% by roughly 0.6 percentage points.", MARGIN, "number"),
        ("The plan had been about 1.7 million crowns for ropes.", SPENT, "number"),
        ("Im Jahr beträgt die Miete 40.200 Euro.", RENT, "number"),
        ("Der Preis liegt 80 Cent unter dem üblichen Wert.", PRICE, "number"),
        ("From 1758 on the fishers supported the guild.", QUARREL, "date"),
    ],
)
def test_what_does_not_follow_from_a_quote_is_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


def test_the_year_of_a_report_is_that_of_its_title() -> None:
    title = "Bericht der Marktgilde 2036"
    assert with_title("2036 hatte der Markt 7.450 Stände.", STALLS, title) == []
    assert with_title("2034 hatte der Markt 7.450 Stände.", STALLS, title) == ["number"]
    assert with_title("2035 hatte der Markt 7.450 Stände.", STALLS, title) == ["date"]
