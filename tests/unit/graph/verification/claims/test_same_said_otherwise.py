"""What the check finds in claims that convert, sum up or rename what a quote says, and in those that do it wrongly."""

from __future__ import annotations

import pytest

from graph.verification.claims.check import check_claim
from graph.verification.claims.evidence import evidence_for
from tests.unit.graph.verification.claims.tables.test_places import chunk_of
from tests.unit.graph.verification.claims.test_check import findings

FERRY = "The crossing takes one and a half hours, and the new hull weighs 3.2 tonnes."
FAEHRE = "Die Überfahrt dauert zweieinhalb Stunden, der neue Rumpf wiegt 3,2 Tonnen."
PHOTOS = "The photographs were taken between March 2031 and November 2033."
LOAD = "The occupancy rose by 4.5 percentage points to 67.2 percent."
FICHTE = "Seit 2041 sank der Anteil der Lärche um 9 Prozentpunkte auf 27 Prozent."
FAIRS = "Fairs cost £6.6m, up 10% on the year before."
FLEET = "The company runs thirteen barges and five tugs."
GUESTS = "The inn received 24,610 guests, of whom 9,305 arrived by boat."
DESK = "The help desk can be reached around the clock."
STAFF = "Von 640 Beschäftigten arbeiten 210 in Teilzeit."
HOURS = "Führungen finden täglich von 10 bis 16 Uhr statt, im Keller nur nach Absprache."
SCHOOL = "The head of the school, Ada Merrow, was replaced by Piet Hallam in May."
OFFICE = "Amtsleiterin Grete Solveig übernahm das Archiv im Mai von Arne Tiedemann."
CLINIC = "Prof. Ida Kranz führt die Augenklinik, Prof. Emil Sander die Hautklinik."
DELAY = "The opening was delayed, mainly due to a shortage of trained divers."
CHILDREN = "Schüler unter zehn Jahren baden kostenlos, sofern ein Lehrer dabei ist."
STUDENT = "For the shortest runs we use only sorting and do not include rinsing, even though rinsing might help."
COUNCIL = "Der Rat lehnt den Ausbau der Rampe ab."
MINE = "Der Leiter widersprach der Darstellung, die Grube sei unsicher."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The crossing takes 1.5 hours.", FERRY),
        ("The crossing takes 90 minutes.", FERRY),
        ("The new hull weighs 3,200 kg.", FERRY),
        ("Die Überfahrt dauert 2,5 Stunden.", FAEHRE),
        ("Die Überfahrt dauert 150 Minuten.", FAEHRE),
        ("Der neue Rumpf wiegt 3.200 kg.", FAEHRE),
        ("The photographs date from 03/2031 to 11/2033.", PHOTOS),
        ("The occupancy had been 62.7 percent before.", LOAD),
        ("2041 betrug der Anteil der Lärche noch 36 Prozent.", FICHTE),
        ("Fairs had cost £6m in the previous year.", FAIRS),
        ("The fleet has 18 vessels: 13 barges and 5 tugs.", FLEET),
        ("15,305 of the guests came over land.", GUESTS),
        ("The help desk can be reached 24 hours a day.", DESK),
        ("430 der 640 Beschäftigten arbeiten in Vollzeit.", STAFF),
        ("Besucher dürfen jeden Tag zwischen 10 und 16 Uhr hinein.", HOURS),
        ("Ada Merrow was replaced by Piet Hallam.", SCHOOL),
        ("Piet Hallam replaced Ada Merrow.", SCHOOL),
        ("Grete Solveig übernahm das Archiv von Arne Tiedemann.", OFFICE),
        ("Prof. Emil Sander führt die Hautklinik.", CLINIC),
        ("The opening was late because there were too few trained divers.", DELAY),
        ("Schüler unter zehn Jahren baden kostenlos, wenn ein Lehrer dabei ist.", CHILDREN),
        ("Der Leiter hält die Grube nicht für unsicher.", MINE),
    ],
)
def test_the_same_in_another_notation_or_form_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The crossing takes one and a half days.", FERRY, "unit"),
        ("The crossing takes 80 minutes.", FERRY, "number"),
        ("The new hull weighs 320 kg.", FERRY, "number"),
        ("Die Überfahrt dauert dreieinhalb Stunden.", FAEHRE, "number"),
        ("The photographs date from 04/2031 to 11/2033.", PHOTOS, "date"),
        ("The occupancy had been 71.7 percent before.", LOAD, "number"),
        ("2041 betrug der Anteil der Lärche noch 18 Prozent.", FICHTE, "number"),
        ("Fairs cost £6m.", FAIRS, "number"),
        ("The fleet has 19 vessels: 13 barges and 5 tugs.", FLEET, "number"),
        ("15,305 guests arrived by boat.", GUESTS, "number"),
        ("Piet Hallam was replaced by Ada Merrow.", SCHOOL, "name"),
        ("Ada Merrow replaced Piet Hallam in May.", SCHOOL, "name"),
        ("Arne Tiedemann übernahm das Archiv im Mai von Grete Solveig.", OFFICE, "name"),
        ("Prof. Emil Sander führt die Augenklinik.", CLINIC, "name"),
        ("The opening was delayed because of heavy winter storms.", DELAY, "relation"),
        ("Schüler unter zehn Jahren baden nicht kostenlos, wenn ein Lehrer dabei ist.", CHILDREN, "negation"),
        ("The shortest runs were rinsed after sorting.", STUDENT, "negation"),
        ("Der Rat befürwortet den Ausbau der Rampe.", COUNCIL, "direction"),
    ],
)
def test_something_else_in_another_notation_or_form_is_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


INCOME, VISITS = "Table 2: Income (million crowns)", "Table 3: Visits (thousand persons)"
QUARTERS = "|Item|Q1|Q2|Q3|Q4|\n|---|---|---|---|---|\n|Tolls|40.1|62.5|80.4|51.3|\n|Sales|8.4|9.8|9.1|10.3|"
MONTHS = "|Month|Locals|Guests|\n|---|---|---|\n|May|31.4|12.2|\n|July|40.9|28.7|"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("Sales were highest in the fourth quarter, at 10.3 million crowns.", []),
        ("Sales were highest in the second quarter, at 9.8 million crowns.", ["comparison"]),
        ("Sales came to 9.1 million crowns in the third quarter.", []),
        ("Sales came to 9.1 million crowns in the second quarter.", ["table"]),
    ],
)
def test_a_column_may_be_named_as_a_quarter_of_the_year(text: str, kinds: list[str]) -> None:
    evidence = evidence_for("|Sales|8.4|9.8|9.1|10.3|", chunk_of(QUARTERS, INCOME))
    assert [one.kind for one in check_claim(text, evidence)] == kinds


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("In July there were 28,700 guests.", []),
        ("Locals and guests together made 69.6 thousand visits in July.", []),
        ("In July 28.7 guests came.", ["unit"]),
        ("In May there were 28,700 guests.", ["date", "table"]),
    ],
)
def test_a_row_has_the_month_and_the_magnitude_of_its_table(text: str, kinds: list[str]) -> None:
    evidence = evidence_for("|July|40.9|28.7|", chunk_of(MONTHS, VISITS))
    assert [one.kind for one in check_claim(text, evidence)] == kinds


DEVICE = (
    "On the long course, Kestrel-2 is fastest. In the hall, it reaches 3,120 points, more than 91.5% of all visitors."
)
MODELS = "Kestrel-2 scores 66.1% on AllRoad, 90.4% on Sand Pit, and 48.9% on Icefield."
SIZES = "The team publishes hulls of 2B, 6B, 9B, and 40B parts based on Kestrel2 and Osprey3."
RANGE = "The records range from dozens to thousands of pages."
STEADY = "Strong wind consistently slows the ferry."
SCHEME = "The scheme foregoes the second pump and takes its water from the lake instead."
CONTEXT = "Osprey-3 is the heaviest. Kestrel-2 won the long course, as it covers 410 miles a day."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Only 8.5% of all visitors did better.", DEVICE),
        ("Kestrel-2 is tested on three courses: AllRoad, Sand Pit and Icefield.", MODELS),
        ("On SandPit, Kestrel-2 scores 90.4%.", MODELS),
        ("Four hulls are published, from 2B to 40B parts.", SIZES),
        ("The scheme does without the second pump.", SCHEME),
    ],
)
def test_counts_rests_and_names_in_pieces_are_followed(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("Only 7.5% of all visitors did better.", DEVICE, "number"),
        ("Kestrel-2 is tested on four courses: AllRoad, Sand Pit and Icefield.", MODELS, "number"),
        ("Kestrel-2 improves by 66.1 points on AllRoad.", MODELS, "number"),
        ("Six hulls are published.", SIZES, "number"),
        ("The records range from hundreds to millions of pages.", RANGE, "number"),
        ("Strong wind sometimes slows the ferry.", STEADY, "scope"),
    ],
)
def test_other_counts_and_rests_are_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


def test_a_pronoun_at_the_begin_of_a_quote_is_whom_the_words_before_name() -> None:
    quote = "it covers 410 miles a day"
    assert findings("Kestrel-2 covers 410 miles a day.", quote, around=CONTEXT) == {}
    assert findings("Osprey-3 covers 410 miles a day.", quote, around=CONTEXT) == {"name": "doubt"}


BARS = "Of the 2,150 shells in the sample, 34% have a stripe, and roughly one in ten shows a hole."
TRIAL = "The serum was first tried on 3 April 1988 in Oldham and approved by the board seven years later."
SISTER = "The mill opened in 1951, three years before its sister at Thrale."
NEITHER = "Neither the bishop nor the guild was asked about the lease of the quay."
WEDER = "Weder das Rathaus noch die Bücherei hat einen eigenen Parkplatz."
SOLD = "The Harlan family sold the inn to the baker Tobias Wick in 1861, who turned it into a school."
SEATS = "At least 35 of the 50 places must be taken before the boat can leave."
ADVICE = "The panel recommends that divers should not use lamps in the first week."
CLUB = "Der Klub zählt 1.240 Mitglieder, davon sind 35 Prozent jünger als 30 Jahre."
FEE = "Die Anmeldung ist bis zum 30. September möglich und kostet 65 Euro; Lehrlinge zahlen die Hälfte."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Some 730 of the sampled shells have a stripe.", BARS),
        ("About 10% of the shells show a hole.", BARS),
        ("The board approved the serum in 1995.", TRIAL),
        ("The sister at Thrale opened in 1954.", SISTER),
        ("The guild was not asked about the lease of the quay.", NEITHER),
        ("Die Bücherei hat keinen eigenen Parkplatz.", WEDER),
        ("Tobias Wick turned the inn into a school.", SOLD),
        ("The boat needs a minimum of 35 passengers.", SEATS),
        ("No boat leaves with fewer than 35 taken places.", SEATS),
        ("According to the panel, divers ought not to use lamps during the first week.", ADVICE),
        ("Etwa 430 Mitglieder sind unter 30.", CLUB),
        ("Lehrlinge zahlen 32,50 Euro.", FEE),
    ],
)
def test_parts_years_and_bounds_that_follow_are_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("Some 830 of the sampled shells have a stripe.", BARS, "number"),
        ("34% of the shells show a hole.", BARS, "number"),
        ("The serum was approved in 1988.", TRIAL, "date"),
        ("The serum was first tried in 1995.", TRIAL, "date"),
        ("The board approved the serum in 1996.", TRIAL, "number"),
        ("The sister at Thrale opened in 1951.", SISTER, "date"),
        ("The bishop was asked about the lease of the quay, but the guild was not.", NEITHER, "negation"),
        ("Das Rathaus hat einen eigenen Parkplatz.", WEDER, "negation"),
        ("The Harlan family turned the inn into a school.", SOLD, "name"),
        ("No boat leaves with more than 35 taken places.", SEATS, "comparison"),
        ("Die Anmeldung ist ab dem 30. September möglich.", FEE, "date"),
    ],
)
def test_parts_years_and_bounds_that_do_not_follow_are_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


def test_the_largest_of_a_year_is_compared_over_the_rows() -> None:
    table = "|Source|2041|2042|\n|---|---|---|\n|Rivers|31.4|28.7|\n|Wells|18.6|21.9|"
    evidence = evidence_for("|Wells|18.6|21.9|", chunk_of(table))
    assert [one.kind for one in check_claim("Wells were the largest source in 2042.", evidence)] == ["comparison"]
    assert not check_claim("Wells were highest in 2042, at 21.9.", evidence)


FUND = "The guild owns 45 per cent of the boats, the town of Wick 25 per cent and farmers the rest."
KEEP = "The keep was built between 1510 and 1524 and destroyed by a fire in 1781."
PRINTS = "The archive acquired 2,350 maps in 2021, including 74 by Norse sailors."
STATION = "The pump house at Thrale was built by Oakley & Sons and is operated by Brenvane Utilities."
NITRATE = "Apart from the works at Thrale, no plant exceeded the limit of nitrate."
ERST = "Der Verein wurde nicht 2021, sondern erst 2023 gegründet."
REPORTED = "According to the inspector, leakage was 16.4 per cent; the company disputes this figure."
PRICE_ROSE = "The fare will be 3.46 crowns from April 2035; until then it is 3.11 crowns."
PAIRS = "The wardens counted 57 pairs of terns, the highest number since 1995."


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The keep was built in 1781.", KEEP, "number"),
        ("The keep was destroyed by a fire in 1524.", KEEP, "number"),
        ("The archive acquired 2,350 maps by Norse sailors.", PRINTS, "number"),
        ("Brenvane Utilities built the pump house at Thrale.", STATION, "name"),
        ("No plant exceeded the limit of nitrate.", NITRATE, "scope"),
        ("Der Verein wurde 2021 gegründet.", ERST, "negation"),
        ("The company says that leakage was 16.4 per cent.", REPORTED, "modality"),
        ("The fare is 3.46 crowns until April 2035.", PRICE_ROSE, "date"),
        ("The wardens counted 57 pairs of terns in 1995.", PAIRS, "date"),
    ],
)
def test_parts_doers_and_exceptions_that_are_exchanged_are_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The guild owns 45 per cent of the boats.", FUND),
        ("The town of Wick owns 25 per cent of the boats.", FUND),
        ("The keep was destroyed by a fire in 1781.", KEEP),
        ("74 of the maps acquired in 2021 are by Norse sailors.", PRINTS),
        ("Oakley & Sons built the pump house at Thrale.", STATION),
        ("Only the works at Thrale exceeded the limit of nitrate.", NITRATE),
        ("According to the inspector, leakage was 16.4 per cent.", REPORTED),
    ],
)
def test_each_part_with_its_own_value_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}
