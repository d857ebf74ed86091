"""Directions, comparisons and relations: whether a claim says "rose" or "more" where its quote says the opposite.

Takes a claim's text and its quote or evidence; returns a reason against the claim, or "". Read
`directions` first.

- Opposites: `directions`, `opposites`, `opposite_words`, `contrasts`.
- Sides of relations, ranges and their order: `relations`, `courses`.
"""
