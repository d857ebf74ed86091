"""Storage: catalog, vectors, page images, and the lock on the home folder."""
