"""Detection of a text's language by script and function words, and the stop words of each language."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter

# Function words; those that two languages share count for both, so that the rest of the text decides.
_FUNCTION_WORDS = {
    language: frozenset(words.split())
    for language, words in {
        "en": """
            a about after all an and any are as at be been before between by can did do does for from had has have
            how if in into is it its many may more most much must not of on or other should some than that the their
            them then there these they this to under was were what when where which while who whom whose why will
            with would you i am me my we our your per no
        """,
        "de": """
            aber alle als am an auch auf aus bei beim bis das dass dem den der des die diese dieser dieses durch ein
            eine einem einen einer eines er es für gegen gibt hat hatte hatten haben ich ihr im in ist kann können
            man mit nach nicht noch nur ob oder ohne sich sie sind so um und uns unter vom von vor wann warum was
            welche welchem welchen welcher welches wem wen wenn wer werden wessen wie wieso wird wo wofür wohin
            womit worauf woraus worin wurde wurden zu zum zur zwischen über
        """,
        "fr": """
            a ai au aucun aux avec ce ces cette combien comment dans de depuis des dont du elle elles en entre est
            et eu il ils je la le les leur leurs lorsque lui mais ne nous on ont ou où par pas pendant peut plus
            pour pourquoi quand que quel quelle quelles quels qui quoi sa sans se sera ses son sont sous sur un une
            vous à était été être
        """,
        "es": """
            al como con cuando cuál cuáles cuándo cuánta cuántas cuánto cuántos cómo de del desde dónde donde
            durante el ella ellos en entre era es esta este estos está están fue fueron ha había han hasta hay la
            las le lo los más muchas muchos no o para pero por porque que quién quiénes qué se según ser si sin
            sobre son su sus también tiene tienen tipo un una y ya
        """,
        "it": """
            a al alla alle anche che chi ci come con cosa da dal dalla dei del della delle di dove durante e era
            erano fu furono gli ha hanno i il in la le lo ma nei nel nella non o per perché più quale quali quando
            quanti quanto quante sono stata stati stato su sua sui sulla suo un una uno è
        """,
        "pt": """
            a ao aos as com como da das de do dos durante e ela ele em entre era eram foi foram há isso mais mas na
            nas no nos não o onde os ou para pela pelo por porque qual quais quando quantas quanto quantos que quem
            se sem ser seu sua são também tem uma um à é
        """,
        "nl": """
            aan als bij dat de deze die dit door een en er geen had hebben heeft het hoe hoeveel hun in is kan maar
            met na naar niet of om onder ook op over te tot uit van veel voor waar waarom wanneer was wat welk welke
            werd werden wie wordt worden zijn zonder
        """,
        "pl": """
            a ale był była było były co czy dla do gdy gdzie go i ich ile jak jaka jakie jaki jakiego jest jego już
            kiedy kto która które który którym lub ma na nad nie o od oraz po pod przez przy są się to w we z za ze
            został została że
        """,
        "tr": """
            ama ancak bir bu da daha de en gibi hangi hangisi için ile ise kaç kadar kim kimdir mı mi mu mü nasıl ne
            nedir neden nerede olan olarak oldu sonra ve veya ya
        """,
    }.items()
}
_OWN_LETTERS = {
    "de": frozenset("äöüß"), "fr": frozenset("çœèêë"), "es": frozenset("ñ¿¡áéíóú"), "pt": frozenset("ãõ"),
    "pl": frozenset("łżźćśą"), "tr": frozenset("ışğ"),
}  # fmt: skip
_SCRIPTS = (
    ("ja", "HIRAGANA"), ("ja", "KATAKANA"), ("ko", "HANGUL"), ("zh", "CJK"), ("ru", "CYRILLIC"), ("ar", "ARABIC"),
    ("th", "THAI"), ("", "LATIN"),
)  # fmt: skip
UNKNOWN = "?"
"""Stands for a script that the offline models do not know: Greek, Hebrew, Devanagari, ..."""
_WORD = re.compile(r"[^\W\d_]+", re.UNICODE)
_LETTERS = 4000  # characters that are looked at; more do not change the result
_MAX_CACHED = 4096


@functools.lru_cache(_MAX_CACHED)
def language(text: str) -> str:
    """Return the code of a text's language; "" for an unknown language in Latin script, `UNKNOWN` for another script.

    All Cyrillic counts as Russian, and Han characters without kana as Chinese.
    """
    text = text[:_LETTERS]
    if text.isascii():  # most questions
        return _by_words(text)
    scripts = Counter(filter(None, map(_script, filter(str.isalpha, text))))
    if not scripts:
        return ""
    if scripts["HIRAGANA"] + scripts["KATAKANA"]:
        scripts["HIRAGANA"] += scripts.pop("CJK", 0)
    # A question in another script often holds a Latin name that is longer than the rest of it.
    others = {name: count for name, count in scripts.items() if name != "LATIN"}
    most = max(others, key=lambda name: others[name]) if others else "LATIN"
    if most != "LATIN" and others[most] * 3 < scripts["LATIN"]:
        most = "LATIN"
    known = {name: code for code, name in _SCRIPTS}
    return _by_words(text) if most == "LATIN" else known.get(most, UNKNOWN)


@functools.lru_cache(_MAX_CACHED)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0].replace("FULLWIDTH", "LATIN")


def _by_words(text: str) -> str:
    found = [word.lower() for word in _WORD.findall(text)]
    # A word that several languages share counts less for each of them.
    counts = {code: sum(_weight(word) for word in found if word in words) for code, words in _FUNCTION_WORDS.items()}
    for code, letters in _OWN_LETTERS.items():
        counts[code] += bool(letters & set(text.lower()))
    best = max(counts, key=lambda code: counts[code])  # of equal ones the first
    return best if counts[best] > 0 else ""


@functools.lru_cache(_MAX_CACHED)
def _weight(word: str) -> float:
    return 1.0 / sum(word in words for words in _FUNCTION_WORDS.values())


def stop_words(code: str) -> frozenset[str]:
    """Return the stop words of a language; none for one without a list."""
    return _FUNCTION_WORDS.get(code, frozenset()) if code != "en" else frozenset()


TELLING_WORDS = tuple(
    words.split()
    for words in (
        "nicht werden sich auch wurde einer",
        "dans avec sont cette leur qui",
        "para pero desde este donde cuando",
        "della degli nella sono anche questo",
        "uma pelo foram mais sobre isso",
        "het niet voor worden deze wordt",
        "jest oraz przez ktory nie jego",
        "bir icin olan ile daha gibi",
    )
)
"""Six words of each language, without accents, most of which an index has if it has texts of that language."""
