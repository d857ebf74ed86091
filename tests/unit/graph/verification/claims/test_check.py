"""What the check of a claim finds in running text: contradictions, and doubts by kind."""

from __future__ import annotations

import pytest

from graph.verification.claims.check import check_claim, contradictions_of, doubts_of
from graph.verification.claims.evidence import Evidence


def findings(text: str, quote: str, around: str = "", document: str = "") -> dict[str, str]:
    """Return what is found of a claim by kind, with its severity."""
    return {found.kind: found.severity for found in check_claim(text, evidence_of(quote, around, document))}


def evidence_of(quote: str, around: str = "", document: str = "") -> Evidence:
    """Return the evidence of a quote in running text."""
    whole = around if quote in around else f"{around} {quote}"
    return Evidence(quote, "", whole, whole, quote, "", (), (), lambda: document or whole)


FERRY = "The ferry carried 12,480 passengers in 2021 and 15.6% of them paid the winter fare."
CLIFF = "Between March and June 2019 the wardens counted puffins and razorbills on the cliff."
PUMP = "The new pump uses 30% less oil than the old pump, but its noise was not measured."
GRANT = "The board may close the slipway if most of the members agree."
GUIDE = "Edith Carrow trained Anna Byrd, who later became the first warden of the island."
LIGHT = "The lighthouse was sold by the Crown to the Tarn Trust in 1931 for 4.2 million crowns."
TIDE = "The gauge read an average level of 3.1 metres in May and a peak level of 4.7 metres in October."
PLAN = "The trust launched a campaign to restore the chapel; only the roof was repaired."
KINDS = "Three birds nest there: puffins, razorbills and guillemots."
COAL = "Altogether 8,140 barges carried coal in the month of August alone."
GAMES = "In 1931 Hollin defeated Marsh in Great Tarring."
YIELD = "Output rose from 41.5 tonnes to 63.0 tonnes, matching the level of the Wick harbour."


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        (FERRY, FERRY),
        ("In 2021 the ferry carried 12480 passengers.", FERRY),
        ("The ferry carried about 12,000 passengers in 2021.", FERRY),
        ("The ferry carried around 12.5 thousand passengers.", FERRY),
        ("About 16% of the passengers paid the winter fare.", FERRY),
        ("15.60 percent of them paid the winter fare.", FERRY),
        ("Die Fähre beförderte 2021 12.480 Passagiere, 15,6 % davon zum Wintertarif.", FERRY),
        ("En 2021, le ferry a transporté 12 480 passagers.", FERRY),
        ("From Mar to Jun 2019 puffins were counted.", CLIFF),
        ("Puffins were counted for four months in 2019.", CLIFF),
        ("The wardens counted two kinds of birds: puffins and razorbills.", CLIFF),
        ("The noise of the new pump was not measured.", PUMP),
        ("The old pump uses more oil than the new pump.", PUMP),
        ("Nobody measured the noise of the new pump.", PUMP),
        ("Perhaps the board will close the slipway.", GRANT),
        ("With the consent of most members the slipway might be closed.", GRANT),
        ("Anna Byrd was trained by Edith Carrow.", GUIDE),
        ("Anna Byrd was the first warden.", GUIDE),
        ("The Crown sold the lighthouse to the Tarn Trust.", LIGHT),
        ("In 1931 the Tarn Trust bought the lighthouse for 4,200,000 crowns.", LIGHT),
        ("The average level was 3.1 m, the peak level 4.7 m.", TIDE),
        ("The peak level was 1.6 metres above the average level of 3.1 metres.", TIDE),
        ("A campaign to restore the chapel was launched.", PLAN),
        ("Nothing but the roof was repaired.", PLAN),
        ("There are 3 birds: puffins, razorbills, and guillemots.", KINDS),
        ("In August 8,140 barges carried coal.", COAL),
        ("The repair cost seven million crowns.", "The repair cost seven ² million crowns."),
        ("In August 8,140 barges carried coal.", COAL.replace("8,140", "8,140[12]")),
        ("In August 8,140 barges carried coal.", COAL.replace("8,140", "8,140(12)")),
        ("In August 8,140 barges carried coal.", COAL.replace("8,140", "8,140$^12$")),
        ("In Great Tarring, Hollin defeated Marsh.", GAMES),
        ("Output grew from 41.5 to 63 tonnes.", YIELD),
        ("Output grew by 21.5 tonnes to 63.0 tonnes.", YIELD),
        ("Output grew by about 52 percent, from 41.5 to 63.0 tonnes.", YIELD),
    ],
)
def test_a_claim_that_says_the_same_is_not_marked(text: str, quote: str) -> None:
    assert findings(text, quote) == {}


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The ferry carried 12,840 passengers in 2021.", FERRY, "number"),
        ("The ferry carried 1,248 passengers in 2021.", FERRY, "number"),
        ("The ferry carried 12,480 passengers in 2012.", FERRY, "number"),
        ("The wardens counted three kinds: puffins and razorbills.", CLIFF, "number"),
        ("Between April and June 2019 puffins were counted.", CLIFF, "date"),
        ("Between March and June 2018 puffins were counted.", CLIFF, "number"),
        ("Ada Moss trained Anna Byrd.", GUIDE, "name"),
        ("The lighthouse was sold for 4.2 million euros.", LIGHT, "unit"),
        ("15.6 percentage points of them paid the winter fare.", FERRY, "unit"),
        ("The average level was 3.1 feet.", TIDE, "unit"),
        ("Output grew by 31.5 tonnes to 63.0 tonnes.", YIELD, "number"),
        ("Output fell from 41.5 tonnes to 63.0 tonnes.", YIELD, "direction"),
    ],
)
def test_what_the_evidence_does_not_hold_is_a_contradiction(text: str, quote: str, kind: str) -> None:
    assert findings(text, quote).get(kind) == "contradiction"


@pytest.mark.parametrize(
    ("text", "quote", "kinds"),
    [
        ("Between June and March 2019 puffins were counted.", CLIFF, {"date"}),
        ("The new pump uses 30% more oil than the old pump.", PUMP, {"direction", "comparison"}),
        ("The old pump uses 30% less oil than the new pump.", PUMP, {"comparison"}),
        ("The noise of the new pump was measured.", PUMP, {"negation"}),
        ("The board will close the slipway if most of the members agree.", GRANT, {"modality"}),
        ("The board may close the slipway if all of the members agree.", GRANT, {"scope"}),
        ("The board must close the slipway if most of the members agree.", GRANT, {"modality"}),
        ("Anna Byrd trained Edith Carrow.", GUIDE, {"name"}),
        ("In 1931 Marsh defeated Hollin.", GAMES, {"name"}),
        ("In Great Tarring, Marsh defeated Hollin.", GAMES, {"name"}),
        ("Anna Byrd later became the last warden of the island.", GUIDE, {"direction"}),
        ("The lighthouse was bought by the Crown from the Tarn Trust.", LIGHT, {"direction"}),
        ("The average level was 4.7 metres.", TIDE, {"number"}),
        ("The minimum level was 3.1 metres in May.", TIDE, {"direction"}),
        ("The trust restored the chapel.", PLAN, {"modality"}),
        ("The roof and the walls of the chapel were never repaired.", PLAN, {"scope", "negation"}),
        ("12,480 vehicles were carried by the ferry in 2021.", FERRY, {"unit"}),
        ("The harbour master wrote a long letter to the minister about wages.", KINDS, {"relevance"}),
        ("Die neue Pumpe braucht 30 % mehr Öl als die alte Pumpe.", PUMP, {"direction", "comparison"}),
    ],
)
def test_words_that_may_say_something_else_raise_a_doubt(text: str, quote: str, kinds: set[str]) -> None:
    found = findings(text, quote)
    assert kinds & set(found), found
    assert set(found.values()) == {"doubt"}


GERMAN = "Die Fähre fährt nicht im Winter; nur Mitglieder dürfen sie möglicherweise im März nutzen."


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Die Fähre fährt im Winter.", "negation"),
        ("Mitglieder nutzen sie im März.", "modality"),
        ("Die Fähre fährt nicht im Sommer.", "direction"),
    ],
)
def test_german_claims_are_doubted_by_their_words(text: str, kind: str) -> None:
    assert findings(text, GERMAN).get(kind) == "doubt"


def test_an_acronym_is_known_only_as_the_document_spells_it() -> None:
    quote, spelled = "We use TDA as the method.", "Tidal Drift Analysis (TDA) is new."
    assert findings("The method is TDA (Tidal Drift Analysis).", quote, document=spelled) == {}
    assert findings("The method is TDA (Total Dune Area).", quote, document=spelled) == {"name": "contradiction"}
    assert findings("The method is Tidal Drift Analysis.", quote, document="TDA") == {"name": "contradiction"}


def test_reasons_tell_how_to_mend_a_claim() -> None:
    evidence = Evidence(FERRY, "", FERRY, FERRY, FERRY)
    found = check_claim("The Tarn ferry carried 99 passengers.", evidence)
    assert contradictions_of(found) == (
        "the quote does not hold 99: quote the words with it, or leave it out; "
        "the passage does not name Tarn: leave it out, or cite the passage that does"
    )
    assert doubts_of(found) == []


@pytest.mark.parametrize("quote", [FERRY, CLIFF, PUMP, GRANT, GUIDE, LIGHT, TIDE, PLAN, KINDS, YIELD, GERMAN])
def test_a_sentence_supports_itself_and_its_beginning(quote: str) -> None:
    assert findings(quote, quote) == {}
    assert findings(f"The report says that {quote[0].lower()}{quote[1:]}", quote) in ({}, {"relevance": "doubt"})


PASSAGE = (
    "What may happen to boats\n\nSkerra took the barge. "
    "In 1911 the barge may have sunk near Tolm. It is not true that Hollin won the cup. "
    "The pier opens only in June. Boats pass the lock for 14 crowns, unless it is shut. "
    "The keeper could not swim, and he drowned in Tolm. "
    "Die Schleuse ist nicht im Winter geöffnet. In May the roof was mended. If it rains, the hall is used. "
    "Nothing was paid. The roof may leak. Sule swam. Perhaps Sule swam."
)


@pytest.mark.parametrize(
    ("text", "quote", "kind"),
    [
        ("The barge sank near Tolm.", "have sunk near Tolm", "modality"),
        ("Hollin won the cup.", "Hollin won the cup", "negation"),
        ("Hollin won the cup.", "It is not true that Hollin won the cup.", "negation"),
        ("The pier opens in June.", "in June", "scope"),
        ("Boats pass the lock for 14 crowns.", "Boats pass the lock for 14 crowns", "modality"),
        ("Die Schleuse ist im Winter geöffnet.", "im Winter geöffnet", "negation"),
    ],
)
def test_a_word_that_is_cut_off_before_or_after_a_quote_raises_a_doubt(text: str, quote: str, kind: str) -> None:
    assert findings(text, quote, PASSAGE).get(kind) == "doubt"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("The barge may have sunk near Tolm.", "have sunk near Tolm"),
        ("It is untrue that Hollin won the cup; he did not.", "It is not true that Hollin won the cup."),
        ("He drowned in Tolm.", "he drowned in Tolm"),
        ("The roof was mended.", "the roof was mended"),
        ("The roof was mended in May.", "In May the roof was mended"),
        ("Sule swam.", "Sule swam"),
        ("Skerra took a barge.", "Skerra took the barge"),
    ],
)
def test_a_quote_that_leaves_nothing_out_raises_none(text: str, quote: str) -> None:
    assert findings(text, quote, PASSAGE) == {}
