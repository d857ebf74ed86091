"""What goes along with a request for an answer, or for a better one."""

from __future__ import annotations
