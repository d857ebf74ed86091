"""What reads pages and answers questions: with no key (offline) or with a model (Gemini)."""
