"""Questions a newcomer asks of an annual report and of a product manual: answerable, absent, and adversarial ones.

    python -m tests.evals.business_questions FOLDER

writes the two documents and `questions.jsonl` into a folder, for `pagewitness ingest` and `pagewitness eval`. Absent
questions ask for what neither document has a word about; adversarial ones use its words for another entity, year or
attribute. Every odd question (by a hash of its text) is of the half that was held out while the rules were written.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

from tests.evals.business_documents import write

# question => expected answer (alternatives by "|") @ words of its page, which is looked up in the document.
ANSWERABLE = {
    "report": """
How much were net sales in 2024? => 612.4 @ Net sales rose
total net sales 2023 => 567.7 @ Table 1
What was Calder Valley's revenue in 2022? => 530.0 @ Table 2
What was net income in 2023? => 48.7 @ Table 2
What is the diluted EPS for 2024? => 1.46 @ Table 2
What was the operating profit in 2022? => 64.4 @ Table 2
How much did the company spend on research and development in 2024? => 37.4 @ Table 2
What was capex in 2024? => 33.1 @ Table 4
How much cash and cash equivalents did the company have at the end of 2023? => 48.9 @ Table 3
What are total liabilities in 2024? => 341.8 @ Table 3
What was the operating cash flow in 2023? => 81.3 @ Table 4
How large were sales of the Food segment in 2023? => 147.5 @ Table 1
Which segment had the highest net sales in 2024? => Laboratory @ Table 1
By how much did net income grow from 2023 to 2024? => 11.6 @ Table 2
Who is the CEO? => Nadia Fenwick @ Chief Executive
Who is the chief financial officer? => Paul Ostrander @ Chief Financial
Who audits the group? => Whitcombe @ Whitcombe
Who founded the company? => Edith Marlowe @ Edith Marlowe
When was the company founded? => 1958 @ Edith Marlowe
Where is the registered office? => 14 Wharf Street @ registered office
What dividend is proposed per share? => 21.5 @ 21.5 cents
When will the final dividend be paid? => 12 May 2025 @ 21.5 cents
How much did Tarn Optics cost? => 54.0 @ Tarn Optics
Why was the foundry in Leeds closed? => emission @ foundry
How many employees did the group have at the end of 2024? => 3,418 @ 3,418
How many people work in Asia? => 709 @ Table 5
What is the outlook for net sales in 2025? => 630 @ Outlook
What was the effective tax rate? => 23.0 @ effective tax
How many patents does the company hold? => 214 @ patents
How often did the Board meet in 2024? => nine @ nine times
What was the audit fee? => 1.9 @ Whitcombe
Who chairs the Audit Committee? => Ruben Adeyemi @ Adeyemi
Why did sales in the Ports segment fall? => postponed @ postponed
How many checkweighers were recalled? => 1,140 @ checkweighers
When does the company want to be carbon neutral? => 2035 @ carbon neutral
""",
    "manual": """
How much does the D35 weigh? => 18.2 @ Technical data
What voltage does the D60 need? => 400 @ Technical data
How loud is the D20? => 41 @ Technical data
How many litres does the tank of the D35 hold? => 5.5 @ Technical data
Which model extracts the most water per day? => D60 @ Technical data
What does error code E4 mean? => Coil frozen @ Coil frozen
What should I do if E7 is shown? => Remove what blocks the fan @ Coil frozen
How often must the air filter be cleaned? => 2 weeks @ Interval
How long does the warranty last? => 24 months @ warranty lasts
How long is the warranty on the compressor? => 60 months @ warranty lasts
What is the phone number of customer service? => 01539 555 014 @ Customer service
How much room do I have to leave around the appliance? => 30 centimetres @ 30 centimetres
What diameter must the drain hose have? => 14 millimetres @ 14 millimetres
How much does the carbon filter cost? => 17.90 @ CF-12
What happens when the tank is full? => red lamp @ red lamp
How do I run the appliance continuously? => five seconds @ five seconds
How much weight can the wall bracket take? => 40 kilograms @ WB-7
Where do I send warranty claims? => service@otterford.example @ service@
What does the warranty not cover? => filters @ warranty lasts
At what temperatures does the appliance work? => 5 to 32 @ 32 degrees
""",
}
ABSENT = {
    "report": """
What was the share price at the end of 2024?
Who is the head of human resources?
How much did the company donate to charity?
What was the weather in Hebden in 2024?
How many women sit on the management team?
What is the capital of Mongolia?
""",
    "manual": """
How do I connect the appliance to the wifi?
Which colours is the appliance sold in?
How much does the D35 cost?
Where is the serial number printed?
How do I bake bread in it?
Who invented the dehumidifier?
""",
}
ADVERSARIAL = {
    "report": """
What were net sales in 2021?
What was the revenue of Brightling Group?
What was net income in 2025?
How large were sales of the Aviation segment in 2024?
Who audited the group before 2017?
Who founded Tarn Optics?
When was Tarn Optics founded?
How many employees did the group have in Africa?
What were total liabilities in 2022?
Who chairs the Nomination Committee?
When was the foundry in Gdansk closed?
How much did the calibration centre in Rotterdam cost?
What did Veltman BV sell in 2024?
How many patents does Veltman BV hold?
When did Marianne Holt join the company as Chief Financial Officer?
""",
    "manual": """
How much does the D45 weigh?
What does error code E5 mean?
How long is the warranty on the fan?
What is the noise level of the wall bracket?
How often must the drain hose be replaced?
What is the tank capacity of the D60?
How much does the air filter cost?
What is the phone number of the head office in London?
What diameter must the power cable have?
How many screws hold the carbon filter?
""",
}


def questions(folder: Path) -> list[dict[str, Any]]:
    """Return the rows of a question set about the documents in a folder, as `pagewitness eval` reads them."""
    rows = []
    for name in ANSWERABLE:
        for line in ANSWERABLE[name].strip().splitlines():
            question, _, rest = line.partition(" => ")
            answer, _, place = rest.partition(" @ ")
            pages = _pages(folder / f"{name}.pdf", place)
            row = {"answerable": True, "answers": [answer], "kind": f"{name}, answerable", "pages": pages}
            rows.append({**row, "id": _id(question), "question": question, "doc": f"{name}.pdf", "match": "any"})
        for kind, lines in (("absent", ABSENT[name]), ("adversarial", ADVERSARIAL[name])):
            for question in lines.strip().splitlines():
                row = {"answerable": False, "answers": [], "kind": f"{name}, {kind}"}
                rows.append({**row, "id": _id(question), "question": question})
    return rows


def is_held_out(question: str) -> bool:
    """Return whether a question is of the half that was not looked at while the rules were written."""
    return hashlib.sha256(question.encode()).digest()[0] % 2 == 1


def _id(question: str) -> str:
    return ("held-out-" if is_held_out(question) else "seen-") + hashlib.sha256(question.encode()).hexdigest()[:10]


def _pages(path: Path, words: str) -> list[int]:
    import pymupdf

    with pymupdf.open(path) as pdf:
        found = [number for number, page in enumerate(pdf, 1) if words in " ".join(page.get_text().split())]
    assert found, f"{path.name} has no {words!r}"
    return found


def write_set(folder: Path) -> Path:
    """Write the documents and the questions into a folder; return the file of the questions."""
    folder.mkdir(parents=True, exist_ok=True)
    write(folder)
    lines = [json.dumps(row, ensure_ascii=False) for row in questions(folder)]
    path = folder / "questions.jsonl"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    print(write_set(Path(sys.argv[1])))
