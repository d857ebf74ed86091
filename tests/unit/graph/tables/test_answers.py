"""Answers from tables: each operation, what is missing, and results that do not follow from their cells."""

from __future__ import annotations

import pytest

from graph.storage.rows import ChunkRow, SentenceRow
from graph.tables.answers import answer_from_tables
from graph.tables.operations import asked_of_table
from graph.tables.results import TableAnswer
from graph.types import Claim
from graph.verification.computations import failure_of_result

HEADER = ("Ferry", "Passengers", "Fuel (l)", "Crew 2021", "Crew 2022")
ROWS = (
    ("Gannet", "1,204", "88.5", "6", "7"),
    ("Gannet Sound", "310", "12.0", "3", "3"),
    ("Old Tern", "2,871", "140.25", "9", ""),
    ("Skua", "310", "30.1", "4", "5"),
    ("Total", "4,695", "270.85", "22", "15"),
)


def table(
    rows: tuple[tuple[str, ...], ...] = ROWS, header: tuple[str, ...] = HEADER, caption: str = "Table 3: The ferries",
    ordinal: int = 1, page: int = 4,
) -> ChunkRow:  # fmt: skip
    key = f"doc-gen-{ordinal:04}"
    sentences = [SentenceRow(f"{key}/0", caption, caption, "caption", (page,))]
    for number, row in enumerate(rows, 1):
        cells = tuple((column, cell) for column, cell in zip(header, row, strict=True) if cell)
        text = " ".join(cell for cell in row if cell)
        sentences.append(SentenceRow(f"{key}/{number}", text, text, "row", (page,), cells))
    text = "\n".join(sentence.text for sentence in sentences)
    return ChunkRow(key, "doc", "fleet.pdf", ordinal, "table", text, (page,), ("The fleet",), tuple(sentences))


def prose(text: str) -> ChunkRow:
    sentence = SentenceRow("doc-gen-0009/0", text, text, "prose", (6,))
    return ChunkRow("doc-gen-0009", "doc", "fleet.pdf", 9, "text", text, (6,), (), (sentence,))


def ask(question: str, *others: ChunkRow) -> TableAnswer:
    answer = answer_from_tables(question, [table(), *others], {})
    for claim in answer.claims:
        assert failure_of_result(claim, claim["computation"]) == ""
    return answer


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("How many passengers did Skua have?", "Skua: Passengers 310"),
        ("Gannet: fuel?", "Gannet: Fuel (l) 88.5"),
        ("What was the fuel of Gannet Sound?", "Gannet Sound: Fuel (l) 12.0"),
        ("What was the crew of Gannet in 2022?", "Gannet: Crew 2022 7"),
        ("Which of the ferries has the highest number of passengers?", "Old Tern: Passengers 2,871, the highest of 4"),
        ("Which ferry uses the most fuel?", "Old Tern: Fuel (l) 140.25, the highest of 4"),
        ("Which ferry has the second highest fuel?", "Gannet: Fuel (l) 88.5, the second highest of 4"),
        ("Which ferry has the lowest number of passengers?", "Gannet Sound and Skua (a tie): Passengers 310"),
        ("Which ferries have fuel below 31 l?", "Gannet Sound (12.0) and Skua (30.1) have Fuel (l) below 31"),
        ("How many of the ferries have more than 1,000 passengers?", "2: Gannet and Old Tern have Passengers above"),
        ("How many ferries have at least 310 passengers?", "4: Gannet, Gannet Sound, Old Tern and Skua have"),
        ("What is the sum of passengers over all ferries?", "The sum of Passengers over 4 rows: 1,204 +"),
        ("What is the average crew of the ferries in 2021?", "The mean of Crew 2021 over 4 rows: (6 + 3"),
        ("What is the average crew in 2022 of the ferries?", "The mean of Crew 2022 over 3 rows (1"),
        ("What is the difference in fuel between Skua and Old Tern?", "The difference in Fuel (l) between"),
        ("How many times the fuel of Gannet Sound is that of Gannet?", "Fuel (l) of Gannet to that of Gannet"),
        ("What is the ratio of the fuel of Gannet to Gannet Sound?", "Fuel (l) of Gannet to that of Gannet"),
        ("Which has the lower fuel, Skua or Gannet?", "Skua has the lower Fuel (l): 30.1 against 88.5"),
        ("Which has more passengers, Skua or Gannet Sound?", "Neither: Passengers of Skua and Gannet Sound is 310"),
        ("Is the fuel of Skua higher than that of Gannet?", "No: Fuel (l) of Skua is 30.1, that of Gannet 88.5"),
        ("Is the fuel of Skua above 30?", "Yes: Fuel (l) of Skua is 30.1"),
        ("List all ferries of the fleet.", "Table 3 lists 4: Gannet, Gannet Sound, Old Tern, Skua"),
    ],
)  # fmt: skip
def test_tables_are_computed(question: str, begins: str) -> None:
    claims = ask(question).claims
    assert [claim["text"][: len(begins)] for claim in claims] == [begins]


def test_a_row_is_never_replaced_by_its_neighbour() -> None:
    for question in ("How many passengers did Gannet Bay have?", "What is the fuel of Puffin?", "Tern: fuel?"):
        answer = ask(question)
        assert not answer.claims
        assert "there are Gannet, Gannet Sound, Old Tern, Skua." in answer.absence or question.startswith("Tern")


def test_a_column_is_never_replaced_by_its_neighbour() -> None:
    answer = ask("What is the cargo of Skua?")
    assert answer.absence == (
        "There is no cargo in Table 3 of fleet.pdf (page 4); "
        "the columns are Passengers, Fuel (l), Crew 2021, Crew 2022."
    )
    assert not answer.claims


def test_a_name_that_goes_on_after_a_hyphen_is_another_thing() -> None:
    other = table((("Tern-R1-Mini", "5", "1.0", "2", "2"), ("Skua-R2", "6", "2.0", "2", "2")))
    assert answer_from_tables("What is the fuel of Tern-R1?", [other], {}).claims == []
    own = table((("Tern-R1", "7", "3.0", "1", "1"), ("Skua-R2", "6", "2.0", "2", "2")), ordinal=2, page=5)
    found = answer_from_tables("What is the fuel of Tern-R1?", [other, own], {})
    assert [claim["text"] for claim in found.claims] == ["Tern-R1: Fuel (l) 3.0"]


def test_a_table_of_these_and_other_things_does_not_count_these() -> None:
    for caption in ("Table 4: Repaired ferries and other boats", "Table 4: Repaired and new ferries"):
        mixed = table(caption=caption, rows=ROWS[:4])
        assert answer_from_tables("How many repaired ferries are there?", [mixed], {}).claims == [], caption
    plain = table(caption="Table 4: Repaired ferries", rows=ROWS[:4])
    (claim,) = answer_from_tables("How many repaired ferries are there?", [plain], {}).claims
    assert "lists 4" in claim["text"]


def test_a_question_for_sentences_is_not_told_that_a_column_is_missing() -> None:
    for asked in ("drawbacks", "main advantage", "purpose", "features"):
        verb = "are" if asked.endswith("s") else "is"
        assert ask(f"What {verb} the {asked} of Old Tern?").absence == "", asked


def test_an_empty_cell_is_said_to_be_empty() -> None:
    assert ask("What was the crew of Old Tern in 2022?").absence.endswith("gives no value of Crew 2022 for Old Tern.")


def test_dates_are_found_as_tables_shorten_them_and_never_said_to_be_missing() -> None:
    days = table((("12 Mar", "5", "1.0", "2", "2"), ("14 Mar", "6", "2.0", "2", "2")))
    found = answer_from_tables("How many passengers were there on 12 March?", [days], {})
    assert [claim["text"] for claim in found.claims] == ["12 Mar: Passengers 5"]
    assert not answer_from_tables("What was the fuel on 3 April?", [days], {}).absence


def test_an_average_that_is_printed_is_quoted_and_not_computed() -> None:
    printed = prose("The average fuel of the ferries was 61 litres.")
    for question in ("How high was the average fuel of the ferries?", "What was the average fuel of the ferries?"):
        assert [claim["text"] for claim in ask_plain(question, printed)] == [printed.text]


def ask_plain(question: str, *others: ChunkRow) -> list[Claim]:
    return answer_from_tables(question, [table(), *others], {}).claims


def test_what_prose_says_is_not_missed() -> None:
    assert not ask("What is the cargo of Skua?", prose("The cargo of Skua was 40 tonnes.")).absence


def test_questions_about_something_else_are_left_to_the_passages() -> None:
    for question in ("Who built the harbour of Dunmore?", "Why was the timetable of the Skua changed in spring?"):
        answer = ask(question)
        assert not answer.claims
        assert not answer.absence


def test_parts_on_two_pages_are_one_table() -> None:
    first, second = table(ROWS[:2]), table(ROWS[2:4], ordinal=2, page=5)
    answer = answer_from_tables("What is the sum of passengers over all ferries?", [second, first], {})
    assert answer.claims[0]["text"].endswith("= 4,695")
    assert {one["chunk"] for one in answer.claims[0]["computation"]["operands"]} == {first.id, second.id}


def test_of_two_tables_the_named_one_answers() -> None:
    other = table(tuple((row[0], "5", *row[2:]) for row in ROWS), caption="Table 4: Second season", ordinal=5)
    named = answer_from_tables("Gannet: passengers in the second season?", [table(), other], {})
    assert [claim["text"] for claim in named.claims] == ["Gannet: Passengers 5"]
    both = answer_from_tables("Gannet: passengers?", [table(), other], {})
    assert len(both.claims) == 2
    assert "Table 3" in both.claims[0]["text"]


@pytest.mark.parametrize(
    ("change", "failure"),
    [
        ({"result": "4,696"}, "does not follow"),
        ({"operation": "mean"}, "does not follow"),
        ({"operation": "guess"}, "does not follow"),
    ],
)
def test_a_wrong_result_fails(change: dict[str, str], failure: str) -> None:
    claim = ask("What is the sum of passengers over all ferries?").claims[0]
    assert failure in failure_of_result(claim, {**claim["computation"], **change})  # type: ignore[typeddict-item]


def test_a_cell_that_its_row_lacks_fails() -> None:
    claim = ask("What is the sum of passengers over all ferries?").claims[0]
    operands = [{**one, "cell": "999", "value": "999"} for one in claim["computation"]["operands"][:1]]
    forged = {**claim["computation"], "operands": operands}
    assert "not in the row" in failure_of_result(claim, forged)  # type: ignore[arg-type]


def test_a_number_without_a_cell_fails() -> None:
    claim = ask("Gannet: fuel?").claims[0]
    assert "77.7" in failure_of_result({**claim, "text": "Gannet: Fuel (l) 77.7"}, claim["computation"])


@pytest.mark.parametrize(
    ("question", "operation"),
    [
        ("Which mills use between 3 and 5 kW?", "filter"),
        ("How many mills use no more than 5 kW?", "count"),
        ("By how many points does A beat B?", "difference"),
        ("How much more water does A use than B?", "difference"),
        ("Does A use more water than B?", "yes-no"),
        ("What is the water use of A?", "cell"),
        ("Name all mills.", "list"),
    ],
)
def test_operations_are_told_by_words(question: str, operation: str) -> None:
    assert asked_of_table(question).operation == operation


def test_a_verb_is_no_missing_column() -> None:
    rows = (("Nets", "29.8", "31.0"), ("Ropes", "4.5", "5.1"))
    chunk = table(rows, ("Purchase", "2024", "2025"), "Table 2: Purchases")
    assert answer_from_tables("How much was spent on nets?", [chunk], {}).absence == ""


def test_what_a_cell_names_is_not_missing() -> None:
    rows = (("Sail", "Yawl", "17"), ("Motor", "Launch", "23"), ("Motor", "Tug", "6"))
    chunk = table(rows, ("Class", "Type", "Count"), "Table 4: Boats by class")
    assert answer_from_tables("How many tugs of the motor class?", [chunk], {}).absence == ""
    assert "submarines" in answer_from_tables("How many submarines of the motor class?", [chunk], {}).absence


@pytest.mark.parametrize(
    ("question", "row"),
    [
        ("What was the largest loss in 2024?", "Rail: 2024 (620)"),
        ("What was the second largest loss in 2024?", "Harbour: 2024 −45"),
        ("What was the smallest loss in 2024?", "Mine: 2024 (7)"),
        ("What was the largest profit in 2024?", "Mill: 2024 1,310"),
        ("What was the highest profit or loss in 2024?", "Mill: 2024 1,310"),
    ],
)
def test_the_largest_loss_is_the_lowest_number(question: str, row: str) -> None:
    cells = (("Mill", "1,310"), ("Rail", "(620)"), ("Harbour", "−45"), ("Mine", "(7)"))
    losses = table(cells, ("Division", "2024"), "Table 2: Profit or (loss) of the divisions")
    (claim,) = answer_from_tables(question, [losses], {}).claims
    assert claim["text"].startswith(row)
    assert failure_of_result(claim, claim["computation"]) == ""


PARTS = table(
    (("Steel bucket", "B-11", "14.50"), ("LED deck lamp", "L-20", "39.00"), ("Rope 12 mm", "R-12", "2.10"),
     ("Knife, folding", "K-03", "21.00"), ("Gannet", "G-01", "9.00")),
    ("Part", "Number", "Price"), "Table 1: Parts",
)  # fmt: skip


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("part number of the led lamp", "LED deck lamp: Number L-20"),
        ("price of a bucket", "Steel bucket: Price 14.50"),
        ("What does a knife cost?", "Knife, folding: Price 21.00"),
        ("how much is the rope", "Rope 12 mm: Price 2.10"),
        ("price of a wooden bucket", ""),
        ("price of a bucket lid", ""),
        ("What is the price of the Gannet Sound?", ""),
        ("how much is the number of the bucket", "Steel bucket: Number B-11"),
    ],
)
def test_a_row_is_named_by_the_kind_of_thing_alone_if_no_other_is_of_that_kind(question: str, says: str) -> None:
    answer = answer_from_tables(question, [PARTS], {})
    assert [claim["text"] for claim in answer.claims] == ([says] if says else [])


def test_two_rows_of_a_kind_and_rows_of_accounts_are_not_named_by_their_kind() -> None:
    buckets = table((("Steel bucket", "14.50"), ("Tin bucket", "9.00")), ("Part", "Price"), "Table 1: Parts")
    assert not answer_from_tables("price of a bucket", [buckets], {}).claims
    accounts = table((("Deferred tax", "14.50"), ("Sales", "9.00")), ("Item", "2023"), "Table 1: Accounts")
    assert not answer_from_tables("What was the tax in 2023?", [accounts], {}).claims


SCORES = table(
    (("Arith-8 (pass@1)", "61.2", "70.4"), ("Logic-3 (EM)", "48.0", "52.9")),
    ("Benchmark", "Tern-7", "Heron-9"), "Table 4: Scores",
)  # fmt: skip
LARGER = table(
    (("Tern-7", "61.2"), ("Tern-7-Mini-2B", "33.1")), ("Model", "Arith-8 pass@1"), "Table 5: Small models", ordinal=5
)


@pytest.mark.parametrize("word", ["accuracy", "score", "result", "performance"])
def test_the_result_of_a_model_on_a_benchmark_is_its_cell_whatever_it_is_called(word: str) -> None:
    for question in (f"What is the {word} of Heron-9 on Logic-3?", f"What {word} does Heron-9 get on Logic-3?"):
        answer = answer_from_tables(question, [LARGER, SCORES], {})
        assert [claim["text"] for claim in answer.claims] == ["Logic-3 (EM): Heron-9 52.9"], question
    ferries = answer_from_tables(f"What is the {word} of Gannet in 2022?", [table()], {})
    assert word == "result" or not ferries.claims


def test_a_name_that_goes_on_after_a_column_is_missed_in_no_table_of_other_names() -> None:
    answer = answer_from_tables("What is the accuracy of Tern-7-Mini-9B on Arith-8?", [SCORES], {})
    assert not answer.claims
    assert answer.absence == ""


def test_cost_needs_no_header_in_a_table_of_prices_or_spending() -> None:
    prices = table((("Oil check", "39", "55"), ("Wash", "12", "18")), ("Job", "Van", "Lorry"), "Table 1: Prices")
    told = answer_from_tables("What does a wash cost for a lorry?", [prices], {})
    assert [claim["text"] for claim in told.claims] == ["Wash: Lorry 18"]
    loads = table((("Oil check", "39", "55"), ("Wash", "12", "18")), ("Job", "Van", "Lorry"), "Table 1: Minutes")
    assert not answer_from_tables("What does a wash cost for a lorry?", [loads], {}).claims
    areas = table((("Staff", "9"), ("Roofs", "4")), ("Area", "2024"), "Table 2: Spending by area")
    told = answer_from_tables("Which area cost the least in 2024?", [areas], {})
    assert [claim["text"].partition(",")[0] for claim in told.claims] == ["Roofs: 2024 4"]


def test_how_long_something_takes_is_no_value_of_another_column() -> None:
    rows = (("Oil check", "39", "55", "1 hour"), ("Wash", "12", "18", "2 hours"))
    jobs = table(rows, ("Job", "Van", "Lorry", "Time"), "Table 1: Prices")
    told = answer_from_tables("How long does a wash for a lorry take?", [jobs], {})
    assert [claim["text"] for claim in told.claims] == ["Wash: Time 2 hours"]
    prices = table(tuple(row[:3] for row in rows), ("Job", "Van", "Lorry"), "Table 1: Prices")
    assert not answer_from_tables("How long does a wash for a lorry take?", [prices], {}).claims


DATA = table(
    (("Tank volume", "65 litres"), ("Weight", "34 kg"), ("Noise level", "46 dB")),
    ("Item", "Value"),
    "Table 1: The Gull",
)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How heavy is the Gull?", "Weight: Value 34 kg"),
        ("how loud is the gull", "Noise level: Value 46 dB"),
        ("what is the weight of the gull?", "Weight: Value 34 kg"),
        ("How big is the Gull?", "Tank volume: Value 65 litres"),
        ("How deep is the Gull?", ""),
        ("How heavy is the Skua?", ""),
        ("Where is the weight of the Gull?", ""),
    ],
)
def test_a_measure_is_found_under_its_noun_in_a_table_of_properties(question: str, says: str) -> None:
    answer = answer_from_tables(question, [DATA], {})
    assert [claim["text"] for claim in answer.claims] == ([says] if says else [])


BIKES = table(
    (("Roamer", "410", "14.2", "3", "9"), ("Pacer", "655", "11.8", "5", "7")),
    ("Bike", "Price (euros)", "Weight (kg)", "Guarantee (years)", "Length (cm)"),
    "Table 1: Bikes",
)


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("What is the lightest bike?", "Pacer: Weight (kg) 11.8, the lowest of 2 values"),
        ("Which bike is heaviest?", "Roamer: Weight (kg) 14.2, the highest of 2 values"),
        ("Which is lighter, the Roamer or the Pacer?", "Pacer has the lower Weight (kg): 11.8 against 14.2"),
        ("Which bike has the longest guarantee?", "Pacer: Guarantee (years) 5, the highest of 2 values"),
        ("Which bike is the longest?", "Roamer: Length (cm) 9, the highest of 2 values"),
        ("Which bike is the loudest?", ""),
    ],
)
def test_a_superlative_is_the_most_or_least_of_its_measure(question: str, says: str) -> None:
    answer = answer_from_tables(question, [BIKES], {})
    assert [claim["text"] for claim in answer.claims][:1] == ([says] if says else [])


def test_how_many_with_a_verb_misses_no_column() -> None:
    rooms = table((("Attic", "95", "1"), ("Suite", "280", "4")), ("Room", "Price", "Guests"), "Table 1: Rooms")
    assert answer_from_tables("how many people fit in the attic", [rooms], {}).absence == ""
    assert answer_from_tables("what rooms does it wash", [rooms], {}).absence == ""
    assert "no windows" in answer_from_tables("How many windows does the attic have?", [rooms], {}).absence


def test_a_price_per_piece_is_not_the_number_of_pieces() -> None:
    rows = (("Tetanus", "3", "41"), ("Measles", "2", "58"))
    prices = table(rows, ("Vaccine", "Doses", "Price per dose (euros)"), "Table 4: Vaccines", 5)
    told = answer_from_tables("What does Tetanus cost per dose?", [prices], {}).claims
    assert [claim["text"] for claim in told] == ["Tetanus: Price per dose (euros) 41"]
    told = answer_from_tables("Which vaccine is the most expensive per dose?", [prices], {}).claims
    assert told[0]["text"].startswith("Measles: Price per dose (euros) 58, the highest")
    told = answer_from_tables("How many doses has Tetanus?", [prices], {}).claims
    assert [claim["text"] for claim in told] == ["Tetanus: Doses 3"]


def test_a_question_for_the_measure_of_a_thing_that_no_row_names_has_no_answer_in_a_table() -> None:
    """ "How hot" is read as a question for a temperature, whose words stand elsewhere than in the question."""
    rows = (("Net weight", "1.1 kg", "1.6 kg"), ("Colour temperature", "3,000 K", "2,700 K"), ("Life", "20 h", "40 h"))
    kilns = table(rows, ("Property", "Kiln A", "Kiln B"), caption="")
    assert not answer_from_tables("how hot does the oven have to be", [kilns], {}).claims
