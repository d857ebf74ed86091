"""What the pronoun at the beginning of a sentence stands for: a sentence before it in its passage.

"She studied in Zurich." is about the woman whom a sentence before names. Where two persons are spoken of, the nearest
sentence that is not about another pronoun's person tells: "Her brother Jasper was a painter. He lived in Paris."
"""

from __future__ import annotations

import re
from functools import lru_cache

from graph.storage.rows import ChunkRow

# "In 1891 she discovered ...".
_BY_PRONOUN = re.compile(
    r"(?:(?:in|on|at|from|after|before|since|by|during|until|for|with) [^.;]{1,40}? "
    r"|(?:there|then|later|soon|today|now|afterwards|finally|originally|first),? )?"
    r"(?P<pronoun>he|she|it|they|his|her|its|their)\b",
    re.IGNORECASE,
)
_POSSESSIVE = {"his": "he", "her": "she", "its": "it", "their": "they"}
_MOST_BETWEEN = 8  # sentences from a pronoun back to what it stands for


@lru_cache(maxsize=64)  # asked for each sentence of a question's passages
def antecedents(chunk: ChunkRow) -> tuple[int, ...]:
    """Return for each sentence its own number, or that of the one before it that names what its pronoun stands for."""
    found: list[int] = []
    last: dict[str, int] = {}
    told = [_pronoun(sentence.text) if sentence.kind == "prose" else "" for sentence in chunk.sentences]
    for number, own in enumerate(told):
        before, pronoun = number - 1, _POSSESSIVE.get(own, own)
        if own and before >= 0 and chunk.sentences[before].kind == "prose":
            # "Her brother was a smith. He ...", but not "She came from Oslo. He ...": that names no other person.
            names_another = not told[before] or (told[before] in _POSSESSIVE and _POSSESSIVE[told[before]] != pronoun)
            at = before if names_another else last.get(pronoun, before)
            found.append(at if number - at <= _MOST_BETWEEN else number)
            last[pronoun] = found[-1]
        else:
            found.append(number)
            last.clear()
    return tuple(found)


def antecedent(chunk: ChunkRow, sentence: str) -> str:
    """Return the sentence that tells what the pronoun of another stands for; "" if it begins with none.

    Args:
        chunk: The passage.
        sentence: The id of a sentence in it.
    """
    at = next((at for at, one in enumerate(chunk.sentences) if one.id == sentence), 0)
    before = antecedents(chunk)[at] if chunk.sentences else at
    return chunk.sentences[before].text if before != at else ""


def _pronoun(text: str) -> str:
    found = _BY_PRONOUN.match(text)
    return found["pronoun"].lower() if found else ""
