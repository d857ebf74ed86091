"""Evaluation of offline proofs for German, French and Spanish questions on documents of the same language.

    python -m tests.evals.proof_by_language [HOME]

prints by language how many answers are proven, related or wrong and proven. Half of the questions without an answer are
about things that the document has, and ask what it does not say of them.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

DOCUMENTS = {
    "de": """# Bedienungsanleitung Häcksler HR 31

## Sicherheit

Der Häcksler darf nur von Personen über 16 Jahren bedient werden. Vor jeder Reinigung ist der Netzstecker zu
ziehen. Tragen Sie beim Arbeiten Schutzbrille und Gehörschutz. Das Gerät darf nicht bei Regen betrieben werden,
weil Wasser den Motor beschädigt.

## Technische Daten

Der Motor leistet 2.400 Watt und läuft mit 230 Volt. Das Gerät wiegt 28 Kilogramm. Äste dürfen höchstens 40
Millimeter dick sein. Der Auffangsack fasst 50 Liter. Der Schallpegel beträgt 94 Dezibel.

## Wartung und Garantie

Die Messer sind alle 25 Betriebsstunden zu schärfen. Ersatzmesser liefert die Firma Brandl in Graz. Die Garantie
gilt drei Jahre ab dem Kaufdatum. Schäden durch falsche Bedienung sind ausgeschlossen. Reparaturen führt der
Kundendienst in Linz aus. Leiterin des Kundendienstes ist Monika Reiter. Sie erreichen ihn werktags von 8 bis 16
Uhr. Im Jahr 2021 wurde das Modell von der Stiftung Gartentechnik ausgezeichnet.
""",
    "fr": """# Rapport annuel 2023 de la société Verrerie Dumas

## Résultats

Le chiffre d'affaires a atteint 48,2 millions d'euros, contre 44,6 millions en 2022. Le bénéfice net s'élève à 3,1
millions d'euros. Les exportations représentent 37 % des ventes. L'Italie est le premier client étranger de
l'entreprise.

## Personnel

L'entreprise emploie 312 salariés dans trois usines. L'usine d'Albi a été fermée en mars parce que le four était
trop ancien. Claire Fontanel dirige l'entreprise depuis 2019. Le directeur financier est Hugo Tessier. Les salaires
ont augmenté de 2,5 % en juillet.

## Investissements

Un nouveau four a été installé à Castres pour 6 millions d'euros. Il consomme 20 % de gaz en moins que l'ancien. La
société n'a pas versé de dividende. L'assemblée générale aura lieu le 14 juin 2024 à Toulouse.
""",
    "es": """# Reglamento de la piscina municipal de Olvedo

## Horario y precios

La piscina abre el 15 de junio y cierra el 10 de septiembre. El horario es de diez de la mañana a nueve de la
noche. La entrada de adulto cuesta 4,50 euros y la infantil 2 euros. El abono de temporada vale 65 euros. Los
mayores de 70 años no pagan.

## Normas

Los menores de 12 años deben ir acompañados de un adulto. Está prohibido introducir envases de vidrio. Es
obligatorio ducharse antes de entrar en el agua. No se admiten perros, salvo los de asistencia. El aforo máximo es
de 350 personas.

## Instalaciones

El vaso grande mide 25 metros y tiene seis calles. La profundidad máxima es de 2,20 metros. El agua se analiza dos
veces al día. La piscina fue construida en 1984 por la empresa Aguas del Sur. El socorrista jefe es Andrés Molina.
En 2019 se instaló un ascensor porque los vestuarios no eran accesibles.
""",
}
# question => the part of the document that answers it; "!" where it does not say, nothing for an unrelated question
QUESTIONS = {
    "de": """
Wie viel Watt leistet der Motor? => 2.400
Wie schwer ist das Gerät? => 28
Wie dick dürfen Äste höchstens sein? => 40
Wie viele Liter fasst der Auffangsack? => 50
Wie hoch ist der Schallpegel? => 94
Wie lange gilt die Garantie? => drei Jahre
Wer leitet den Kundendienst? => Monika Reiter
Wo werden Reparaturen ausgeführt? => Linz
Wer liefert die Ersatzmesser? => Brandl
Warum darf der Häcksler nicht bei Regen betrieben werden? => Wasser
Wie oft müssen die Messer geschärft werden? => 25
Ab welchem Alter darf man den Häcksler bedienen? => 16
Wann wurde das Modell ausgezeichnet? => 2021
Was muss man vor der Reinigung tun? => Netzstecker
Welche Schäden sind ausgeschlossen? => falsche Bedienung
Wie viel Watt hat der Auffangsack? => !
Wer liefert die Schutzbrille? => !
Wie viel kostet der Häcksler? => !
Wer hat den Motor entwickelt? => !
Wie lange dauert eine Reparatur? => !
Wie viele Messer hat das Gerät? => !
Wann wurde der Kundendienst gegründet? => !
Wo wird der Motor gebaut? => !
Wie viele Planeten hat das Sonnensystem?
Wer malte die Mona Lisa?
""",
    "fr": """
Quel était le chiffre d'affaires en 2023 ? => 48,2
À combien s'élève le bénéfice net ? => 3,1
Quelle part des ventes représentent les exportations ? => 37
Quel est le premier client étranger ? => Italie
Combien de salariés l'entreprise emploie-t-elle ? => 312
Quand l'usine d'Albi a-t-elle été fermée ? => mars
Pourquoi l'usine d'Albi a-t-elle été fermée ? => ancien
Qui dirige l'entreprise ? => Fontanel
Qui est le directeur financier ? => Tessier
De combien les salaires ont-ils augmenté ? => 2,5
Où le nouveau four a-t-il été installé ? => Castres
Combien a coûté le nouveau four ? => 6 millions
Quand aura lieu l'assemblée générale ? => 14 juin
Où se tiendra l'assemblée générale ? => Toulouse
La société a-t-elle versé un dividende ? => pas
Quel était le chiffre d'affaires en 2021 ? => !
Qui dirige l'usine de Castres ? => !
Combien de salariés travaillent à Castres ? => !
Pourquoi les salaires ont-ils augmenté ? => !
Quand le nouveau four a-t-il été installé ? => !
Combien d'usines l'entreprise a-t-elle fermées ? => !
Qui a construit le four ? => !
Quel est le montant des dettes ? => !
Qui a peint la Joconde ?
Combien de planètes compte le système solaire ?
""",
    "es": """
¿Cuándo abre la piscina? => 15 de junio
¿Cuánto cuesta la entrada de adulto? => 4,50
¿Cuánto vale el abono de temporada? => 65
¿Quiénes no pagan? => mayores de 70
¿Cuál es el aforo máximo? => 350
¿Qué está prohibido introducir? => vidrio
¿Cuánto mide el vaso grande? => 25
¿Cuántas calles tiene el vaso grande? => seis
¿Cuál es la profundidad máxima? => 2,20
¿Quién construyó la piscina? => Aguas del Sur
¿En qué año fue construida la piscina? => 1984
¿Quién es el socorrista jefe? => Molina
¿Por qué se instaló un ascensor? => accesibles
¿Cuándo se instaló el ascensor? => 2019
¿Cuántas veces al día se analiza el agua? => dos
¿Cuánto costó el ascensor? => !
¿Quién instaló el ascensor? => !
¿Cuánto mide el vaso infantil? => !
¿Cuántos socorristas hay? => !
¿Cuánto cuesta el ascensor? => !
¿Cuándo se analiza la profundidad? => !
¿Qué temperatura tiene el agua? => !
¿Quién dirige la empresa Aguas del Sur? => !
¿Quién pintó la Mona Lisa?
¿Cuántos planetas tiene el sistema solar?
""",
}


def run(home: str) -> dict[str, Counter[str]]:
    """Ask every question on the document of its language, and return the counts of outcomes."""
    os.environ["PAGEWITNESS_HOME"] = home
    from graph.app import app
    from graph.query.graph import app as query

    folder = Path(home, "own")
    folder.mkdir(parents=True, exist_ok=True)
    for code, text in DOCUMENTS.items():
        (folder / f"{code}.md").write_text(text, "utf-8")
    context: Any = {"engine": "offline"}
    app.invoke({"sources": [str(folder)]}, context=context)
    counts: dict[str, Counter[str]] = {code: Counter() for code in QUESTIONS}
    for code, lines in QUESTIONS.items():
        for line in lines.strip().splitlines():
            question, _, wanted = (part.strip() for part in line.partition("=>"))
            result = query.invoke({"question": question, "documents": [f"{code}.md"]}, context=context)
            outcome = _outcome(wanted, result)
            counts[code][outcome] += 1
            if os.environ.get("VERBOSE") and outcome in ("related", "wrong and proven", "lost"):
                print(code, outcome, question, "->", result["answer"][:160].replace("\n", " "))
    return counts


def _outcome(wanted: str, result: Any) -> str:
    proven = [check["claim"]["text"] for check in result["verdicts"] or [] if check.get("verdict") == "proven"]
    if proven:
        return "proven" if wanted and any(wanted in text for text in proven) else "wrong and proven"
    if wanted in ("", "!"):
        return "not claimed"
    return "related" if wanted in result["answer"] else "lost"


if __name__ == "__main__":
    for name, counted in run(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).items():
        print(name, dict(counted))
