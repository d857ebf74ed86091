"""Text, Markdown, HTML and e-mail: laid out as pages, read, shown, and their words found where they stand."""

from __future__ import annotations

import threading
import time
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from loaders.errors import SourceError
from loaders.pages.reader import inspect, read, render
from loaders.types import DocumentInfo, PageImage, PageJob, PageText


def opened(path: Path) -> tuple[DocumentInfo, PageText]:
    page = read(PageJob(str(path), 1))
    assert isinstance(page, PageText), page
    return inspect(path), page


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("name", ["notes.txt", "notes", "notes.dat"])
def test_a_text_is_read_in_every_encoding_that_can_be_told(tmp_path: Path, encoding: str, name: str) -> None:
    (tmp_path / name).write_bytes("Die Schleuse ist für 41 Tage geschlossen.\n".encode(encoding))
    info, page = opened(tmp_path / name)
    assert (info.kind, info.pages) == ("text", 1)
    assert "Die Schleuse ist für 41 Tage geschlossen." in page.markdown
    assert all(not block.is_header_or_footer for block in page.blocks), "a short text is no running header"


@pytest.mark.parametrize(
    "content", [bytes(range(256)) * 8, "Цена: пять рублей".encode("cp1251"), b"\x93\xfa\x96\x7b" * 9]
)
def test_what_is_no_text_is_refused_and_not_read_as_noise(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(SourceError, match=r"not text in UTF-8, UTF-16 or Windows-1252"):
        inspect(tmp_path / "a.txt")


def test_white_space_is_no_page(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(" \n\t\n")
    with pytest.raises(SourceError, match="white space"):
        inspect(tmp_path / "a.txt")


def test_words_stand_where_the_image_shows_them(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("The lido\n" + "\n" * 30 + "was closed for 41 days.\n" + "word " * 300)
    _, page = opened(tmp_path / "a.txt")
    image = render(PageJob(str(tmp_path / "a.txt"), 1))
    assert isinstance(image, PageImage)
    assert image.legible
    boxes = {word.text: word.box for word in page.words}
    assert boxes["lido"].y0 < 0.12
    assert boxes["closed"].y0 > 0.5
    assert all(0 < box.x0 < box.x1 < 1 and 0 < box.y0 < box.y1 < 1 for box in boxes.values())


def test_nothing_is_cut_off_at_the_edge_of_a_sheet(tmp_path: Path) -> None:
    head, row = (",".join(f"{stem}{number:02}" for number in range(30)) for stem in ("column", "value"))
    (tmp_path / "wide.csv").write_text(f"{head}\n{row}\n")
    (tmp_path / "long.txt").write_text("soundings" * 110 + "END")
    _, page = opened(tmp_path / "wide.csv")
    assert {"column00", "column29", "value29"} <= {word.text for word in page.words}
    _, page = opened(tmp_path / "long.txt")
    assert "".join(word.text for word in page.words).replace("\u200b", "").endswith("soundingsEND")


def test_a_table_of_text_has_its_cells_under_their_headers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('Month;"Value; in t"\nJan;5,2\nFeb;6,1\nMar;7,0\n')
    _, page = opened(tmp_path / "a.csv")
    assert [block.text for block in page.blocks if block.is_table] == [
        "|Month|Value; in t|\n|---|---|\n|Jan|5,2|\n|Feb|6,1|\n|Mar|7,0|"
    ]


def test_markdown_is_shown_as_it_is_meant(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text(
        "---\nlayout: secret\n---\n# Pump\n\nThe *pump* holds 5 l.\n\n| Part | Price |\n|---|---|\n| Valve | 12 |\n"
        "| Ring | 3 |\n\n<script>alert(1)</script>\n"
    )
    _, page = opened(tmp_path / "a.md")
    assert page.blocks[0].is_heading
    assert "|Valve|12|" in page.markdown
    assert "pump holds 5 l" in page.markdown
    assert "secret" not in page.markdown
    assert "*pump*" not in page.markdown


def test_html_runs_and_loads_nothing_and_hides_what_a_browser_hides(tmp_path: Path) -> None:
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

    (tmp_path / "secret.txt").write_text("SECRET")
    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        (tmp_path / "a.htm").write_text(
            f"<!doctype html><title>Tour &amp; prices</title><link rel=stylesheet href={address}/a.css>"
            f"<style>@import '{address}/b.css'; .h {{display:none}} p {{background:url({address}/c.png)}}</style>"
            f"<h1>Tour</h1><p class=h>hidden 99</p><p hidden>hidden 98</p><p style='display:none'>hidden 97</p>"
            f"<p>The tour takes 3 hours.</p><img src={address}/d.png alt='a map'><img src=secret.txt>"
            f"<iframe src=secret.txt>SECRET</iframe><script src={address}/e.js>document.write('hidden 96')</script>"
            "<input type=checkbox checked>dogs <input type=checkbox>cats"
        )
        info, page = opened(tmp_path / "a.htm")
        server.shutdown()
    assert asked == []
    assert info.title == "Tour & prices"
    text = " ".join(word.text for word in page.words)
    assert "The tour takes 3 hours." in text
    assert "[a map]" in text
    assert "hidden" not in text
    assert "SECRET" not in text
    assert "image" not in text


def test_html_names_its_own_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes('<html><meta charset="windows-1251"><p>Цена пять рублей.'.encode("cp1251"))
    _, page = opened(tmp_path / "a.html")
    assert "Цена пять рублей." in page.markdown


def mail() -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"] = "Jörg Möller <jm@x.org>", "b@x.org"
    message["Subject"], message["Date"] = "Größe der Pumpe", "Mon, 03 Mar 2025 10:00:00 +0100"
    message.set_content("The pump holds 5 litres.")
    message.add_alternative("<html><body><p>The pump holds <b>5 litres</b>.</p></body></html>", subtype="html")
    return message


def test_a_message_shows_its_headers_its_body_once_and_the_names_of_its_attachments(tmp_path: Path) -> None:
    message = mail()
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="report.pdf")
    (tmp_path / "a.eml").write_bytes(message.as_bytes())
    info, page = opened(tmp_path / "a.eml")
    text = " ".join(word.text for word in page.words)
    assert (info.kind, info.title) == ("mail", "Größe der Pumpe")
    assert "From: Jörg Möller <jm@x.org>" in text
    assert "Date: Mon, 03 Mar 2025" in text
    assert text.count("The pump holds 5 litres") == 1
    assert "Attachments: report.pdf" in text


@pytest.mark.slow
@pytest.mark.heavy
def test_texts_without_end_are_refused_in_time(tmp_path: Path) -> None:
    started = time.process_time()
    (tmp_path / "a.txt").write_text("word " * 1_000_000)
    (tmp_path / "b.html").write_text("<html>" + "<p>word</p>" * 400_000)
    (tmp_path / "c.html").write_text("<html>" + "<div>" * 100_000 + "deep")
    (tmp_path / "d.html").write_text("<html>" + "<table><tr><td>" * 3_000 + "deep")
    (tmp_path / "e.md").write_text("> " * 30 + "deep")
    for name in ("c.html", "d.html"):
        assert "deep" in opened(tmp_path / name)[1].markdown
    with pytest.raises(SourceError, match="shows nothing"):
        inspect(tmp_path / "e.md")
    for name in ("a.txt", "b.html"):
        with pytest.raises(SourceError, match="split it"):
            inspect(tmp_path / name)
    assert time.process_time() - started < 20
