"""Checks of a claim's numbers: whether its evidence has or implies each of them, and what each one measures.

Takes a claim's text and its evidence; returns the unsupported numbers, and reasons against the others.
Read `parsing` and `arithmetic` first, then `support`, which calls the other modules.

- Numbers as written, and their units: `parsing`, `units`, `conversions`.
- Numbers that the claim calculates: `arithmetic`, `results`, `counts`, `durations`.
- Numbers that the quote implies: `implied`, `remainders`, `compared`.
- The check: `support`.
"""
