"""Tables that answer questions by computing: views of stored tables, what a question asks of one, the results."""
