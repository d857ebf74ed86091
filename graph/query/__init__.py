"""The query graph: from a question to a cited answer, or to a refusal with its reason.

- The graph and its nodes: `graph`, `state`, `nodes`, `question_nodes`, `clarifying`, `table_nodes`,
  `description_nodes`, `library_nodes`, `planning`.
- The question: `understanding`, `conversation`, `document_questions`, `ask_back`.
- Documents and their parts: `places`, `named_parts`, `front_matter`, `summary`, `whole_document`, `second_readings`,
  `struck_text`.
- The answer: `answers`, `claim_checks`, `streaming`, `daily_quota`.
- Its words: `messages`, `wording`, `reasons`, `citation_links`; translated in `languages/`.
"""
