"""Form fields: every kind of field with its label and its state, drawn or not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read, render
from loaders.types import PageImage, PageJob, PageText
from tests.conftest import DATA

_KINDS: dict[str, int] = {
    "check": pymupdf.PDF_WIDGET_TYPE_CHECKBOX,
    "combo": pymupdf.PDF_WIDGET_TYPE_COMBOBOX,
    "list": pymupdf.PDF_WIDGET_TYPE_LISTBOX,
    "radio": pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON,
    "signature": pymupdf.PDF_WIDGET_TYPE_SIGNATURE,
    "text": pymupdf.PDF_WIDGET_TYPE_TEXT,
}


class Form:
    """A page with labels and fields."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.document: Any = pymupdf.open()
        self.page = self.document.new_page(width=595, height=842)
        self.print(72, 60, "Application for a permit", 16)

    def print(self, x: float, y: float, text: str, size: float = 11) -> None:
        self.page.insert_text((x, y), text, fontsize=size)

    def add(self, kind: str, name: str, box: Sequence[float], value: Any = None, **more: Any) -> None:
        widget = pymupdf.Widget()
        widget.field_type, widget.field_name, widget.rect = _KINDS[kind], name, pymupdf.Rect(*box)
        widget.field_value = value
        for key, given in more.items():
            setattr(widget, key, given)
        self.page.add_widget(widget)

    def items(self) -> list[str]:
        self.document.save(str(self.path))
        page = read(PageJob(str(self.path), 1))
        assert isinstance(page, PageText), page
        return [s.text for chunk in chunk_pages("", [(1, page.blocks)]) for s in chunk.sentences if not s.is_heading]


@pytest.fixture
def form(tmp_path: Path) -> Form:
    return Form(tmp_path / "form.pdf")


def _without_appearances(form: Form) -> None:
    for widget in form.page.widgets():
        form.document.xref_set_key(widget.xref, "AP", "null")


@pytest.mark.parametrize("drawn", [True, False])
def test_a_check_box_says_its_state_beside_its_label(form: Form, drawn: bool) -> None:
    for row, (label, on) in enumerate((("Engine on board", True), ("Holding tank fitted", False))):
        form.print(100, 110 + 26 * row, label)
        form.add("check", f"box{row}", (76, 99 + 26 * row, 90, 113 + 26 * row), on)
    if not drawn:
        _without_appearances(form)
    assert form.items() == ["Engine on board: yes (ticked)", "Holding tank fitted: no (not ticked)"]


@pytest.mark.parametrize("drawn", [True, False])
def test_text_and_choices_follow_their_labels(form: Form, drawn: bool) -> None:
    form.print(72, 110, "Permit number:")
    form.add("text", "permit", (220, 96, 480, 116), "MP-20418", text_fontsize=11)
    form.print(72, 140, "Home port")
    form.add("text", "port", (220, 126, 480, 146), "")
    form.print(72, 170, "Berth size:")
    form.add("combo", "berth", (220, 156, 340, 176), "medium", choice_values=["small", "medium", "large"])
    form.print(72, 200, "Which engine?")
    form.add("list", "engine", (220, 190, 340, 240), "d", choice_values=[("d", "diesel"), ("p", "petrol")])
    if not drawn:
        _without_appearances(form)
    assert form.items() == [
        "Permit number: MP-20418",
        "Home port: (empty)",
        "Berth size: medium",
        "Which engine? diesel",
    ]


def _choose(form: Form, chosen: int) -> None:
    """Switch one of the page's radio buttons on and the others off, as a viewer does."""
    for index, widget in enumerate(form.page.widgets()):
        state = next(name for name in widget.button_states()["normal"] if name != "Off")
        form.document.xref_set_key(widget.xref, "AS", f"/{state}" if index == chosen else "/Off")


@pytest.mark.parametrize(("chosen", "value"), [(0, "Pontoon"), (1, "Mooring"), (-1, "none chosen")])
def test_radio_buttons_are_one_field_with_the_chosen_option(form: Form, chosen: int, value: str) -> None:
    form.print(72, 110, "Type of berth:")
    for index, option in enumerate(("Pontoon", "Mooring", "Trot")):
        form.add("radio", "berth", (180 + 90 * index, 99, 192 + 90 * index, 111), index == 0)
        form.print(196 + 90 * index, 110, option)
    _choose(form, chosen)
    of = "(of Pontoon, Mooring, Trot)" if chosen < 0 else "(chosen of Pontoon, Mooring, Trot)"
    assert form.items() == [f"Type of berth: {value} {of}"]


def test_boxes_with_their_labels_at_the_left_and_a_title_for_the_row(form: Form) -> None:
    form.print(72, 110, "Insured?")
    for x, label, on in ((150, "Yes", False), (230, "No", True)):
        form.print(x, 110, label)
        form.add("check", label, (x + 25, 99, x + 37, 111), on)
    assert form.items() == ["Yes: no (not ticked)", "Insured? No: yes (ticked)"] or form.items() == [
        "Insured? Yes: no (not ticked)",
        "Insured? No: yes (ticked)",
    ]


def test_a_label_of_several_lines_stays_whole(form: Form) -> None:
    form.print(100, 110, "I agree that the harbour office keeps my data")
    form.print(100, 123, "until the end of the season")
    form.add("check", "agree", (76, 99, 90, 113), True)
    assert form.items() == ["I agree that the harbour office keeps my data until the end of the season: yes (ticked)"]


def test_a_signature_is_named(form: Form) -> None:
    form.print(72, 110, "Signature of the owner:")
    form.add("signature", "sign", (220, 96, 400, 130))
    assert form.items() == ["Signature of the owner: unsigned"]
    widget = next(iter(form.page.widgets()))
    xref = form.document.get_new_xref()
    form.document.update_object(xref, "<</Type/Sig/Name(Jane Doe)/Reason(Approved)/ByteRange[0 1 2 3]/Contents<00>>>")
    form.document.xref_set_key(widget.xref, "V", f"{xref} 0 R")
    assert form.items() == ["Signature of the owner: signed by Jane Doe (Approved)"]


def test_what_a_viewer_hides_stays_hidden(form: Form) -> None:
    """Passwords are shown as stars, hidden fields not at all."""
    form.print(72, 110, "Password:")
    form.add("text", "password", (220, 96, 400, 116), "hunter2", field_flags=1 << 13)
    form.add("text", "hidden", (220, 136, 400, 156), "internal note")
    hidden = next(widget for widget in form.page.widgets() if widget.field_name == "hidden")
    form.document.xref_set_key(hidden.xref, "F", "2")
    assert form.items() == ["Password: ********"]
    image = render(PageJob(str(form.path), 1))
    assert isinstance(image, PageImage)
    assert "hunter2" not in image.text
    assert "internal" not in image.text


def test_a_field_without_a_printed_label_takes_its_tooltip(form: Form) -> None:
    form.add("text", "f1", (220, 96, 400, 116), "Tarbert", field_label="Home port")
    assert form.items() == ["Home port: Tarbert"]


def test_a_label_inside_the_frame_of_its_field(form: Form) -> None:
    form.add("text", "street", (72, 96, 400, 130), "12 Quay Road", text_fontsize=11)
    form.print(74, 103, "Street", 7)
    assert form.items() == ["Street: 12 Quay Road"]


def test_a_form_with_a_script_is_read_as_it_was_saved(form: Form) -> None:
    form.print(72, 110, "Total:")
    form.add("text", "total", (220, 96, 400, 116), "250", script_calc="event.value = 999999;")
    form.document.xref_set_key(form.document.pdf_catalog(), "OpenAction", "<</S/JavaScript/JS(app.alert('hi'))>>")
    assert form.items() == ["Total: 250"]


def test_prose_beside_a_form_stays_prose(form: Form) -> None:
    form.print(72, 110, "Name of vessel:")
    form.add("text", "vessel", (220, 96, 480, 116), "Grey Wagtail", text_fontsize=11)
    text = "The harbour master decides within ten working days. A permit ends with the year."
    form.page.insert_textbox((72, 150, 520, 220), text, fontsize=11)
    assert form.items() == [
        "Name of vessel: Grey Wagtail",
        "The harbour master decides within ten working days.",
        "A permit ends with the year.",
    ]


def test_a_field_is_found_again_where_it_stands(form: Form) -> None:
    form.print(100, 110, "Engine on board")
    form.add("check", "engine", (76, 99, 90, 113), True)
    form.document.save(str(form.path))
    page = read(PageJob(str(form.path), 1))
    assert isinstance(page, PageText)
    assert [word.text for word in page.words][-5:] == ["Engine", "on", "board:", "yes", "(ticked)"]
    assert page.words[-1].box.x0 == pytest.approx(76 / 595, abs=0.01)


@pytest.mark.slow
@pytest.mark.heavy
def test_a_form_of_a_thousand_fields_ends_in_time(form: Form) -> None:
    for index in range(2):
        form.add("check", f"box{index}", (30, 80, 32, 82), index == 0)
    _repeat_fields(form, 1200)
    assert len(form.items()) == 1200


def _repeat_fields(form: Form, number: int) -> None:
    """Copy a form's two check boxes until it has `number` fields; PyMuPDF takes 13 CPU seconds to add so many."""
    document, pairs = form.document, []
    boxes = [document.xref_object(widget.xref) for widget in form.page.widgets()]
    fields = [document.xref_object(int(re.findall(r"/Parent (\d+)", box)[0])) for box in boxes]
    for index in range(number):
        x, y = 30 + 135 * (index % 4), 762 - 2.5 * (index // 4)
        field, box = document.get_new_xref(), document.get_new_xref()
        document.update_object(field, re.sub(r"/Kids \[.*?\]", f"/Kids [{box} 0 R]", re.sub(
            r"/T \(\w+\)", f"/T (box{index})", fields[index % 2])))  # fmt: skip
        document.update_object(box, re.sub(r"/Rect \[.*?\]", f"/Rect [{x} {y - 2} {x + 2} {y}]", re.sub(
            r"/Parent \d+", f"/Parent {field}", boxes[index % 2])))  # fmt: skip
        pairs.append((field, box))
    references = [" ".join(f"{xref} 0 R" for xref in column) for column in zip(*pairs, strict=True)]
    document.xref_set_key(document.pdf_catalog(), "AcroForm/Fields", f"[{references[0]}]")
    document.xref_set_key(form.page.xref, "Annots", f"[{references[1]}]")


@pytest.mark.data
@pytest.mark.heavy
def test_pages_without_fields_have_none() -> None:
    from loaders.pdf.document import open_pdf

    for path in sorted((DATA / "docqa" / "pdfs").glob("*.pdf")):
        pdf = open_pdf(path)
        assert all(not pdf.layer(number).fields for number in range(1, pdf.pages + 1))
