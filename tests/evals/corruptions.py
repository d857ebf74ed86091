"""Variants of a page's Markdown as a model may write it: faithful and false ones."""

from __future__ import annotations

import re
from random import Random

_WORD = re.compile(r"\S+")
_NUMBER = re.compile(r"\d[\d.,]*\d")
_ANY = re.compile(r"[^\W\d_]+|\d+")
_DELIMITER = re.compile(r"\|(?:---\|)+")


def changed_digits(text: str, random: Random, share: float = 0.05) -> tuple[str, int]:
    """Change a digit in as many words as are 5 % of all, if so many have one.

    Return how many of them are numbers of two digits or more: changed list numbers cannot be detected.
    """
    words = [match for match in _WORD.finditer(text) if re.search(r"[0-9]", match[0])]
    wanted = round(share * len(_WORD.findall(text)))
    chosen = random.sample(words, min(wanted, len(words)))
    characters = list(text)
    for match in chosen:
        at = random.choice([at for at in range(*match.span()) if text[at] in "0123456789"])
        characters[at] = str((int(text[at]) + random.randint(1, 9)) % 10)
    return "".join(characters), sum(bool(_NUMBER.search(word[0])) for word in chosen)


def invented_table(text: str, random: Random) -> str:
    """Add a table of five rows that is not on the page."""
    rows = (
        "".join(f"<td>{cell}</td>" for cell in (name, *(f"{random.uniform(10, 999):.1f}" for _ in range(3))))
        for name in ("Alpha", "Quorum", "Vessel", "Region", "Total")
    )
    return text + "\n\n<table>" + "".join(f"<tr>{row}</tr>" for row in rows) + "</table>"


def dropped_words(text: str, random: Random, share: float) -> str:
    """Leave out a share of the words, at random places."""
    return _ANY.sub(lambda word: "" if random.random() < share else word[0], text)


def repeated_end(text: str, random: Random) -> str:
    """Repeat the last sentence many times."""
    return text + " ".join([" " + " ".join(text.split()[-12:])] * random.randint(20, 200))


def repeated_page(text: str, random: Random) -> str:
    """Repeat the whole page."""
    return f"{text}\n\n{text}"


def in_latex(text: str, random: Random) -> str:
    """Write a third of the numbers as formulas."""

    def formula(number: re.Match[str]) -> str:
        return "$" + number[0].replace(",", "{,}") + "$" if random.random() < 0.33 else number[0]

    return re.sub(r"(?<![\w.,|])\d[\d,.]*\d(?![\w.,|])", formula, text)


def in_html(text: str, random: Random) -> str:
    """Write tables as HTML, each with a summary that repeats four numbers and computes two."""
    blocks = []
    for block in text.split("\n\n"):
        if not block.startswith("|"):
            blocks.append(block)
            continue
        rows = [line.strip("|").split("|") for line in block.split("\n") if not _DELIMITER.fullmatch(line)]
        cells = ("".join(f'<td rowspan="1">{cell}</td>' for cell in row) for row in rows)
        blocks.append("<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>")
        if numbers := _NUMBER.findall(block):
            named = ", ".join(random.choice(numbers) for _ in range(4))
            blocks.append(
                f"Table summary: It compares the values; the main ones are {named}, which differ by "
                f"{random.uniform(10, 99):.1f} or {random.randint(10, 99)} %."
            )
    return "\n\n".join(blocks)


def with_figure(text: str, random: Random) -> str:
    """Describe a figure whose numbers stand only in the picture."""
    values = ", ".join(f"{random.uniform(10, 99):.1f}" for _ in range(8))
    return f"{text}\n\nFigure 9: Results\n\n<figure>A bar chart; axis 0, 250, 500; bars at {values}.</figure>"


def rewritten(text: str, random: Random) -> str:
    """Apply all faithful variants at once."""
    return with_figure(in_html(in_latex(text, random), random), random)
