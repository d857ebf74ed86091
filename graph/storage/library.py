"""The stores as one caller sees them: views of a catalog and of a vector index that are bound to a scope.

A view implements the protocols of `graph.storage.base`. Each of its methods is the implementation's with the scope
bound, which costs a tenth of a microsecond a call; it stores nothing.
"""

from __future__ import annotations

from functools import partial

from graph.access import Scope
from graph.storage.scoped import ScopedCatalog, ScopedVectors


class Library:
    """The catalog within a scope; a `graph.storage.base.Catalog`.

    Args:
        catalog: The catalog.
        scope: What the caller may see and change.
    """

    def __init__(self, catalog: ScopedCatalog, scope: Scope) -> None:
        self._bind_documents(catalog, scope)
        self._bind_chunks(catalog, scope)
        self.count_request, self.requests_sent = catalog.count_request, catalog.requests_sent
        self.get_meta, self.set_meta, self.keep_meta = catalog.get_meta, catalog.set_meta, catalog.keep_meta
        self.was_replaced, self.leave_path, self.close = catalog.was_replaced, catalog.leave_path, catalog.close

    def _bind_documents(self, catalog: ScopedCatalog, scope: Scope) -> None:
        self.add_document = partial(catalog.add_document, scope)
        self.document = partial(catalog.document, scope)
        self.documents = partial(catalog.documents, scope)
        self.searchable = partial(catalog.searchable, scope)
        self.count_searchable = partial(catalog.count_searchable, scope)
        self.named = partial(catalog.named, scope)
        self.retire = partial(catalog.retire, scope)
        self.forget_source = partial(catalog.forget_source, scope)
        self.pending_cleanup, self.cleanup_done = catalog.pending_cleanup, catalog.cleanup_done
        self.stale_vectors, self.delete_document = catalog.stale_vectors, catalog.delete_document
        self.is_held_by_others = partial(catalog.is_held_by_others, scope)

        self.pages = partial(catalog.pages, scope)
        self.failed_pages = partial(catalog.failed_pages, scope)
        self.images = partial(catalog.images, scope)
        self.set_front_matter = partial(catalog.set_front_matter, scope)
        self.set_labels = partial(catalog.set_labels, scope)
        self.lease_pages, self.renew_leases = catalog.lease_pages, catalog.renew_leases
        self.release_leases, self.forget_leases = catalog.release_leases, catalog.forget_leases
        self.count_attempt, self.record_page = catalog.count_attempt, catalog.record_page

        self.collections = partial(catalog.collections, scope)
        self.create_collection = partial(catalog.create_collection, scope)
        self.members = partial(catalog.members, scope)
        self.set_member = partial(catalog.set_member, scope)
        self.put_in = partial(catalog.put_in, scope)
        self.add_to = partial(catalog.add_to, scope)

    def _bind_chunks(self, catalog: ScopedCatalog, scope: Scope) -> None:
        self.transcript = partial(catalog.transcript, scope)
        self.transcripts = partial(catalog.transcripts, scope)
        self.blocks = partial(catalog.blocks, scope)
        self.add_transcript = catalog.add_transcript

        self.chunk_ids = partial(catalog.chunk_ids, scope)
        self.chunks = partial(catalog.chunks, scope)
        self.published = partial(catalog.published, scope)
        self.has_more_chunks = partial(catalog.has_more_chunks, scope)
        self.published_chunks = partial(catalog.published_chunks, scope)
        self.stage_chunks, self.publish = catalog.stage_chunks, catalog.publish
        self.chunks_fingerprint = catalog.chunks_fingerprint

        self.search_text = partial(catalog.search_text, scope)
        self.near_stems = partial(catalog.near_stems, scope)
        self.document_frequencies = catalog.document_frequencies
        self.holds_other_scripts = catalog.holds_other_scripts

        self.token_vectors = partial(catalog.token_vectors, scope)
        self.sentence_vectors = partial(catalog.sentence_vectors, scope)
        self.multilingual_vectors = partial(catalog.multilingual_vectors, scope)
        self.add_token_vectors, self.add_multilingual_vectors = (
            catalog.add_token_vectors,
            catalog.add_multilingual_vectors,
        )
        self.add_prefetched_vectors, self.prefetched_vectors = (
            catalog.add_prefetched_vectors,
            catalog.prefetched_vectors,
        )


class LibraryVectors:
    """The vector index within a scope; a `graph.storage.base.VectorIndex`.

    Args:
        index: The index.
        scope: What the caller may see.
    """

    def __init__(self, index: ScopedVectors, scope: Scope) -> None:
        self._index, self.is_limited = index, not scope.is_everything
        self.check, self.add, self.stored_ids = index.check, index.add, index.stored_ids
        self.vectors = partial(index.vectors, scope)
        self.search = partial(index.search, scope)
        self.search_among = partial(index.search_among, scope)
        self.delete_document, self.delete_stale = index.delete_document, index.delete_stale
        self.reset, self.count, self.close = index.reset, index.count, index.close

    @property
    def is_open(self) -> bool:
        """Whether the next call finds the index loaded and opened in this process."""
        return self._index.is_open
