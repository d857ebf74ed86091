"""The offline engine: layout analysis, OCR, a small embedding model, extractive answers.

- The engine and its models: `engine`, `minilm`, `minilm_onnx`, `minilm_cache`, `multilingual`.
- The choice of quotes: `extraction`, `claimed_answers`, `nearest`, `listed_answers`, `relevance`.
- Whether a quote answers: `evidence_rules`, `evidence_by_language`, `text_around`, `subject_person`,
  `document_opening`, `other_things`, `permissions`, `comments`, `relative_periods`,
  `other_amounts`, `other_cases`, `other_clauses`, `other_counts`, `other_payments`, `other_persons`, `asked_nouns`,
  `doers`.
- What a question asks for: `required_words`, `asked_words`, `asked_values`, `said_as`, `unnamed_words`,
  `everyday_words`.
- Word forms: `word_forms`, `synonyms`, `words_by_language`, `named_above`.
- Rows of tables: `table_answers`, `named_bands`.
"""
