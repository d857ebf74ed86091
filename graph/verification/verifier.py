"""From claims to verdicts: what each rests on is looked up, and what does not stand there is said."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from graph.storage.base import Catalog, ChunkRow, PageRow, Transcript, layer_key
from graph.types import Citation, Claim, ClaimCheck, PageRef, is_verified
from graph.verification import facts, image_evidence, quotes

_RUN = 8
_WHOLE_PAGE = [[0.0, 0.0, 1.0, 1.0]]


class ClaimVerifier:
    """Checks claims against the passages and images that were offered for them."""

    def __init__(
        self, catalog: Catalog, offered: Sequence[str], views: Sequence[PageRef], instructions: Sequence[str] = ()
    ) -> None:
        self._catalog = catalog
        self._instructions = {run for text in instructions for run in _runs(text)}
        self._chunks = {chunk.id: chunk for chunk in catalog.chunks(offered)}
        self._read: dict[tuple[str, tuple[int, ...]], dict[int, Transcript]] = {}
        self._views = {(view["document"], view["page"]) for view in views}
        rows = (catalog.document(document) for document in {chunk.document for chunk in self._chunks.values()})
        self._titles = {row.id: row.title for row in rows if row}

    def check(self, claims: Sequence[Claim]) -> list[ClaimCheck]:
        """A verdict on each claim; the citations are numbered in order, the same quote has one number."""
        markers: dict[tuple[str, str], int] = {}
        verdicts = [self._verdict(claim) for claim in claims]
        for verdict in verdicts:
            if citation := verdict["citation"]:
                citation["marker"] = markers.setdefault((citation["chunk"], citation["quote"]), len(markers) + 1)
        return verdicts

    def _verdict(self, claim: Claim) -> ClaimCheck:
        if any(run in self._instructions for run in _runs(claim["text"])):
            return ClaimCheck(claim=claim, failure="it repeats its instructions", citation=None, repaired=False)
        if image := claim.get("image"):
            return self._seen(claim, image)
        chunk = self._chunks.get(claim["chunk"])
        place = None
        if chunk:
            place = quotes.locate(claim["quote"], self._transcripts(chunk.document, chunk.pages))
        return self._judged(claim, chunk, place)

    def _judged(self, claim: Claim, chunk: ChunkRow | None, place: quotes.QuoteLocation | None) -> ClaimCheck:
        title = self._titles.get(chunk.document, "") if chunk else ""
        failure = quotes.failure_reason(claim, chunk, place, title)
        citation = _citation(chunk, claim["quote"], place) if chunk and place and not failure else None
        return ClaimCheck(claim=claim, failure=failure, citation=citation, repaired=False)

    def _seen(self, claim: Claim, image: PageRef) -> ClaimCheck:
        """A claim on a page image: proven if its quote stands in the page's text, else taken as read if that may be."""
        document, page = image["document"], image["page"]
        near = [c for c in self._chunks.values() if c.document == document and page in c.pages]
        row = next(iter(self._catalog.pages(document, [page])), None)
        if (document, page) not in self._views or not near or row is None:
            return ClaimCheck(
                claim=claim, failure="it names an image that was not offered", citation=None, repaired=False
            )
        texts = self._texts(row)
        for text in texts:
            if place := quotes.locate(claim["quote"], {page: text}):
                wanted = quotes.normalised(claim["quote"])
                holding = [chunk for chunk in near if wanted in quotes.chunk_text(chunk)]
                return self._judged(claim, (holding or near)[0], place)
        failure = image_evidence.rejection_reason(claim["quote"], row, texts) or self._unheld(claim, near)
        citation = _as_read(near[0], claim["quote"], page, texts) if not failure else None
        return ClaimCheck(claim=claim, failure=failure, citation=citation, repaired=False)

    def _transcripts(self, document: str, pages: tuple[int, ...]) -> dict[int, Transcript]:
        """What was read on those pages; the claims of an answer mostly rest on the same one or two."""
        if (document, pages) not in self._read:
            self._read[document, pages] = self._catalog.transcripts(document, pages)
        return self._read[document, pages]

    def _texts(self, row: PageRow) -> list[Transcript]:
        """What is known of a page as text: its transcript, and its own text layer where that is legible."""
        read = self._transcripts(row.document, (row.page,)).get(row.page)
        layer = self._catalog.transcript(layer_key(row.document, row.page)) if row.legible else None
        return [text for text in (read, layer) if text]

    def _unheld(self, claim: Claim, near: Sequence[ChunkRow]) -> str:
        if not claim["text"].strip():
            return "it says nothing"
        parts = [quotes.evidence(claim["quote"], chunk, self._titles.get(chunk.document, "")) for chunk in near]
        above, around = (" ".join(getattr(part, name) for part in parts) for name in ("above", "around"))
        lacking = facts.unsupported_facts(claim["text"], facts.Evidence(claim["quote"], above, around))
        return f"its evidence does not hold {', '.join(lacking)}" if lacking else ""


def with_history(verdicts: Sequence[ClaimCheck], first: Sequence[ClaimCheck]) -> list[ClaimCheck]:
    """Verdicts after a repair; those on claims that were replaced say what stood there before, and why it failed."""
    told = []
    for verdict, before in zip(verdicts, first, strict=True):
        if before["failure"] and verdict["claim"] != before["claim"]:
            verdict = {**verdict, "repaired": True, "before": {"claim": before["claim"], "failure": before["failure"]}}
        told.append(verdict)
    return told


def _runs(text: str) -> list[str]:
    """All runs of eight words, so many that a claim has none of them in common with a prompt by chance."""
    words = re.findall(r"\w+", text.casefold())
    return [" ".join(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)]


def _citation(chunk: ChunkRow, quote: str, place: quotes.QuoteLocation) -> Citation:
    citation = Citation(
        marker=0,
        document=chunk.document,
        name=chunk.name,
        page=place.pages[0],
        quote=quote,
        boxes=[[round(edge, 4) for edge in box] for box in place.boxes],
        chunk=chunk.id,
    )
    if len(place.pages) > 1:
        citation["pages"] = list(place.pages)
        citation["next_boxes"] = [[round(edge, 4) for edge in box] for box in place.next_boxes]
    return citation


def _as_read(chunk: ChunkRow, quote: str, page: int, texts: Sequence[Transcript]) -> Citation:
    """A citation of what no text of the page holds: marked, with the box of the page's one figure or the whole page."""
    figures = [block.box for text in texts[:1] for block in text.blocks if block.is_figure]
    boxes = [[round(edge, 4) for edge in figures[0]]] if len(figures) == 1 and figures[0] else _WHOLE_PAGE
    citation = _citation(chunk, quote, quotes.QuoteLocation((page,), ()))
    citation["boxes"], citation["verified"], citation["read_from"] = boxes, False, "image"
    return citation


def count_outcomes(verdicts: Sequence[ClaimCheck]) -> Mapping[str, int]:
    """How many claims were proven, only read from an image, or left out."""
    cited = [verdict["citation"] for verdict in verdicts]
    proven = sum(1 for citation in cited if citation and is_verified(citation))
    seen = sum(1 for citation in cited if citation and not is_verified(citation))
    return {"proven": proven, "seen": seen, "dropped": len(cited) - proven - seen}
