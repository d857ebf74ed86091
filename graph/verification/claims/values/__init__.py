"""Checks of values beside others in a sentence: whether a claim has the one that belongs to its subject.

Takes a claim's text and its quote, whose numbers are known to agree; returns a reason for doubt, or "".
Read `context` first.

- Which of several values: `context`, `places`, `pairs`.
- Subject of the value: `owners`.
- Time and rate: `earlier`, `periods`, `rates`.
"""
