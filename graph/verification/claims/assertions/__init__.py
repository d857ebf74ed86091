"""Checks of negation, hedges and generality: whether a claim denies, hedges or generalises as its quote does.

Takes a claim's text and its quote or evidence; returns a reason for doubt, or "". Read `negation` and
`modality` first.

- Denied, possible, planned or reported: `negation`, `modality`, `plans`, `reports`.
- All or some: `scope`.
- Words of the sentence that the quote leaves out: `cut_quotes`.
"""
