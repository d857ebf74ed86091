"""What the check finds in claims that say a sentence in other words: the same, or something else."""

from __future__ import annotations

import pytest

from tests.unit.graph.verification.claims.test_check import findings

CREST = (
    "Its crest was raised by 1.8 metres in 1987, after the flood of February 1985 had overtopped the eastern shoulder."
)
TOWER = "The spillway was designed by Halvard Prynne; the outlet tower is the work of Edda Marsh."
LEVEL = "The panel does not recommend lowering the operating level, although it sees no reason to raise it either."
GAUGE = "Only the upper gauge was replaced; the lower one still works."
METERS = "The authority supplies 218,000 households, of which 61 per cent are metered."
LEAKAGE = "Leakage was cut from 19.5 per cent to 16.2 per cent, a reduction of 3.3 percentage points."
SHARE = "The share of oak declined from 64.2% in 1972 to 48.5% by 2012."
CAWLE = "Unlike Cawle, the works at Thrale has no standby generator."
RUST = "Rust forms where the paint is less thick than usual, resulting in frequent repairs."
BOOKING = "Entry is free, but booking in advance is recommended."
LICENCE = "Anglers are required to carry a licence on the lake."
ROUTE = "In 1812 several hundred families moved from Tarring to the isle of Skerra, where the Crown had promised land."
FILTER = "The filter should be cleaned every 200 operating hours; the seals must be replaced every three years."
WARRANTY = "The warranty covers the motor for five years and the seals for two years."
VALVE = "Unless the bypass valve is open, the pump may overheat at low flow."
MODELS = "The directive applies to all models except the VP-10."
OLDER = "The older model VP-20 cannot be fitted with the remote control."
REPORT = "A report on Norlake suggests that catches have grown with rising prices."
MISTAKE = "Some guides incorrectly state that the tower was built by monks."
LINK = "Surveys found a strong association between lower rents and longer tenancies in small towns."
COUNTED = "Marsh scored 11 goals, while also winning three cups and losing two."
GAS = "While lamps account for about 12% of total sales, they account for 64% of all gas revenues."
SAVING = "The new kiln saved 90 sacks of coal per million bricks produced."
AGENTS = "Skerra sent more barges under Tolm to relieve Hollin, and Tolm led 300 riders south from Wick."
STAFF = "The staff was up by 14 at 262 in March."
SEALS = "Grey seals are the most abundant animals on the skerries."
PLOTS = "Plants were recorded on 62 plots, eight fewer than in the survey of 2035."
REED = "Lavender was found on 41 plots and reed on 57."
NESTS = "Nesting success was higher in grazed than in ungrazed fields."
TERNS = "Terns bred in all four fields, gulls in only two."
PAIRS = "The number of pairs of terns dropped from 96 to 71, whereas that of gulls doubled to 28."
BREACH = "If funding is secured, the western breach will be closed in 2043."
EELGRASS = "It is not clear whether the loss of eelgrass is due to warmer water or to a disease."
NOISE = "The noise is 62 dB at full speed and 48 dB at half speed."
SEEPAGE = "Seepage through the drains has fallen, from 14.2 litres per second in 2033 to 9.6 litres per second in 2037."
ANGLERS = "Anglers may fish from the western bank between April and September, except on Sundays."
GUILD = "The guild cared more for the careful repair of all older boats than for sales of rope."
ATTACKS = "None succeeded; he was defeated at Wick in 1755 and died a few days later."
FLAW = "The guild does not use the outer or inner rope of the yard, because it may fray."
CHOICE = "We chose Kiln-4.3 because its draught is slightly better than that of Kiln-4.1."
OPEN_SEA = "First, unlike rivers, where the depth is fairly well known, sounding the sea presents a far larger task."
BROKER = "The price includes a gain of 40 crowns on the sale of Orrin's yard in Serbia."
PLAN_OF_BOARD = "The board proposes not to pay a bonus for 2041."
DRILL = "All masters completed the new drill; only some of the mates have done so."
SUMMARY = "For clarity, judges look only at the final page, so that the reader comes first."
PURCHASE = "Der Ankauf des Kruges von 1687 kam nicht zustande, weil der Preis zu hoch war."
PRICES = "Der Vorsitzende Ulf Zander lehnt höhere Preise ab, die Leiterin Mira Holst hält sie dagegen für nötig."
SHOW = "Die Schau war mit 31.500 Gästen die erfolgreichste seit der Gründung 1994."
DELAY = "Bei weiteren Schäden könnte sich der Abschluss um bis zu sechs Monate verzögern."
SHORT = "The old model falls short of the new model in speed and range."
COURT = "Wick became the capital when King Olav moved his court from Tarring to Wick in 1596."
WAR = "The town needed repairs after World War II, which destroyed 85% of its buildings."
FALL = "Traffic on the canal was 8% lower than in the same month, as fewer mills needed coal."
HOUSES = "Holden House was opened in May 2013, followed by Ford House, which was decided on in December of that year."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The flood came two years before the crest was raised.", CREST),
        ("Edda Marsh is responsible for the outlet tower.", TOWER),
        ("The panel advises against lowering the operating level.", LEVEL),
        ("The lower gauge was not replaced, as it still works.", GAUGE),
        ("39 per cent of the households are not metered.", METERS),
        ("Leakage is down to 16.2%.", LEAKAGE),
        ("The man died in days after the defeat at Wick.", ATTACKS),
        ("The guild avoids the outer and inner rope of the yard.", FLAW),
        ("The draught of Kiln-4.1 is slightly worse than that of Kiln-4.3.", CHOICE),
        ("The depth of rivers is fairly well known, in contrast to that of the sea.", OPEN_SEA),
        ("In rivers the depth is fairly well known.", OPEN_SEA),
        ("The price includes a gain of 40 crowns on the sale of the Serbian yard.", BROKER),
        ("According to the board's proposal there is no bonus for 2041.", PLAN_OF_BOARD),
        ("Not every mate has completed the drill.", DRILL),
        ("Wick has been the capital since King Olav moved his court there in 1596.", COURT),
        ("The Second World War destroyed 85% of its buildings.", WAR),
        ("Every master has completed the new drill.", DRILL),
        ("The new model is better than the old model in speed and range.", SHORT),
        ("Leakage was reduced by about 17 per cent, from 19.5 to 16.2 per cent.", LEAKAGE),
        ("The share of oak fell by 15.7 percentage points.", SHARE),
        ("Cawle has a standby generator.", CAWLE),
        ("There is no standby generator at Thrale.", CAWLE),
        ("Where the paint is not as thick as usual, rust forms.", RUST),
        ("Families moved from Tarring to Skerra in 1812.", ROUTE),
        ("Cleaning of the filter is recommended every 200 hours.", FILTER),
        ("The seals have a two-year warranty.", WARRANTY),
        ("With a closed bypass valve the pump could overheat at low flow.", VALVE),
        ("The directive does not apply to the VP-10.", MODELS),
        ("According to the report, catches have grown with rising prices.", REPORT),
        ("Less rent goes along with longer tenancies in small towns.", LINK),
        ("Marsh lost two cups.", COUNTED),
        ("Lamps bring 64% of all gas revenues.", GAS),
        ("Tolm led 300 riders south from Wick.", AGENTS),
        ("In 2035 the plants of 70 plots were recorded.", PLOTS),
        ("Reed grew on 57 plots.", REED),
        ("In ungrazed fields, nesting success was lower.", NESTS),
        ("There was no field without breeding terns.", TERNS),
        ("There were 28 pairs of gulls, twice as many as before.", PAIRS),
        ("The gulls lost 25 pairs.", "The gulls dropped from 96 to 71 pairs."),
        ("The county paid 30 per cent of the cost.", "The fund paid 70 per cent of the cost, and the county the rest."),
        ("Three samples contained no lead.", "The samples were dried, and all but three contained lead."),
        ("The breach is to be closed in 2043, provided there is money.", BREACH),
        ("Ford House was decided on in December 2013.", HOUSES),
        ("At half speed the noise falls to 48 dB.", NOISE),
        ("In 2033, 14.2 litres seeped through the drains every second.", SEEPAGE),
        ("Fishing from the western bank is not allowed on Sundays.", ANGLERS),
        ("No one but trained staff is allowed to open the housing.", "Only trained staff may open the housing."),
        ("Above 90 mm of rain the gates have to be opened.", "If rainfall exceeds 90 mm, the gates must be opened."),
        ("The cause of the loss of eelgrass is unknown.", EELGRASS),
    ],
)
def test_what_says_the_same_in_other_words_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The flood of February 1985 came after the crest was raised.", CREST, "relation"),
        ("The outlet tower was designed by Halvard Prynne.", TOWER, "comparison"),
        ("The lower gauge was replaced.", GAUGE, "scope"),
        ("One of several gauges was replaced, the upper gauge.", GAUGE, "scope"),
        ("The authority supplies 218,000 households, of which 61 are metered by 22 per cent.", METERS, "number"),
        ("Leakage was cut by 16.2 per cent.", LEAKAGE, "number"),
        ("The share of oak declined by 15.7 percent.", SHARE, "unit"),
        ("The share of oak was 48.5% in 1972.", SHARE, "number"),
        ("Cawle has no standby generator.", CAWLE, "negation"),
        ("Thick paint is a result of frequent repairs.", RUST, "relation"),
        ("Booking in advance is required.", BOOKING, "direction"),
        ("Anglers may carry a licence on the lake.", LICENCE, "modality"),
        ("In 1812 families moved from Skerra to Tarring.", ROUTE, "relation"),
        ("In 1812 several thousand families moved to Skerra.", ROUTE, "direction"),
        ("The Crown gave the families land in Skerra.", ROUTE, "modality"),
        ("The filter should be cleaned every 200 operating days.", FILTER, "unit"),
        ("The warranty covers the seals for five years.", WARRANTY, "number"),
        ("The pump may overheat at low flow if the bypass valve is open.", VALVE, "negation"),
        ("Every model is one that the directive applies to.", MODELS, "scope"),
        ("The model VP-30 cannot be fitted with the remote control.", OLDER, "name"),
        ("Catches have grown with rising prices.", REPORT, "modality"),
        ("Some guides correctly state that the tower was built by monks.", MISTAKE, "negation"),
        ("Lower rents cause longer tenancies in small towns.", LINK, "relation"),
        ("Lamps account for 64% of total sales.", GAS, "number"),
        ("The new kiln saved 90 sacks of coal per thousand bricks.", SAVING, "unit"),
        ("Hollin led 300 riders south from Wick.", AGENTS, "name"),
        ("The staff was up by 14 percent in March.", STAFF, "unit"),
        ("Grey seals are the rarest animals on the skerries.", SEALS, "direction"),
        ("Nesting success was higher in ungrazed than in grazed fields.", NESTS, "comparison"),
        ("In ungrazed fields, nesting success was higher.", NESTS, "comparison"),
        ("The marsh is gaining 1.2 hectares a year.", "The marsh is losing 1.2 hectares a year.", "direction"),
        ("The marsh is losing 1.2 hectares a month.", "The marsh is losing 1.2 hectares a year.", "unit"),
        ("The gulls dropped by 25 percent.", "The gulls dropped from 96 to 71 pairs.", "number"),
        ("All samples contained lead.", "The samples were dried, and all but three contained lead.", "scope"),
        ("The breach will be closed in 2043.", BREACH, "modality"),
        ("The loss of eelgrass is due to warmer water.", EELGRASS, "modality"),
        (
            "The sluice was raised by 20 centimetres.",
            "The report recommends raising the sluice by 20 centimetres.",
            "modality",
        ),
        ("Ford House was decided on in May 2013.", HOUSES, "number"),
        ("The noise is 62 dB at half speed.", NOISE, "number"),
        ("9.6 litres seeped through the drains in 2033.", SEEPAGE, "number"),
        ("Anglers may fish from the western bank on Sundays.", ANGLERS, "scope"),
        (
            "The share of electric buses rose by 9 percent.",
            "The share of electric buses rose from 22 to 31 percent.",
            "unit",
        ),
        (
            "Skerra gained the island in 1822.",
            "A town was laid out there in 1822, a year after Skerra gained the island.",
            "comparison",
        ),
        ("The guild cared more for sales of rope than for the repair of boats.", GUILD, "comparison"),
        ("Holden House came after Ford House was decided on.", HOUSES, "relation"),
        ("We chose Kiln-4.1 because its draught is slightly better than that of Kiln-4.3.", CHOICE, "comparison"),
        ("Like rivers, the sea has a well known depth.", OPEN_SEA, "negation"),
        ("Judges look at the whole entry for clarity.", SUMMARY, "scope"),
        ("The old model is better than the new model in speed.", SHORT, "direction"),
        ("The draught of Kiln-4.3 is significantly better than that of Kiln-4.1.", CHOICE, "direction"),
        ("Traffic on the canal fell to 8%.", FALL, "number"),
        ("The First World War destroyed 85% of the buildings of the town.", WAR, "name"),
        ("King Olav moved his court from Wick to Tarring.", COURT, "relation"),
    ],
)
def test_what_says_something_else_in_other_words_is_marked(text: str, quote: str, kind: str) -> None:
    around = f"{quote} The VP-30 is new."
    assert kind in findings(text, quote, around)


FARES = "Die Werke beförderten 2031 insgesamt 14,2 Millionen Fahrgäste, 3,5 Prozent weniger als im Vorjahr."
TRAMS = "Der Rückgang betraf vor allem die Buslinien, während die Straßenbahn um 1,8 Prozent zulegte."
FERRY = "Der Rat lehnte den Verkauf der Fähre mit sieben zu zwei Stimmen ab."
LATER = "Ein Anschluss der Siedlung Kronacker ist frühestens ab 2034 möglich."
RAMPS = "Alle neuen Wagen haben eine Rampe, ein Teil der älteren Wagen dagegen noch nicht."
CREW = "Der Vierer gewann im Juli das Rennen in Plaue, verlor aber im August das Rennen in Werder."
FEE = "Der Vorstand schlägt vor, den Beitrag 2042 um fünf Prozent anzuheben."
ROOF = "Ohne die Spende hätte das Dach nicht erneuert werden können."
LEAVE = "Der Austritt muss bis zum 30. September schriftlich erklärt werden."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Gegenüber dem Vorjahr ging die Zahl der Fahrgäste um 3,5 % zurück.", FARES),
        ("Die Straßenbahn gewann 1,8 Prozent hinzu.", TRAMS),
        ("Der Rat stimmte mit 7 zu 2 gegen den Verkauf der Fähre.", FERRY),
        ("Einige ältere Wagen haben noch keine Rampe.", RAMPS),
        ("Nach dem Vorschlag des Vorstands soll der Beitrag 2042 um 5 % steigen.", FEE),
        ("Der Austritt muss bis 30.9. schriftlich erklärt werden.", LEAVE),
        ("Dank der Spende wurde das Dach erneuert.", ROOF),
        ("Keine Schau seit 1994 hatte mehr Gäste als diese.", SHOW),
        ("Mira Holst hält höhere Preise für nötig.", PRICES),
        ("Ulf Zander ging in Rente; seine Nachfolge trat Mira Holst an.", "Mira Holst folgte auf Ulf Zander."),
        ("Drei der neun Bahnhöfe sind nicht mehr offen.", "Von den neun Bahnhöfen sind sechs noch offen."),
    ],
)
def test_german_claims_in_other_words_are_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("2031 wurden 3,5 Millionen Fahrgäste befördert.", FARES, "number"),
        ("Der Rückgang betraf vor allem die Straßenbahn.", TRAMS, "comparison"),
        ("Die Straßenbahn verlor 1,8 Prozent.", TRAMS, "direction"),
        ("Der Rat stimmte dem Verkauf der Fähre zu.", FERRY, "direction"),
        ("Die Siedlung Kronacker wurde 2034 angeschlossen.", LATER, "modality"),
        ("Der Vierer gewann das Rennen in Werder.", CREW, "comparison"),
        ("Der Beitrag wird 2042 um fünf Prozent angehoben.", FEE, "modality"),
        ("Der Austritt muss mündlich erklärt werden.", LEAVE, "direction"),
        ("Der Austritt muss bis 30.8. schriftlich erklärt werden.", LEAVE, "date"),
        ("Das Dach wurde nicht erneuert.", ROOF, "negation"),
        ("Der Ankauf des Kruges von 1687 wurde vollzogen.", PURCHASE, "negation"),
        ("Ulf Zander hält höhere Preise für nötig.", PRICES, "comparison"),
        ("Bei weiteren Schäden könnte sich der Abschluss um mindestens sechs Monate verzögern.", DELAY, "comparison"),
        ("Die Bahn ist unrentabel.", "Der Leiter widersprach der Darstellung, die Bahn sei unrentabel.", "modality"),
    ],
)
def test_german_claims_that_say_something_else_are_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)
