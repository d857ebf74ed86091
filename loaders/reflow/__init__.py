"""Text, Markdown, HTML and e-mail as HTML that is laid out as pages."""
