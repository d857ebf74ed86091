"""Questions in German, Spanish, French, Russian and Chinese on documents of their own language, and across languages.

    python -m tests.evals.languages [HOME]

prints by language how many questions are answered right, declined, and how many unrelated ones are refused.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

DOCUMENTS = {
    "en": """# The lighthouse of Skarvoy

The lighthouse was built in 1874 on the northern cape of the island. Its lamp burned rape oil until 1912, then
paraffin. The tower is 31 metres high and has 142 steps. The last keeper, Signe Halvorsen, left the island in 1986.
Since then the lamp has been switched on by a clock. Visitors may climb the tower from May to September, at a charge
of six crowns. The storm of 1937 broke eleven panes of the lantern. A colony of puffins breeds in the cliffs below
the tower.
""",
    "de": """# Die Papiermühle von Altenbrück

Die Papiermühle wurde 1796 von dem Kaufmann Georg Welser gegründet. Das Wasserrad hat einen Durchmesser von sieben
Metern und treibt vier Stampfwerke an. Im Jahr 1843 vernichtete ein Brand das Lumpenlager. Nach dem Wiederaufbau
beschäftigte die Mühle 86 Arbeiterinnen und Arbeiter. Das Papier wurde auf Kähnen nach Passau gebracht. Seit 1979
ist das Gebäude ein Museum, das im Winter geschlossen bleibt. Der Eintritt kostet fünf Euro, Kinder zahlen nichts.
Leiterin des Museums ist die Restauratorin Helga Moser. Jeden ersten Sonntag im Monat wird von Hand Papier
geschöpft. Die Stromrechnung des Museums bezahlt die Gemeinde.
""",
    "es": """# El faro y el puerto de Valmarina

El puerto de Valmarina fue inaugurado en 1862 por el ingeniero Tomás Urrutia. El muelle principal mide 340 metros y
está hecho de granito. En 1911 un temporal hundió nueve barcos de pesca. La lonja abre a las seis de la mañana,
salvo los domingos. Los pescadores venden sobre todo sardinas y merluza. La cofradía cuenta con 212 socios. El faro
funciona con energía solar desde 2008. La directora del puerto es Carmen Olmedo. Un amarre cuesta catorce euros por
noche. En invierno las obras del dique obligan a cerrar el acceso norte.
""",
    "fr": """# Le port et le moulin de Kervalan

Le port de Kervalan fut inauguré en 1871 par l'ingénieur Yves Morvan. La jetée mesure 280 mètres et elle est
construite en granit. En 1924, une tempête a coulé onze bateaux de pêche. La criée ouvre à cinq heures du matin,
sauf le dimanche. Les pêcheurs vendent surtout des sardines et des maquereaux. La coopérative compte 184 membres.
Le moulin à marée a été fondé par le marchand Alain Riou en 1790. Il ne fonctionne plus depuis 1962. La directrice
du musée du moulin est Soizic Le Gall. L'entrée coûte six euros, les enfants ne paient rien. Le musée est fermé le
lundi. Une place au port coûte quinze euros par nuit.
""",
    "ru": """# Стекольный завод в Берёзовке

Завод основал в 1851 году купец Пётр Лобанов. Первая печь вмещала три тонны стекла. В 1908 году на заводе работало
420 человек. Пожар 1923 года уничтожил склад готовой посуды. После войны завод выпускал лампы и аптечные бутылки. С
1994 года в старом цехе находится музей. Директор музея — Марина Соколова. Билет для взрослых стоит двести рублей,
для детей вход бесплатный. Музей закрыт по понедельникам. Песок для стекла привозили по реке из соседней губернии.
""",
    "zh": """# 青石镇图书馆

青石镇图书馆成立于1936年。创办人是教师周文博。馆内现有藏书八万三千册。图书馆的馆长是林秀兰。开放时间是上午九点到下午六点。星期一闭馆。
普通读者一次可以借五本书,借期为三十天。逾期每天收费两角。1958年的洪水毁坏了地下书库。儿童阅览室在二楼,有六十个座位。
新楼由建筑师何志远设计,2011年完工。
""",
}
# question => the part of the document that answers it; without one, the question is unrelated
QUESTIONS = {
    "de": """
Wer hat die Papiermühle gegründet? => Georg Welser
In welchem Jahr wurde die Mühle gegründet? => 1796
Welchen Durchmesser hat das Wasserrad? => sieben
Was zerstörte das Feuer im Jahr 1843? => Lumpenlager
Wie viele Menschen arbeiteten in der Mühle? => 86
Wohin wurde das Papier transportiert? => Passau
Seit wann ist das Gebäude ein Museum? => 1979
Wie viel kostet der Eintritt? => fünf Euro
Wer leitet das Museum? => Helga Moser
Wann wird von Hand Papier geschöpft? => ersten Sonntag
Wer zahlt den Strom? => Gemeinde
Wann ist das Museum geschlossen? => Winter
Was ist die Hauptstadt von Frankreich?
Wie viele Tore schoss die Mannschaft im Endspiel?
Welche Nebenwirkungen hat das Medikament?
Wie lange muss der Teig im Kühlschrank ruhen?
Welche Programmiersprache wird in der Vorlesung verwendet?
Wie hoch ist der höchste Berg der Alpen?
Wer komponierte die neunte Sinfonie?
Wie viele Monde hat der Jupiter?
Welches Virus verursacht die Grippe?
Wie wechselt man die Bremsbeläge am Fahrrad?
Wann endet die Kündigungsfrist des Mietvertrags?
Welche Farbe hat die Flagge von Brasilien?
""",
    "es": """
¿Quién inauguró el puerto? => Tomás Urrutia
¿En qué año se inauguró el puerto de Valmarina? => 1862
¿Cuánto mide el muelle principal? => 340
¿De qué está hecho el muelle? => granito
¿Cuántos barcos se hundieron en 1911? => nueve
¿A qué hora abre la lonja? => seis
¿Qué venden los pescadores? => sardinas
¿Cuántos miembros tiene la cofradía? => 212
¿Qué energía usa el faro? => solar
¿Quién dirige el puerto? => Carmen Olmedo
¿Cuánto cuesta un amarre? => catorce
¿Por qué se cierra el acceso norte en invierno? => dique
¿Cuál es la capital de Francia?
¿Cuántos goles marcó el equipo en la final?
¿Qué efectos secundarios tiene el medicamento?
¿Cuánto tiempo debe reposar la masa?
¿Qué lenguaje de programación se usa en el curso?
¿Cuál es la montaña más alta de los Andes?
¿Quién compuso la novena sinfonía?
¿Cuántas lunas tiene Júpiter?
¿Qué virus causa la gripe?
¿Cómo se cambian los frenos de una bicicleta?
¿Quién ganó las elecciones presidenciales?
¿De qué color es la bandera de Brasil?
""",
    "fr": """
Qui a inauguré le port ? => Yves Morvan
En quelle année le port de Kervalan a-t-il été inauguré ? => 1871
Combien mesure la jetée ? => 280
En quoi la jetée est-elle construite ? => granit
Combien de bateaux ont coulé en 1924 ? => onze
À quelle heure ouvre la criée ? => cinq heures
Que vendent les pêcheurs ? => sardines
Combien de membres compte la coopérative ? => 184
Qui a fondé le moulin à marée ? => Alain Riou
Qui dirige le musée ? => Soizic
Combien coûte l'entrée ? => six euros
Quand le musée est-il fermé ? => lundi
Quelle est la capitale de l'Allemagne ?
Combien de lunes a Jupiter ?
Qui a composé la neuvième symphonie ?
Quels sont les effets secondaires du médicament ?
Combien de buts l'équipe a-t-elle marqués en finale ?
Quel langage de programmation utilise le cours ?
Quelle est la plus haute montagne du monde ?
Comment change-t-on les freins d'un vélo ?
Quel virus provoque la grippe ?
Qui a gagné l'élection présidentielle ?
De quelle couleur est le drapeau du Brésil ?
Combien de temps la pâte doit-elle reposer ?
""",
    "ru": """
Кто основал завод? => Лобанов
В каком году был основан завод? => 1851
Сколько стекла вмещала первая печь? => три тонны
Сколько человек работало на заводе в 1908 году? => 420
Что уничтожил пожар? => склад
Что завод выпускал после войны? => лампы
Где находится музей? => цехе
Кто директор музея? => Соколова
Сколько стоит билет для взрослых? => двести
Когда музей закрыт? => понедельник
Откуда привозили песок? => губернии
С какого года работает музей? => 1994
Какая столица Франции?
Сколько голов забила команда в финале?
Какие побочные эффекты у лекарства?
Сколько времени должно отдыхать тесто?
Какой язык программирования используется на курсе?
Какая самая высокая гора в мире?
Кто написал девятую симфонию?
Сколько спутников у Юпитера?
Какой вирус вызывает грипп?
Как поменять тормозные колодки на велосипеде?
Кто победил на президентских выборах?
Какого цвета флаг Бразилии?
""",
    "zh": """
图书馆是哪一年成立的？ => 1936
谁创办了图书馆？ => 周文博
图书馆有多少藏书？ => 八万三千
谁是馆长？ => 林秀兰
图书馆几点开门？ => 九点
图书馆星期几不开放？ => 星期一
一次可以借几本书？ => 五本
逾期还书要付多少钱？ => 两角
洪水造成了什么损失？ => 书库
儿童阅览室在几楼？ => 二楼
新楼是谁设计的？ => 何志远
借期是多长时间？ => 三十天
法国的首都是哪里？
决赛中球队进了几个球？
这种药有什么副作用？
面团需要醒多长时间？
课程使用哪种编程语言？
世界上最高的山是哪座？
谁创作了第九交响曲？
木星有多少颗卫星？
什么病毒会引起流感？
怎样更换自行车的刹车片？
谁赢得了总统选举？
巴西国旗是什么颜色？
""",
    "de-en": """
Wann wurde der Leuchtturm gebaut? => 1874
Wie hoch ist der Turm? => 31
Wie viele Stufen hat der Turm? => 142
Wer war die letzte Leuchtturmwärterin? => Signe Halvorsen
Welche Vögel brüten in den Klippen? => puffins
Wie viele Scheiben zerbrach der Sturm? => eleven
Was ist die Hauptstadt von Frankreich?
Welche Nebenwirkungen hat das Medikament?
Wie viele Monde hat der Jupiter?
Wer komponierte die neunte Sinfonie?
""",
    "en-zh": """
When was the library founded? => 1936
Who is the head of the library? => 林秀兰
How many books may a reader borrow at a time? => 五本
On which day is the library closed? => 星期一
Who designed the new building? => 何志远
How many seats does the children's reading room have? => 六十
What are the side effects of the drug?
How many moons does Jupiter have?
Who composed the ninth symphony?
How are the brakes of a bicycle changed?
""",
}


def rows(code: str) -> list[tuple[str, str]]:
    """Return the questions of a set, each with its expected answer, "" for an unrelated one."""
    split = (line.partition("=>") for line in QUESTIONS[code].strip().splitlines())
    return [(question.strip(), answer.strip()) for question, _, answer in split]


def run(home: str) -> dict[str, Counter[str]]:
    """Ask every set on the one document of its language, and return the counts of outcomes."""
    os.environ["PAGEWITNESS_HOME"] = home
    from graph.app import app
    from graph.query.graph import app as query

    folder = Path(home, "documents")
    folder.mkdir(parents=True, exist_ok=True)
    for code, text in DOCUMENTS.items():
        (folder / f"{code}.md").write_text(text, "utf-8")
    context: Any = {"engine": "offline"}
    app.invoke({"sources": [str(folder)]}, context=context)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for code in QUESTIONS:
        for question, wanted in rows(code):
            result = query.invoke({"question": question, "documents": [f"{code[-2:]}.md"]}, context=context)
            held = wanted and wanted in result["answer"] and not result["refused"]
            kind = "right" if held else "declined" if wanted else "kept"
            if result["refused"] != (kind == "declined"):
                kind = "wrong" if wanted and not held else kind
            if not wanted:
                kind = "refused" if result["refused"] else "answered"
            counts[code][kind] += 1
            if os.environ.get("VERBOSE") and kind not in ("right", "refused"):
                print(code, kind, question, "->", result["answer"][:160].replace("\n", " "))
    return dict(counts)


if __name__ == "__main__":
    for name, counted in run(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).items():
        print(name, dict(counted))
