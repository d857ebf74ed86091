"""The plan for hard questions: steps in parallel, in a subgraph of the query graph, bounded in steps and requests."""
