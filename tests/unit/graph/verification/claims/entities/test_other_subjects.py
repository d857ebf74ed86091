"""What the check finds in claims that give a number, a deed or an extent to another thing of the same sentence."""

from __future__ import annotations

import pytest

from tests.unit.graph.verification.claims.test_check import findings

RISING = (
    "In 1641 a sect known as the Reedmen rose in Orrin, defeated most of the wardens and took over about 80% of Skerra."
)
WARDENS = "The Bureau of Boats and Fairs employed 400 pilot training officers in 2039."
REGION = "Orrin is the principal town of the Orrin region, with a population of 645,300 in 2040."
DATES = "The closing date will be May 6, the record date will be May 7, and the payment date will be May 27."
STAGES = (
    "The plan has two survey stages aimed at finding leaks, as well as two repair stages that serve to seal the dam."
)
RACE = "Kestrel reached 55.5 knots off Tarring, surpassing Gannet."
MILL = "In 1935 the mill was purchased by the Dutch paper maker Hollin, which made cards there."
HALL = (
    "The hall was designed by the Danish architect Edda Marsh in partnership with a firm which was led by Piet Hallam."
)
PROOF = "The field grew when the Wick engineer Ada Merrow and, working alone, Piet Tolm proved it in 1871."
MATCH = "The Herons defeated the Gulls 23–16 by scoring 11 points in the final minutes."
SEEDS = "Each pump consumes 3% of the power of the turbine."
WATER = "He found that rain is linked with higher levels of silt, which is linked with lower levels of oxygen."
RIGHTS = "In 1705 Wick was the first town to give full rights to the weavers."
POWER = "The council may decide on all roads that are not explicitly reserved to the county."
SALES = "Net sales were 5% higher on a comparable basis."
SIEGES = "Between 1655 and 1658 the town was besieged three times."
RANK = "The Herons ranked sixth in the league in goals."
VOTE = "Wick was voted the cleanest port for the fifth year in a row."
MAST = "The yard replaced the oak mast with a steel pole in 1903."
BLOOD = "The salt is carried from root to leaf directly through the stem."
DEBT = "The ratio is net debt divided by yearly profit."
WANT = "The causes of the strike include low pay, the lack of housing and long shifts."
RULES = "The rules for casual pilots are not as strict as those for full-time pilots."
LEVEL = "Drought has a long lasting effect on harvests and prices."
OFFICE = "Tolm, the former mayor of Wick, opened the bridge."
PRAISE = "His lack of haste later earned him heavy criticism."
FIRST = "In 2015 she visited Skerra, as the first Danish minister to land there in office."
SHIPS = "A couple of ships with around 500 people arrived in the bay."

FILTER = "The new filter was ordered by the county and paid for by the guild of millers."
REBATE = "Every household that uses less than 90 litres a day gets a rebate of 12 crowns."
BASIN = "Engineer Ruta Lend proposed the basin, which her predecessor Aldo Merk had rejected in 2035."
WELLS = "Nitrate stayed below the limit of 50 milligrams per litre at all wells but one."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The new filter was ordered by the guild of millers.", FILTER),
        ("Every household gets a rebate of 12 crowns.", REBATE),
        ("Every household that uses less than 90 litres a day pays a fee of 12 crowns.", REBATE),
        ("Aldo Merk succeeded Ruta Lend.", BASIN),
        ("Nitrate stayed below the limit of 50 milligrams per litre at all wells.", WELLS),
        ("The Reedmen defeated about 80% of the wardens.", RISING),
        ("The Bureau of Boats and Fairs trained 400 boats in 2039.", WARDENS),
        ("The town of Orrin itself had 645,300 people in 2040.", REGION),
        ("The payment date will be May 7.", DATES),
        ("The two survey stages serve to seal the dam.", STAGES),
        ("Gannet reached 55.5 knots off Tarring.", RACE),
        ("In 1935 the Dutch paper maker Hollin was purchased by the mill.", MILL),
        ("Edda Marsh led the firm.", HALL),
        ("Edda Marsh designed the hall on her own.", HALL),
        ("The Wick engineer Piet Tolm proved it in 1871.", PROOF),
        ("The Gulls scored 11 points in the final minutes.", MATCH),
        ("The turbine consumes 3% of the power of the pump.", SEEDS),
        ("Silt is linked with higher levels of oxygen.", WATER),
        ("In 1705 Wick gave partial rights to the weavers.", RIGHTS),
        ("The council may decide on all roads.", POWER),
        ("Net sales were 5% higher on a reported basis.", SALES),
        ("Between 1655 and 1658 the town was besieged twice.", SIEGES),
        ("The Herons ranked fourth in the league in goals.", RANK),
        ("Wick was voted the cleanest port for the fourth year in a row.", VOTE),
        ("The yard replaced the steel pole with an oak mast in 1903.", MAST),
        ("The salt is carried from leaf to root through the stem.", BLOOD),
        ("The ratio is yearly profit divided by net debt.", DEBT),
        ("The strike causes low pay.", WANT),
        ("The rules for full-time pilots are not as strict as those for casual pilots.", RULES),
        ("Prices have a lasting effect on drought.", LEVEL),
        ("Tolm is the current mayor of Wick.", OFFICE),
        ("His lack of haste later earned him heavy praise.", PRAISE),
        ("Around 500 ships arrived in the bay.", SHIPS),
        ("More than 400 pilot training officers were employed by the Bureau of Boats and Fairs in 2039.", WARDENS),
    ],
)
def test_what_is_said_of_another_is_doubted(text: str, quote: str) -> None:
    assert "doubt" in findings(text, quote).values()


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("About 80% of Skerra was taken over by the Reedmen.", RISING),
        ("In 2039 there were 400 pilot training officers at the Bureau of Boats and Fairs.", WARDENS),
        ("The Orrin region had about 645,000 people in 2040.", REGION),
        ("The payment date will be May 27.", DATES),
        ("The two repair stages serve to seal the dam.", STAGES),
        ("Gannet was surpassed by Kestrel off Tarring.", RACE),
        ("The Dutch paper maker Hollin purchased the mill in 1935.", MILL),
        ("Piet Hallam led the firm.", HALL),
        ("The Gulls lost to the Herons.", MATCH),
        ("Silt is linked with lower levels of oxygen.", WATER),
        ("The weavers got full rights in Wick in 1705.", RIGHTS),
        ("The council may decide on all roads that are not reserved to the county.", POWER),
        ("The town was besieged three times between 1655 and 1658.", SIEGES),
        ("A steel pole took the place of the oak mast in 1903.", MAST),
        ("Net debt is divided by yearly profit.", DEBT),
        ("Low pay is one of the causes of the strike.", WANT),
        ("Tolm used to be mayor of Wick.", OFFICE),
        ("There are four stages in all, two for surveys and two for repairs.", STAGES),
        ("The guild of millers paid for the new filter.", FILTER),
        ("Every household with a use of less than 90 litres a day gets a rebate.", REBATE),
        ("Ruta Lend succeeded Aldo Merk.", BASIN),
        ("The Reedmen defeated nearly all wardens.", "The Reedmen defeated almost all wardens."),
        ("An act was passed to free the 148 weavers.", "On 12 May the town passed an act to free the 148 weavers."),
        (
            "Wick followed ten years after Orrin.",
            "In 1705, Orrin was the first to build one, followed by Wick in 1715.",
        ),
        ("Marsh published seven lectures by Tolm.", "Tolm's seven lectures were published by Marsh in 1934."),
    ],
)
def test_what_is_said_of_the_same_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}
