"""The verifier of claims: finds each claim's quote on its page and compares the claim with the quoted text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from graph.storage.base import Catalog
from graph.storage.rows import ChunkRow, PageRow, SentenceRow, Transcript, layer_key, ocr_key
from graph.types import Citation, Claim, ClaimCheck, Computation, PageRef, Statement, is_verified
from graph.verification import computations, image_evidence, quotes
from graph.verification.claims import check as claim_check
from graph.verification.claims.check import check_claim, contradictions_of, doubts_of
from graph.verification.claims.evidence import Evidence, evidence_for
from graph.verification.outcomes import citations_of, numbered, settled
from graph.verification.witness import SEEN_IN_IMAGE, Finding, Witnesses, testify
from loaders.text.plain import plain

_RUN_LENGTH = 8  # words; a claim never shares so long a run with a prompt by coincidence
_INSTRUCTED = "it repeats its instructions: state what the quote says"
_NO_IMAGE = "it names an image that was not offered: name the passage or image that holds the quote"
_WHOLE_PAGE = [[0.0, 0.0, 1.0, 1.0]]


class ClaimVerifier:
    """Checks claims against the chunks and page images that the engine was given."""

    def __init__(
        self, catalog: Catalog, offered: Sequence[str], views: Sequence[PageRef], instructions: Sequence[str] = ()
    ) -> None:
        self._catalog = catalog
        self._instructions = frozenset[str]().union(*map(_runs_of_prompt, instructions))
        self._chunks = {chunk.id: chunk for chunk in catalog.chunks(offered)}
        self._read: dict[tuple[str, tuple[int, ...]], dict[int, Transcript]] = {}
        self._witnesses = Witnesses(catalog)
        self._places: dict[tuple[str, str], quotes.QuoteLocation | None] = {}
        self._whole: dict[str, str] = {}
        self._views = {(view["document"], view["page"]) for view in views}
        rows = catalog.documents({chunk.document for chunk in self._chunks.values()})
        self._titles = {row.id: row.title for row in rows}

    def check(self, claims: Sequence[Claim]) -> list[ClaimCheck]:
        """Check each claim; number the citations in order, with one number for the same quote of a chunk."""
        checks = numbered([self._check(claim) for claim in claims])
        for citation in (citation for check in checks for citation in citations_of(check)):
            self._label(citation)
        return [settled(check) for check in checks]

    def statement(self, check: ClaimCheck) -> Statement | None:
        """Return a claim that passed, with its quote, for a check by a model; None if there is nothing to decide.

        There is none for a claim that repeats its quote, is computed from cells, or is not claimed to answer.
        """
        claim, citation = check["claim"], check["citation"]
        chunk = self._chunks.get(citation["chunk"]) if citation else None
        if chunk is None or claim.get("computation") or claim.get("related"):
            return None
        said = quotes.normalised(claim["text"].strip(" ."))
        if said in quotes.normalised(claim["quote"]) and not check.get("doubts"):
            return None
        evidence = self._evidence(claim["quote"], chunk)
        title = self._titles.get(chunk.document) or chunk.name
        context = [" › ".join([title, *chunk.headings]), *(row.search for row in evidence.rows)]
        cut = claim_check.cut_of(claim["text"], evidence)
        return Statement(claim["text"], cut.sentence if cut else claim["quote"], "\n".join(context))

    def pages_without_witness(self, claims: Sequence[Claim]) -> list[PageRow]:
        """Return the pages of the claims' quotes that only a model has read, for OCR to read before the check."""
        found: dict[tuple[str, int], PageRow] = {}
        for claim in claims:
            chunk, image = self._chunks.get(claim["chunk"]), claim.get("image")
            document, pages = chunk.document if chunk else "", chunk.pages if chunk else ()
            if image:
                document, pages = image["document"], (image["page"],)
            elif chunk and (place := self._locate(claim["quote"], chunk)):
                pages = place.pages
            found |= {(row.document, row.page): row for row in self._witnesses.lacking(document, pages)}
        return list(found.values())

    def _label(self, citation: Citation) -> None:
        """Add to a citation its pages' printed labels, where these differ from their numbers."""
        pages = citation.get("pages") or [citation["page"]]
        labels = [row.label for row in self._catalog.pages(citation["document"], pages)]
        if labels and all(labels):
            citation["label"] = "-".join(labels)

    def _check(self, claim: Claim) -> ClaimCheck:
        if any(run in self._instructions for run in _runs(claim["text"])):
            return ClaimCheck(claim=claim, failure=_INSTRUCTED, citation=None, repaired=False)
        if image := claim.get("image"):
            return self._check_on_image(claim, image)
        if computation := claim.get("computation"):
            return self._check_computed(claim, computation)
        chunk = self._chunks.get(claim["chunk"])
        place = self._locate(claim["quote"], chunk) if chunk else None
        if chunk and place is None:
            place = self._witnesses.find(claim["quote"], chunk, self._transcripts(chunk.document, chunk.pages))
        return self._check_at(claim, chunk, place)

    def _locate(self, quote: str, chunk: ChunkRow) -> quotes.QuoteLocation | None:
        """Return the place of a quote, cached: it is needed for the pages without a witness and for the check."""
        if (key := (quote, chunk.id)) not in self._places:
            pages = self._transcripts(chunk.document, chunk.pages)
            self._places[key] = quotes.locate(quote, pages) or quotes.locate_row(quote, chunk, pages)
        return self._places[key]

    def _check_at(self, claim: Claim, chunk: ChunkRow | None, place: quotes.QuoteLocation | None) -> ClaimCheck:
        failure = quotes.failure_reason(claim, chunk, place)
        if failure or not chunk or not place:
            return ClaimCheck(claim=claim, failure=failure, citation=None, repaired=False)
        findings = check_claim(claim["text"], self._evidence(claim["quote"], chunk))
        if failure := contradictions_of(findings):
            if not (better := self._elsewhere(claim, chunk)):
                return ClaimCheck(claim=claim, failure=failure, citation=None, repaired=False)
            chunk, place, findings = better
        quote = place.quote or claim["quote"]
        finding = self._witnesses.judge(quote, chunk, place, self._transcripts(chunk.document, place.pages))
        check = ClaimCheck(claim=claim, failure="", citation=_citation(chunk, quote, finding), repaired=False)
        if doubts := doubts_of(findings):
            check["doubts"] = doubts
        return check

    def _elsewhere(
        self, claim: Claim, chunk: ChunkRow
    ) -> tuple[ChunkRow, quotes.QuoteLocation, tuple[claim_check.Finding, ...]] | None:
        """Return another given passage of the document with the same quote that does not contradict the claim."""
        wanted = quotes.normalised(plain(claim["quote"]))
        for other in self._chunks.values():
            if other.document != chunk.document or other.id == chunk.id or wanted not in quotes.chunk_text(other):
                continue
            findings = check_claim(claim["text"], self._evidence(claim["quote"], other))
            place = self._locate(claim["quote"], other)
            if place and not contradictions_of(findings):
                return other, place, findings
        return None

    def _evidence(self, quote: str, chunk: ChunkRow) -> Evidence:
        return evidence_for(quote, chunk, self._titles.get(chunk.document, ""), lambda: self._text_of(chunk.document))

    def _text_of(self, document: str) -> str:
        """Return the text of a whole document, cached; needed only where a claim spells out an acronym."""
        if document not in self._whole:
            blocks = (block for _, page in self._catalog.blocks(document) for block in page)
            self._whole[document] = " ".join(block.text for block in blocks)
        return self._whole[document]

    def _check_computed(self, claim: Claim, computation: Computation) -> ClaimCheck:
        """Check a computed claim: each of its rows is on a page, and the result follows from their cells."""
        failure = computations.failure_of_result(claim, computation)
        found = [self._cite(chunk, quote) for chunk, quote in self._quotes(computation)] if not failure else []
        # The least certain row decides about the result, and comes first.
        citations = sorted((citation for citation in found if citation), key=is_verified)
        if not failure and len(citations) < len(found):
            failure = "a row that it is computed from is not on the page"
        if failure or not citations:
            return ClaimCheck(claim=claim, failure=failure or "it names no row", citation=None, repaired=False)
        check = ClaimCheck(claim=claim, failure="", citation=citations[0], repaired=False)
        return {**check, "further": citations[1:]} if citations[1:] else check

    def _cite(self, chunk: ChunkRow | None, quote: str) -> Citation | None:
        if chunk is None:
            return None
        place = quotes.locate(quote, self._transcripts(chunk.document, chunk.pages))
        if place is None:
            return None
        quote = place.quote or quote
        finding = self._witnesses.judge(quote, chunk, place, self._transcripts(chunk.document, place.pages))
        return _citation(chunk, quote, finding)

    def _quotes(self, computation: Computation) -> list[tuple[ChunkRow | None, str]]:
        """Return the rows of a computation as quotes; adjacent rows of one page are one quote."""
        found: list[tuple[ChunkRow | None, str]] = []
        for key in dict.fromkeys(one["chunk"] for one in computation["operands"]):
            chunk = self._chunks.get(key)
            wanted = {one["quote"] for one in computation["operands"] if one["chunk"] == key}
            if chunk is None:
                return [(None, "")]
            found += [(chunk, quote) for quote in self._joined(chunk, wanted)]
        return found

    def _joined(self, chunk: ChunkRow, wanted: set[str]) -> list[str]:
        """Return the wanted rows of a chunk; rows that are adjacent in the chunk and on their page are joined."""
        runs: list[list[SentenceRow]] = []
        for before, row in zip((None, *chunk.sentences), chunk.sentences, strict=False):
            if row.kind != "row" or row.text not in wanted:
                continue
            if runs and before is runs[-1][-1] and before.pages == row.pages:
                runs[-1].append(row)
            else:
                runs.append([row])
        joined: list[str] = []
        for run in runs:
            whole = " ".join(row.text for row in run)
            joined += [whole] if self._cite(chunk, whole) else [row.text for row in run]
        return joined

    def _check_on_image(self, claim: Claim, image: PageRef) -> ClaimCheck:
        """Check a claim on a page image: by the page's text if its quote is there, else by the rules for images."""
        document, page = image["document"], image["page"]
        near = [c for c in self._chunks.values() if c.document == document and page in c.pages]
        row = next(iter(self._catalog.pages(document, [page])), None)
        if (document, page) not in self._views or not near or row is None:
            return ClaimCheck(claim=claim, failure=_NO_IMAGE, citation=None, repaired=False)
        texts = self._texts(row)
        for text in texts:
            if place := quotes.locate(claim["quote"], {page: text}):
                wanted = quotes.normalised(place.quote or claim["quote"])
                holding = [chunk for chunk in near if wanted in quotes.chunk_text(chunk)]
                return self._check_at(claim, (holding or near)[0], place)
        failure = image_evidence.rejection_reason(claim["quote"], row, texts) or self._image_failure(claim, near)
        citation = _image_citation(near[0], claim["quote"], page, texts) if not failure else None
        return ClaimCheck(claim=claim, failure=failure, citation=citation, repaired=False)

    def _transcripts(self, document: str, pages: tuple[int, ...]) -> dict[int, Transcript]:
        """Return the transcripts of pages, cached: the claims of an answer mostly cite the same one or two."""
        if (document, pages) not in self._read:
            self._read[document, pages] = self._catalog.transcripts(document, pages)
        return self._read[document, pages]

    def _texts(self, row: PageRow) -> list[Transcript]:
        """Return the texts of a page: its transcript, and its own text layer if that is legible, else the OCR text."""
        read = self._transcripts(row.document, (row.page,)).get(row.page)
        key = layer_key if row.legible else ocr_key
        return [text for text in (read, self._catalog.transcript(key(row.document, row.page))) if text]

    def _image_failure(self, claim: Claim, near: Sequence[ChunkRow]) -> str:
        """Return why a claim's quote from an image and that page's chunks do not support it; "" if they do."""
        if not claim["text"].strip():
            return "it is empty: state what the quote says"
        parts = [self._evidence(claim["quote"], chunk) for chunk in near]
        above, around = (" ".join(getattr(part, name) for part in parts) for name in ("above", "around"))
        return contradictions_of(check_claim(claim["text"], Evidence(claim["quote"], above, around)))


@lru_cache(maxsize=8)
def _runs_of_prompt(text: str) -> frozenset[str]:
    return frozenset(_runs(text))


def _runs(text: str) -> list[str]:
    """Return all runs of eight consecutive words of a text."""
    words = re.findall(r"\w+", text.casefold())
    return [" ".join(words[at : at + _RUN_LENGTH]) for at in range(len(words) - _RUN_LENGTH + 1)]


def _citation(chunk: ChunkRow, quote: str, finding: Finding) -> Citation:
    place = finding.place
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
    testify(citation, finding)
    return citation


def _image_citation(chunk: ChunkRow, quote: str, page: int, texts: Sequence[Transcript]) -> Citation:
    """Return an unverified citation of a page image, with the box of the page's only figure, or of the whole page."""
    figures = [block.box for text in texts[:1] for block in text.blocks if block.is_figure]
    boxes = [[round(edge, 4) for edge in figures[0]]] if len(figures) == 1 and figures[0] else _WHOLE_PAGE
    citation = _citation(chunk, quote, Finding(quotes.QuoteLocation((page,), ()), "image", SEEN_IN_IMAGE))
    citation["boxes"] = boxes
    return citation
