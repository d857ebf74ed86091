"""The query graph: from a question to a cited answer, or to a refusal with its reason."""
