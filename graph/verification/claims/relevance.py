"""A check that a quote is about what its claim says: most words of the claim stand in the quote or its passage.

A true quote beside a claim on something else passes all checks of numbers, names and directions. Words may be
paraphrased, so what is found is a doubt, and only where the claim's language is the quote's.
"""

from __future__ import annotations

from graph.verification.claims.evidence import Evidence
from graph.verification.claims.wording import language, words

_MIN_NEW = 3
_MAX_SHARE = 0.6
"""Words of a claim that are nowhere in its passage: at least three, and more than six in ten."""
_PREFIX = 5  # letters that two forms of a word share ("capital", "capitalised")


def unrelated(text: str, evidence: Evidence) -> str:
    """Return a doubt where most words of a claim are nowhere in its quote and passage."""
    spoken = language(text)
    if not spoken or spoken != language(evidence.quote or evidence.exact):
        return ""
    source = f"{evidence.exact} {evidence.above} {evidence.whole}"
    held = {word.stem for word in words(source)}
    starts = {word.key[:_PREFIX] for word in words(source)}
    said = list(dict.fromkeys(word for word in words(text) if word.is_content))
    stems = {word.stem: word for word in said}
    new = [w for key, w in stems.items() if key not in held and w.key.removeprefix("un")[:_PREFIX] not in starts]
    if len(new) < _MIN_NEW or len(new) <= _MAX_SHARE * len(stems):
        return ""
    return f"the passage does not have {len(new)} of the {len(stems)} words that the claim says"
