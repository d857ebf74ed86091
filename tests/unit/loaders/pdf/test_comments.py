"""Comments: sticky notes, remarks on marked text, text boxes and stamps are read, and said to be comments."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pymupdf
import pytest

from loaders.chunking.chunker import chunk_pages
from loaders.pages.reader import read, render
from loaders.text.markdown import parse_blocks
from loaders.types import PageImage, PageJob, PageText

Draw = Callable[[Any], object]


@pytest.fixture
def page_of(tmp_path: Path) -> Callable[[Draw], PageText]:
    def make(draw: Draw) -> PageText:
        document: Any = pymupdf.open()
        page = document.new_page(width=595, height=842)
        page.insert_text((72, 100), "Scaffolding will stand for nine weeks.", fontsize=11)
        page.insert_text((72, 130), "The roof is of slate.", fontsize=11)
        draw(page)
        path = tmp_path / "draft.pdf"
        document.save(str(path))
        found = read(PageJob(str(path), 1))
        assert isinstance(found, PageText), found
        return found

    return make


def _said(annotation: Any, content: str, author: str = "") -> None:
    annotation.set_info(content=content, title=author)
    annotation.update()


def _comments(page: PageText) -> list[str]:
    return [block.text for block in page.blocks if block.is_comment]


def test_a_sticky_note_is_a_comment_of_its_author(page_of: Callable[[Draw], PageText]) -> None:
    page = page_of(
        lambda page: _said(page.add_text_annot((500, 90), "Ask the mason."), "Ask the mason.", "Mrs. Ormond")
    )
    assert _comments(page) == ["Comment (Mrs. Ormond): Ask the mason."]
    sentences = [s.text for chunk in chunk_pages("", [(1, page.blocks)]) for s in chunk.sentences]
    assert "Comment (Mrs. Ormond): Ask the mason." in sentences
    assert page.words[-1].box.x0 == pytest.approx(500 / 595, abs=0.01)


@pytest.mark.parametrize("mark", ["add_highlight_annot", "add_underline_annot", "add_squiggly_annot"])
def test_a_remark_names_the_text_it_is_about(page_of: Callable[[Draw], PageText], mark: str) -> None:
    def draw(page: Any) -> None:
        _said(getattr(page, mark)(page.search_for("nine weeks")[0]), "The licence ends on 14 August.")

    page = page_of(draw)
    assert _comments(page) == ["Comment on “nine weeks”: The licence ends on 14 August."]
    assert "Scaffolding will stand for nine weeks." in page.markdown


def test_each_sentence_of_a_comment_says_that_it_is_one(page_of: Callable[[Draw], PageText]) -> None:
    page = page_of(lambda page: page.add_text_annot((500, 90), "The price is wrong. Ask again in May."))
    assert _comments(page) == ["Comment: The price is wrong.", "Comment: Ask again in May."]


def test_a_text_box_is_a_comment_and_no_text_of_the_page(page_of: Callable[[Draw], PageText]) -> None:
    text = "Reviewer: the agreed ceiling is 58,500 pounds."
    page = page_of(lambda page: page.add_freetext_annot(pymupdf.Rect(330, 180, 540, 230), text, fontsize=10))
    assert _comments(page) == [f"Comment: {text}"]
    assert page.markdown.count("58,500") == 1


def test_a_few_words_typed_into_a_printed_form_stay_text(page_of: Callable[[Draw], PageText]) -> None:
    def draw(page: Any) -> None:
        page.insert_text((72, 200), "Name:", fontsize=11)
        page.add_freetext_annot(pymupdf.Rect(110, 186, 250, 206), "Grey Wagtail", fontsize=11)

    page = page_of(draw)
    assert not _comments(page)
    assert "Name: Grey Wagtail" in page.markdown


def test_marks_without_a_remark_and_hidden_notes_are_none(page_of: Callable[[Draw], PageText]) -> None:
    def draw(page: Any) -> None:
        page.add_highlight_annot(page.search_for("nine weeks")[0])
        hidden = page.add_text_annot((500, 90), "Internal note.")
        hidden.set_flags(2)
        hidden.update()

    assert not _comments(page_of(draw))


@pytest.mark.slow
@pytest.mark.heavy
def test_a_thousand_annotations_are_all_read(page_of: Callable[[Draw], PageText]) -> None:
    def draw(page: Any) -> None:
        document, made = page.parent, []
        note = document.xref_object(page.add_text_annot((10, 200), "A remark.").xref)
        for index in range(1000):  # copies of one: PyMuPDF takes 5 CPU seconds to add so many
            x, y = 10 + index % 50 * 11, 640 - index // 50 * 30
            copy = re.sub(r"/Contents \(.*?\)", f"/Contents (Remark number {index}.)", note)
            made.append(document.get_new_xref())
            document.update_object(made[-1], re.sub(r"/Rect \[.*?\]", f"/Rect [{x} {y} {x + 20} {y + 20}]", copy))
        document.xref_set_key(page.xref, "Annots", "[" + " ".join(f"{xref} 0 R" for xref in made) + "]")

    assert len(_comments(page_of(draw))) == 1000


def test_the_page_image_brings_the_comments_for_a_model(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page()
    page.add_text_annot((500, 90), "Ask the mason.")
    path = tmp_path / "note.pdf"
    document.save(str(path))
    image = render(PageJob(str(path), 1))
    assert isinstance(image, PageImage)
    assert [block.text for block in image.comments] == ["Comment: Ask the mason."]
    assert image.text == ""


@pytest.mark.parametrize(
    ("markdown", "kind"),
    [
        ("Comment (Mrs Ormond): ask again.", "comment"),
        ("Comment on “nine weeks”: ends in August.", "comment"),
        ("Comment is free, but facts are sacred.", "text"),
        ("<watermark>DRAFT</watermark>", "watermark"),
    ],
)
def test_a_transcript_says_what_is_a_comment_or_a_watermark(markdown: str, kind: str) -> None:
    assert [block.kind for block in parse_blocks(markdown)] == [kind]
