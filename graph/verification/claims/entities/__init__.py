"""People, things and events: whether a claim says of one what its quote says of another.

Takes a claim's text and its quote or evidence; returns a reason for doubt, or "". Read `subjects` first.

- Who did it: `subjects`, `parted_subjects`, `doers`, `roles`.
- Which thing: `kinds`, `bracketed`, `slots`.
- Which event: `events`.
"""
