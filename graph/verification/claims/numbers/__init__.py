"""Numbers of a claim: whether its evidence holds or implies each of them, and what each one measures.

Takes a claim's text and its evidence; returns the numbers that nothing supports, and reasons against the others.
Read `parsing` and `arithmetic` first, then `support`, which asks the other modules.

- Numbers as written, and their units: `parsing`, `units`, `conversions`.
- Numbers that the claim calculates: `arithmetic`, `results`, `counts`, `durations`.
- Numbers that the quote implies: `implied`, `remainders`, `compared`.
- The check: `support`.
"""
