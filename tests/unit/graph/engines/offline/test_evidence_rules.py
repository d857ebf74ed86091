"""The rule by which a quote counts as an answer, or only as a passage on the subject."""

from __future__ import annotations

import pytest

from graph.engines.offline.asked_words import NEGATIVE
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence
from graph.engines.offline.required_words import asked_kind, required_words
from graph.engines.offline.text_around import is_in_other_section

LIGHT = "The lighthouse of Port Ellen was built in 1832 by Walter Campbell and is 43 metres high."


@pytest.mark.parametrize(
    "question",
    [
        "How high is the lighthouse of Port Ellen?",
        "When was the Port Ellen lighthouse built?",
        "Who built the lighthouse of Port Ellen?",
        "Who erected the lighthouse of Port Ellen?",
        "When was the ligthouse of Port Ellen built?",
        "What was built by Walter Campbell in 1832?",
    ],
)
def test_a_quote_that_names_all_that_is_asked_answers(question: str) -> None:
    assert why_related(question, Evidence(LIGHT, "")) == ""


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("How high is the lighthouse of Port Askaig?", "Askaig"),
        ("When was the lighthouse of Port Ellen painted?", "painted"),
        ("Who built the lighthouse of Port Ellen in 1833?", "1833"),
        ("Who did not build the lighthouse of Port Ellen?", "negated"),
        ("How many keepers does the lighthouse of Port Ellen have?", "keepers"),
        ("What is the Ellen Port lighthouse of Walter Ellen called?", "Walter Ellen"),
    ],
)
def test_a_quote_that_lacks_what_is_asked_is_only_related(question: str, says: str) -> None:
    assert says in why_related(question, Evidence(LIGHT, ""))


def test_a_rent_is_an_amount_of_money() -> None:
    above = "Lease | 2. Rent"
    assert why_related("How much is the rent for the cellar?", Evidence("The cellar has 148 square metres.", above))
    assert why_related("How much is the rent for the cellar?", Evidence("The cellar is 90 euros.", above)) == ""


def test_a_name_with_no_in_it_denies_nothing() -> None:
    quote = Evidence("You keep your no-claims discount of 25 per cent.", "")
    assert why_related("What is the no-claims discount?", quote) == ""
    assert NEGATIVE.search("a rule that no-one keeps")


def test_the_value_asked_for_must_be_new_and_of_its_kind() -> None:
    quote = Evidence("The ferry to Jura leaves from the old pier.", "")
    assert why_related("Where does the ferry to Jura leave?", quote) == ""
    for question in ("When does the ferry to Jura leave?", "How often does the ferry to Jura leave?"):
        assert "no value" in why_related(question, quote)
    year = Evidence("In 1832 the lighthouse was painted.", "")
    assert "no value" in why_related("In what year was the lighthouse painted, 1832?", year)


def test_a_measure_is_named_by_its_word_or_its_unit() -> None:
    assert why_related("What voltage does the PX-7 need?", Evidence("PX-7. The supply is 48 volts.", "")) == ""
    assert "voltage" in why_related("What voltage does the PX-7 need?", Evidence("PX-7. It draws 2.4 amperes.", ""))


def test_no_time_says_how_tall_or_wide_something_is() -> None:
    runner = Evidence("Ida Holm ran up the hill in 6 minutes 12 seconds.", "")
    assert why_related("How tall is Ida Holm?", runner) != ""
    assert why_related("How wide is the hill?", Evidence("The hill is wide and has 14 paths.", "")) != ""
    assert why_related("How long was the run of Ida Holm?", Evidence("The run of Ida Holm took 6 minutes.", "")) == ""
    assert why_related("How tall is Ida Holm?", Evidence("Ida Holm is 1.74 m tall.", "")) == ""
    assert why_related("How tall is Ida Holm?", Evidence("Ida Holm is 5'8\" tall.", "")) == ""


def test_what_comes_every_month_does_not_say_how_long_something_is() -> None:
    assert why_related("How long is the kiln?", Evidence("Clean the kiln every three months.", "")) != ""
    assert why_related("How long is the kiln?", Evidence("The kiln is 3 metres long.", "")) == ""
    assert why_related("How far is Skerry?", Evidence("The tour to Skerry costs 56 crowns.", "")) != ""
    assert why_related("How far is Skerry?", Evidence("It is 56 miles to Skerry.", "")) == ""


def test_a_wait_or_a_deadline_does_not_say_how_long_something_is() -> None:
    row = Evidence("Wax is hard: Cause Kiln cold, Remedy Wait ten minutes", "", "Wax is hard")
    assert why_related("How long is the kiln?", row) != ""
    appeal = Evidence("You may write to the warden within six months.", "")
    assert why_related("How long is the warden's term?", Evidence(appeal.quote, "Term")) != ""
    assert why_related("How long is the term of the warden?", Evidence("The term of the warden is 2 years.", "")) == ""
    notice = Evidence("The lease may be ended within two months: the notice period.", "")
    assert why_related("How long is the notice period?", notice) == ""
    assert why_related("How long did the meeting last?", Evidence("The wash takes 25 minutes.", "")) != ""


def test_an_amount_that_is_asked_for_is_a_number() -> None:
    why, told = (
        Evidence("Sales rose because of two fairs.", "Holm Foods: results 2024"),
        "Sales were 12.4 million in 2024.",
    )
    assert "no value" in why_related("What were the sales of Holm Foods in 2024?", why)
    assert why_related("What were the sales of Holm Foods in 2024?", Evidence(told, why.above)) == ""
    assert "no value" in why_related("What were Holm Foods' sales in 2024?", why)
    assert why_related("What is the income tax of Holm?", Evidence("The income tax of Holm is a levy.", "")) == ""


def test_what_is_said_of_the_one_before_does_not_hold_for_the_new_one() -> None:
    van = Evidence("The new club van was bought for 900 crowns and replaces the one that was stolen in March.", "")
    assert "stolen" in why_related("How much did the stolen van cost?", van)
    assert why_related("How much did the new van cost?", van) == ""


def test_a_bound_is_named_by_how_a_text_sets_one() -> None:
    hall = Evidence("Do not let more than 240 guests into the hall.", "")
    assert why_related("What is the largest number of guests in the hall?", hall) == ""
    assert "smallest" in why_related("What is the smallest number of guests in the hall?", hall)
    rope = Evidence("The rope must hold at least 900 kilograms.", "")
    assert why_related("What is the least load that the rope must hold?", Evidence(f"{rope.quote} Load:", "")) == ""
    assert "greatest" in why_related("What is the greatest load that the rope must hold?", rope)
    assert "negated" in why_related(
        "Which guests are let into the hall?", Evidence("No guests are let into the hall.", "")
    )


def test_a_number_counts_what_is_asked_only_beside_it() -> None:
    near = Evidence("The mill has 14 looms, and the town has one church.", "")
    assert why_related("How many looms does the mill have?", near) == ""
    far = Evidence("Of the 66 towns that joined the union before the war, the mill kept no looms at all there.", "")
    assert why_related("How many looms did the mill keep?", far) != ""


def test_headings_name_what_a_sentence_leaves_out() -> None:
    quote = "It weighs 96 kilograms."
    assert why_related("How much does the Otter kiln weigh?", Evidence(quote, "Otter kiln")) == ""
    assert "Otter" in why_related("How much does the Otter kiln weigh?", Evidence(quote, "Heron kiln"))


def test_a_row_with_a_longer_label_is_another_row() -> None:
    row = "Catches. Gannet Bay | 2024: 71"
    assert "Gannet Bay" in why_related("What was the catch of Gannet in 2024?", Evidence(row, "", "Gannet Bay"))
    assert why_related("What was the catch of Gannet Bay in 2024?", Evidence(row, "", "Gannet Bay", "Catches")) == ""


def test_a_caption_alone_does_not_make_a_row_an_answer() -> None:
    row = "Statement of account 40-11. 3 May | Money out: 12.50"
    said = why_related("What is the account number?", Evidence(row, "", "3 May", "Statement of account 40-11"))
    assert "caption" in said


def test_the_kind_of_thing_asked_for_need_not_be_named() -> None:
    assert required_words("Which river does the town of Perth lie on?", "") == ("town", "Perth", "lie")
    assert [asked_kind(q) for q in ("Why did it fail?", "How many are there?", "When was it?", "Who came?")] == [
        "reason", "count", "date", "name",
    ]  # fmt: skip


def test_a_number_counts_nothing_that_only_the_title_names() -> None:
    asked, title = "How many members does the choir have?", "Choir: news for members"
    for quote in ("Ann Lee founded the choir in 1987.", "She led the choir for nine years.", "Tickets are £12."):
        assert why_related(asked, Evidence(quote, title)), quote
    assert why_related(asked, Evidence("The choir has 40 singers who are members.", title)) == ""
    assert why_related("How many people live in Wick?", Evidence("Wick has 3,000 inhabitants.", "")) == ""


def test_a_value_in_another_sentence_of_a_quote_is_of_something_else() -> None:
    cut = Evidence("1. Finances. Arrears of rent have fallen to £5,310. The reserve stands at", "")
    assert "something else" in why_related("How much is the reserve?", cut)
    assert why_related("How much are the arrears?", cut) == ""
    referred = Evidence("2. The reserve was audited. It stands at £88,000.", "")
    assert why_related("How much is the reserve?", referred) == ""


def test_a_year_is_named_by_the_period_that_it_is_inside_of() -> None:
    job = Evidence("2013-2017: assistant cook on the Oriana.", "CV of Bea Nunes")
    assert why_related("Where did Bea Nunes cook in 2015?", job) != "the quote does not name 2015"
    assert "2015" not in why_related("What did Bea Nunes cook in 2015?", job)
    assert "2018" in why_related("What did Bea Nunes cook in 2018?", job)
    costs = Evidence("The programme of 2019-2022 cost 3 million pounds.", "")
    assert "2021" in why_related("How much did the programme cost in 2021?", costs)


def test_the_hours_of_a_day_say_when_a_place_closes() -> None:
    hours = Evidence("The shop is open from 9 to 18, on Sundays from 10 to 16.", "")
    assert why_related("when does the shop close on sundays?", hours) == ""


def test_what_is_compulsory_or_not_granted_rules_on_what_one_may_do() -> None:
    assert why_related("Is leave allowed in May?", Evidence("No leave is granted in April and May.", "")) == ""


@pytest.mark.parametrize(
    ("question", "quote", "above", "why"),
    [
        ("who owns the cottage?", "Owner: Fiona Reed.", "Contract for a cottage", ""),
        ("who rents the cottage?", "Owner: Fiona Reed.", "Contract for a cottage", "name rents"),
        ("Did the council agree to the app?", "The council agreed to the app.", "", ""),
        ("Did the council agree to the app?", "The council heard of the app.", "", "name agree"),
        ("how big is the garage?", "The garage no. 17 is let.", "Big garages", "no value"),
        ("how big is the garage?", "The garage has 17 square metres.", "Big garages", ""),
        (
            "how high may the shed be?",
            "A shed of 48 square metres on plot 7/3 was approved on 6 May.",
            "High",
            "no value",
        ),
        ("how long is the shed?", "The long shed of 48 m² was built in 1999.", "", "no value"),
        ("how high may the shed be?", "The shed must not be higher than 4.20 metres.", "", ""),
        ("how many boats may be in the shed?", "A boat may be in a shed of 48 square metres.", "", "no value"),
        ("how many tiles were laid?", "In the hall 40 square tiles were laid.", "", ""),
        ("how many passengers came?", "In May 900 foot passengers came.", "", ""),
        ("how many boats came?", "On 6 May boats came.", "", "no value"),
        ("how many boats came?", "On 6 May seven boats came.", "", ""),
        ("who ordered the dinner?", "Event: a dinner was ordered for May.", "", "no value"),
        ("where is the mower made?", "The mower stands in the shed.", "", "no value"),
        ("where was the mower tested?", "The mower was tested in the early stages, to find faults.", "", "no value"),
        ("where was the mower tested?", "The mower was tested in the yard.", "", ""),
        ("where was the mower tested?", "The mower was tested at the end of the pier.", "", ""),
        ("where was the mower tested?", "The mower was taken to Leeds and tested.", "", ""),
        ("where is Tern Ltd located?", "In March we ask Tern Ltd to repair the mower at once.", "", "no value"),
        ("where is Tern Ltd located?", "Tern Ltd, 5 High Street, in Leeds.", "", ""),
        ("where is the mower made?", "The mower is made in Sweden.", "", ""),
        ("why aren't the sunglasses paid?", "We could not pay the sunglasses for want of a receipt.", "", ""),
        ("what did the society spend?", "The society spent much on seed.", "", "no value"),
        ("what happens after a second breach?", "A second breach leads to dismissal.", "", ""),
        ("when must the bill be paid?", "The bill may be paid by card.", "", "no value"),
        ("when must the bill be paid?", "The bill must be paid in May.", "", ""),
        ("how many books can I take out?", "Last year 61,400 books were lent.", "", "no value"),
        ("how many books can I take out?", "Overdue books cost 20 pence a day.", "", "no value"),
        ("how many books can I take out?", "Up to 12 books are lent.", "", ""),
        ("how loud is the mower?", "Noise 58 dB, weight 9.4 kg.", "Robot lawnmower", ""),
        ("When was the takeover complete?", "The takeover (which was not completed until 1769) was mild.", "", ""),
        ("What do cells distinguish?", "Cells distinguish self and non-self molecules.", "", ""),
        ("What did the guests eat?", "The guests ate trout, but the wine was not served.", "", ""),
        ("What did the guests eat?", "The guests did not eat the trout.", "", "negated"),
        ("by what date must the caterer be paid", "Payable until 12 April.", "Petra's Catering", ""),
    ],
)
def test_newcomers_questions(question: str, quote: str, above: str, why: str) -> None:
    weights = dict.fromkeys(["council", "agre", "app"], 1.0)
    found = why_related(question, Evidence(quote, above), weights)
    assert why in found
    assert bool(why) == bool(found)


@pytest.mark.parametrize(
    ("question", "quote", "says"),
    [
        # The 64 of a name counts nothing, nor does the 1 of another.
        (
            "How many steps was Tern trained for?",
            "Tern accuracy during training r1-cons@16 o1-0912-cons@64 Steps",
            "no value",
        ),
        ("How many steps was Tern-R1 trained for?", "Tern-R1-Mini was trained for 10K steps.", "Tern-R1"),
        (
            "Who is the first author?",
            "Within each role, authors are listed alphabetically by the first name.",
            "no value",
        ),
        ("What is pass@1?", "Pass@1 is then calculated as", "breaks off"),
        (
            "How long is the data?",
            "We take long data from the base model, for which we collect it, to tune it.",
            "no value",
        ),
    ],
)
def test_what_only_looks_like_a_value_is_none(question: str, quote: str, says: str) -> None:
    assert says in why_related(question, Evidence(quote, ""))


def test_a_number_with_its_thing_counts_beside_names_with_numbers() -> None:
    assert (
        why_related("How many steps was Tern-R1 trained for?", Evidence("Tern-R1 was trained for 8K steps.", "")) == ""
    )
    longer = Evidence("Like Tern-R1-Mini, Tern-R1 was trained for 8K steps.", "")
    assert why_related("How many steps was Tern-R1 trained for?", longer) == ""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        (
            "What are the four types of market structure?",
            "What are the four types of market structure? Who rules them?",
        ),
        ("What is the vision of the ferry?", "Vision of the ferry: what do we want?"),
    ],
)
def test_a_question_on_a_page_answers_none(question: str, quote: str) -> None:
    assert "a question itself" in why_related(question, Evidence(quote, ""))
    assert why_related(f"Which questions are asked about {quote[9:-1]}?", Evidence(quote, "")) != "a question itself"


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What is the file number of the court?", "The court of Wick has the paper filed as exhibit P-7."),
        ("What is the phone number of the ferry office?", "Ferry office, plan of work 2016-2018"),
        ("What is the phone number of the ferry office?", "The ferry office has 14 rooms."),
        ("What were the sales of the mill?", "The sales of the mill were 4% lower."),
        ("What were net sales in the third quarter?", "Net sales in fiscal year 2023 were 14 million pounds in all."),
        ("Who are the auditors?", "AUDITORS CORPORATE OFFICE"),
        ("Where was the general meeting held?", "The general meeting was held on September 24, 2002."),
        ("How many bankers are there?", "100. The reports follow a 2016 scandal of bankers."),
        ("How many wool samples were taken?", "We took 40 samples unrelated to wool."),
        ("How many strategic priorities are there?", "With six councils, the board set the strategic priorities."),
        (
            "Who are the plaintiffs in the Wick case?",
            "In the Wick case it admits the Application, but adds that plaintiffs err.",
        ),
    ],
)
def test_a_value_of_another_kind_is_no_answer(question: str, quote: str) -> None:
    assert why_related(question, Evidence(quote, "")) != ""


@pytest.mark.parametrize(
    ("question", "quote"),
    [
        ("What is the file number of the court?", "Court of Wick, file no. 500-06"),
        ("What is the policy number?", "Your policy P-4411 begins on 3 May."),
        ("What is the phone number of the ferry office?", "Ferry office: 055 120 044"),
        ("What were the sales of the mill?", "The sales of the mill were 4% lower at 14 million pounds."),
        ("What were net sales in the third quarter?", "Net sales in the third quarter were 14 million pounds."),
        ("Where was the general meeting held?", "On 24 May 2002 the general meeting was held in the old mill."),
        ("How many strategic priorities are there?", "There are six main strategic priorities."),
        ("Who are the auditors of the mill?", "The auditors of the mill are Holm & Berg."),
    ],
)
def test_a_value_of_the_asked_kind_answers(question: str, quote: str) -> None:
    assert why_related(question, Evidence(quote, "")) == ""


def test_a_title_of_several_sections_does_not_name_each_of_them_in_all() -> None:
    title = ["Bread and soup"]
    asked = "How long does the soup cook?"
    assert is_in_other_section(asked, "Baking takes 55 minutes.", [*title, "Rye bread"], title, {"Pumpkin soup"})
    assert not is_in_other_section(asked, "Cook it for 25 minutes.", [*title, "Pumpkin soup"], title, {"Rye bread"})
    assert not is_in_other_section(asked, "Soup is served after 25 minutes.", ["Rye bread"], title, {"Pumpkin soup"})
    assert not is_in_other_section(asked, "All of it takes 25 minutes.", title, title, {"Pumpkin soup"})
    lease = ["Lease of the flat"]  # a section on the flat is not the only one about it
    assert not is_in_other_section("What is the rent of the flat?", "It is 900 euros.", ["Rent"], lease, {"The flat"})
