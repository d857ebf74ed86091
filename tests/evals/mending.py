"""Evaluation of the correction of misread words on real pages: `python -m tests.evals.mending FILE.pdf ...`.

Honest replies (see `reply_checks.py`, and numbers grouped otherwise, accents, other orders of the paragraphs) must be
left as they are; in others up to four words are misread, each of which should become what is printed.
"""

from __future__ import annotations

import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from random import Random

from graph.engines.llm.mending import mend
from graph.engines.llm.page_requests import CHARACTERS_PER_TOKEN, MIN_REPLY_TOKENS, REPLY_FACTOR, estimated_tokens
from graph.engines.llm.review import with_descriptions
from loaders.text.markdown import parse_blocks
from tests.evals import corruptions as made
from tests.evals.reply_checks import Page, pages_of

_NUMBER = re.compile(r"(?<![\w.,$\\-])\d[\d.,]*\d(?![\w.,]|</sup>)")
_NAME = re.compile(r"(?<![\w&<>/-])[A-Z][a-z]{4,}(?![\w&>-])")
_WORD = re.compile(r"(?<![\w&<>/\\-])[a-z]{5,}(?![\w&>=-])")
_MIXED = re.compile(r"(?<![\w&<>/-])o\d{1,2}(?![\w>])")
_NEXT = str.maketrans("aeiourntlsmdbpgcfhkvwy", "eaouimmrilnbdqqeltxwvv")


def regrouped(text: str, random: Random) -> str:
    """Write thousands with a thin space or none."""
    return re.sub(r"(?<=\d),(?=\d{3}\b)", lambda _: random.choice(["", "\u202f", " "]), text)


def reordered(text: str, random: Random) -> str:
    """Write the paragraphs in another order."""
    parts = text.split("\n\n")
    random.shuffle(parts)
    return "\n\n".join(parts)


def emphasised(text: str, random: Random) -> str:
    """Write some words bold or in italics, and some as links."""
    signs = ("**{}**", "*{}*", "<b>{}</b>", "[{}](https://example.org/a)")
    return _WORD.sub(lambda word: random.choice(signs).format(word[0]) if random.random() < 0.05 else word[0], text)


def misread_digit(word: str, random: Random) -> str:
    """Change one digit."""
    at = random.choice([at for at, one in enumerate(word) if one.isdigit()])
    return word[:at] + str((int(word[at]) + random.randint(1, 9)) % 10) + word[at + 1 :]


def misread_letter(word: str, random: Random) -> str:
    """Change one letter to one that looks like it, double it, or leave it out."""
    at = random.randrange(1, len(word))
    return word[:at] + random.choice([word[at].translate(_NEXT), word[at] * 2, ""]) + word[at + 1 :]


MISREAD: dict[str, tuple[re.Pattern[str], Callable[[str, Random], str]]] = {
    "a digit of a number": (_NUMBER, misread_digit),
    "a letter of a name": (_NAME, misread_letter),
    "a letter of a word": (_WORD, misread_letter),
    "01 for o1": (_MIXED, lambda word, random: "0" + word[1:]),
}


def main(paths: Sequence[str]) -> None:
    """Print a row for each kind of reply."""
    pages, random = pages_of(paths), Random(7)
    ways: dict[str, Callable[[str, Random], str]] = {
        "as printed": lambda text, random: text, "numbers as LaTeX": made.in_latex, "tables as HTML": made.in_html,
        "a figure described": made.with_figure, "all of these": made.rewritten, "thousands otherwise": regrouped,
        "paragraphs in another order": reordered, "bold, italics, links": emphasised,
    }  # fmt: skip
    for name, write in ways.items():
        changed: list[str] = []
        for path, image, text in pages:
            blocks = with_descriptions(parse_blocks(write(text, random)), image.text)
            changed += [f"{path[-12:]} {image.page}: {one}" for one in mend(blocks, image.text)[1]]
        print(f"| honest: {name} | {len(pages)} pages | {len(changed)} words mended |", *changed[:6], sep="\n  ")
    for name, (pattern, misread) in MISREAD.items():
        _misread(name, pattern, misread, pages, random)
    lengths = [
        (len(made.rewritten(text, random)) / CHARACTERS_PER_TOKEN, estimated_tokens(image)) for _, image, text in pages
    ]
    longer = sum(length > max(MIN_REPLY_TOKENS, REPLY_FACTOR * estimate) for length, estimate in lengths)
    print("replies longer than the bound of a page alone:", longer, "largest:", max(a / b for a, b in lengths))


def _misread(
    name: str, pattern: re.Pattern[str], misread: Callable[[str, Random], str], pages: Sequence[Page], random: Random
) -> None:
    count: Counter[str] = Counter()
    started, wrong = time.process_time(), []
    for _, image, text in pages:
        found = [match for match in pattern.finditer(text) if text.count(match[0]) == 1 or pattern is _MIXED]
        for match in random.sample(found, min(len(found), 4)):
            said = misread(match[0], random)
            if re.search(rf"(?<!\w){re.escape(said)}(?!\w)", text):
                continue
            count["misread"] += 1
            _, corrections = mend(parse_blocks(text[: match.start()] + said + text[match.end() :]), image.text)
            right = corrections and corrections[0].printed.startswith(match[0])  # also of "Friday's"
            count["mended"] += bool(right)
            count["wrong"] += len(corrections) - bool(right)
            if not right:
                wrong.append(f"{image.page}: {match[0]} -> {said}: {corrections}")
    seconds = 1000 * (time.process_time() - started) / max(1, count["misread"])
    print(f"| {name} | {count['misread']} | {count['mended'] / max(1, count['misread']):.0%} | {count['wrong']} |")
    print(f"  {seconds:.1f} ms each", *wrong[:12], sep="\n  ")


if __name__ == "__main__":
    main(sys.argv[1:])
