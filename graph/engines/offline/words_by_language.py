"""The words and patterns by which `evidence_by_language` recognizes what a question of each language asks for."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """The words and patterns of questions and values in one language."""

    stemmer: str
    """The name of its Snowball stemmer."""
    kinds: tuple[tuple[str, re.Pattern[str]], ...]
    """The pattern of questions for each kind of value, in the order in which they are tried."""
    counted: re.Pattern[str]
    """How a question names what is counted."""
    asked: re.Pattern[str]
    """How a question names the kind of thing asked for ("in welchem Jahr"), which an answer need not repeat."""
    frame: frozenset[str]
    """Words that say how something is asked, not about what."""
    same: tuple[frozenset[str], ...]
    """Words that mean the same to somebody who asks."""
    number: re.Pattern[str]
    date: re.Pattern[str]
    place: re.Pattern[str]
    reason: re.Pattern[str]
    negative: re.Pattern[str]
    refers: re.Pattern[str]
    """How a sentence begins whose subject stands in the one before it."""


def _any(words: str) -> re.Pattern[str]:
    """Return the pattern of any of these words; "_" stands for a space in one."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(words.split()).replace('_', ' ')})(?!\w)", re.IGNORECASE)


def _lines(text: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(line.split()) for line in text.strip().splitlines())


GERMAN = Words(
    stemmer="german",
    kinds=(
        ("reason", _any(r"warum weshalb wieso aus_welche[mn]_gr[uü]nde?n?")),
        ("count", _any(r"wie_?viele? anzahl wie_oft")),
        (
            "number",
            _any(r"""
        wie_(?:hoch|groß|lang|alt|schwer|teuer|weit|tief|breit|dick|schnell|stark|viel|warm|kalt)
        wie_lange
        welche[nmrs]?_(?:durchmesser|länge|höhe|breite|tiefe|gewicht|preis|temperatur|anteil|prozentsatz|wert|betrag)
        welche[nms]?_alter
        welche[nmrs]?_(?:leistung|spannung|druck|summe|fläche|menge|nummer|telefonnummer)
        was_kostet was_kosten
    """),
        ),
        ("date", _any(r"""
        wann (?:in|an|zu|seit|ab|bis|um)_welche[mnrs]?_(?:jahr|tag|datum|monat|jahrhundert|uhrzeit)
        um_wie_?viel_uhr seit_wann bis_wann welche[ns]?_(?:jahr|tag|datum|monat)
    """)),
        ("name", _any(r"wer wem wen wessen")),
        ("place", _any(r"""
        wo wohin woher in_welche[mrn]_(?:stadt|land|ort|dorf|gebäude|straße|raum)
    """)),
    ),
    counted=re.compile(r"\bwie ?viele?\s+(\w+)|\banzahl (?:der |von |an )?(\w+)", re.IGNORECASE),
    asked=re.compile(
        r"\bwelche[nmrs]?\s+(\w+)|\bwas (kostet|kosten)\b|\bwie viel (uhr)\b"
        r"|\bwie (hoch|groß|lange?|alt|schwer|teuer|weit|tief|breit|dick|schnell|stark|viel|warm|kalt)\b",
        re.IGNORECASE,
    ),
    frame=frozenset(
        """
        ab bis seit pro je bitte genau eigentlich heißt heissen nennt genannt laut gemäß sagt steht gibt befindet liegt
        liegen findet geht macht machte wird wurde worden hat hatte haben sein war waren ist sind
        dort hier heute insgesamt etwa muss müssen darf dürfen soll sollen sollte kann können tun
        tut man jahr menschen personen person ding art viele viel oft erfolgt stattfindet fand statt
        vorhanden gilt gelten bekomme bekommt bekommen bekam kriege kriegt kriegen erhalte
        habt habe hast seid bin ihr euch per etwas passiert passieren geschieht
        """.split()
    ),
    same=_lines("""
        gründen gründete gegründet gründer gründerin gründung
        bauen gebaut baute erbaut errichtet errichten bau
        kosten kostet preis beträgt eintritt gebühr
        leiten leitet leiter leiterin direktor direktorin führt geleitet vorsitzende vorsitzender
        sterben starb gestorben tod verstarb
        geboren geburt
        schreiben schrieb geschrieben verfasst autor autorin verfasser
        beginnen begann beginnt begonnen anfang start startet startete
        enden endet endete ende endete
        zerstören zerstörte zerstört vernichtet vernichtete
        feuer brand brannte
        bezahlen bezahlt zahlen zahlt bezahlte zahlte überweisen überwiesen entrichten entrichtet
        kaputt defekt defekte beschädigt schaden schäden
        parkplatz parkplätze stellplatz stellplätze
        anrufen rufe telefon telefonnummer telefonisch
        reparieren repariert reparatur reparaturen
        putzen putzt reinigen reinigt reinigung säubern
        urlaub ferien
        kinder kind
        arzt ärztin
        baden schwimmen
        studenten student studentin studierende studieren studiert
        dinge gegenstände sachen
        verleihen verleiht verliehen ausleihen ausgeliehen leiht
        melden meldet meldung anmelden
        arbeiten arbeitet arbeiteten arbeiter beschäftigt beschäftigte mitarbeiter angestellte
        kaufen kaufte gekauft erwarb erworben kauf
        verkaufen verkaufte verkauft verkauf
        öffnen öffnet geöffnet offen öffnung eröffnet eröffnete
        schließen schließt schloss geschlossen
        wohnen wohnt wohnte lebt lebte leben
        wiegen wiegt gewicht wog
        hoch höhe
        lang länge
        breit breite
        tief tiefe
        dauern dauert dauer
        """),
    number=_any(r"""
        \d[\d.,]* ein(?:e[nmrs]?)? zwei drei vier fünf sechs sieben acht neun zehn elf zwölf \w*zehn
        \w*zig \w*hundert\w* \w*tausend\w* million(?:en)? milliarden? hälfte drittel viertel dutzend
        mehrere[nr]? beide[nr]? keine?[nr]? einmal zweimal
    """),
    date=_any(r"""
        1[0-9]{3}|20[0-9]{2} \d{1,2}[:.h]\d\d \d{1,2}\._?\w+ \d{1,2}_uhr januar februar märz april
        mai juni juli august september oktober november dezember \w+tags? \w*jahrhunderts? frühling
        frühjahr sommer herbst winter morgens? mittags? abends? nachts täglich wöchentlich monatlich
        jährlich stunden? tage[ns]? wochen? monate?n? jahre?n?
    """),
    place=_any(r"""
        in im an am auf bei beim nach aus von vom zu zum zur unter über neben hinter vor zwischen
        entlang ins durch gegenüber
    """),
    reason=_any(r"""
        weil da denn wegen aufgrund durch damit um deshalb daher folglich grund ursache dank infolge
        zwecks dadurch verursach\w+
    """),
    negative=_any(r"nicht kein(?:e[nmrs]?)? nie niemals ohne niemand nichts weder"),
    refers=_any(r"er sie es diese[rsmn]? ihre?[nmrs]? seine?[nmrs]? jene[rs]? beide"),
)  # fmt: skip

FRENCH = Words(
    stemmer="french",
    kinds=(
        ("reason", _any(r"pourquoi pour_quelles?_raisons?")),
        ("count", _any(r"combien_de? combien_d['’]\w+ quel_(?:est_le_)?nombre combien_de_fois")),
        ("number", _any(r"""
        combien
        quelle?s?_(?:est_|était_|sont_)?(?:la_|le_|l['’])?(?:hauteur|longueur|largeur|profondeur|poids|prix|température|taux|part|montant|superficie|surface|diamètre|durée|distance|âge|puissance|tension)
    """)),
        ("date", _any(r"""
        quand (?:en|depuis|à|de|dès|jusqu['’]à)?_?quelle?_(?:année|date|jour|mois|siècle|heure)
    """)),
        ("name", _any(r"qui à_qui de_qui")),
        ("place", _any(r"""
        où d['’]où dans_quelle?_(?:ville|pays|lieu|village|bâtiment|rue|salle)
    """)),
    ),
    counted=re.compile(r"\bcombien (?:de |d['’])(\w+)|\bnombre (?:de |d['’]|des )(\w+)", re.IGNORECASE),
    asked=re.compile(r"\bquelles?\s+(\w+)|\bquels?\s+(\w+)", re.IGNORECASE),
    frame=frozenset(
        """
        est sont était étaient être fait faire tient tiendra doivent fut ont avait avoir trouve
        trouvent situe situé située appelle appelé nommé nom selon dit dire existe combien coûte
        coûtent peut peuvent doit doivent lieu personnes année jour chose sorte actuellement
        exactement puis pouvons dois faut
        """.split()
    ),
    same=_lines("""
        fonder fondé fondée fondateur fondatrice fondation créer créé créée
        construire construit construite construction bâti bâtie édifié
        coûter coûte coûtent prix tarif montant entrée
        diriger dirige directeur directrice dirigé responsable chef
        mourir mort morte décédé décédée décès
        naître né née naissance
        écrire écrit écrite auteur autrice
        commencer commence commencé débute débuté début
        finir finit fini termine terminé fin
        détruire détruit détruite détruisit anéanti ravagé
        feu incendie brûlé
        payer paie paye payé payée règle
        travailler travaillent travaillaient emploie employait employés ouvriers salariés
        acheter acheté achat acquis
        vendre vend vendent vendu vente
        ouvrir ouvre ouvert ouverte ouverture inauguré inaugurée
        fermer ferme fermé fermée fermeture
        habiter habite vit vivait
        peser pèse poids
        haut haute hauteur
        long longue longueur
        mesurer mesure
        durer dure durée
        """),
    number=_any(r"""
        \d[\d.,]* une? deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze
        quinze seize vingt trente quarante cinquante soixante cents? mille millions? milliards?
        moitié tiers quart douzaine plusieurs aucune? \w+-\w+-?\w*
    """),
    date=_any(r"""
        1[0-9]{3}|20[0-9]{2} \d{1,2}[:.h]\d\d \d{1,2}_?h(?:eures?)? janvier février mars avril mai
        juin juillet août septembre octobre novembre décembre lundis? mardis? mercredis? jeudis?
        vendredis? samedis? dimanches? siècles? printemps été automne hiver matin midi soir minuit
        heures? jours? semaines? mois ans? années?
    """),
    place=_any(r"""
        à au aux en dans sur sous près chez vers devant derrière entre depuis de du des par
    """),
    reason=_any(r"""
        parce car puisque grâce cause pour afin donc raisons? permet\w* obligent? dû due entraîne\w*
        provoqu\w+ suite
    """),
    negative=_any(r"pas jamais sans aucune? ni personne_ne rien"),
    refers=_any(r"il elle ils elles ce cette ces celui-ci celle-ci son sa ses leurs?"),
)  # fmt: skip

SPANISH = Words(
    stemmer="spanish",
    kinds=(
        ("reason", _any(r"por_qué a_qué_se_debe por_cuáles?_razon(?:es)?")),
        ("count", _any(r"cuánt[oa]s qué_(?:número|cantidad) cuál_es_el_número")),
        ("number", _any(r"""
        cuánt[oa]
        (?:cuál|qué)_(?:es_|era_|son_)?(?:la_|el_)?(?:altura|longitud|anchura|profundidad|peso|precio|temperatura|porcentaje|importe|superficie|diámetro|duración|distancia|edad|potencia|tarifa|coste|costo)
    """)),
        ("date", _any(r"cuándo (?:en|a|de|desde|hasta)?_?qué_(?:año|fecha|día|mes|siglo|hora)")),
        ("name", _any(r"quién quiénes")),
        ("place", _any(r"dónde adónde en_qué_(?:ciudad|país|lugar|pueblo|edificio|calle|sala)")),
    ),
    counted=re.compile(r"\bcuánt[oa]s\s+(\w+)|\bnúmero de (\w+)", re.IGNORECASE),
    asked=re.compile(r"\b(?:qué|cuál(?:es)?)\s+(\w+)", re.IGNORECASE),
    frame=frozenset(
        """
        es son era eran fue fueron está están hay había tiene tienen tenía llama llamaba llamado
        nombre según dice encuentra sitúa situado situada cuesta cuestan hace hacer hizo puede
        pueden debe deben lugar personas año día cosa tipo actualmente exactamente
        puedo podemos debo
        """.split()
    ),
    same=_lines("""
        fundar fundó fundado fundada fundador fundadora fundación creó creada creado
        construir construyó construido construida construcción edificado erigió
        costar cuesta cuestan precio tarifa coste costo importe entrada
        dirigir dirige director directora dirigió responsable jefe jefa
        morir murió muerto muerte falleció
        nacer nació nacido nacimiento
        escribir escribió escrito escrita autor autora
        empezar empieza empezó comienza comenzó comienzo inicio
        terminar termina terminó acaba acabó fin
        destruir destruyó destruido destruida arrasó
        fuego incendio
        pagar paga pagan pagó pagado
        trabajar trabajan trabajaban emplea empleaba empleados trabajadores obreros
        comprar compró comprado compra adquirió
        vender vende venden vendió vendido venta
        abrir abre abrió abierto abierta apertura inaugurar inauguró inaugurado inaugurada
        cerrar cierra cerró cerrado cerrada cierre
        vivir vive vivía
        pesar pesa peso
        medir mide longitud altura
        hundir hundió hundieron hundido
        socios miembros
        durar dura duración
        """),
    number=_any(r"""
        \d[\d.,]* un[oa]? dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce
        quince dieci\w+ veinte veinti\w+ treinta cuarenta cincuenta sesenta setenta ochenta noventa
        cien \w*cient[oa]s? quinient[oa]s mil millón|millones mitad tercio docena vari[oa]s
        ningun[oa]?|ningún
    """),
    date=_any(r"""
        1[0-9]{3}|20[0-9]{2} \d{1,2}[:.h]\d\d enero febrero marzo abril mayo junio julio agosto
        septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábados?
        domingos? siglos? primavera verano otoño invierno mañana mediodía tarde noche horas? días?
        semanas? mes(?:es)? años? a_las?_\w+
    """),
    place=_any(r"""
        en a al de del desde hasta sobre bajo junto cerca entre hacia ante tras por
    """),
    reason=_any(r"""
        porque pues ya_que debido gracias causa para por razón razones obligan? permit\w+ provoc\w+
    """),
    negative=_any(r"no nunca jamás sin ningun[oa]?|ningún nadie nada tampoco"),
    refers=_any(r"él ella ellos ellas est[eao]s? es[eao]s? su sus ambos ambas"),
)  # fmt: skip

WORDS = {"de": GERMAN, "fr": FRENCH, "es": SPANISH}

MEASURES = (
    (_any(r"temperatur\w* température temperatura warm kalt"), _any(r"grad degrés? grados? celsius °c? \d+_?°c?")),
    (_any(r"gewicht schwer poids pèse peso pesa"),
     _any(r"\w*gramm\w* \w*grammes? \w*gramos? kg g t tonnen? tonnes? toneladas?")),
    (_any(r"""
        länge lang breite? tiefe? dicke? durchmesser hauteur longueur largeur profondeur diamètre
        distance mesure altura longitud anchura profundidad diámetro distancia mide
    """),
     _any(r"\w*metern? \w*mètres? \w*metros? [cmk]?m meilen? milles? millas?")),
    (_any(r"leistung watt puissance potencia"), _any(r"[kM]?W \w*watts? \w*vatios?")),
    (_any(r"spannung tension tensión"), _any(r"k?V \w*volts? voltios?")),
    (_any(r"dauer dauert wie_lange durée dure duración dura"),
     _any(r"""
        minuten? stunden? tage?n? wochen? monate?n? jahre?n? minutes? heures? jours? semaines? mois
        ans? années? minutos? horas? días? semanas? mes(?:es)? años?
    """)),
    (_any(r"""
        preise?s? kosten kostet kostete teuer prix coûte(?:nt)? coût coûté tarif precio cuestan?
        costó coste tarifa
    """),
     re.compile(r"[€$£]|\b(?:euros?|dollars?|dólares|franken|francs?|francos|kronen|couronnes|coronas|pesos|cents?|CHF|EUR|USD|kostenlos"
                r"|gratis|frei|umsonst|nichts|gratuite?s?|rien|libre|nada)\b", re.IGNORECASE)),
    (_any(r"prozent\w* anteil pourcentage taux porcentaje tasa"),
     re.compile(r"%|\b(?:prozent|pour cent|por ciento)\b", re.IGNORECASE)),
)  # fmt: skip
"""What is measured, as a question of each language names it, and the units of its values."""
