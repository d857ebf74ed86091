"""Assertions: whether a claim denies, hedges or generalises as its quote does.

Takes a claim's text and its quote or evidence; gives back a reason for doubt, or an empty text. Read `negation` and
`modality` first.

- Denied, possible, planned or reported: `negation`, `modality`, `plans`, `reports`.
- Said of all or of some: `scope`.
- Words of the sentence that the quote leaves out: `cut_quotes`.
"""
