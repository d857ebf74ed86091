"""Directions, comparisons and relations: whether a claim says "rose" or "more" where its quote says the opposite.

Takes a claim's text and its quote or evidence; gives back a reason against the claim, or an empty text. Read
`directions` first.

- Opposites: `directions`, `opposites`, `opposite_words`, `contrasts`.
- Sides and order: `relations`, `courses`.
"""
