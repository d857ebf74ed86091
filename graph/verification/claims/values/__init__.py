"""Values that stand beside others in a sentence: whether a claim takes the one that belongs to what it speaks of.

Takes a claim's text and its quote, whose numbers are known to agree; returns a reason for doubt, or "".
Read `context` first.

- Which of several values: `context`, `places`, `pairs`.
- What the value is of: `owners`.
- Which time, and per what: `earlier`, `periods`, `rates`.
"""
