"""What the check finds in claims that tell a sentence from its other side: the rest, the value before, the opposite."""

from __future__ import annotations

import pytest

from tests.unit.graph.verification.claims.test_check import findings

HULLS = "The yard painted 74 of the 112 hulls; the remaining ones were still in good order."
STRAKES = "Rot was seen on two of the seven strakes."
QUAY = "The quay is now 18.4 metres wide, 3.2 metres wider than before."
COST = "The final cost was 31.6 million crowns, 2.4 million crowns below the planned sum."
FERRIES = "Der Hafen zählte 2036 insgesamt 512 Fähren, 26 Fähren mehr als 2035."
TANKS = "At 30 °C the tanks of Orrin kept 92.6 per cent of their charge."
ALGAE = "Algae were seen only in tanks that had been filled below 12 °C."
RIVALS = "On long routes, Kiln-A9 outperforms Kiln-B4 but is equal to it on short ones."
MILL = "The mill was sold to Harlow in 2031."
FUND = "The Coast Fund paid 60 per cent of the cost; the rest came from the town."
REPAIRS = "Small repairs are paid by the tenant, all other repairs by the owner."
PAINT = "The new paint shortens the time between two coats."
NETS = "The guild bought approximately 43 million nets (about 3% of all nets made) for a total of $612 million."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("38 of the 112 hulls were not painted.", HULLS),
        ("Five of the seven strakes were sound.", STRAKES),
        ("The quay was 15.2 metres wide before.", QUAY),
        ("The planned sum had been 34 million crowns.", COST),
        ("2035 waren es 486 Fähren.", FERRIES),
        ("The tanks of Orrin had lost 7.4 per cent of their charge.", TANKS),
        ("Tanks filled at 12 °C or above showed no algae.", ALGAE),
        ("No algae were seen unless tanks had been filled below 12 °C.", ALGAE),
        ("Kiln-B4 is behind Kiln-A9 on long routes.", RIVALS),
        ("Harlow bought the mill in 2031.", MILL),
        ("The town paid 40 per cent of the cost.", FUND),
        ("Only 2 of the strakes showed rot.", STRAKES),
    ],
)
def test_what_is_told_from_the_other_side_is_not_marked(text: str, quote: str) -> None:
    assert not findings(text, quote)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("38 of the 112 hulls were painted.", HULLS),
        ("Five of the seven strakes showed rot.", STRAKES),
        ("The quay was 18.4 metres wide before.", QUAY),
        ("The planned sum was 31.6 million crowns.", COST),
        ("The planned sum had been 29.2 million crowns.", COST),
        ("2035 zählte der Hafen 512 Fähren.", FERRIES),
        ("The tanks of Orrin lost 92.6 per cent of their charge.", TANKS),
        ("Algae were never seen in tanks.", ALGAE),
        ("Kiln-A9 is behind Kiln-B4 on long routes.", RIVALS),
        ("Kiln-B4 outperforms Kiln-A9 on long routes.", RIVALS),
        ("Harlow sold the mill in 2031.", MILL),
        ("The Coast Fund paid 40 per cent of the cost.", FUND),
        ("Small repairs are paid by the owner.", REPAIRS),
        ("Kiln-A9 outperforms Kiln-B4 on short ones.", RIVALS),
        ("The new paint lengthens the time between two coats.", PAINT),
        ("The guild bought approximately 14 million nets.", NETS),
        ("The guild bought approximately 612 million nets.", NETS),
    ],
)
def test_what_says_the_opposite_of_the_other_side_is_marked(text: str, quote: str) -> None:
    assert findings(text, quote)
