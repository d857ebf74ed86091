"""Retrieval: full text, vectors, late interaction (MaxSim) and their fusion.

- The search: `retriever`, `scoring`, `vector_search`, `late_interaction`, `multilingual`, `cognates`, `embedder`,
  `named_pages`.
- Words of a question: `terms`, `spelling`, `abbreviations`, `languages`, `asked_parts`, `lists`, `procedures`,
  `definitions`.
- Documents that a question names: `documents`, `document_mentions`.
- Follow-up questions: `follow_ups`, `references`, `exchanged_phrases`, `elliptic`, `phrases`, `subjects`,
  `antecedents`.
"""
