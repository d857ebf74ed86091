"""Benchmark of the check of claims by code: the search for the quote, its boxes and `graph/verification/claims`."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from graph.access import Scope
from graph.engines.offline.minilm import MiniLM
from graph.types import Claim
from tests.benchmarks import documents, machine
from tests.benchmarks.comparison import Comparison, Samples, Sizes, alternate

_MOST = 3.5  # 2.1 and 2.8 in two runs, ten minutes apart, on a machine whose speed changed
_MODEL = MiniLM()
CLAIMS = (
    "According to the report, {}",
    "{} This was measured twice by 7 people.",
    "The report does not say that {}",
)
"""The claim about each quote: a copy in a frame, with a number that is not in it, or negated."""


def measure(sizes: Sizes) -> list[Comparison]:
    """Measure the CPU time of a claim, true and false ones about every sentence of the sample report.

    The other side is what a check by a model would have to do first: encode the claim and its quote.
    """
    home = sizes.folder / "tmp" / "claims" / "home"
    home.mkdir(parents=True)
    machine.settle(machine.environment(home, PAGEWITNESS_ENGINE="offline"))
    from graph import dependencies
    from graph.app import app

    app.invoke({"sources": [str(documents.SAMPLE)]}, context={"engine": "offline"})
    catalog = dependencies.stores(Scope.everything()).catalog
    (document,) = catalog.documents()
    chunks = catalog.chunks(catalog.chunk_ids(document.id))
    claims = [
        Claim(text=form.format(sentence.text), chunk=chunk.id, quote=sentence.text)
        for chunk in chunks
        for sentence in chunk.sentences
        if len(sentence.text) > 40
        for form in CLAIMS
    ]
    checked, encoded = alternate(
        lambda: _check(catalog, [chunk.id for chunk in chunks], claims), lambda: _encode(claims), times=sizes.of(7, 3)
    )
    dependencies.home_stores().close()
    return [
        Comparison(
            "claim", "checking a claim by code, the search for its quote included, against encoding it and its quote",
            "ms", Samples("CPU time of a check", checked), Samples("of the small model", encoded), _MOST, "most",
            note=f"{len(claims)} claims with the sentences and table rows of the sample report as their quotes.",
        )
    ]  # fmt: skip


def _check(catalog: Any, offered: Sequence[str], claims: Sequence[Claim]) -> float:
    """Return the milliseconds of CPU time for each claim; every verifier begins with empty caches of pages."""
    from graph.verification.verifier import ClaimVerifier

    began = time.process_time()
    for claim in claims:
        ClaimVerifier(catalog, offered, []).check([claim])
    return 1000 * (time.process_time() - began) / len(claims)


def _encode(claims: Sequence[Claim]) -> float:
    """Return the milliseconds of CPU time in which the offline model encodes a claim and its quote."""
    began = time.process_time()
    for claim in claims:
        _MODEL.encode([claim["text"], claim["quote"]])
    return 1000 * (time.process_time() - began) / len(claims)
