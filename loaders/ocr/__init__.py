"""Optical character recognition of page images.

- Reading a page: `engine`, `layout`, `lines`, `legibility`, `perspective`, `turned_parts`, `tesseract`.
- Recognising lines: `recognition`, `detection`, `readings`, `rapid`, `gutters`, `spacing`.
- Signs: `glyphs`, `shapes`, `line_print`, `fractions`, `currency`, `dashes`, `lost_signs`, `sign_doubts`.
- Tables and charts: `tables`, `table_cells`, `row_groups`, `ruled`, `charts`.
- Marks and drawings: `ink`, `strikes`, `tick_boxes`, `round_buttons`, `circled`, `pale_marks`.
"""
