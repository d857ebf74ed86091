"""Tables that answer questions by computing: views of stored tables, what a question asks of one, the results.

- Answers: `answers`, `table_claims`, `absences`, `absent_names`, `results`, `across`.
- A question and a table: `operations`, `matching`, `question_words`, `linking_verbs`, `column_words`, `header_words`,
  `order_words`, `measures`, `row_names`, `row_keys`, `rows_asked`, `year_columns`, `views`, `sums`, `open_values`,
  `changes_asked`.
- Other ways to answer: `plain`, `statements`, `timetables`, `marked_rows`, `text_conditions`.
"""
