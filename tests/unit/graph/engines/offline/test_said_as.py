"""Everyday questions whose answers say it in another way: until when, whom to call, how often, what it is worth."""

from __future__ import annotations

import pytest

from graph.engines.offline.document_opening import is_about_one_person
from graph.engines.offline.evidence_rules import why_related
from graph.engines.offline.other_things import Evidence, says_outright
from graph.engines.offline.required_words import is_plainly_asked
from graph.retrieval.definitions import is_undefined
from graph.storage.rows import SentenceRow


@pytest.mark.parametrize(
    ("question", "quote", "answers"),
    [
        ("Until when can I cancel for free?", "Bookings can be cancelled for free up to 48 hours before.", True),
        ("Until when can I cancel for free?", "From 1 May you can cancel for free.", False),
        ("Until what age are children covered?", "Children are covered up to the age of 21.", True),
        ("What is the desk worth?", "The value of the desk is £210.", True),
        ("What is the desk worth?", "The desk is 210 cm wide.", False),
        ("Who mends the roof?", "The landlord repairs the roof.", True),
        ("Who mends the roof?", "The roof leaks.", False),
        ("Who pays for small repairs?", "The tenants replace bulbs and pay for small repairs.", True),
        (
            "What should I do if I forget a dose?",
            "If you forget a dose, take the next; do not take a double dose.",
            True,
        ),
        ("Are dogs allowed?", "Cats are allowed; dogs are not allowed.", True),
        ("Why did nothing change in Telsk?", "The noise comes from lorries, so that nothing changed in Telsk.", True),
        ("Why did noise change in Telsk?", "The noise did not change in Telsk because of lorries.", False),
        ("How many accidents were there?", "Accidents at work: 17, after 22.", True),
        ("How many accidents were there?", "Accidents in the year before the 22 inspections at the yard.", False),
        ("How often does hair loss occur?", "Rare (up to 1 in 1,000): hair loss.", True),
        ("Whom do I call in an emergency?", "In an emergency call 555 0199 at any hour.", True),
        ("Whom do I call in an emergency?", "In an emergency there are 199 nurses.", False),
        ("What does it cost to take a bicycle?", "The cost of a bicycle: free.", True),
        ("How much did Ferrum pay for the trial?", "Ferrum paid for the trial with tablets free of charge.", False),
        ("How many people are on the waiting list?", "The waiting list has 43 names.", True),
        ("How many people does the museum employ?", "They were helped by 38 volunteers.", False),
        ("What was the cost-income ratio?", "The cost-income ratio improved to 61.8 per cent.", True),
        ("How long does the camp last?", "The camp bus leaves on the first day at 8 and lasts until 9.", True),
        ("How long does the camp last?", "The camp bus is at the last stop on the first day at 8 a.m.", False),
        ("How long is the probation?", "The first six months are a trial period.", True),
        ("Is the visit mandatory?", "A visit is offered on 20 August; it is not compulsory.", True),
        ("Who teaches the module?", "Lecturer of the module: Dr Miriam Okello.", True),
        ("How much is each instalment?", "The premium is paid in twelve instalments of £38.57.", True),
        ("How much did I pay in July?", "Payments received: £30.00 on 22 July.", True),
        ("Who comes from Bergen?", "Greta Lund is from Bergen.", True),
        ("When must the room be left?", "The room must be left by 11 a.m.", True),
        ("When do I add the seeds?", "Add the seeds just before serving.", True),
        ("When do I add the seeds?", "Add the seeds and stir.", False),
        ("When were the seeds added?", "The seeds were added before serving.", False),
        ("When did Jo Lund die?", "Jo Lund (3 March 1891 – 17 October 1968) was an engineer.", True),
        ("When did Jo Lund die?", "Jo Lund (paintings, 1891) was an engineer.", False),
        ("How many people does the soup serve?", "The soup serves four.", True),
        ("How many people does the soup serve?", "The soup needs four onions.", False),
        ("How many people does the hut sleep?", "The hut sleeps up to 12.", True),
        ("How many people are on the board?", "Ann Lee serves two terms on the board.", False),
        ("Who was her husband?", "She married the botanist Einar Lie in 1919.", True),
        ("Who was her husband?", "Her sister married the botanist Einar Lie.", False),
        ("Who was her husband?", "She was never married and lived in Bergen.", False),
        ("Why did Jo Lund decline the Order of Olav?", "Jo Lund turned down the Order of Olav because of it.", True),
        ("Why did Jo Lund decline the Order of Olav?", "Jo Lund turned down an order because of it.", False),
    ],
)
def test_everyday_questions_are_answered_as_texts_say_it(question: str, quote: str, answers: bool) -> None:
    assert (why_related(question, Evidence(quote, "")) == "") is answers


@pytest.mark.parametrize(
    ("question", "text", "undefined"),
    [
        ("What was the cost-income ratio?", "The cost-income ratio improved to 61.8 per cent.", False),
        ("What is the no-claims discount?", "You keep your no-claims discount of 25 per cent.", False),
        ("What is the no-claims discount?", "Two claims end the no-claims discount.", True),
        ("What is GRPO?", "The reward of GRPO rose to 3.", True),
    ],
)
def test_the_value_of_a_quantity_says_what_it_is(question: str, text: str, undefined: bool) -> None:
    assert is_undefined(question, SentenceRow("a", text, text, "prose", (1,))) is undefined


def test_a_quote_with_the_noun_asked_for_and_a_done_by_answer_plainly() -> None:
    assert is_plainly_asked("What reduction do residents get?", "Residents get a reduction of 15 per cent.")
    assert not is_plainly_asked("What reduction do residents get?", "Residents get a key.")
    assert says_outright(
        "Who validated the report?", ["validated"], "Validated by Marek Dolan on 3 September 2025 at 16:20."
    )
    assert not says_outright(
        "Who wrote the report?", ["wrote"], "Validated by Marek Dolan on 3 September 2025 at 16:20."
    )


@pytest.mark.parametrize(
    ("opening", "one"),
    [
        ("Ward 6. Patient: Mr Edwin Harker, born 1956. Consultant: Dr Leila Osman.", True),
        ('Between Harrow Ltd ("the Company") and Mr Daniel Osei, 31 Barrow Lane ("the Employee").', True),
        ("Tenant: Ann Lee. Guest: Bo Lind.", False),
        ("Harrow Ltd sells instruments.", False),
    ],
)
def test_first_lines_name_the_one_person_of_a_document(opening: str, one: bool) -> None:
    assert is_about_one_person(opening) is one
