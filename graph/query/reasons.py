"""Reasons why a statement is not proven, in German, French and Spanish: translations of the rules' English sentences.

A reason is recognised by its form; the words that it quotes stay as the document and the statement have them. A reason
of a form that is not listed stays in English, as does what a model says of a statement.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from string import Formatter

from graph.query import reasons_of_parts, reasons_of_values
from graph.query.wording import language_of
from graph.types import Citation, ClaimCheck

_COMMON: Mapping[str, tuple[str, str, str]] = {
    "the claim says “{a}”, the quote “{b}”": (
        "die Aussage sagt „{a}“, das Zitat „{b}“",
        "l'affirmation dit « {a} », la citation « {b} »",
        "la afirmación dice «{a}», la cita «{b}»",
    ),
    "the quote says “{a}”, the claim “{b}”": (
        "das Zitat sagt „{a}“, die Aussage „{b}“",
        "la citation dit « {a} », l'affirmation « {b} »",
        "la cita dice «{a}», la afirmación «{b}»",
    ),
    "the claim says “{a}”, the quote does not": (
        "die Aussage sagt „{a}“, das Zitat nicht",
        "l'affirmation dit « {a} », pas la citation",
        "la afirmación dice «{a}», la cita no",
    ),
    "the quote says “{a}”, the claim does not": (
        "das Zitat sagt „{a}“, die Aussage nicht",
        "la citation dit « {a} », pas l'affirmation",
        "la cita dice «{a}», la afirmación no",
    ),
    "the quote says “{a}”, the claim states it as a fact": (
        "das Zitat sagt „{a}“, die Aussage stellt es als Tatsache hin",
        "la citation dit « {a} », l'affirmation en fait un fait",
        "la cita dice «{a}», la afirmación lo da por hecho",
    ),
    "in the quote, {a} stands nearer to the claim's words than {b}": (
        "im Zitat steht {a} näher bei den Wörtern der Aussage als {b}",
        "dans la citation, {a} est plus près des mots de l'affirmation que {b}",
        "en la cita, {a} está más cerca de las palabras de la afirmación que {b}",
    ),
    "the quote says it of “{a}”": (
        "das Zitat sagt es von „{a}“",
        "la citation le dit de « {a} »",
        "la cita lo dice de «{a}»",
    ),
    "the quote says it of “{a}”, the claim of “{b}”": (
        "das Zitat sagt es von „{a}“, die Aussage von „{b}“",
        "la citation le dit de « {a} », l'affirmation de « {b} »",
        "la cita lo dice de «{a}», la afirmación de «{b}»",
    ),
    "the claim names {a}, where the quote names {b}": (
        "die Aussage nennt {a}, das Zitat {b}",
        "l'affirmation nomme {a}, la citation {b}",
        "la afirmación nombra {a}, la cita {b}",
    ),
    "the claim names {a} where the quote names {b}": (
        "die Aussage nennt {a}, das Zitat {b}",
        "l'affirmation nomme {a}, la citation {b}",
        "la afirmación nombra {a}, la cita {b}",
    ),
    "{a} is followed by “{b}” in the quote, not by “{c}”": (
        "auf {a} folgt im Zitat „{b}“, nicht „{c}“",
        "dans la citation, {a} est suivi de « {b} », non de « {c} »",
        "en la cita, a {a} le sigue «{b}», no «{c}»",
    ),
    "the claim exchanges “{a}” and “{b}”": (
        "die Aussage vertauscht „{a}“ und „{b}“",
        "l'affirmation échange « {a} » et « {b} »",
        "la afirmación intercambia «{a}» y «{b}»",
    ),
    "the claim turns the sides of “{a}” round": (
        "die Aussage vertauscht die Seiten von „{a}“",
        "l'affirmation inverse les deux côtés de « {a} »",
        "la afirmación invierte los lados de «{a}»",
    ),
    "the claim compares with “{a} … than” the other way round than the quote": (
        "die Aussage vergleicht mit „{a} … than“ anders herum als das Zitat",
        "l'affirmation compare avec « {a} … than » à l'inverse de la citation",
        "la afirmación compara con «{a} … than» al revés que la cita",
    ),
    "the claim has words of two parts of the quote that say different things": (
        "die Aussage hat Wörter aus zwei Teilen des Zitats, die Verschiedenes sagen",
        "l'affirmation a des mots de deux parties de la citation qui disent des choses différentes",
        "la afirmación tiene palabras de dos partes de la cita que dicen cosas distintas",
    ),
    "its sentence has “{a}” beside these words, and the claim does not say it: quote the whole sentence": (
        "in ihrem Satz steht „{a}“ bei diesen Wörtern, und die Aussage sagt es nicht",
        "dans leur phrase, « {a} » accompagne ces mots, et l'affirmation ne le dit pas",
        "en su frase, «{a}» acompaña a estas palabras, y la afirmación no lo dice",
    ),
    "{a} stands in a column of {b}": (
        "{a} steht in einer Spalte von {b}",
        "{a} se trouve dans une colonne de {b}",
        "{a} está en una columna de {b}",
    ),
    "{a} is negative in the table": (
        "{a} ist in der Tabelle negativ",
        "{a} est négatif dans le tableau",
        "{a} es negativo en la tabla",
    ),
    "{a} is bounded or compared the other way in the quote": (
        "{a} ist im Zitat anders begrenzt oder verglichen",
        "{a} est borné ou comparé autrement dans la citation",
        "{a} está limitado o comparado de otro modo en la cita",
    ),
    "the row goes from {a} to {b}": (
        "die Zeile geht von {a} auf {b}",
        "la ligne va de {a} à {b}",
        "la fila va de {a} a {b}",
    ),
    "the quote gives another cause than “{a}” names": (
        "das Zitat gibt eine andere Ursache an, als „{a}“ nennt",
        "la citation donne une autre cause que celle de « {a} »",
        "la cita da otra causa que la de «{a}»",
    ),
    "the quote does not have {a} of the {b} words that the claim says": (
        "das Zitat hat {a} der {b} Wörter der Aussage nicht",
        "la citation n'a pas {a} des {b} mots de l'affirmation",
        "la cita no tiene {a} de las {b} palabras de la afirmación",
    ),
    "the quote says only a part of it": (
        "das Zitat sagt nur einen Teil davon",
        "la citation n'en dit qu'une partie",
        "la cita dice solo una parte de ello",
    ),
    "The words are a model's description of a figure or table; they are not printed on the page": (
        "Die Wörter sind die Beschreibung einer Abbildung oder Tabelle durch ein Modell und stehen nicht auf der Seite",
        "Ces mots sont la description d'une figure ou d'un tableau par un modèle, et ne sont pas sur la page",
        "Estas palabras son la descripción de una figura o tabla por un modelo; no están impresas en la página",
    ),
    "Only the model that read the page gives these words: there is no second reading of the page to compare them": (
        "Nur das Modell, das die Seite gelesen hat, gibt diese Wörter; eine zweite Lesung zum Vergleich fehlt",
        "Seul le modèle qui a lu la page donne ces mots ; il n'y a pas de seconde lecture pour les comparer",
        "Solo el modelo que leyó la página da estas palabras; no hay segunda lectura con que compararlas",
    ),
    "The page's text has {a} where the transcript has {b}": (
        "Im Text der Seite steht {a}, wo die Abschrift {b} hat",
        "Le texte de la page a {a} là où la transcription a {b}",
        "El texto de la página tiene {a} donde la transcripción tiene {b}",
    ),
    "OCR of the page has {a} where the transcript has {b}": (
        "Die Texterkennung der Seite hat {a}, wo die Abschrift {b} hat",
        "La reconnaissance de la page a {a} là où la transcription a {b}",
        "El reconocimiento de la página tiene {a} donde la transcripción tiene {b}",
    ),
}
FORMS: Mapping[str, tuple[str, str, str]] = {**reasons_of_parts.FORMS, **reasons_of_values.FORMS, **_COMMON}
"""Each reason in English, with its German, French and Spanish form; `{a}` stands for words of quote or statement."""
_LANGUAGES: Sequence[str] = ("de", "fr", "es")


def in_language(reason: str, asked: str) -> str:
    """Return a reason in the language of a question; as it is where its form, or the language, is not known."""
    language = language_of(asked)
    if language not in _LANGUAGES:
        return reason
    bare = reason.rstrip(".")
    for form, said in _forms():
        if found := form.fullmatch(bare):
            text = said[_LANGUAGES.index(language)].format(**found.groupdict())
            shown = text[:1].upper() + text[1:] if reason[:1].isupper() else text
            return f"{shown}." if reason.endswith(".") else shown
    return reason


def translated(checks: Sequence[ClaimCheck], asked: str) -> list[ClaimCheck]:
    """Return checks whose reasons, and those of their citations, are in the language of a question."""
    found = []
    for check in checks:
        if check.get("reasons"):
            check = {**check, "reasons": [in_language(reason, asked) for reason in check["reasons"]]}
        if check["citation"]:
            check = {**check, "citation": _translated(check["citation"], asked)}
        if check.get("further"):
            check = {**check, "further": [_translated(citation, asked) for citation in check["further"]]}
        found.append(check)
    return found


def _translated(citation: Citation, asked: str) -> Citation:
    return {**citation, "reason": in_language(citation["reason"], asked)} if citation.get("reason") else citation


@lru_cache(maxsize=1)
def _forms() -> list[tuple[re.Pattern[str], tuple[str, str, str]]]:
    """Return the forms as patterns, the more special ones, with the most letters of their own, first."""
    ordered = sorted(FORMS.items(), key=lambda item: -len(re.sub(r"\{\w\}", "", item[0])))
    return [(re.compile(_pattern(form), re.IGNORECASE), said) for form, said in ordered]


def _pattern(form: str) -> str:
    parts = Formatter().parse(form)
    return "".join(re.escape(literal) + (f"(?P<{name}>[^“”]+?)" if name else "") for literal, name, _, _ in parts)
