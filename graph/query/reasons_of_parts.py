"""The rarer reasons for a doubt: who or what the quote says it of, and which words of it the statement changes.

Each reason in English, with its German, French and Spanish form; `{a}` stands for words of quote or statement.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, tuple[str, str, str]] = {
    "the quote says it of “{a}”, not of “{b}”": (
        "das Zitat sagt es von „{a}“, nicht von „{b}“",
        "la citation le dit de « {a} », non de « {b} »",
        "la cita lo dice de «{a}», no de «{b}»",
    ),
    "the quote says it of another than “{a}”": (
        "das Zitat sagt es von etwas anderem als „{a}“",
        "la citation le dit d'autre chose que « {a} »",
        "la cita lo dice de algo distinto de «{a}»",
    ),
    "the quote says it of the {a}, the claim of the {b}": (
        "das Zitat sagt es von „{a}“, die Aussage von „{b}“",
        "la citation le dit de « {a} », l'affirmation de « {b} »",
        "la cita lo dice de «{a}», la afirmación de «{b}»",
    ),
    "the quote says it of {a} of the {b}": (
        "das Zitat sagt es von {a} der {b}",
        "la citation le dit de {a} des {b}",
        "la cita lo dice de {a} de los {b}",
    ),
    "the quote says it only of “{a}”": (
        "das Zitat sagt es nur von „{a}“",
        "la citation ne le dit que de « {a} »",
        "la cita lo dice solo de «{a}»",
    ),
    "the quote says it “{a}”": (
        "das Zitat sagt es mit „{a}“",
        "la citation le dit avec « {a} »",
        "la cita lo dice con «{a}»",
    ),
    "the quote says “{a}”": (
        "das Zitat sagt „{a}“",
        "la citation dit « {a} »",
        "la cita dice «{a}»",
    ),
    "the quote says “{a}” of {b}": (
        "das Zitat sagt „{a}“ von {b}",
        "la citation dit « {a} » de {b}",
        "la cita dice «{a}» de {b}",
    ),
    "the quote says “{a}” of another": (
        "das Zitat sagt „{a}“ von jemand anderem",
        "la citation dit « {a} » d'un autre",
        "la cita dice «{a}» de otro",
    ),
    "the quote says “{a}” of both, the claim does not": (
        "das Zitat sagt „{a}“ von beiden, die Aussage nicht",
        "la citation dit « {a} » des deux, pas l'affirmation",
        "la cita dice «{a}» de ambos, la afirmación no",
    ),
    "the quote says “{a}” of fewer: “{b}”": (
        "das Zitat sagt „{a}“ von wenigeren: „{b}“",
        "la citation dit « {a} » de moins de choses : « {b} »",
        "la cita dice «{a}» de menos: «{b}»",
    ),
    "the quote says “{a}” of the other side of its “than”": (
        "das Zitat sagt „{a}“ von der anderen Seite seines Vergleichs",
        "la citation dit « {a} » de l'autre côté de sa comparaison",
        "la cita dice «{a}» del otro lado de su comparación",
    ),
    "the quote says “{a} … not”, so that it came about": (
        "das Zitat sagt „{a} … not“; es kam also dazu",
        "la citation dit « {a} … not » ; cela a donc eu lieu",
        "la cita dice «{a} … not»; así que ocurrió",
    ),
    "in the quote, “{a}” is said of another": (
        "im Zitat wird „{a}“ von jemand anderem gesagt",
        "dans la citation, « {a} » est dit d'un autre",
        "en la cita, «{a}» se dice de otro",
    ),
    "in the quote, “{a}” is said of another than {b}": (
        "im Zitat wird „{a}“ von jemand anderem als {b} gesagt",
        "dans la citation, « {a} » est dit d'un autre que {b}",
        "en la cita, «{a}» se dice de otro que {b}",
    ),
    "in the quote, it is “{a}” by {b}": (
        "im Zitat ist es „{a}“ durch {b}",
        "dans la citation, c'est « {a} » par {b}",
        "en la cita, es «{a}» por {b}",
    ),
    "in the quote, it is “{a}” by another": (
        "im Zitat ist es „{a}“ durch jemand anderen",
        "dans la citation, c'est « {a} » par un autre",
        "en la cita, es «{a}» por otro",
    ),
    "in the quote, {a} is the one to whom it is “{b}”": (
        "im Zitat ist {a} die Seite, für die es „{b}“ ist",
        "dans la citation, {a} est celui pour qui c'est « {b} »",
        "en la cita, {a} es aquel para quien es «{b}»",
    ),
    "in the quote, {a} stands on the other side of “{b}”": (
        "im Zitat steht {a} auf der anderen Seite von „{b}“",
        "dans la citation, {a} est de l'autre côté de « {b} »",
        "en la cita, {a} está al otro lado de «{b}»",
    ),
    "before the quote's “{a}”, {b} is not named": (
        "vor dem „{a}“ des Zitats wird {b} nicht genannt",
        "avant « {a} » dans la citation, {b} n'est pas nommé",
        "antes de «{a}» en la cita no se nombra {b}",
    ),
    "the claim exchanges the sides of “{a}”, “{b}” and “{c}”": (
        "die Aussage vertauscht die Seiten von „{a}“, „{b}“ und „{c}“",
        "l'affirmation échange les côtés de « {a} », « {b} » et « {c} »",
        "la afirmación intercambia los lados de «{a}», «{b}» y «{c}»",
    ),
    "the claim says “{a}” where the quote says “{b}”, and the passage has both": (
        "die Aussage sagt „{a}“, wo das Zitat „{b}“ sagt; die Stelle hat beides",
        "l'affirmation dit « {a} » là où la citation dit « {b} » ; le passage a les deux",
        "la afirmación dice «{a}» donde la cita dice «{b}»; el pasaje tiene ambos",
    ),
    "the claim leaves out “{a}”, which parts two statements": (
        "die Aussage lässt „{a}“ aus, was zwei Aussagen trennt",
        "l'affirmation omet « {a} », qui sépare deux énoncés",
        "la afirmación omite «{a}», que separa dos enunciados",
    ),
    "the quote says “{a}”, the claim leaves out “{b}”": (
        "das Zitat sagt „{a}“, die Aussage lässt „{b}“ aus",
        "la citation dit « {a} », l'affirmation omet « {b} »",
        "la cita dice «{a}», la afirmación omite «{b}»",
    ),
    "the quote excepts “{a}”": (
        "das Zitat nimmt „{a}“ aus",
        "la citation excepte « {a} »",
        "la cita exceptúa «{a}»",
    ),
    "the quote says “{a}”, the claim only “the {b}”": (
        "das Zitat sagt „{a}“, die Aussage nur „the {b}“",
        "la citation dit « {a} », l'affirmation seulement « the {b} »",
        "la cita dice «{a}», la afirmación solo «the {b}»",
    ),
    "the quote says “{a}”, the claim speaks of several": (
        "das Zitat sagt „{a}“, die Aussage spricht von mehreren",
        "la citation dit « {a} », l'affirmation parle de plusieurs",
        "la cita dice «{a}», la afirmación habla de varios",
    ),
    "the quote says “{a}”, the claim says it is done": (
        "das Zitat sagt „{a}“, die Aussage nennt es getan",
        "la citation dit « {a} », l'affirmation le dit fait",
        "la cita dice «{a}», la afirmación lo da por hecho ya",
    ),
    "the quote sets the goal to {a}, the claim says it is done": (
        "das Zitat setzt das Ziel „{a}“, die Aussage nennt es erreicht",
        "la citation fixe le but « {a} », l'affirmation le dit atteint",
        "la cita fija la meta «{a}», la afirmación la da por alcanzada",
    ),
    "the quote is an {a}, the claim says “{b}”": (
        "das Zitat ist ein Ausblick ({a}), die Aussage sagt „{b}“",
        "la citation est une prévision ({a}), l'affirmation dit « {b} »",
        "la cita es una previsión ({a}), la afirmación dice «{b}»",
    ),
    "the claim says “{a}” of the value that came true in the quote": (
        "die Aussage sagt „{a}“ von dem Wert, der im Zitat eintrat",
        "l'affirmation dit « {a} » de la valeur réalisée dans la citation",
        "la afirmación dice «{a}» del valor que se cumplió en la cita",
    ),
    "only one of claim and quote says “without {a}”": (
        "nur eines von Aussage und Zitat sagt „without {a}“",
        "l'affirmation ou la citation seule dit « without {a} »",
        "solo una de afirmación y cita dice «without {a}»",
    ),
    "one says “{a}”, the other “{b}”": (
        "eines sagt „{a}“, das andere „{b}“",
        "l'une dit « {a} », l'autre « {b} »",
        "una dice «{a}», la otra «{b}»",
    ),
    "the quote does not speak of “{a}”": (
        "das Zitat spricht nicht von „{a}“",
        "la citation ne parle pas de « {a} »",
        "la cita no habla de «{a}»",
    ),
    "the passage does not have {a} of the {b} words that the claim says": (
        "die Stelle hat {a} der {b} Wörter der Aussage nicht",
        "le passage n'a pas {a} des {b} mots de l'affirmation",
        "el pasaje no tiene {a} de las {b} palabras de la afirmación",
    ),
}
