"""Sanitizers for text from documents and models: invisible characters, Markdown links and images, tags.

Most chat pages show an answer as Markdown. They load images at once, so an image that a document puts into an
answer would send the question to a foreign server; a link hides its target. Words are kept, active markup is removed.
"""

from __future__ import annotations

import re

from graph.citation_markers import disarm_markers

# Zero-width characters, direction marks, soft hyphens, tag characters and variation selectors: instructions to a model
# were smuggled in all of them. The joiner (200D) and non-joiner (200C) stay: Persian and Indian scripts need them.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff0-\ufffb\U000e0000-\U000e0fff]"
    # Between Latin letters, digits and marks the joiners join nothing.
    "|(?<=[\\x00-\\x7f])[\u200c\u200d]+|[\u200c\u200d]+(?=[\\x00-\\x7f])"
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_TARGET = r"(?:\([^()\n]*(?:\([^()\n]*\)[^()\n]*)*\)|\[[^\[\]\n]*\])"
_IMAGE = re.compile(rf"!\[([^\[\]]*)\]{_TARGET}?")
_LINK = re.compile(rf"\[([^\[\]]*)\]{_TARGET}")
_AUTOLINK = re.compile(r"<((?:[a-z][a-z0-9+.-]{1,20}:|www\.)[^<>\s]*)>", re.IGNORECASE)
_ACTIVE_TAG = re.compile(
    r"<(?=\s*/?\s*(?:a|img|image|picture|source|video|audio|track|iframe|frame|object|embed|script|style|link|meta|base"
    r"|form|input|button|textarea|select|svg|math|template|portal|marquee|body|html|head|div|span|p|br|table|details)"
    r"(?:[\s/>]|$))",
    re.IGNORECASE,
)
# The tags that fence untrusted text in the prompts; look-alikes of "<" and "/" count too.
_FENCE_TAG = re.compile(
    r"[<＜﹤](?=\s*[/／]?\s*(?:passage|question|conversation|tried|claim|expected|given)\b)", re.IGNORECASE
)
_COMMENT = re.compile(r"<!--|-->|<!|<\?")
# A "<" that a Markdown viewer could take for the start of a tag; the one in "p < 0.05" cannot be one.
_TAG = re.compile(r"<(?=[A-Za-z/!?])")


def remove_invisible(text: str) -> str:
    """Return `text` without control characters and characters that are not displayed."""
    return _CONTROL.sub("", _INVISIBLE.sub("", text))


def sanitize_markdown(text: str) -> str:
    """Return a statement as safe Markdown: its words, without images, links, HTML tags and invisible characters.

    Citation markers in it are disarmed too; the real ones are appended afterwards. Superscripts and subscripts that are
    set by tags or formulas become Unicode characters.
    """
    from loaders.text.raised_signs import write_signs  # its patterns take 4 ms at import

    text = write_signs(remove_invisible(text))
    # [1] would look like a citation, and "[1]: http..." would turn the real markers into links.
    text = disarm_markers(text)
    text = _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))
    text = text.replace("![", "! [").replace("](", "] (").replace("][", "] [")  # remains of nested links and images
    text = re.sub(r"\]:", "] :", text)
    text = _AUTOLINK.sub(r"\1", text)
    return _ACTIVE_TAG.sub("‹", _COMMENT.sub("‹", text))


def neutralize_tags(text: str) -> str:
    """Escape the tags that fence untrusted text in prompts, so that `text` can neither open nor close one."""
    return _FENCE_TAG.sub("&lt;", remove_invisible(text))


def escape_tags(text: str) -> str:
    """Escape everything that a Markdown viewer could take for a tag."""
    return _TAG.sub("&lt;", text)
