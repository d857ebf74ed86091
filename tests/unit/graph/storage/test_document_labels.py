"""What tells documents of one name apart."""

from __future__ import annotations

from graph.storage.document_labels import distinct_labels


def labels(*sources: str) -> list[str]:
    rows = [(f"{number}{'f' * 15}", source.rpartition("/")[2], source) for number, source in enumerate(sources)]
    return list(distinct_labels(rows).values())


def test_a_name_that_one_document_has_stays_as_it_is() -> None:
    assert labels("/a/x.pdf", "/a/y.pdf") == ["x.pdf", "y.pdf"]


def test_documents_are_told_apart_by_their_folders_and_else_by_their_ids() -> None:
    assert labels("/a/x.pdf", "/b/x.pdf") == ["x.pdf (a/)", "x.pdf (b/)"]
    assert labels("/1/a/x.pdf", "/2/a/x.pdf") == ["x.pdf (1/a/)", "x.pdf (2/a/)"]
    assert labels("/1/a/b/x.pdf", "/2/a/b/x.pdf") == ["x.pdf (0fffff)", "x.pdf (1fffff)"]
    assert labels("upload:0123/x.pdf", "/b/x.pdf") == ["x.pdf (0fffff)", "x.pdf (1fffff)"]
    assert labels("/a/m.eml!x.pdf", "/b/m.eml!x.pdf") == ["m.eml!x.pdf (a/m.eml)", "m.eml!x.pdf (b/m.eml)"]
