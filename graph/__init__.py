"""The state machine: `app` is the root graph; `ingestion` and `query` are its two halves.

Nothing is imported here, so that `import graph.<module>` stays quick.
"""
