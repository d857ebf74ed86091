from __future__ import annotations

import ast
from typing import get_args

from loaders.types import Block, BlockKind, Box, PageImage, PageJob, PageText
from tests.unit.test_architecture import SOURCES, name_of, tree

KINDS = get_args(BlockKind)
# Readers give blocks their kind; `types.py` holds the predicates.
MAY_COMPARE_KINDS = ("loaders/types.py", "loaders/pdf/layout.py")


def kinds_where(predicate: str) -> set[str]:
    return {kind for kind in KINDS if getattr(Block(kind, "text"), predicate)}


def test_the_predicates_of_blocks() -> None:
    assert kinds_where("is_heading") == {"title", "heading"}
    assert kinds_where("is_title") == {"title"}
    assert kinds_where("is_running_text") == {"text", "list"}
    assert kinds_where("is_header_or_footer") == {"furniture"}
    assert kinds_where("is_never_searched") == {"watermark", "scale"}
    assert kinds_where("interrupts_text") == {
        "table", "figure", "chart", "caption", "footnote", "comment", "watermark", "description", "scale",
    }  # fmt: skip
    assert kinds_where("may_be_header_or_footer").isdisjoint({"table", "figure", "caption", "formula", "furniture"})
    assert {kind: Block(kind, "").sentence_kind for kind in ("title", "list", "text", "footnote")} == {
        "title": "heading",
        "list": "item",
        "text": "prose",
        "footnote": "prose",
    }


def test_descriptions_are_told_in_new_and_in_stored_transcripts() -> None:
    place = Box(0, 0, 1, 1)
    assert Block("description", "Figure description: Bars.", box=place).is_description
    assert Block("figure", "The chart shows bars.").is_description  # stored before there was the kind
    assert Block("text", "Table summary: Two rows.").is_description
    assert not Block("figure", "July 138.7", box=place).is_description  # the words printed in a picture
    assert not Block("chart", "July: 138.7", box=place).is_description
    assert not Block("text", "Two rows.").is_description
    assert not Block("text", "Table summary: printed", box=place).is_description
    assert Block("figure", "The chart shows bars.").sentence_kind == "description"
    assert Block("figure", "July 138.7", box=place).sentence_kind == "figure"
    assert Block("description", "Figure description: Bars.").is_figure
    assert not Block("description", "Table summary: Two rows.").is_figure


def test_only_one_module_compares_the_kinds_of_blocks() -> None:
    """Elsewhere `block.kind == "table"` is written `block.is_table`, so that a new kind is decided in one place."""
    compared = [
        f"{name_of(path)}:{node.lineno}"
        for path in SOURCES
        if name_of(path) not in MAY_COMPARE_KINDS
        and "block.kind" in path.read_text("utf-8")  # few files: no tree of all
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Compare)
        and isinstance(node.left, ast.Attribute)
        and ast.unparse(node.left).endswith("block.kind")
    ]
    assert compared == []


def test_a_page_job_names_file_page_and_cause_in_one_sentence() -> None:
    job = PageJob("/somewhere/else/report.pdf", 3)
    assert job.could_not_be("read", ValueError("too\n  wide")) == "Page 3 of 'report.pdf' could not be read: too wide"
    assert job.could_not_be("read", KeyError()).endswith("could not be read: KeyError")


def test_a_page_with_text_or_ink_is_not_blank() -> None:
    assert PageImage(1, b"", 10, 10, " ", (), 0.0, False).blank
    assert not PageImage(1, b"", 10, 10, "words", (), 0.0, True).blank
    assert not PageImage(1, b"", 10, 10, "", (), 0.01, False).blank


def test_a_page_is_markdown_with_its_blocks_apart() -> None:
    page = PageText(1, (Block("heading", "# A", 1), Block("text", "B.", box=Box(0, 0, 1, 1))), (), "ocr")
    assert page.markdown == "# A\n\nB."
