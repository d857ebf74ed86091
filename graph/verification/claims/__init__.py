"""Checks of a claim against the evidence that it quotes.

A claim's text and its `Evidence` go in; findings come out, each a contradiction or a doubt with its reason. Read
`check`, which calls all the others, then `evidence` and `wording`, then a package of checks.

- All checks, and the facts and words that must be there: `check`, `facts`, `names`, `acronyms`, `relevance`.
- The evidence and its texts: `evidence`, `wording`, `dates`, `ellipses`, `notation`.
- Numbers, and what each value is of: `numbers`, `values`.
- Who and what: `entities`.
- What is said of it: `assertions`, `words`, `comparisons`.
- Claims on tables: `tables`.
"""
