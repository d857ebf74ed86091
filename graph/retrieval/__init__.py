"""Retrieval: full text, vectors, late interaction, fusion."""
