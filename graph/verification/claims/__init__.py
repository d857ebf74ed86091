"""Checks of a claim against the evidence that it quotes, one module for each kind.

- All checks, and what they look at: `check`, `evidence`, `wording`, `ellipses`, `notation`.
- Facts that must be there: `facts`, `numbers`, `number_support`, `dates`, `names`, `acronyms`, `units`.
- Numbers that follow from others: `arithmetic`, `implied`, `remainders`, `results`, `counts`, `conversions`,
  `compared_values`, `durations`.
- What a value is of: `value_context`, `value_owners`, `value_places`, `pairs`, `earlier_values`, `rates`, `periods`.
- Who and what: `subjects`, `parted_subjects`, `doers`, `roles`, `events`, `kinds`, `bracketed`, `exchanges`, `slots`.
- What is said of it: `negation`, `modality`, `plans`, `reports`, `scope`, `narrowed_words`, `degrees`, `factors`,
  `cut_quotes`, `rewording`, `relevance`.
- Opposites and order: `opposites`, `opposite_words`, `alternatives`, `contrasts`, `directions`, `relations`,
  `courses`.
- Tables: `table_names`, `table_places`, `table_order`, `table_years`.
"""
