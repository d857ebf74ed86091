"""Questions in everyday words over tables: what is answered, and what a table does not tell."""

from __future__ import annotations

import pytest

from graph.tables.answers import answer_from_tables
from graph.verification.computations import failure_of_result
from tests.unit.graph.tables.test_answers import table

KILNS = table(
    (
        ("K-1", "North Yard", "12.01.2024", "61 %", "38"),
        ("K-2", "Mill Lane", "30.11.2024", "44 %", "52"),
        ("K-3", "Old Quay", "05.06.2024", "90 %", "17"),
    ),
    ("Kiln", "Place", "Last serviced", "Filling", "Smoke (mg)"),
    "Kilns of the pottery",
)
PAPERS = table(
    (
        ("P-7", "3 May 2025", "R. Lund", "Roof", "closed", "9 May 2025"),
        ("P-8", "4 May 2025", "S. Iqbal", "Gate", "open", "-"),
        ("P-9", "1 June 2025", "R. Lund", "Cellar", "open", "-"),
    ),
    ("No.", "Received", "Filed by", "Subject", "Status", "Closed on"),
    "Register of petitions",
    ordinal=3,
)
CASES = table(
    (("Ely", "210", "190", "4"), ("Wick", "95", "99", "0"), ("Rye", "40", "12", "0")),
    ("Office", "2023", "2024", "Appeals 2024"),
    "Cases heard by office",
    ordinal=5,
)
FERRIES = table(
    (("F 1", "06:10", "07:05", "2"), ("F 2", "09:20", "10:00", "1"), ("F 9", "23:40", "01:10", "2")),
    ("Ferry", "Leaves Holm", "Arrives Sund", "Quay"),
    "Ferries from Holm to Sund",
    ordinal=7,
)
TARIFF = table(
    (("up to 2 kg", "4.90 EUR", "9.50 EUR"), ("up to 5 kg", "6.20 EUR", "13.80 EUR")),
    ("Weight", "Inland", "Abroad"),
    "Tariff for parcels",
    ordinal=9,
)
LOG = table(
    (
        ("3 March", "Lathe 2", "New bearing", "Boris", "4.5", "$310"),
        ("2 April", "Lathe 1", "New belt", "Yara", "2.0", "$128"),
        ("9 April", "Lathe 2", "Motor rewound", "Boris", "9.0", "$875"),
    ),
    ("Date", "Machine", "Work done", "Technician", "Hours", "Cost"),
    "Workshop log",
    ordinal=11,
)
FIRMS = table(
    (
        ("Paints", "812.4", "790.1", "96.2"),
        ("Glues", "344.9", "361.0", "(12.4)"),
        ("Total", "1,157.3", "1,151.1", "83.8"),
    ),
    ("Segment", "Revenue 2024", "Revenue 2023", "Operating profit 2024"),
    "Results by segment",
    ordinal=13,
)
GRANTS = table(
    (("Tartu Institute of Bogs", "Estonia", "420,000", "3"), ("Lyon School of Optics", "France", "310,500", "2")),
    ("Institution", "Country", "Amount (EUR)", "Years"),
    "Grants of the foundation",
    ordinal=15,
)
GAUGES = table(
    (("Lune", "94", "372", "22 May 1978", "300"), ("Esk", "401", "298", "3 June 2013", "260")),
    ("Gauge", "Level (cm)", "Highest (cm)", "Date of highest", "Alarm (cm)"),
    "Floods at the gauges",
    ordinal=17,
)
HOSTEL = table(
    (("North", "12", "2"), ("South", "8", "3")), ("Room", "Beds", "Windows"), "Rooms of the hostel", ordinal=19
)
BUSES = table(
    (("Station", "08:05", "10:05"), ("Market", "08:11", "10:11")), ("Stop", "Bus 1", "Bus 2"), "Sundays", ordinal=21
)
BUDGET = table(
    (("Bands", "48,000", "51,200"), ("Guards", "9,000", "12,340")), ("Item", "Planned", "Spent"), "Budget", ordinal=23
)
PONDS = table(
    (("Myr", "3.1", "55", "40"), ("Lys", "9.2", "70", "81")),
    ("Pond", "Area (ha)", "2023", "2024"),
    "Catch of the ponds",
    ordinal=27,
)  # fmt: skip
ALL = [KILNS, PAPERS, CASES, FERRIES, TARIFF, LOG, FIRMS, GRANTS, GAUGES, HOSTEL, BUSES, BUDGET, PONDS]


def said(question: str) -> str:
    answer = answer_from_tables(question, ALL, {})
    for claim in answer.claims:
        if "computation" in claim:
            assert failure_of_result(claim, claim["computation"]) == ""
    return " / ".join(claim["text"] for claim in answer.claims) or answer.absence


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("Which kiln was serviced last?", "K-2: Last serviced 30.11.2024, the latest of 3 times"),
        ("which kiln has been serviced most recently?", "K-2: Last serviced 30.11.2024"),
        ("Where is kiln K-3?", "K-3: Place Old Quay"),
        ("At which places is the smoke above 30 mg?", "K-1, North Yard (38) and K-2, Mill Lane (52)"),
        ("Who filed petition P-8?", "P-8: Filed by S. Iqbal"),
        ("How many petitions are still open?", "2: P-8 and P-9 (Status open)"),
        ("How many days did it take to close petition P-7?", "6 days (Received 3 May 2025 to Closed on 9 May 2025)"),
        ("When was petition P-9 closed?", "gives no value of Closed on for P-9"),
        ("Which offices heard fewer cases in 2024 than in 2023?", "Ely (190 against 210) and Rye (12 against 40)"),
        ("Which offices had no appeals?", "Wick (0) and Rye (0) have Appeals 2024 of 0"),
        ("How long does the F 1 take to Sund?", "F 1: 55 minutes (Leaves Holm 06:10 to Arrives Sund 07:05)"),
        ("How long does the F 9 take?", "F 9: 1 h 30 min (90 minutes)"),
        ("What is the fastest ferry?", "F 2: 40 minutes"),
        ("which quay does the 09:20 ferry leave from?", "F 2, 09:20: Quay 1"),
        ("What does a 4 kg parcel cost abroad?", "up to 5 kg: Abroad 13.80 EUR"),
        ("Who rewound the motor?", "9 April, Motor rewound, Lathe 2: Technician Boris"),
        ("How many hours did Boris work?", "4.5 + 9.0 = 13.5"),
        ("What was the most expensive work?", "9 April, Lathe 2, Motor rewound, Boris: Cost $875"),
        ("Which segment made a loss in 2024?", "Glues ((12.4)) has Operating profit 2024 below 0"),
        ("Did the revenue of Glues fall in 2024?", "Yes: Glues: Revenue 2024 is 344.9, Revenue 2023 361.0"),
        ("What share of the revenue in 2024 came from Paints?", "812.4 / 1,157.3 = 70.2 %"),
        ("how much is the Estonian grant per year?", "420,000 / 3 = 140,000.00"),
        ("Did Lyon get more money than Tartu?", "No: Amount (EUR) of Lyon School of Optics is 310,500"),
        ("When was the highest flood at Lune?", "Lune: Date of highest 22 May 1978"),
        ("Which gauges are below the alarm level?", "Lune (94 against 300)"),
        ("how many beds does the hostel have?", "12 + 8 = 20"),
        ("Which rooms have two windows?", "North (2) has Windows of 2"),
        ("When does the second bus stop at the market?", "Market: Bus 2 10:11"),
        ("When does the last ferry leave Holm?", "F 9: Leaves Holm 23:40"),
        ("By how much did guards go over budget?", "12,340 − 9,000 = 3,340"),
        ("Which pond is larger, Myr or Lys?", "Lys has the higher Area (ha): 9.2 against 3.1"),
        ("Whose catch fell in 2024?", "Myr (40 against 55)"),
        ("Which countries got grants?", "Lyon School of Optics: Country France"),
    ],
)  # fmt: skip
def test_answers_in_everyday_words(question: str, answer: str) -> None:
    assert answer in said(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who painted kiln K-3?",
        "Which kiln was not serviced last?",
        "Where is kiln K-5?",
        "What does a 7 kg parcel cost abroad?",
        "How long does the F 4 take?",
        "How many hours did Olga work?",
        "Which segment made a loss in 2021?",
        "Did Paris get more money than Tartu?",
        "Which offices heard fewer cases in 2022 than in 2021?",
        "Who designed the lathe?",
        "Did Boris work 3 hours?",
    ],
)
def test_nothing_is_claimed_that_a_table_does_not_tell(question: str) -> None:
    assert not answer_from_tables(question, ALL, {}).claims


def test_several_tables_that_say_different_things_answer_nothing() -> None:
    other = table(
        (("K-1", "South Gate", "9"), ("K-2", "West Gate", "8")),
        ("Kiln", "Place", "Bricks"),
        "Kilns of the museum",
        ordinal=25,
    )
    assert not answer_from_tables("Where is kiln K-1?", [KILNS, other], {}).claims
    assert "South Gate" in answer_from_tables("Where is kiln K-1 of the museum?", [KILNS, other], {}).claims[0]["text"]
