"""Plots as SVG text for an HTML page, which brings the colours in its style sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

_WIDTH, _LABEL, _ROW = 640, 190, 26


def bars(values: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return shares (0-1) as horizontal bars, each with its 95 % interval as a whisker."""
    scale = _WIDTH - _LABEL - 60
    parts = []
    for row, (name, value) in enumerate(values):
        top, middle = row * _ROW + 5, row * _ROW + 14
        low, high = (_LABEL + value[end] * scale for end in ("low", "high"))
        parts += [
            _text(_LABEL - 8, middle + 4, name, "end"),
            f'<rect class="bar" x="{_LABEL}" y="{top}" width="{value["mean"] * scale:.1f}" height="18"/>',
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} '
            f'{middle - 4}v8"/>',
            _text(_LABEL + scale + 8, middle + 4, f"{value['mean']:.3f}"),
        ]
    return _svg(len(values) * _ROW + 8, parts, "shares with their 95 % intervals")


def forest(metrics: Sequence[tuple[str, Mapping[str, Any]]]) -> str:
    """Return a forest plot: differences of shares with their intervals, around a line at zero."""
    reach = max(0.05, *(abs(value[end]) for _, value in metrics for end in ("low", "high")))
    scale = (_WIDTH - _LABEL - 80) / 2
    zero = _LABEL + scale
    parts = [f'<path class="axis" d="M{zero} 0V{len(metrics) * _ROW + 4}"/>']
    for row, (name, value) in enumerate(metrics):
        middle = row * _ROW + 14
        low, mean, high = (zero + value[part] / reach * scale for part in ("low", "difference", "high"))
        parts += [
            _text(_LABEL - 8, middle + 4, name, "end"),
            f'<path class="whisker" d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} '
            f'{middle - 4}v8"/>',
            f'<circle class="dot" cx="{mean:.1f}" cy="{middle}" r="4"/>',
            _text(_WIDTH - 68, middle + 4, f"{value['difference']:+.3f}"),
        ]
    return _svg(len(metrics) * _ROW + 8, parts, "differences with their 95 % intervals")


def curve(points: Sequence[Mapping[str, float]], chosen: float) -> str:
    """Return the shares of refused questions over the minimum grade, with the grade in use marked.

    Args:
        points: `threshold` from 0 to 10, `right` and `false` from 0 to 1.
        chosen: The minimum grade that the run used.
    """
    left, bottom, across, up = 50, 200, 440, 180
    parts = []
    for tick in range(0, 11, 2):
        x, y = left + tick / 10 * across, bottom - tick / 10 * up
        parts += [_text(x, bottom + 18, str(tick), "middle"), _text(left - 8, y + 4, f"{tick / 10:.1f}", "end")]
        parts.append(f'<path class="grid" d="M{left} {y:.1f}h{across}"/>')
    at = left + chosen / 10 * across
    parts.append(f'<path class="axis" stroke-dasharray="4 4" d="M{at:.1f} {bottom - up}V{bottom}"/>')
    for row, (name, said) in enumerate((("right", "unanswerable"), ("false", "answerable"))):
        line = " ".join(
            f"{left + point['threshold'] / 10 * across:.1f},{bottom - point[name] * up:.1f}" for point in points
        )
        parts.append(f'<polyline class="line {name}" points="{line}"/>')
        parts.append(f'<path class="line {name}" d="M{left + across + 12} {40 + row * 20}h16"/>')
        parts.append(_text(left + across + 32, 44 + row * 20, said))
    parts.append(_text(left + across / 2, bottom + 36, "minimum grade", "middle"))
    return _svg(bottom + 44, parts, "share of questions refused over the minimum grade")


def histogram(values: Sequence[float], unit: str) -> str:
    """Return a histogram of values in twelve columns from 0 to the largest."""
    columns, left, bottom, across, up = 12, 50, 130, 480, 110
    most = max(values) or 1.0
    counts = [0] * columns
    for value in values:
        counts[min(columns - 1, int(value / most * columns))] += 1
    width = across / columns
    parts = [f'<path class="axis" d="M{left} {bottom}h{across}"/>']
    for column, count in enumerate(counts):
        height = count / max(counts) * up
        x = left + column * width
        parts.append(
            f'<rect class="bar" x="{x + 1:.1f}" y="{bottom - height:.1f}" width="{width - 2:.1f}" '
            f'height="{height:.1f}"/>'
        )
        if count:
            parts.append(_text(x + width / 2, bottom - height - 4, str(count), "middle"))
    parts += [_text(left, bottom + 18, "0"), _text(left + across, bottom + 18, f"{most:.2f} {unit}", "end")]
    return _svg(bottom + 26, parts, f"questions by {unit}")


def _text(x: float, y: float, text: str, anchor: str = "start") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(height: float, parts: Sequence[str], title: str) -> str:
    return (
        f'<svg role="img" viewBox="0 0 {_WIDTH} {height:.0f}" width="{_WIDTH}"><title>{escape(title)}</title>'
        f"{''.join(parts)}</svg>"
    )
