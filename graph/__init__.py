"""The LangGraph application: `app` is the root graph, `ingestion` and `query` are its subgraphs.

Nothing is imported here, so that `import graph.<module>` stays quick.
"""
