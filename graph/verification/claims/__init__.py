"""Checks of a claim against the evidence that it quotes.

The input is a claim's text and its `Evidence`, the output a list of findings: contradictions and doubts. Read
`check`, which calls all the others, then `evidence` and `wording`, then a package of checks.

- All checks, and the required facts and words: `check`, `facts`, `names`, `acronyms`, `relevance`.
- The evidence and its texts: `evidence`, `wording`, `dates`, `ellipses`, `notation`.
- Numbers, and the subject of each value: `numbers`, `values`.
- Persons and things: `entities`.
- Statements about them: `assertions`, `words`, `comparisons`.
- Claims on tables: `tables`.
"""
