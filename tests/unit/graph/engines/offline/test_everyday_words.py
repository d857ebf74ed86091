"""Short questions in everyday words: a formal word of the page names them, another one does not."""

from __future__ import annotations

import pytest

from graph.engines.offline.everyday_words import asks_for_oneself, circumstances, is_everyday
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.required_words import asked_kind, required_words
from graph.engines.offline.text_around import is_about_another, is_under_its_heading, leaves_subject_to_title
from graph.engines.offline.word_forms import is_month_within
from graph.storage.rows import ChunkRow, SentenceRow


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("how many holidays do i get", "Trainees are entitled to 30 days of leave."),
        ("how many holidays do i get", "Trainees have 30 days' paid leave."),
        ("what do i pay when my bag gets lost", "A surcharge of 12 crowns is due for baggage that is missing."),
        ("can i light a fire in june", "Open flames are prohibited between 1 April and 31 August; lighters too."),
        ("how long before the owner can come in", "The lessor may enter after giving three days' notice."),
        ("my purse was stolen, how fast do i tell the police", "Theft must be notified to the police within two days."),
        ("what does error Q7 mean", "If the display shows Q7, the lid is open."),
        ("when is the office open", "Office: Monday to Thursday from 8 am to 3 pm."),
        ("is the shop open on Mondays", "The shop is closed on Sundays and Mondays."),
        ("what does the contract say about smoking", "Smoking in the stairs ends this agreement."),
        ("who has to fix the roof", "The landlord repairs the roof."),
        ("why did sales drop", "Sales fell because timber was dear."),
        ("does the ferry run at Christmas", "There is no sailing of the ferry at Christmas."),
        ("who do i call about the office", "Office of the warden: Ida Berg, 0555 010 2030."),
    ],
)
def test_formal_words_name_everyday_ones(question: str, quote: str) -> None:
    assert why_related(question, Evidence(quote, "")) == ""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("how many holidays do i get", "Trainees are entitled to 30 lockers."),
        ("can i light a fire in october", "Open flames are prohibited between 1 April and 31 August; lighters too."),
        ("what does error Q7 mean", "If the display shows Q8, the lid is open."),
        ("how much does the tour cost", "A down payment of 40 crowns secures the tour."),
        ("What is the share price?", "The board proposes a dividend of 0.80 euros a share."),
        ("how do i cancel the course", "The course may be postponed by two months."),
        ("how do i get out of the contract", "Contact: Ida Berg."),
        ("who runs the harbour", "The harbour is run from Monday to Friday."),
        ("how much is it to rent the hall", "The rent of the hall is settled on 3 April at 7 pm."),
        ("how long is the offer open", "Mr Holm obtains three offers by 30 June."),
        ("what can i use instead of soda", "Soda: Quantity 3"),
        ("what do helpers get", "Helpers work two shifts."),
        ("How big is Holm?", "Several big meadows lie around Holm."),
        ("what does the contract say about smoking", "The smoke alarm is tested once a year."),
        ("is the shop open on Mondays", "The shop sells bread on Mondays."),
        ("who ran the fair", "The fair is run in the Green Room."),
        ("how much was the second hall", "The second hall was given up in 1931."),
        ("what colour are the boats", "The boats are kept in the harbour."),
        ("How many holidays does Ann Holm get in 2031?", "Trainees are entitled to 30 days of leave."),
    ],
)
def test_another_thing_is_not_named(question: str, quote: str) -> None:
    assert why_related(question, Evidence(quote, "Termination", lead_in="Termination"))


def test_a_row_is_not_that_of_a_question_which_names_only_its_column() -> None:
    row = Evidence("Kayak | Basic: 9; Family: 14", "Fees of each tariff", label="Kayak")
    assert why_related("what does the family plan cost", row)
    assert why_related("what does the kayak plan cost", row) == ""


def test_numbers_of_things_are_counted_and_those_of_telephones_are_not() -> None:
    assert asked_kind("the number of bells") == "count"
    assert asked_kind("phone number of the warden") == "number"
    assert asked_kind("what's the emergency number") == "number"


def test_which_questions_are_everyday_ones() -> None:
    everyday = ["how long can I stay", "Where is the key?", "How long can Ann stay?", "who paid in 2031"]
    assert [is_everyday(one) for one in everyday] == [True, True, False, False]
    assert asks_for_oneself("what do i have to bring")
    assert not asks_for_oneself("what does it weigh")
    assert circumstances("our new house, built of stone") == frozenset()
    assert circumstances("my key broke, who do i call") == {"my", "key", "broke"}
    assert "error" not in required_words("what does error Q7 mean", "")


@pytest.mark.parametrize(
    ("month", "text", "within"),
    [
        ("may", "from 1 March to 30 June", True),
        ("january", "between November and February", True),
        ("july", "between November and February", False),
        ("lamp", "from 1 March to 30 June", False),
    ],
)
def test_months_within_a_range(month: str, text: str, *, within: bool) -> None:
    assert is_month_within(month, text) is within


def test_a_heading_under_a_title_says_what_its_short_lines_are() -> None:
    assert is_under_its_heading("which languages does Marta speak?", "Languages", "Marta Villanueva")
    assert not is_under_its_heading("which languages does Jonas speak?", "Languages", "Marta Villanueva")
    assert not is_under_its_heading("where did Marta study?", "Languages", "Marta Villanueva")


def test_the_total_with_the_tax_is_not_the_tax() -> None:
    row = Evidence("VAT 20 %: Amount 659.60", "Invoice", label="VAT 20 %")
    assert why_related("What is the total with VAT on the invoice?", row)
    assert why_related("How much is the VAT on the invoice?", row) == ""


def test_a_title_alone_does_not_say_who_does_something() -> None:
    said = "Directed by Owen Marsh."
    sentence = SentenceRow("c/0", said, said, "prose", (1,))
    chunk = ChunkRow("c", "d", "bell.pdf", 0, "text", said, (1,), ("The Bell, a play",), (sentence,))
    assert is_about_another("Who plays the lead in The Bell?", sentence, chunk)
    assert not is_about_another("Who directed The Bell?", sentence, chunk)


def test_a_deed_of_another_sentence_is_not_done_to_what_is_asked_about() -> None:
    def about_another(said: str) -> bool:
        sentence = SentenceRow("c/0", said, said, "prose", (1,))
        chunk = ChunkRow("c", "d", "minutes.pdf", 0, "text", said, (1,), (), (sentence,))
        return is_about_another("Who repairs the hoist?", sentence, chunk)

    assert about_another("2. Holm will replace the hoist for 480. The offer of Roe failed as it left out maintenance.")
    assert not about_another("The hoist is old. Holm Lifts repair it for 480 a year.")
    assert not about_another("The hoist is old. Holm Lifts is paid for the maintenance of the hoist.")


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("How many people fit into the hide?", "The hide has room for twelve, and a bench."),
        ("How many geese spend the winter there?", "In winter up to 14,000 geese rest on the mudflats."),
        ("Is it free to park for members?", "Members park for nothing."),
        ("Do I get my money back for days of illness?", "No refund is made for days of illness."),
        ("How many concerts are there each year?", "We give three concerts a year."),
        ("What day do you rehearse?", "We rehearse every Wednesday."),
        ("May I pitch a tent?", "Camping is prohibited."),
        ("How do I get there by public transport?", "The 32 bus stops at the gate."),
        ("Who looks after the garden?", "The garden is cared for by Ann Lee."),
    ],
)
def test_a_page_says_these_things_in_other_words(question: str, quote: str) -> None:
    assert why_related(question, Evidence(quote, "")) == ""
    assert why_related(question, Evidence("The room was painted for Ann Lee in May 2019.", "")) != ""


def test_a_question_of_general_words_alone_asks_for_them() -> None:
    assert required_words("How do I give up our place?", "") == ("place",)
    assert required_words("Who has a place?", "name") == ()


@pytest.mark.parametrize(
    ("question", "quote", "headings", "leaves"),
    [
        ("How long do the hearing aids last?", "A battery lasts five days.", [], True),
        ("How long do the hearing aids last?", "The aids last for six years.", [], False),
        ("How long do the hearing aids last?", "They last for six years.", [], False),
        ("How long do the hearing aids last?", "Use for six years.", ["Hearing aids"], False),
        ("How much do hearing aids cost?", "All others pay 4 pounds for a pack.", ["Batteries"], True),
        ("How long will the works take?", "Write to works@elm.example within 14 days.", [], True),
        ("How much do I pay?", "All others pay 4 pounds.", [], False),
    ],
)
def test_a_title_does_not_say_of_what_a_time_or_price_is(
    question: str, quote: str, headings: list[str], leaves: bool
) -> None:
    assert leaves_subject_to_title(question, quote, headings) is leaves
