"""Form fields of a PDF page: each becomes a line that joins its printed label to its value or state.

"Holding tank fitted: no (not ticked)" can be searched and quoted, an empty square beside three words cannot. The values
are the file's own, so that fields without a drawn appearance are read too; scripts of a form are never run.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from loaders.geometry import centre, contains
from loaders.pdf.text_layer import Field, TextLayer, as_box
from loaders.types import Box, Word

_BUTTON, CHECK_BOX, _COMBO_BOX, _LIST_BOX, RADIO, _SIGNATURE, _TEXT = range(1, 8)  # the library's field types
_PASSWORD = 1 << 13  # bit of a text field's flags
_NOT_SHOWN = 0b100010  # bits of a widget's flags: hidden, not to be viewed
_MAX_FIELDS = 2000
_NEAR = 2.5  # of the text size: most distance of a box from the label at its right
_WORDS = 1.3  # of the text size: words of a label are closer than this
_TITLE = 14.0  # of the text size: most distance of a row's title from its first box
_FAR = 260.0  # points between a label at the left and its field
_FILL = re.compile(r"[._…:\s]+")
_LIBRARY_ERRORS = (Exception,)  # for a damaged annotation the library raises errors of many classes


@dataclass(slots=True)
class Widget:
    """A field with the library's values, and the words of its label."""

    kind: int
    name: str
    box: Box
    value: str
    on: bool
    title: str
    options: tuple[str, ...]
    label: list[Word] = field(default_factory=list)


def with_fields(page: Any, layer: TextLayer) -> TextLayer:
    """Return the text layer with the page's form fields, and without the words in these."""
    widgets = _widgets(page)
    return with_widgets(layer, widgets) or layer


def with_widgets(layer: TextLayer, widgets: Sequence[Widget], *, only_labelled: bool = False) -> TextLayer | None:
    """Return the text layer with these fields besides those that it has, or None if there are none.

    With `only_labelled`, those without a printed label are left out: a square without words means nothing.
    """
    if not widgets:
        return None
    held = [word for line in layer.lines for word in line.words if _is_drawn_by_field(word, widgets)]
    lines = [replace(line, words=tuple(w for w in line.words if w not in held)) for line in layer.lines]
    labels = _Labels([(word, line.size) for line in lines if line.upright for word in line.words], widgets)
    if only_labelled:
        boxes = [widget for widget in widgets if labels.right(widget.box) or labels.left(widget.box, _NEAR)]
        if len(boxes) < len(widgets):
            return with_widgets(layer, boxes, only_labelled=True)
    fields = [*layer.fields, *_fields(widgets, labels)]
    left = [replace(line, words=tuple(w for w in line.words if w not in labels.taken)) for line in lines]
    ordered = sorted(fields, key=lambda each: (round(each.box.y0 / 6), each.box.x0))
    return replace(layer, lines=tuple(line for line in left if line.words), fields=tuple(ordered))


def _widgets(page: Any) -> list[Widget]:
    """Return the fields that are shown, without push buttons; those that cannot be read are left out."""
    try:
        found = list(itertools.islice(page.widgets(), _MAX_FIELDS))
    except _LIBRARY_ERRORS:
        return []
    widgets = []
    for each in found:
        try:
            if widget := _widget(page.parent, each):
                widgets.append(widget)
        except _LIBRARY_ERRORS:
            continue
    return widgets


def _widget(document: Any, each: Any) -> Widget | None:
    kind, xref = each.field_type, each.xref
    flags = document.xref_get_key(xref, "F")[1]
    if kind not in range(CHECK_BOX, _TEXT + 1) or (flags.isdigit() and int(flags) & _NOT_SHOWN):
        return None
    choices = [choice if isinstance(choice, str) else choice[1] for choice in each.choice_values or ()]
    shown = {choice[0]: choice[1] for choice in each.choice_values or () if not isinstance(choice, str)}
    raw = each.field_value
    values = [str(value) for value in (raw if isinstance(raw, list | tuple) else [raw]) if value not in (None, "")]
    value = ", ".join(shown.get(one, one) for one in values)
    if kind == _TEXT and (each.field_flags or 0) & _PASSWORD:
        value = "*" * 8 if value else ""
    if kind == _SIGNATURE:
        value = _signature(document, each)
    state = document.xref_get_key(xref, "AS")[1].lstrip("/")
    on = state not in ("Off", "") if state != "null" else value not in ("", "Off", "False", "No")
    return Widget(kind, each.field_name or "", as_box(each.rect), " ".join(value.split()), on,
                   " ".join((each.field_label or "").split()), tuple(choices))  # fmt: skip


def _signature(document: Any, each: Any) -> str:
    """Return the text of a signature field: who signed it, or that it is not signed."""
    if not each.is_signed and document.xref_get_key(each.xref, "V/ByteRange")[0] == "null":
        return "unsigned"
    name, reason = (document.xref_get_key(each.xref, f"V/{key}") for key in ("Name", "Reason"))
    by = f"signed by {name[1]}" if name[0] == "string" and name[1] else "signed (the file names no one)"
    return f"{by} ({reason[1]})" if reason[0] == "string" and reason[1] else by


def _is_drawn_by_field(word: Word, widgets: Sequence[Widget]) -> bool:
    """Return whether a word is drawn by a field: a tick, or a part of its value, but no label inside its frame."""
    for widget in widgets:
        if contains(widget.box, centre(word.box), 1.0):
            if widget.kind in (CHECK_BOX, RADIO):
                return len(word.text) == 1
            if widget.kind == _SIGNATURE or widget.value.startswith("***"):
                return True
            return word.text in widget.value.split() or any(word.text in option.split() for option in widget.options)
    return False


class _Labels:
    """The printed words around the fields; each is the label of one field at most, and then in `taken`."""

    def __init__(self, words: Sequence[tuple[Word, float]], widgets: Sequence[Widget]) -> None:
        self._words = [pair for pair in words if _FILL.sub("", pair[0].text)]
        self._boxes = [widget.box for widget in widgets]
        self.taken: set[Word] = set()

    def right(self, box: Box, lines: int = 4) -> list[Word]:
        """Return the label at the right of a box, with the lines that continue it below."""
        label = self._run(box, [pair for pair in self._row(box) if pair[0].box.x0 >= box.x1 - 2], _NEAR)
        while label and lines > 1:
            lines -= 1
            below = self._below(label)
            if not below:
                break
            label += below
        return label

    def left(self, box: Box, reach: float = 0.0) -> list[Word]:
        """Return the label at the left of a field, within `reach` text sizes, by default within `_FAR`."""
        before = [pair for pair in self._row(box) if centre(pair[0].box)[0] <= box.x0]
        return self._run(box, before, reach or _FAR, backwards=True, points=not reach)

    def above(self, box: Box) -> list[Word]:
        """Return the label over a field or at the top of its frame."""
        over = [
            (word, size)
            for word, size in self._free()
            if -0.5 * size <= box.y0 - word.box.y1 + size <= 1.9 * size and box.x0 - 4 <= word.box.x0 < box.x1
        ]
        if not over:
            return []
        nearest = max(word.box.y1 for word, _ in over)
        row = sorted((pair for pair in over if nearest - pair[0].box.y1 < 0.5 * pair[1]), key=lambda p: p[0].box.x0)
        return self._chain(row, row[0][0].box.x0, _WORDS)

    def take(self, words: Sequence[Word]) -> list[Word]:
        """Mark words as a label."""
        self.taken.update(words)
        return list(words)

    def _free(self) -> Iterator[tuple[Word, float]]:
        return (pair for pair in self._words if pair[0] not in self.taken)

    def _row(self, box: Box) -> list[tuple[Word, float]]:
        """Return the free words beside a box; of a tall one, beside its top."""
        found = []
        for word, size in self._free():
            middle = centre(word.box)[1]
            bottom = box.y1 if box.y1 - box.y0 < 2.4 * size else box.y0 + 1.6 * size
            slack = 0.35 * size
            if box.y0 - slack <= middle <= bottom + slack:
                found.append((word, size))
        return found

    def _run(
        self, box: Box, row: list[tuple[Word, float]], first: float, *, backwards: bool = False, points: bool = False
    ) -> list[Word]:
        """Return the words next to a box, up to a gap or another field."""
        row.sort(key=lambda pair: pair[0].box.x0, reverse=backwards)
        label: list[Word] = []
        edge = box.x0 if backwards else box.x1
        for word, size in row:
            gap = edge - word.box.x1 if backwards else word.box.x0 - edge
            limit = _WORDS * size if label else first if points else first * size
            low, high = (word.box.x1, edge) if backwards else (edge, word.box.x0)
            if gap > limit or self._is_field_between(low, high, word, box):
                break
            label.append(word)
            edge = word.box.x0 if backwards else word.box.x1
        return label[::-1] if backwards else label

    def _chain(self, row: Sequence[tuple[Word, float]], edge: float, gap: float) -> list[Word]:
        label: list[Word] = []
        for word, size in row:
            if word.box.x0 - edge > gap * size:
                break
            label.append(word)
            edge = word.box.x1
        return label

    def _is_field_between(self, low: float, high: float, word: Word, own: Box) -> bool:
        middle = centre(word.box)[1]
        return any(
            other != own and other.y0 <= middle <= other.y1 and low - 1 <= (other.x0 + other.x1) / 2 <= high + 1
            for other in self._boxes
        )

    def _goes_back(self, word: Word, size: float) -> bool:
        """Return whether a word has another right before it, so that it does not begin a line."""
        middle = centre(word.box)[1]
        return any(
            0 <= word.box.x0 - other.box.x1 <= _WORDS * size and other.box.y0 <= middle <= other.box.y1
            for other, _ in self._words
        )

    def _below(self, label: Sequence[Word]) -> list[Word]:
        """Return the line that continues a label: close below, at the same left edge, and beside no field."""
        first, last = label[0], max(label, key=lambda word: word.box.y1)
        height = last.box.y1 - last.box.y0
        line = [
            (word, size)
            for word, size in self._free()
            if word not in label and 0.4 * height < centre(word.box)[1] - centre(last.box)[1] < 1.25 * height
        ]
        line = sorted((p for p in line if p[0].box.x0 >= first.box.x0 - 2), key=lambda pair: pair[0].box.x0)
        if not line or line[0][0].box.x0 > first.box.x0 + 3:
            return []
        middle = centre(line[0][0].box)[1]
        if any(box.y0 - 2 <= middle <= box.y1 + 2 for box in self._boxes) or self._goes_back(*line[0]):
            return []
        return self._chain(line, line[0][0].box.x0, _WORDS)


def _fields(widgets: Sequence[Widget], labels: _Labels) -> Iterator[Field]:
    boxes = [widget for widget in widgets if widget.kind in (CHECK_BOX, RADIO)]
    titles: dict[int, list[Word]] = {}
    for row in _rows(boxes):
        _label_row(row, labels)
        title = labels.take(labels.left(row[0].box, _TITLE))
        titles.update((id(widget), title) for widget in row)
    radios: dict[str, list[Widget]] = {}
    for widget in boxes:
        if widget.kind == CHECK_BOX:
            state = "yes (ticked)" if widget.on else "no (not ticked)"
            yield _field([*titles[id(widget)], *widget.label], widget.title, state, widget.box)
        else:
            radios.setdefault(widget.name, []).append(widget)
    for group in radios.values():
        yield _radio_group(group, titles[id(group[0])], labels)
    yield from _value_fields([widget for widget in widgets if widget not in boxes], labels)


def _rows(boxes: Sequence[Widget]) -> Iterator[list[Widget]]:
    row: list[Widget] = []
    for widget in sorted(boxes, key=lambda each: (round(centre(each.box)[1] / 4), each.box.x0)):
        if row and abs(centre(row[0].box)[1] - centre(widget.box)[1]) > 4:
            yield row
            row = []
        row.append(widget)
    if row:
        yield row


def _label_row(row: Sequence[Widget], labels: _Labels) -> None:
    """Find the labels of the boxes of a row: all at their right, or all at their left if the last has none there."""
    if labels.right(row[-1].box):
        for widget in row:
            widget.label = labels.take(labels.right(widget.box))
    else:
        for widget in row:
            widget.label = labels.take(labels.left(widget.box, _NEAR) or labels.left(widget.box))


def _radio_group(group: Sequence[Widget], title: Sequence[Word], labels: _Labels) -> Field:
    over = group[0].box._replace(x1=group[0].box.x1 + _FAR)  # a button is narrower than the title over it
    title = title or labels.take(labels.above(over))
    names = [" ".join(word.text for word in widget.label) or widget.title or "unnamed" for widget in group]
    of = ", ".join(names)
    chosen = next((number for number, widget in enumerate(group) if widget.on), None)
    box = group[0 if chosen is None else chosen].box
    if chosen is None:
        return _field(title, "", f"none chosen (of {of})", box, group[0].box)
    return _field(title, "", f"{names[chosen]} (chosen of {of})", box, group[0].box)


def _value_fields(widgets: Sequence[Widget], labels: _Labels) -> Iterator[Field]:
    """Yield the fields with a value; one without a label continues the field at its left ("12", "03", "2024")."""
    last: tuple[Widget, Field] | None = None
    for widget in sorted(widgets, key=lambda each: (round(each.box.y0 / 6), each.box.x0)):
        label = labels.take(labels.left(widget.box) or labels.above(widget.box) or labels.right(widget.box))
        before = last[0].box if last else None
        if last and before and not label and not widget.title and widget.kind == _TEXT:
            beside = abs(before.y0 - widget.box.y0) < 4 and 0 <= widget.box.x0 - before.x1 < 30
            if beside and widget.value:
                last = widget, replace(last[1], words=(*last[1].words, *_placed(widget.value, widget.box)))
                continue
        if not (label or widget.title or widget.value):
            continue  # an empty frame without a name means nothing
        if last:
            yield last[1]
        last = widget, _field(label, widget.title, widget.value or "(empty)", widget.box)
    if last:
        yield last[1]


def _field(label: Sequence[Word], title: str, value: str, box: Box, place: Box | None = None) -> Field:
    """Return a field; `title` is the file's own name for it, taken where no label is printed."""
    words = [Word(_FILL.sub("", word.text) and word.text, word.box) for word in label] or _placed(title, box)
    if words:
        text = words[-1].text.rstrip(":.…_ ") or words[-1].text
        words[-1] = Word(text if text.endswith(("?", "!")) else f"{text}:", words[-1].box)
    around = [word.box for word in label] or [place or box]
    top = min(each.y0 for each in around), min(each.x0 for each in around)
    at = place or box
    return Field((*words, *_placed(value, box)), Box(min(top[1], at.x0), min(top[0], at.y0), at.x1, at.y1))


def _placed(text: str, box: Box) -> list[Word]:
    return [Word(word, box) for word in text.split()]
