"""Checks of claims on tables: whether a value is in the row, column, band and year that the claim names.

Takes a claim's text and evidence with the quoted rows; returns a reason against the claim, or "". Read
`names` first, which finds the rows and columns that a claim names.

- Row, column and band: `names`, `places`.
- Highest, lowest, and which of two: `order`.
- Years: `years`.
"""
