"""SVG plots of the measurements, in colours that are readable on white and on black."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

_KEPT, _BROKEN, _INK, _SECOND = "#2f7d6b", "#c2452d", "#808080", "#b8862b"
_WIDTH, _LABEL, _ROW = 900, 420, 24
_TWICE = 2.0  # the right edge: bars that are longer are cut, and say by how much


def limits(rows: Sequence[Any]) -> str:
    """Plot which part of its limit each figure takes: bars that end left of the line keep it."""
    scale, parts = (_WIDTH - _LABEL - 60) / _TWICE, []
    bottom = len(rows) * _ROW + 10
    for place, row in enumerate(rows):
        share = row["figure"] / row["limit"] if row["bound"] == "most" else row["limit"] / row["figure"]
        top, width = place * _ROW + 5, min(share, _TWICE) * scale
        colour = _KEPT if row["holds"] else _BROKEN
        parts += [
            _text(_LABEL - 8, top + 13, _short(row["what"]), "end"),
            f'<rect x="{_LABEL}" y="{top}" width="{width:.1f}" height="16" fill="{colour}"/>',
            _text(_LABEL + width + 6, top + 13, f"{share:.2f}"),
        ]
    at = _LABEL + scale
    parts.append(f'<path d="M{at:.1f} 0V{bottom}" stroke="{_INK}" stroke-dasharray="5 4"/>')
    parts.append(_text(at, bottom + 14, "the limit", "middle"))
    return _svg(bottom + 22, parts, "each figure as a share of its limit")


def questions(rows: Sequence[Any]) -> str:
    """Plot the milliseconds of a question by size of the library: of all documents, and of a part of them."""
    sides: dict[str, dict[str, Any]] = {}
    for row in rows:
        if row["name"].startswith("against-"):
            continue  # the same questions once more
        size = f"{int(row['name'].split('-')[1]):,} chunks"
        sides.setdefault(size, {})[row["left"]["name"]] = row["left"]
    most = max(side["high"] for group in sides.values() for side in group.values())
    scale, left, parts, top = (_WIDTH - 360) / most, 270, [], 5
    for size, group in sides.items():
        for name, side in group.items():
            middle = top + 8
            colour = _KEPT if name == "all documents" else _SECOND
            low, high = left + side["low"] * scale, left + side["high"] * scale
            parts += [
                _text(left - 8, top + 13, f"{size}, {name}", "end"),
                f'<rect x="{left}" y="{top}" width="{side["median"] * scale:.1f}" height="16" fill="{colour}"/>',
                f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {top + 4}v8M{high:.1f} {top + 4}v8" '
                f'stroke="{_INK}"/>',
                _text(high + 6, top + 13, f"{side['median']:.0f} ms"),
            ]
            top += _ROW
        top += 8
    return _svg(top, parts, "milliseconds of an offline question, less its embedding")


def _short(what: str) -> str:
    text = what.replace("`", "")
    return text if len(text) <= 62 else text[:61].rstrip() + "…"


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{_INK}">{escape(text)}</text>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}" '
        f'font-family="sans-serif" font-size="12"><title>{escape(title)}</title>\n' + "\n".join(parts) + "\n</svg>\n"
    )
