"""Checks of persons, things and events: whether a claim says of one what its quote says of another.

Takes a claim's text and its quote or evidence; returns a reason for doubt, or "". Read `subjects` first.

- The subject of a deed: `subjects`, `parted_subjects`, `doers`, `roles`.
- Things: `kinds`, `bracketed`, `slots`.
- Events: `events`.
"""
