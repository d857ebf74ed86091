"""Twenty conversations of five turns over documents of their own, asked of the whole application offline.

    python -m tests.evals.threads [HOME]

prints each turn that comes out wrong, and how many are right.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

DOCUMENTS = {
    "garage.md": """# Finchley garage: prices of the year

## Linnet
An oil change for the Linnet costs 61 pounds. A brake check for the Linnet costs 44 pounds. A new windscreen for the
Linnet costs 312 pounds.

## Wheatear
An oil change for the Wheatear costs 73 pounds. A brake check for the Wheatear costs 52 pounds. A new windscreen for the
Wheatear costs 388 pounds.

## Siskin GT
An oil change for the Siskin GT costs 95 pounds. A brake check for the Siskin GT costs 67 pounds. A new windscreen for
the Siskin GT costs 540 pounds.
""",
    "boats.md": """# Boats of the Ostrel yard

Table 1: Boats for hire

| Boat | Length (m) | Berths | Price per week (euros) | Harbour |
| --- | --- | --- | --- | --- |
| Marigold | 9.4 | 4 | 1150 | Tolm |
| Halcyon | 11.2 | 6 | 1620 | Brane |
| Pelorus | 13.5 | 8 | 2240 | Tolm |
| Corrie | 7.8 | 2 | 790 | Skerra |

The yard was founded by Ragna Tveit in 1931. It is closed in February, because the slipway freezes.
""",
    "hall.md": """# Using the village hall of Nether Wick

## Hire
The rent of the hall is 28 pounds an hour. The deposit for the hall is 150 pounds. The deposit is returned within nine
days after the event.

## Kitchen
The rent of the kitchen is 11 pounds an hour. The deposit for the kitchen is 60 pounds. The kitchen has two ovens.

## Closing
The hall is closed on Tuesdays, because the choir rehearses there. The caretaker of the hall is Owen Pryce. He lives in
the cottage behind the church.
""",
    "brightwater.md": """# Brightwater Ferries: annual report 2023

Revenue of Brightwater Ferries was 48.2 million euros in 2023 and 44.9 million euros in 2022. The operating profit of
Brightwater Ferries was 6.3 million euros in 2023 and 5.1 million euros in 2022. Brightwater Ferries employed 412 people
at the end of 2023. The chief executive of Brightwater Ferries is Lena Harkort. Profit rose because two new routes were
opened.
""",
    "norlake.md": """# Norlake Rail: annual report 2023

Revenue of Norlake Rail was 91.7 million euros in 2023 and 97.3 million euros in 2022. The operating profit of Norlake
Rail was 2.8 million euros in 2023 and 7.4 million euros in 2022. Norlake Rail employed 1,230 people at the end of 2023.
The chief executive of Norlake Rail is Tomas Rieger. Profit fell because of the flood in May.
""",
    "mill.md": """# The mill at Ashcombe

The mill was built in 1782 by Josiah Crewe. The roof of the mill was mended in 1911. The mill was sold to the Tamsin
Trust in 1974, because the last miller had no heirs. The wheel of the mill is 5.2 metres wide and weighs 14 tonnes. The
bridge beside the mill was built in 1820 by Hannah Stroud. The bridge weighs 60 tonnes.
""",
    "pumps.md": """# Pumps: technical data

## Component QX-11
The rated voltage of the QX-11 is 24 volts. The QX-11 weighs 3.2 kg. The warranty of the QX-11 lasts 18 months.

## Component QX-30
The rated voltage of the QX-30 is 48 volts. The QX-30 weighs 5.7 kg. The warranty of the QX-30 lasts 36 months.

## Component QX-55
The rated voltage of the QX-55 is 230 volts. The QX-55 weighs 11.9 kg. The warranty of the QX-55 lasts 60 months.
""",
    "preis.md": """# Preise der Bergbahn Hohenau

Eine Fahrkarte für Erwachsene kostet 34 Franken. Eine Fahrkarte für Kinder kostet 17 Franken. Eine Jahreskarte für
Erwachsene kostet 420 Franken. Eine Jahreskarte für Kinder kostet 210 Franken. Die Bergbahn ist im November geschlossen,
weil die Seile geprüft werden.
""",
    "school.md": """# Elmfield school: rules for boarders

## Houses
Elm House has 42 boarders and is led by Mrs Calloway. Birch House has 37 boarders and is led by Mr Imray. Supper in Elm
House is at 18:30. Supper in Birch House is at 19:00.

## Leave
Boarders of year 7 may leave the grounds until 17:00. Boarders of year 9 may leave the grounds until 19:30. Boarders of
year 11 may leave the grounds until 21:15.
""",
    "scores.md": """# Models compared

Table 2: Accuracy of the models (percent)

| Model | Arith-8 | Logic | Reading |
| --- | --- | --- | --- |
| Tern-7B | 61.4 | 48.0 | 70.2 |
| Tern-32B | 78.9 | 66.5 | 81.7 |
| Heron-7B | 58.3 | 51.9 | 68.8 |
| Heron-70B | 83.6 | 72.1 | 85.5 |
""",
}


class Turn(NamedTuple):
    """A question, and what its answer has to hold."""

    question: str
    wanted: tuple[str, ...]
    """What the answer holds: one of these."""
    never: tuple[str, ...] = ()
    """What stands nowhere in the answer."""


def _thread(text: str) -> list[Turn]:
    """Parse lines of `question => answer / answer ! never / never`."""
    turns = []
    for line in text.strip().splitlines():
        question, _, wanted = line.partition("=>")
        right, _, never = wanted.partition("!")
        split = [tuple(part.strip() for part in side.split("/") if part.strip()) for side in (right, never)]
        turns.append(Turn(question.strip(), *split))
    return turns


_THREADS = """
How much does an oil change cost for the Wheatear? => 73 ! 61 / 95
What about a brake check? => 52 ! 44 / 67
And for the Linnet? => 44 ! 52 / 67
a new windscreen? => 312 ! 388 / 540
And the Siskin GT? => 540 ! 312 / 388
---
What does a new windscreen for the Siskin GT cost? => 540
And an oil change? => 95 ! 73 / 61
thanks => welcome
How about the Linnet? => 61 ! 95 / 73
And a brake check for the Wheatear? => 52 ! 44 / 67
---
What is the price of the Marigold per week? => 1150 ! 1620
And the Halcyon? => 1620 ! 1150
And its length? => 11.2 ! 9.4
How many berths does it have? => 6 ! 11.2
And the Pelorus? => 8 ! 13.5
---
How long is the Corrie? => 7.8
And the Pelorus? => 13.5 ! 7.8
Which of the two is longer? => Pelorus
In which harbour is it? => Tolm
What about the Halcyon? => Brane ! Tolm
---
Which boat has the highest price per week? => Pelorus / 2240
And the lowest? => Corrie / 790 ! 2240
How many berths does the Corrie have? => 2
And the Marigold? => 4
When was the yard founded? => 1931
---
What is the rent of the hall? => 28 ! 11
And of the kitchen? => 11 ! 28
What about the deposit? => 60 ! 150
And for the hall? => 150 ! 60
When is it returned? => nine days
---
On which day is the hall closed? => Tuesday
Why? => choir
Who is the caretaker? => Owen Pryce
Where does he live? => cottage
thank you very much => welcome
---
What was the revenue of Brightwater Ferries in 2023? => 48.2 ! 97.3 / 91.7
And in 2022? => 44.9 ! 97.3 / 91.7
What about Norlake Rail? => 97.3 ! 48.2 / 44.9
And the operating profit? => 7.4 ! 5.1 / 6.3
And in 2023? => 2.8 ! 6.3
---
Who is the chief executive of Norlake Rail? => Tomas Rieger ! Harkort
And of Brightwater Ferries? => Lena Harkort ! Rieger
How many people does it employ? => 412 ! 1,230
And Norlake Rail? => 1,230 ! 412
Why did its profit fall? => flood
---
What was the operating profit of Norlake Rail in 2023? => 2.8 ! 6.3
What about Brightwater Ferries? => 6.3 ! 2.8
Why did it rise? => routes
And how much was the revenue? => 48.2 ! 91.7
And that of Norlake Rail? => 91.7 ! 48.2
---
When was the mill built? => 1782 ! 1820
By whom? => Josiah Crewe ! Stroud
And the bridge? => Hannah Stroud ! Crewe
How much does it weigh? => 60 ! 14
And the wheel? => 14 ! 60
---
Who built the bridge? => Hannah Stroud
When? => 1820 ! 1782
And the mill? => 1782 ! 1820
When was it sold? => 1974
Why? => heirs
---
What is the rated voltage of the QX-30? => 48 ! 230
And the QX-55? => 230 ! 48
And its weight? => 11.9 ! 5.7
QX-11? => 3.2 ! 11.9
How long does its warranty last? => 18 ! 36 / 60
---
How long does the warranty of the QX-55 last? => 60 months ! 36
And of the QX-30? => 36 ! 60
What is the voltage? => 24 / 48 / 230
And for the QX-11? => 24 volts ! 48
Tell me more => 24 volts
---
Was kostet eine Fahrkarte für Erwachsene? => 34 ! 17
Und für Kinder? => 17 ! 34
Was ist mit einer Jahreskarte? => 210 ! 420
Und für Erwachsene? => 420 ! 210
danke => welcome / Gern
---
How many boarders does Elm House have? => 42 ! 37
And Birch House? => 37 ! 42
Who leads it? => Imray ! Calloway
When is supper there? => 19:00 ! 18:30
And in Elm House? => 18:30 ! 19:00
---
Until when may boarders of year 9 leave the grounds? => 19:30
And of year 11? => 21:15 ! 19:30
What about year 7? => 17:00 ! 21:15
How many boarders are there in Birch House? => 37
Are you sure? => 37
---
What is the accuracy of Tern-7B on Arith-8? => 61.4 ! 78.9
And the 32B one? => 78.9 ! 61.4
On Logic? => 66.5 ! 78.9
And Heron-7B? => 51.9 ! 66.5
And on Reading? => 68.8 ! 51.9
---
What is the score of Heron-70B on Logic? => 72.1
And Tern-32B? => 66.5 ! 72.1
Which is better, Heron-70B or Tern-32B, on Reading? => Heron-70B
Which model has the lowest score on Logic? => Tern-7B / 48.0
And the highest? => Heron-70B / 72.1 ! 48.0
---
Who founded the yard at Ostrel? => Ragna Tveit
When is it closed? => February
Why? => freezes
How many pages does boats.md have? => 1 page
Summarise that => yard / Boats
"""
THREADS = [_thread(text) for text in _THREADS.split("---\n")]


def is_right(turn: Turn, answer: str, refused: bool) -> bool:
    """Return whether an answer holds one of the right values and none of the wrong ones."""
    if refused or not any(wanted in answer for wanted in turn.wanted):
        return False
    return not any(wrong in answer for wrong in turn.never)


def run(home: str) -> list[tuple[int, Turn, dict[str, Any]]]:
    """Ask all threads, and return the turns that came out wrong, each with the number of its thread and its result."""
    os.environ["PAGEWITNESS_HOME"] = home
    from langgraph.checkpoint.memory import InMemorySaver

    from graph.app import app
    from graph.query.graph import build

    folder = Path(home, "documents")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in DOCUMENTS.items():
        (folder / name).write_text(text, "utf-8")
    context: Any = {"engine": "offline"}
    app.invoke({"sources": [str(folder)]}, context=context)
    query = build().compile(checkpointer=InMemorySaver())
    wrong: list[tuple[int, Turn, dict[str, Any]]] = []
    for number, thread in enumerate(THREADS, 1):
        for turn in thread:
            config: Any = {"configurable": {"thread_id": str(number)}}
            result = query.invoke({"question": turn.question}, config, context=context)
            if not is_right(turn, result["answer"], result["refused"]):
                wrong.append((number, turn, dict(result)))
    return wrong


if __name__ == "__main__":
    assert len(THREADS) == 20
    assert all(len(thread) == 5 for thread in THREADS)
    failures = run(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp())
    for at, asked, told in failures:
        print(f"{at}: {asked.question} [{told['queries'][0]}] {told['answer'][:200]!r}, wanted {asked.wanted}")
    print(f"right: {100 - len(failures)} of 100")
