"""Storage: catalog, vectors, page images, and the lock on the home folder.

- The stores as a caller sees them: `stores`, `library`, `scoped`, `base`, `rows`, `summaries`.
- The catalog: `catalog`, `ledger`, `schema`, `database`, `sql`, `fulltext`, `chunk_rows`, `document_rows`,
  `transcript_rows`, `entries`, `collections`, `known_files`, `page_leases`, `single_values`, `document_names`,
  `document_labels`, `cleanup`, `cleanup_marks`.
- Vectors: `vectors`, `vector_store`, `token_vectors`, `token_codes`.
- Files: `page_images`, `blobs`, `shared_images`, `shared_uploads`, `user_files`, `home_lock`.
- Shared by several machines: `postgres`, `quota`, `redis_quota`.
"""
