"""Holders of roles, whom a quote names where the role stands next to a name.

"The landlord is Ann Lee", "Ann Lee, landlord" and "Ann Lee (the Landlord)" say it; "the landlord lets the flat in Wick"
names no landlord, and who steps down is not who was elected.
"""

from __future__ import annotations

import re

from graph.engines.offline.doers import is_done_by_name
from graph.engines.offline.other_things import Evidence

_ASKS_WHO_IS = re.compile(
    r"^\W*(?:and |so )?who (?:is|are|was|were)(?: currently| now)? (?:the|our|its|their|his|her|your|this|an?) "
    r"(?P<role>(?:[\w'’-]+ ){0,3}?(?P<head>[a-z][\w-]+))(?: (?:of|at|for|in|on|to)\b.*)?\W*$",
    re.IGNORECASE,
)
_TAKES_UP = re.compile(
    r"^\W*(?:and |so )?who (?:(?:is|was|were|has been|will be|got) (?:elected|appointed|chosen|named|voted|made)"
    r"|becomes?|became|succeed(?:s|ed)?|replace[sd]?|takes? over|took over|will (?:become|succeed|replace|take))\b",
    re.IGNORECASE,
)
_GIVES_UP = re.compile(
    r"\b(?:(?:steps?|stepped|stands?|stood) down|resign(?:s|ed)?|retires?|retired|left|(?:gives?|gave|given) up)\b",
    re.IGNORECASE,
)
# Words in capitals over a name, and what a company has beside its people.
_NO_NAME = (
    r"(?!(?i:office|corporate|registered|company|committee|reports?|board|department|remuneration|fees?|names?|address|signature"
    r"|details|information|application|agreement|group|limited|section|page)\b)"
)
# What may stand between a role and its holder's name, and a name and the role.
_A_NAME = rf"(?-i:{_NO_NAME}[A-Z][\w’'-]+)"
_ROLE_THEN_NAME = (
    r"[\"”)]*(?: (?:of|at|for|in) (?:[\w’'.-]+ ){1,5}?)?,? ?"
    r"(?:[,:(–-]+ ?|(?:is|was|are|were|has|been|named|called|became|remains?|as|the|an?|by|of|at|mr?s?|dr)\.? ){0,5}"
    rf"{_A_NAME}"
)
_NAME_THEN_ROLE = (
    rf"{_A_NAME}[^.;:]{{0,80}}?[,(“\"–—-](?: ?(?:the|our|its|an?|as|who is|hereinafter|hereafter|[\"“]))* ?"
    r"(?:(?!(?:but|that|which|because|while|when|if|so|where)\b)[\w-]+ ){0,3}?",
    rf"{_A_NAME}\W+(?:\w+ ){{0,3}}?(?:is|was|are|were|as|became|serves?|acts?|acted) (?:\w+ ){{0,4}}?",
)


def asks_holder(question: str) -> bool:
    """Return whether a question asks who has a role: "Who is the claimant?"."""
    return _ASKS_WHO_IS.match(question) is not None


def names_holder(question: str, quote: str) -> bool:
    """Return whether a quote says who has the role that a question asks for."""
    return asks_holder(question) and not other_person(question, Evidence(quote, ""))


def other_person(question: str, evidence: Evidence) -> str:
    """Return why a quote does not say who the holder of a role is ("Who is the landlord?"), as a clause; "" if it does.

    A quote on who gives up the role does not say who was elected.

    It says so where the role stands next to a name: "the landlord is Ann Lee", "Ann Lee, landlord", "Ann Lee (the
    Landlord)", or by its label; "the landlord lets the flat in Wick" names no landlord.
    """
    asked = _ASKS_WHO_IS.match(question)
    if _TAKES_UP.match(question) and _GIVES_UP.search(evidence.quote) and not _GIVES_UP.search(question):
        return "the quote says who gives it up"
    if not asked or evidence.label:
        return ""
    role = rf"{_OWN}\b{re.escape(asked['head'])}s?\b"
    ways = [f"{role}{_ROLE_THEN_NAME}", *(f"{way}{role}" for way in _NAME_THEN_ROLE)]
    if asked["head"].lower() in _MARRIED_TO and not _KIN.match(evidence.quote):
        ways.append(_MARRIED)
    is_said = any(re.search(way, evidence.quote, re.IGNORECASE) for way in ways)
    is_said = is_said or is_done_by_name(question, asked["head"], evidence.quote)
    return "" if is_said else f"the quote does not say who the {asked['role']} is"


# "Counsel for the claimant was Ann Lee" names no claimant, "the office of the chair is held by Ann Lee" a chair.
_OWN = r"(?:(?<=\bname of the )|(?<=\boffice of the )|(?<!\bfor the )(?<!\bof the ))"
_MARRIED_TO = frozenset(("husband", "wife", "spouse"))
# "She married the botanist Jo Lie"
_MARRIED = rf"\bmarried (?:to )?(?:(?:the|an?|his|her) (?:[a-z-]+ ){{1,3}})?{_A_NAME}"


_OF_HIM = re.compile(r"\b(?:he|she|him|his|her)\b", re.IGNORECASE)
_KIN = re.compile(
    r"^\W*(?:(?:in|since|on|after) [\w ]{1,20},? )?(?:his|her|their|[\w ]{1,30}['’]s) "
    r"(?:(?:elder|older|younger|late) )?"
    r"(?P<kin>mother|father|parents?|brothers?|sisters?|sons?|daughters?|wife|husband|partner|uncle|aunt|grand\w+"
    r"|cousin|friend|doctor|employer|colleague|landlord|predecessor|successor)\b",
    re.IGNORECASE,
)


def is_of_kin(question: str, quote: str) -> bool:
    """Return whether "he" or "she" is asked about, and a quote tells of a relative: "His brother died in 2019"."""
    told = _KIN.match(quote) if _OF_HIM.search(question) else None
    return told is not None and not re.search(rf"\b{told['kin']}\b", question, re.IGNORECASE)
