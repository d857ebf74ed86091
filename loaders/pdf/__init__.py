"""Reader of documents that PyMuPDF opens: text layer, layout, tables.

- Opening and reading: `document`, `reader`, `sheets`, `proof`.
- The text layer: `page_content`, `text_layer`, `styled_words`, `text_alone`, `visibility`, `replaced_text`,
  `raised_signs`, `bidi`, `spread_print`, `strikes`, `outlines`.
- Layout by the model: `layout`, `layout_parts`, `layout_steps`, `neighbours`, `columns`, `sideways`, `strips`.
- Layout without it: `plain_pages`, `plain_rows`, `plain_columns`, `plain_doubts`, `gridded_pages`, `number_pages`,
  `number_tables`, `number_headers`, `number_rows`.
- Tables: `tables`, `ruled`, `ruled_tables`, `ruled_regions`, `aligned_columns`, `centred_labels`.
- Forms and annotations: `forms`, `web_forms`, `tick_boxes`, `comments`, `attachments`.
- Pictures: `charts`, `diagrams`.
"""
