"""What the check finds where a claim computes, or exchanges what a quote compares, plans, brackets or puts in order."""

from __future__ import annotations

import pytest

from tests.unit.graph.verification.claims.test_check import findings

SHARES = "Orrin bought back approximately 38 million shares (about 4% of all) for a total cost of $427 million."
STAFF = "In 2041, 36,000 people earned the guild $12.9 billion from 214 yards in 38 counties."
CITY = "The city has 1.640 million people within a greater region of 2.583 million people."
GROWTH = "Against a forecast growth of 5.8%, the county achieved a growth of 4.1%."
TALK = "After the reading an open debate is held, which lasts for 45 minutes."
LEASE = "This lease begins on 1 May 2034 and runs for thirty months."
TAX = "Tax expense was $184 million compared with $290 million last year."
DIVIDEND = (
    "The guild declared a dividend of 11.25 cents per share (compared with 11.0 cents in the same quarter last year)."
)
QUARTER = "In the June 2043 quarter the yard earned 742 million crowns."
SIEGE = "The siege, planned to last 40 hours, went on for 58 days."
GOAL = "By 31 December 2038, reduce the average time to issue a permit from 66 days to 48 days."
CASH = "Approximately 60 million crowns of cash are to be allocated to repairs."
BANKS = "The plateau (12 to 24 m above the river) lies behind the terraces (5.5 m above the river)."
FAMILY = "The first to come was Maria Keller, wife of Jan Rieder and daughter of Piet Vos."
SCHOOL = "The Harlow school is one of the largest in the north, with 1,900 teachers."
ROUGHLY = "Around 1640, it is estimated that nearly 25% of the town was Frisian."
EXCISE = "Pipes account for 14% of use and for 85% of total leaf excise tax revenues."
COSTS = "Interest rose by 84 million crowns to 231 million crowns, reflecting higher interest rates."
VOS = "In 1565 the guild sent Pedro Alvarez, who established the village of Sankt Ulrich."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Orrin paid roughly $11.20 a share.", SHARES),
        ("Each worker earned the guild about $358,000 in 2041.", STAFF),
        ("About 943,000 people live in the region outside the city.", CITY),
        ("The county grew by 4.1%, 1.7 points less than forecast.", GROWTH),
        ("The debate takes three quarters of an hour.", TALK),
        ("The lease ends on 31 October 2036.", LEASE),
        ("Tax expense fell to $184 million.", TAX),
        ("The dividend was raised from 11.0 to 11.25 cents per share.", DIVIDEND),
        ("The siege lasted 58 days instead of the 40 hours that were planned.", SIEGE),
        ("The time to issue a permit is to fall to 48 days by the end of 2038.", GOAL),
        ("The terraces lie 5.5 m above the river.", BANKS),
        ("Maria Keller was the wife of Jan Rieder.", FAMILY),
        ("The Harlow school is one of the largest schools of the north.", SCHOOL),
        ("Pipes bring in 85% of the excise tax on leaf.", EXCISE),
        ("Higher interest rates drove interest up to 231 million crowns.", COSTS),
        ("Pedro Alvarez established the village of Sankt Ulrich.", VOS),
    ],
)
def test_what_a_quote_says_in_other_words_is_not_marked(text: str, quote: str) -> None:
    assert not findings(text, quote)


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("Orrin paid roughly $12.90 a share.", SHARES, "number"),
        ("Each worker earned the guild about $412,000 in 2041.", STAFF, "number"),
        ("About 893,000 people live in the region outside the city.", CITY, "number"),
        ("The county grew by 4.1%, 1.7 points more than forecast.", GROWTH, "comparison"),
        ("The debate takes half an hour.", TALK, "number"),
        ("The lease ends on 31 October 2037.", LEASE, "date"),
        ("Tax expense rose to $184 million.", TAX, "direction"),
        ("Tax expense was $290 million, against $184 million last year.", TAX, "direction"),
        ("The dividend went from 11.25 to 11.0 cents per share.", DIVIDEND, "direction"),
        ("In fiscal 2043 the yard earned 742 million crowns.", QUARTER, "date"),
        ("The siege was planned to last 58 days.", SIEGE, "modality"),
        ("The time to issue a permit was reduced to 48 days.", GOAL, "modality"),
        ("Approximately 60 million crowns of cash were allocated to repairs.", CASH, "modality"),
        ("The terraces lie 12 to 24 m above the river.", BANKS, "number"),
        ("Maria Keller was the daughter of Jan Rieder.", FAMILY, "name"),
        ("The Harlow school is the largest in the north.", SCHOOL, "scope"),
        ("An open debate is held before the reading.", TALK, "date"),
        ("It is proven that nearly 25% of the town was Frisian around 1640.", ROUGHLY, "modality"),
        ("Pipes account for 85% of total tax revenues.", EXCISE, "number"),
        ("Interest rose because the yard borrowed more silver.", COSTS, "relation"),
        ("Harlow established the village of Sankt Ulrich in 1565.", VOS, "name"),
    ],
)
def test_what_a_claim_exchanges_is_marked(text: str, quote: str, kind: str) -> None:
    assert kind in findings(text, quote)


HOLDERS = "Holders will receive a dividend of 17.66 Australian cents per share."
BOARD = "A committee of three non-executive members was formed on 31 January 2031."
MARKET = "The exchange is the largest market in the region."
TIMES = "Reduce the time from 9 hours (2035) to 5 hours."
LATE = "7.2 On a change of control of Boreal, Larkfield may terminate within sixty days."
PUMP = "The pump consumes only 1% to 3% of the turbine power."
SECTORS = "The capital goods and the leather goods showed growth of 10.4% and 11.7% respectively."
CONSENT = "7.1 Neither party may assign this lease without written consent."
SALES = "In the first two quarters the growth was 5.3% and 5.2%."
SPEED = "Entry temperatures are 565 °C and condenser temperatures are around 30 °C."
STOCKS = "3,127,400 shares, which form 34% of the capital, are stored."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Both parties need written consent to assign the lease.", CONSENT),
        ("Growth averaged 5.25% over the two quarters.", SALES),
        ("Between entry and condenser lie roughly 535 degrees.", SPEED),
        ("The capital consists of roughly 9,198,000 shares.", STOCKS),
        ("The leather goods grew by 11.7%.", SECTORS),
        ("The 14B Corvid copy gets 57.2%.", "Raven-Copy-Corvid-14B scores 57.2% on the cup."),
        ("Larkfield may terminate within sixty days on a change of control of Boreal.", LATE),
    ],
)
def test_what_follows_or_is_put_in_another_order_is_not_marked(text: str, quote: str) -> None:
    assert not findings(text, quote)


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Holders will receive 17.66 Canadian cents per share.", HOLDERS),
        ("The committee has three executive members.", BOARD),
        ("The exchange is the largest market in Asia.", MARKET),
        ("In 2035 the time was five hours.", TIMES),
        ("On a change of control of Larkfield, Boreal may terminate within sixty days.", LATE),
        ("The turbine consumes only 1% to 3% of the pump power.", PUMP),
        ("The capital goods showed growth of 11.7%.", SECTORS),
        ("Larkfield may terminate after sixty days on a change of control of Boreal.", LATE),
        ("Growth averaged 5.15% over the two quarters.", SALES),
        ("The capital consists of roughly 8.1 million shares.", STOCKS),
    ],
)
def test_what_is_of_another_kind_or_exchanged_is_marked(text: str, quote: str) -> None:
    assert findings(text, quote)


GRAIN = "The harbour handled 46,200 tonnes of grain in 2041, compared with 50,800 tonnes in 2040."
NIGHT = "Only pilots with a licence may take ships through the strait at night."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Grain grew from 46,200 to 50,800 tonnes.", GRAIN),
        ("Grain rose to 46,200 tonnes in 2041.", GRAIN),
        ("The harbour handled 46,200 tonnes of timber in 2041.", GRAIN),
        ("Pilots without a licence may take ships through the strait at night.", NIGHT),
    ],
)
def test_a_trick_on_a_true_quote_is_marked(text: str, quote: str) -> None:
    assert findings(text, quote)


def test_what_a_true_quote_allows_is_not_marked() -> None:
    assert not findings("Grain fell to 46,200 tonnes in 2041.", GRAIN)
    assert not findings("Pilots without a licence may not take ships through the strait at night.", NIGHT)
