"""What the check finds where a claim drops a word, dates another event, or reads another year's column."""

from __future__ import annotations

import pytest

from graph.verification.claims.check import check_claim
from graph.verification.claims.evidence import evidence_for
from tests.unit.graph.verification.claims.tables.test_places import chunk_of
from tests.unit.graph.verification.claims.test_check import findings

VICE = "Edda Marsh, Vice Chair of the Harbour Board, opened the meeting."
CAPITAL = "Norlake is the 9th most-populous capital city on the coast."
DESPITE = "The guild did well despite the storm and the loss of trade due to the war."
BOTH = "The line uses steam for both barges and trams."
UNTIL = "The Tolms supported the guild – until a dispute divided them in 1758."
MARRIED = "She was born Edda Orrin in Wick to wealthy parents and in 1916 married a lawyer."
POPE = "In 1979, less than a year after becoming warden, Piet Vos opened the square in Wick."
RELATIVE = "In 1564 Ribault's former lieutenant Laudon launched a second voyage; he established Fort Caroline."
PROVED = "In 1967 Manuel Blum developed a theory based on his axioms and proved a result, the speed theorem."
OUTLOOK = "Outlook for 2042: adjusted profit of 67-71 cents per share."
CASH = "Free cash flow of 850 million crowns was higher than in 2041."
PARK = "The park covers the area of 76 ha."
WAR = "In World War II fire destroyed 85% of the town."
WAR_TOWN = "The town had to be rebuilt after the damage of World War II, which destroyed 85% of its houses."
OAKS = "The survey of 2038 counted 1,240 oaks and 385 limes, while in 2030 there were 1,415 oaks."
SLUICE = "Unless the sluice is open, the lower meadow must not be grazed before June."
NURSERY = "Lida Prynne, born in Karst, founded the nursery in 1994 and left it in 2011."
NIGHTS = "Corncrakes were heard twice as often as in 2030."
FOOD = "The adult birds feed on insects, the young ones mainly on seeds."
NESTS = "Of 31 nests, all but four were in the western half."
INCOME = """|(million crowns, except per share)|Three months ended June 30, 2041|Three months ended June 30, 2042|\
Twelve months ended June 30, 2041|Twelve months ended June 30, 2042|
|---|---|---|---|---|
|Net sales|3,909|3,673|14,544|14,694|
|Research expenses|(24)|(25)|(96)|(101)|
|Operating income|252|(325)|1,239|(1,508)|
|EPS (cents)|7.3|12.3|52.9|70.5|"""
RESEARCH, OPERATING = (
    "| Research expenses | (24) | (25) | (96) | (101) |",
    "| Operating income | 252 | (325) | 1,239 | (1,508) |",
)
SHARE = "| EPS (cents) | 7.3 | 12.3 | 52.9 | 70.5 |"
RIVALS = "|Test|Corvid V2|Corvid V3|Raven|\n|---|---|---|---|\n|Repairs|50.8|38.8|49.2|\n|Cup|20.0|30.0|40.0|"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Edda Marsh is vice chair of the Harbour Board.", VICE),
        ("Norlake is the ninth most populous capital on the coast.", CAPITAL),
        ("Despite the storm, the guild did fairly well.", DESPITE),
        ("Trade was lost because of the war, but the guild did well.", DESPITE),
        ("The line uses steam for barges and trams.", BOTH),
        ("Until 1758 the Tolms supported the guild.", UNTIL),
        ("In 1916 Edda Orrin married a lawyer.", MARRIED),
        ("Piet Vos opened the square in 1979.", POPE),
        ("Laudon had been a lieutenant of Ribault.", RELATIVE),
        ("Laudon established Fort Caroline.", RELATIVE),
        ("Manuel Blum proved the speed theorem.", PROVED),
        ("For 2042 an adjusted profit of 67 to 71 cents per share is expected.", OUTLOOK),
        ("The free cash flow was 850 million crowns.", CASH),
        ("The park is 0.76 square kilometres large.", PARK),
        ("There were 175 fewer oaks in 2038 than in 2030.", OAKS),
        ("If the sluice is open, the lower meadow may be grazed before June.", SLUICE),
        ("The lower meadow must not be grazed before June if the sluice is not open.", SLUICE),
        ("Lida Prynne founded the nursery in 1994.", NURSERY),
        ("The young birds feed mainly on seeds.", FOOD),
        ("27 of the 31 nests were in the western half.", NESTS),
        ("WWII destroyed 85 percent of the houses.", WAR_TOWN),
        ("Fire destroyed 85% of the town in the Second World War.", WAR),
    ],
)
def test_what_keeps_each_limit_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Edda Marsh is the chair of the Harbour Board.", VICE),
        ("Norlake is the 9th most-populous city on the coast.", CAPITAL),
        ("The guild did badly because of the storm.", DESPITE),
        ("The line uses steam for barges only.", BOTH),
        ("The Tolms supported the guild throughout the war.", UNTIL),
        ("Edda Orrin was born in Wick in 1916.", MARRIED),
        ("Edda Orrin was born to poor parents.", MARRIED),
        ("Piet Vos became warden in 1979.", POPE),
        ("Ribault established Fort Caroline in 1564.", RELATIVE),
        ("Alan Turing proved the speed theorem in 1967.", PROVED),
        ("The adjusted profit was 67-71 cents per share in 2042.", OUTLOOK),
        ("The net income of 850 million crowns was higher than in 2041.", CASH),
        ("The number of oaks rose to 1,240 by 2038.", OAKS),
        ("There were 175 more oaks in 2038 than in 2030.", OAKS),
        ("The lower meadow must not be grazed before June if the sluice is open.", SLUICE),
        ("Lida Prynne was born in Karst in 1994.", NURSERY),
        ("Lida Prynne left the nursery in 1994.", NURSERY),
        ("Corncrakes were heard half as often as in 2030.", NIGHTS),
        ("The young birds feed on insects.", FOOD),
        ("The wars were fought continuously for years.", "The wars were fought intermittently for years."),
        ("Vos and Tolm were allies in the war.", "Two opponents in the war, Vos and Tolm, met in Wick."),
        ("28 nests were in the western half.", NESTS),
        ("The park covers 76 square kilometres.", PARK),
    ],
)
def test_what_drops_a_limit_or_dates_another_event_is_marked(text: str, quote: str) -> None:
    assert findings(text, quote, f"{quote} Alan Turing was not there.")


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Research expenses were 101 million crowns in 2042.", RESEARCH),
        ("Research expenses rose by 5 million crowns in the twelve months to June 2042.", RESEARCH),
        ("EPS were 70.5 cents in the twelve months ended June 30, 2042.", SHARE),
    ],
)
def test_the_head_of_the_first_column_and_what_is_paid_are_known(text: str, quote: str) -> None:
    assert _found(text, quote, INCOME) == []


@pytest.mark.parametrize(
    ("text", "quote", "table"),
    [
        ("Research expenses were 96 million crowns in 2042.", RESEARCH, INCOME),
        ("Research expenses fell in 2042.", RESEARCH, INCOME),
        ("Operating income was 1,508 million crowns in 2042.", OPERATING, INCOME),
        ("EPS were 70.5 dollars in 2042.", SHARE, INCOME),
        ("Raven has the best result in Repairs.", "| Repairs | 50.8 | 38.8 | 49.2 |", RIVALS),
    ],
)
def test_another_year_course_unit_or_place_is_marked(text: str, quote: str, table: str) -> None:
    assert _found(text, quote, table)


def test_the_best_of_a_row_is_not_marked() -> None:
    assert _found("Corvid V2 has the best result in Repairs.", "| Repairs | 50.8 | 38.8 | 49.2 |", RIVALS) == []


def _found(text: str, quote: str, table: str) -> list[str]:
    return [one.reason for one in check_claim(text, evidence_for(quote, chunk_of(table)))]
