"""Retrieval: full text, vectors, late interaction (MaxSim) and their fusion."""
