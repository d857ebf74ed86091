"""Short questions in lower case, as they are typed, asked of the whole application."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.app import app

OFFLINE: Any = {"engine": "offline"}
TEXT = """# Rules of the Varnholm cabins

## Stay
A stay begins on Friday and lasts six nights. The key is kept by Nils Aaby in the harbour office.

## House rules
No pets are allowed in the cabins. The tenant may not sublet the cabin.

## Plans
The community will build a sauna by the lake. It is expected to cost 41,000 crowns and to open in May 2031.

| Thing | Price |
| --- | --- |
| Iron pot | 9.50 |
| Saw, small | 14.00 |

The main danger is the thin ice in the bay, over which the old path led to the church until the bridge was built.

Supper is served from 6 to 8. The boat is not covered by the insurance. A shuttle runs to the ferry.

Working hours are 31.5 hours per week.

E-mail keys@varnholm.example

Billing month: March 2025

The total to be paid is 1,240.50 crowns.

## Meeting
Present: Ann Lee, Bo Falk.

Apologies: Cara Ness.

## Reset of the stove
Pull the red knob until it clicks.

## Shortcomings
The stove smokes in west wind. The well runs dry in August.
"""


PROVEN = {
    "can i have a dog": "No pets",
    "may i sublet": "may not sublet",
    "when does the sauna open": "May 2031",
    "how much will the sauna cost": "41,000",
    "shortcomings of the document": "The well runs dry",
    "whats the price of a pot": "9.50",
    "what is the cheapest thing": "Iron pot",
    "what is the biggest danger": "thin ice",
    "when is supper": "from 6 to 8",
    "is the boat covered by the insurance": "not covered",
    "is there a shuttle": "shuttle",
    "hours per week": "31.5",
    "whats the email": "keys@",
    "how do i reset the stove": "Pull the red knob",
    "who was there": "Ann Lee, Bo Falk",
    "who was absent": "Cara Ness",
    "who was missing at the meeting": "Cara Ness",
    "how long can i stay": "six nights",
    "who has the key": "Nils Aaby",
    "how many hours do i work a week": "31.5",
    "how much is the sauna": "41,000",
}

NOT_THERE = (
    "can i have a parrot stand",
    "when does the chapel open",
    "whats the wifi password",
    "what does the pot weigh",
    "How much was billed in the month of March?",
)


@pytest.mark.heavy
def test_typed_questions_are_answered_and_what_is_not_there_is_not_proven(tmp_path: Path) -> None:
    (tmp_path / "cabins.md").write_text(TEXT, "utf-8")
    app.invoke({"sources": [str(tmp_path / "cabins.md")]}, context=OFFLINE)
    for question, holds in PROVEN.items():
        result = app.invoke({"question": question}, context=OFFLINE)
        assert result["verdict"] == "proven", (question, result["answer"])
        assert holds in result["answer"].partition("Closest passages")[0]
    for question in NOT_THERE:
        assert app.invoke({"question": question}, context=OFFLINE)["verdict"] != "proven", question
