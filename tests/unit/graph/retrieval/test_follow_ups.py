"""Follow-up questions: what takes the place of what, and which questions stay as they are."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from graph.engines.offline.minilm import MiniLM
from graph.retrieval.follow_ups import standalone
from graph.retrieval.phrases import phrases


@pytest.fixture(scope="module")
def encoder() -> MiniLM:
    return MiniLM()


def resolve(encoder: MiniLM, *asked: str, answers: Sequence[str] = ()) -> str:
    def similar(text: str, others: Sequence[str]) -> list[float]:
        vector = encoder.encode_query(text).vector
        return [float(encoder.encode_query(other).vector @ vector) for other in others]

    told = [*answers, *[""] * len(asked)]
    return standalone(asked[-1], list(zip(asked[:-1], told, strict=False)), similar)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        ("What does a haircut cost for children?|And for adults?", "What does a haircut cost for adults?"),
        ("Are fires allowed in June?|May I keep hens?", "May I keep hens?"),
        ("Who is the mayor of Tolm?|How much is the fare from there?", "How much is the fare from Tolm?"),
        ("How much is a day ticket?|And a weekend ticket?", "How much is a weekend ticket?"),
        ("What was the mean depth in forest lakes?|And oxygen in forest lakes?", "What was oxygen in forest lakes?"),
        ("When is the rent due?|What happens if it is late?", "What happens if the rent is late?"),
        ("What should I do about the code F7?|And what does it mean?", "what does the code F7 mean?"),
        ("What did Ann Bo study?|Why in Ghent?|Who was her brother?", "Who was Ann Bo's brother?"),
        ("What does the saw cost?|And tin snips?|How heavy are they?", "How heavy are tin snips?"),
        ("What does a haircut cost for children?|What about a shave?", "What does a shave cost for children?"),
        ("What does a haircut cost for children?|a shave?|And for adults?", "What does a shave cost for adults?"),
        ("What does a new lamp for the Vega cost?|And an oil change?", "What does an oil change for the Vega cost?"),
        ("What was the output of Varn in 2019?|And in 2020?", "What was the output of Varn in 2020?"),
        ("What was the output of Varn in 2019?|And in May?", "What was the output of Varn in May?"),
        ("What was the output of Varn in 2019?|And the staff?", "What was the staff of Varn in 2019?"),
        ("What was the output of Varn in 2019?|And its staff?", "What was the staff of Varn in 2019?"),
        ("What is the deposit?|And for the Orion?", "What is the deposit for the Orion?"),
        ("How much did the mill grind on average?|And after a year?", "How much did the mill grind after a year?"),
        ("Who mends broken doors?|What about the roof?", "Who mends the roof?"),
        ("What does the tin bell cost?|And the LED deck lamp?", "What does the LED deck lamp cost?"),
        ("What is the LED deck lamp's number?|And of the rope?", "What is the rope's number?"),
        ("What does a shave for a child cost?|How long does that take?", "How long does a shave for a child take?"),
        ("What does a shave cost for a child?|How long does that take?", "How long does a shave for a child take?"),
        ("What does the code F7 mean?|What should I do then?", "What to do about the code F7?"),
        ("When is the rent due?|And if I pay late?", "What happens if I pay late?"),
        ("How old were the divers?|how many were there?", "How many divers were there?"),
        ("Which team lost the most in 2021?|And the least?", "Which team lost the least in 2021?"),
        ("How much is a tin bell?|Which is heavier, the rope or the saw?", "Which is heavier, the rope or the saw?"),
        ("What is the deposit?|And for the kitchen?", "What is the deposit for the kitchen?"),
        ("What does a shave cost for Mr Bo?|And for a haircut?", "What does a haircut cost for Mr Bo?"),
        ("Who opened the inn?|In what year was that?", "In what year was the inn opened?"),
        ("Which mill had the longest rest?|Why?|And which had the shortest?", "Which mill had the shortest rest?"),
        ("Who called the strike of 1911?|And who called the second one?", "who called the second strike?"),
        ("Who built the mill?|And the barn?|Back to the mill: when was it built?", "when was the mill built?"),
        ("How old is the mill?|And the barn?|Back to the mill", "How old is the mill?"),
        ("How much is the fee?|How can I cancel it?", "How can I cancel the fee?"),
        ("What does the plan cover?|Do I have to report a claim?|And for Ann?", "Do I have to report a claim for Ann?"),
        ("Does the old plan cover theft?|And fire?", "Does the old plan cover fire?"),
        ("Up to what amount does the tin plan cover theft?|How can I end it?", "How can I end the tin plan?"),
        ("What were Acme's net sales in 2023?|And adjusted EBIT?", "What were Acme's adjusted EBIT in 2023?"),
        ("What was Acme's adjusted EBIT?|What about the yearly dividend?", "What was Acme's yearly dividend?"),
        ("What were Acme's net sales in 2023?|And Orion?", "What were Orion's net sales in 2023?"),
        ("Which shed has the highest roof?|And the lowest?", "Which shed has the lowest roof?"),
        ("When was the barn built?|Why?", "Why was the barn built?"),
        ("When was the barn built?|By whom?|And the silo?", "By whom was the silo built?"),
        ("When was the barn built?|How high is it?", "How high is the barn?"),
        ("When was the barn built?|why?|And the silo?", "When was the silo built?"),
        ("What is the rent of the Orion?|And how many seats does it have?", "how many seats does the Orion have?"),
        ("What is the rent of the Orion?|Go on", "What is the rent of the Orion?"),
        ("When is the fee for the boat due?|Is that fee refunded?", "Is the fee for the boat refunded?"),
        ("Does the Orion or the Vega have a stove?|Which of the two is cheaper?",
         "Which is cheaper, the Orion or the Vega: a stove?"),
        ("What is the rent of the Orion?|And the Vega?|Which is older?",
         "Which is older, the Orion or the Vega: the rent?"),
        ("What did the barn yield in 1964?|And the year before?", "What did the barn yield in 1963?"),
        ("What did the barn yield in 1964?|What about the following year?", "What did the barn yield in 1965?"),
        ("What does the Orion cost?|And the Vega: weight?", "the Vega: weight?"),
        ("Who owns the Orion?|What's its rent?", "What is the Orion's rent?"),
        ("Who bought the barn?|For how much?", "For how much bought the barn?"),
        ("What did the barn yield?|And the second silo, how much was that?", "how much was the second silo?"),
        ("When is rent due?|What about the warden, who is that?", "who is the warden?"),
        ("How much do guests pay in the first week?|What about hikers?", "How much do hikers pay in the first week?"),
        ("How much do guests pay in the first week?|And in the second?", "How much do guests pay in the second?"),
        ("When did the Flower Market open?|how many people came?", "how many people came to the Flower Market?"),
        ("When did the Orion sail?|And the Vega?|Which of them carried more freight?",
         "Which carried more freight, the Orion or the Vega?"),
        ("When are fees due?|How many keys do they get?", "How many keys do they get?"),
        ("Was kostet der Bus für Kinder?|Und für Hunde?", "Was kostet der Bus für Hunde?"),
        ("Combien coûte un billet pour Lyon?|Et pour Nice?", "Combien coûte un billet pour Nice?"),
        ("¿Cuánto cuesta un billete para Vigo?|¿Y para Cádiz?", "¿Cuánto cuesta un billete para Cádiz?"),
    ],
)  # fmt: skip
def test_a_phrase_takes_the_place_of_the_one_that_it_is_like(encoder: MiniLM, asked: str, wanted: str) -> None:
    assert resolve(encoder, *asked.split("|")) == wanted


@pytest.mark.parametrize(
    "question",
    [
        "When was the silo sold and who owns it?",
        "Does the silo have its own road?",
        "Is the tank emptied before it is moved?",
        "How long does it take to cross the lake?",
        "Is it allowed to swim in the lake?",
        "What does a day ticket cost?",
        "How many seats does the Vega have?",
        "Who leads the choir?",
    ],
)
def test_a_whole_question_stays_as_it_is(encoder: MiniLM, question: str) -> None:
    assert resolve(encoder, "When was the barn of the Orion built?", question) == question


def test_a_person_is_the_one_that_the_answer_named(encoder: MiniLM) -> None:
    asked = ("Who is the warden of the reserve?", "Where does she live?")
    told = ["The warden of the reserve is Ida Brandt. [1]"]
    assert resolve(encoder, *asked, answers=told) == "Where does Ida Brandt live?"


def test_who_did_something_is_the_one_that_the_next_question_is_about(encoder: MiniLM) -> None:
    asked, told = ("Who will order a shredder?", "By when?"), ["Ben Lee will order it before June. [1]"]
    assert resolve(encoder, *asked, answers=told) == "By when will Ben Lee order a shredder?"
    asked, told = ("Who did Elin Marsk marry?", "When did he die?"), ["Elin Marsk married Otto Lind in 1898. [1]"]
    assert resolve(encoder, *asked, answers=told) == "When did Otto Lind die?"
    assert resolve(encoder, *asked, "And she?", answers=told) == "When did Elin Marsk die?"


def test_a_name_that_takes_the_place_of_another_is_spoken_of_next(encoder: MiniLM) -> None:
    asked = ("What is the rent of flat 3 in Garnet Street?", "What about Opal Road?", "Is it let?")
    assert resolve(encoder, *asked) == "Is Opal Road let?"


def test_who_has_another_office_takes_the_place_of_the_person(encoder: MiniLM) -> None:
    asked = ("Who is the warden of the reserve?", "What is her phone number?", "And the ranger?")
    told = ["The warden of the reserve is Ida Brandt. [1]"]
    assert resolve(encoder, *asked, answers=told) == "What is the ranger's phone number?"
    assert resolve(encoder, *asked[:2], "And the address?", answers=told) == "What is Ida Brandt's address?"


def test_what_an_answer_told_of_a_person_is_not_that_person(encoder: MiniLM) -> None:
    asked = ("Who is the warden of the reserve?", "What did she plan?")
    told = ["The warden of the reserve is Ida Brandt. [1]"]
    costs = "How much will that cost (What did Ida Brandt plan)?"
    assert resolve(encoder, *asked, "How much will that cost?", answers=told) == costs
    assert resolve(encoder, *asked, "How long are they elected?", answers=told) == "How long are they elected?"


def test_which_of_many_is_the_one_that_the_answer_begins_with(encoder: MiniLM) -> None:
    asked = ("Which boat won the race?", "What is its length?")
    assert (
        resolve(encoder, *asked, answers=["The Red Kite won the race by an hour. [1]"]) == "What is Red Kite's length?"
    )
    told = ["In 1980 the race was won by none. [1]"]
    assert "In 1980" not in resolve(encoder, *asked, answers=told)


def test_the_owner_of_what_was_asked_for_stays_the_subject() -> None:
    earlier = [
        ("Which van is heaviest?", "Orion 5G: Weight 9, the highest of 3 values [1]"),
        ("What is its width?", ""),
    ]
    told = standalone(
        "How long is the guarantee?", earlier, lambda _, others: [0.3] * len(others), lambda *_, **__: True
    )
    assert told == "How long is the guarantee for Orion 5G?"


def test_a_subject_is_exchanged_over_many_turns(encoder: MiniLM) -> None:
    asked = ["What does a wash cost for the Orion?", "And a polish?", "And for the Vega?", "a wax?", "And the Lyra?"]
    assert resolve(encoder, *asked) == "What does a wax cost for the Lyra?"
    assert resolve(encoder, *asked, "And a wash for the Orion?") == "What does a wash cost for the Orion?"


def test_phrases_have_their_kind_and_their_preposition() -> None:
    found = [(one.lead, one.text, one.kind) for one in phrases("How much does a tyre change cost for the Vega in May?")]
    assert found == [("", "a tyre change", "noun"), ("for", "the Vega", "name"), ("in", "May", "time")]


@pytest.mark.parametrize(
    ("before", "question", "wanted"),
    [
        ("How heavy is the drier?", "And how loud?", "How loud is the drier?"),
        ("How often must I clean the filter?", "And replace it?", "How often must I replace the filter?"),
        ("How can I end the lease?", "And the landlord?", "How can the landlord end the lease?"),
        ("How many eggs are sold in May?", "Which month has the most?", "Which month has the most eggs?"),
        ("Which month has the most eggs?", "And the fewest?", "Which month has the fewest eggs?"),
        ("Which route is cheapest?", "And the most expensive?", "Which route is most expensive?"),
        ("Is there a break clause?", "When may he enter the flat?", "When may he enter the flat?"),
        ("Who is the tenant?", "When must she pay?", "When must the tenant pay?"),
    ],
)
def test_verbs_roles_and_what_is_counted_are_carried_on(before: str, question: str, wanted: str) -> None:
    assert standalone(question, [(before, "")], lambda _, others: [0.3] * len(others)) == wanted


def test_an_is_an_article_in_english_and_a_preposition_in_german() -> None:
    asked = "And an oil change for an MRI scanner?", "Und an Feiertagen, an einem Abend, an alle Mieter?"
    found = [[(one.lead, one.text) for one in phrases(question)] for question in asked]

    assert found[0] == [("", "an oil change"), ("for", "an MRI scanner")]
    assert found[1] == [("an", "Feiertagen"), ("an", "einem Abend"), ("an", "alle Mieter")]


def test_a_question_may_point_to_a_person_and_to_a_thing(encoder: MiniLM) -> None:
    asked = ["Who made the clock?", "When did he make it?", "How tall is it?", "And the bell?"]
    answers = ["The clock was made by Ivo Brand.", "The clock was made by Ivo Brand in 1743.", "It is 2 m tall."]

    assert resolve(encoder, *asked[:2], answers=answers) == "When did Ivo Brand make the clock?"
    assert resolve(encoder, *asked[:3], answers=answers) == "How tall is the clock?"
    assert resolve(encoder, *asked, answers=answers) == "How tall is the bell?"


def test_an_office_takes_the_place_of_a_person(encoder: MiniLM) -> None:
    asked = ["Who is the chair of the trust?", "Where does she live?", "And the treasurer?"]
    answers = ["The chair of the trust is Dame Ida Holm.", "She lives in Bath.", "He lives in Frome."]
    assert resolve(encoder, *asked, answers=answers) == "Where does the treasurer live?"

    def told(thing: str, subject: str, *, by_document: bool = False) -> bool:
        return not by_document

    def similar(text: str, others: Sequence[str]) -> list[float]:
        return [0.5 for _ in others]

    earlier = list(zip(asked, answers, strict=True))
    for count in (2, 3):
        asks_itself = standalone("When was the trust founded?", earlier[:count], similar, told)
        assert asks_itself == "When was the trust founded?"
