"""The rarer reasons for a doubt about values: numbers, units, dates, directions, and cells of tables.

Each reason in English, with its German, French and Spanish form; `{a}` stands for words of quote or statement.
"""

from __future__ import annotations

from collections.abc import Mapping

FORMS: Mapping[str, tuple[str, str, str]] = {
    "the claim goes from {a} to {b}, the quote the other way": (
        "die Aussage geht von {a} auf {b}, das Zitat umgekehrt",
        "l'affirmation va de {a} à {b}, la citation dans l'autre sens",
        "la afirmación va de {a} a {b}, la cita al revés",
    ),
    "the claim names “{a}”, the quoted row is “{b}”": (
        "die Aussage nennt „{a}“, die zitierte Zeile ist „{b}“",
        "l'affirmation nomme « {a} », la ligne citée est « {b} »",
        "la afirmación nombra «{a}», la fila citada es «{b}»",
    ),
    "in the quote, {a} is compared with that of “{b}”": (
        "im Zitat wird {a} mit dem Wert von „{b}“ verglichen",
        "dans la citation, {a} est comparé à la valeur de « {b} »",
        "en la cita, {a} se compara con el valor de «{b}»",
    ),
    "in the quote, {a} counts “{b}”": (
        "im Zitat zählt {a} „{b}“",
        "dans la citation, {a} compte « {b} »",
        "en la cita, {a} cuenta «{b}»",
    ),
    "the quote counts {a} {b}, the claim {c}": (
        "das Zitat zählt {a} {b}, die Aussage {c}",
        "la citation compte {a} {b}, l'affirmation {c}",
        "la cita cuenta {a} {b}, la afirmación {c}",
    ),
    "the quote says {a} of more: “{b}”": (
        "das Zitat sagt {a} von mehr: „{b}“",
        "la citation dit {a} d'un ensemble plus large : « {b} »",
        "la cita dice {a} de algo más amplio: «{b}»",
    ),
    "the quote says {a} of the whole": (
        "das Zitat sagt {a} vom Ganzen",
        "la citation dit {a} du tout",
        "la cita dice {a} del total",
    ),
    "the quote says {a} of something else": (
        "das Zitat sagt {a} von etwas anderem",
        "la citation dit {a} d'autre chose",
        "la cita dice {a} de otra cosa",
    ),
    "the quote says {a} of the other of the two": (
        "das Zitat sagt {a} vom anderen der beiden",
        "la citation dit {a} de l'autre des deux",
        "la cita dice {a} del otro de los dos",
    ),
    "in the quote, {a} is the other part, not “{b}”": (
        "im Zitat ist {a} der andere Teil, nicht „{b}“",
        "dans la citation, {a} est l'autre partie, non « {b} »",
        "en la cita, {a} es la otra parte, no «{b}»",
    ),
    "{a} % is of less than all in the quote": (
        "{a} % ist im Zitat ein Anteil von weniger als allem",
        "{a} % porte dans la citation sur moins que le tout",
        "{a} % es en la cita de menos que el todo",
    ),
    "{a} % is of something else in the quote": (
        "{a} % ist im Zitat ein Anteil von etwas anderem",
        "{a} % porte dans la citation sur autre chose",
        "{a} % es en la cita de otra cosa",
    ),
    "the claim says {a} out of {b}, the quote {c} out of {d}": (
        "die Aussage sagt {a} von {b}, das Zitat {c} von {d}",
        "l'affirmation dit {a} sur {b}, la citation {c} sur {d}",
        "la afirmación dice {a} de {b}, la cita {c} de {d}",
    ),
    "the claim says “{a}”, the quote {b}": (
        "die Aussage sagt „{a}“, das Zitat {b}",
        "l'affirmation dit « {a} », la citation {b}",
        "la afirmación dice «{a}», la cita {b}",
    ),
    "the claim says “{a}”, the quote “{b}” of it": (
        "die Aussage sagt „{a}“, das Zitat davon „{b}“",
        "l'affirmation dit « {a} », la citation en dit « {b} »",
        "la afirmación dice «{a}», la cita dice de ello «{b}»",
    ),
    "the claim says “{a}”, the quote “{b}” it": (
        "die Aussage sagt „{a}“, das Zitat „{b}“",
        "l'affirmation dit « {a} », la citation « {b} »",
        "la afirmación dice «{a}», la cita «{b}»",
    ),
    "the claim says “{a}”, the quote says it otherwise of {b}": (
        "die Aussage sagt „{a}“, das Zitat sagt es anders von {b}",
        "l'affirmation dit « {a} », la citation le dit autrement de {b}",
        "la afirmación dice «{a}», la cita lo dice de otro modo de {b}",
    ),
    "the claim says it from {a} on, the quote “{b}” then": (
        "die Aussage sagt es ab {a}, das Zitat „{b}“ dann",
        "l'affirmation le dit à partir de {a}, la citation « {b} » alors",
        "la afirmación lo dice desde {a}, la cita «{b}» entonces",
    ),
    "the claim changes something by {a}, and nothing changes in the quote": (
        "die Aussage ändert etwas um {a}, und im Zitat ändert sich nichts",
        "l'affirmation change quelque chose de {a}, et rien ne change dans la citation",
        "la afirmación cambia algo en {a}, y en la cita nada cambia",
    ),
    "the claim's range runs from {a} to {b}, the quote's the other way": (
        "der Bereich der Aussage geht von {a} bis {b}, der des Zitats umgekehrt",
        "l'intervalle de l'affirmation va de {a} à {b}, celui de la citation à l'inverse",
        "el intervalo de la afirmación va de {a} a {b}, el de la cita al revés",
    ),
    "from {a} to {b} is no {c}": (
        "von {a} auf {b} ist kein „{c}“",
        "de {a} à {b} n'est pas « {c} »",
        "de {a} a {b} no es «{c}»",
    ),
    "the quote has {a} for {b} and {c} for {d}": (
        "das Zitat hat {a} für {b} und {c} für {d}",
        "la citation a {a} pour {b} et {c} pour {d}",
        "la cita tiene {a} para {b} y {c} para {d}",
    ),
    "the row has {a} for {b} and {c} for {d}": (
        "die Zeile hat {a} für {b} und {c} für {d}",
        "la ligne a {a} pour {b} et {c} pour {d}",
        "la fila tiene {a} para {b} y {c} para {d}",
    ),
    "the quote has {a} for {b}": (
        "das Zitat hat {a} für {b}",
        "la citation a {a} pour {b}",
        "la cita tiene {a} para {b}",
    ),
    "the quote compares on another basis": (
        "das Zitat vergleicht auf einer anderen Grundlage",
        "la citation compare sur une autre base",
        "la cita compara sobre otra base",
    ),
    "the quote says “{a}”, the claim the other way round": (
        "das Zitat sagt „{a}“, die Aussage das Umgekehrte",
        "la citation dit « {a} », l'affirmation l'inverse",
        "la cita dice «{a}», la afirmación lo contrario",
    ),
    "the quote says “{a}”, which goes the other way": (
        "das Zitat sagt „{a}“, was in die andere Richtung geht",
        "la citation dit « {a} », ce qui va dans l'autre sens",
        "la cita dice «{a}», que va en el otro sentido",
    ),
    "the quote gives {a} for “{b}”": (
        "das Zitat gibt {a} für „{b}“ an",
        "la citation donne {a} pour « {b} »",
        "la cita da {a} para «{b}»",
    ),
    "the quote says “{a}”, and {b} of something else": (
        "das Zitat sagt „{a}“, und {b} von etwas anderem",
        "la citation dit « {a} », et {b} d'autre chose",
        "la cita dice «{a}», y {b} de otra cosa",
    ),
    "the quote says “{a}”, and {b} of another year": (
        "das Zitat sagt „{a}“, und {b} von einem anderen Jahr",
        "la citation dit « {a} », et {b} d'une autre année",
        "la cita dice «{a}», y {b} de otro año",
    ),
    "the quote says “{a}”, and the claim gives the year of the other event": (
        "das Zitat sagt „{a}“, und die Aussage gibt das Jahr des anderen Ereignisses",
        "la citation dit « {a} », et l'affirmation donne l'année de l'autre événement",
        "la cita dice «{a}», y la afirmación da el año del otro suceso",
    ),
    "the quote speaks of “{a}”, the claim of “{b}”": (
        "das Zitat spricht von „{a}“, die Aussage von „{b}“",
        "la citation parle de « {a} », l'affirmation de « {b} »",
        "la cita habla de «{a}», la afirmación de «{b}»",
    ),
    "the claim says it “per {a}”, the quote “per {b}”": (
        "die Aussage sagt es je „{a}“, das Zitat je „{b}“",
        "l'affirmation le dit par « {a} », la citation par « {b} »",
        "la afirmación lo dice por «{a}», la cita por «{b}»",
    ),
    "the claim says it “per {a}”, the quote does not": (
        "die Aussage sagt es je „{a}“, das Zitat nicht",
        "l'affirmation le dit par « {a} », pas la citation",
        "la afirmación lo dice por «{a}», la cita no",
    ),
    "the claim counts per {a}, the quote per {b}": (
        "die Aussage zählt je {a}, das Zitat je {b}",
        "l'affirmation compte par {a}, la citation par {b}",
        "la afirmación cuenta por {a}, la cita por {b}",
    ),
    "{a} is a percentage in the claim, and none in the quote": (
        "{a} ist in der Aussage ein Prozentwert, im Zitat nicht",
        "{a} est un pourcentage dans l'affirmation, pas dans la citation",
        "{a} es un porcentaje en la afirmación, y en la cita no",
    ),
    "{a} is a difference of percentages, which is in percentage points": (
        "{a} ist ein Unterschied von Prozentwerten, also in Prozentpunkten",
        "{a} est une différence de pourcentages, donc en points de pourcentage",
        "{a} es una diferencia de porcentajes, que va en puntos porcentuales",
    ),
    "nothing around the table says that {a} are {b}": (
        "nichts bei der Tabelle sagt, dass {a} „{b}“ sind",
        "rien autour du tableau ne dit que {a} sont « {b} »",
        "nada junto a la tabla dice que {a} sean «{b}»",
    ),
    "nothing around the table says that {a} is a percentage": (
        "nichts bei der Tabelle sagt, dass {a} ein Prozentwert ist",
        "rien autour du tableau ne dit que {a} est un pourcentage",
        "nada junto a la tabla dice que {a} sea un porcentaje",
    ),
    "{a} is no loss in the table": (
        "{a} ist in der Tabelle kein Verlust",
        "{a} n'est pas une perte dans le tableau",
        "{a} no es una pérdida en la tabla",
    ),
    "{a} is named beside {b}, and stands in another column": (
        "{a} wird neben {b} genannt und steht in einer anderen Spalte",
        "{a} est nommé près de {b}, et se trouve dans une autre colonne",
        "{a} se nombra junto a {b}, y está en otra columna",
    ),
    "{a} is named beside {b}, and stands in another row": (
        "{a} wird neben {b} genannt und steht in einer anderen Zeile",
        "{a} est nommé près de {b}, et se trouve dans une autre ligne",
        "{a} se nombra junto a {b}, y está en otra fila",
    ),
    "the table is in {a}, the claim says “{b}”": (
        "die Tabelle ist in {a}, die Aussage sagt „{b}“",
        "le tableau est en {a}, l'affirmation dit « {b} »",
        "la tabla está en {a}, la afirmación dice «{b}»",
    ),
    "the row “{a}” has {b} in cents": (
        "die Zeile „{a}“ hat {b} in Cent",
        "la ligne « {a} » a {b} en cents",
        "la fila «{a}» tiene {b} en céntimos",
    ),
    "“{a}” is true of no column of the table": (
        "„{a}“ stimmt für keine Spalte der Tabelle",
        "« {a} » n'est vrai d'aucune colonne du tableau",
        "«{a}» no es cierto en ninguna columna de la tabla",
    ),
}
