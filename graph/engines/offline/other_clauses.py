"""Values that stand in another clause of a sentence than what a question asks about.

"The primary school is 600 m away, the next grammar school is in Harwick" does not say how far the latter is, nor "Carla
stayed for ten months and now studies in Turin" how long she studied.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from graph.engines.offline.asked_values import holds_value
from graph.engines.offline.other_things import Evidence, says
from graph.engines.offline.word_forms import stems

# Another subject with its own verb: ", the next grammar school is".
_CLAUSES = re.compile(
    r"; |, (?:while|whereas) |, (?=(?:but |and )?(?:the|its|those|that|an?|his|her|our|their) (?:[\w-]+ ){1,3}?"
    r"(?:is|are|was|were|has|have|had|could|can|will)\b)"
    r"| and (?=(?:now|then|later|afterwards|since then) [a-z])"
)
_PRONOUN = re.compile(r"\b(?:it|they|them|its|their|this|these|both)\b", re.IGNORECASE)
_LED_IN = re.compile(
    r"^\W*(?:when|if|after|before|since|while|as|although|though|because|until|once|in|on|at|of|for|from|to|with|by|during"
    r"|under|unless|besides|among)\b",
    re.IGNORECASE,
)


def is_of_other_clause(question: str, kind: str, required: Sequence[str], evidence: Evidence) -> bool:
    """Return whether a sentence has values only in clauses that lack what another clause of it names.

    Args:
        question: The question.
        kind: The kind of value that it asks for.
        required: Its words that an answer has to name.
        evidence: The sentence with its context.
    """
    if kind not in ("number", "count", "date", "reason", "name") or evidence.label:
        return False
    parts = _CLAUSES.split(evidence.quote)
    if len(parts) == 1 or _LED_IN.match(evidence.quote):
        return False
    named = [{word for word in required if says(word, stems(part))} for part in parts]
    valued = [holds_value(question, kind, replace(evidence, quote=part)) for part in parts]
    others = [names for names, has in zip(named, valued, strict=True) if not has]
    if any(_PRONOUN.search(part) for part in parts[1:]):  # "the warranty is two years; for the motor it is ten"
        return False
    return any(valued) and all(
        any(names - own for names in others) for own, has in zip(named, valued, strict=True) if has
    )
