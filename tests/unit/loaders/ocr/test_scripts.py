"""Print in scripts that the built-in OCR does not know: never blank, never noise; Tesseract reads it if it can."""

from __future__ import annotations

import io
import shutil
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image, ImageFilter

from loaders.ocr import tesseract
from loaders.ocr.engine import read_page
from loaders.ocr.legibility import PICTURE_UNREAD
from loaders.pages.reader import read
from loaders.types import Box, Failure, PageJob, PageText

TEXTS = {
    "Cyrillic": "Смотритель маяка записывал ветер и погоду каждого дня в синюю книгу у двери. Музей открыт летом.",
    "Korean": "등대지기는 매일의 바람과 날씨를 파란 책에 적었다. 박물관은 오월부터 열고 겨울에는 닫는다.",
    "Arabic": "كان حارس المنارة يكتب الريح والطقس كل يوم في الكتاب الأزرق قرب الباب. المتحف مفتوح من مايو إلى سبتمبر.",
    "Hebrew": "שומר המגדלור רשם את הרוח ואת מזג האוויר של כל יום בספר הכחול ליד הדלת. המוזיאון פתוח ממאי עד ספטמבר.",
    "Thai": "ผู้ดูแลประภาคาร จดลม และอากาศ ของทุกวัน ลงในสมุด ข้างประตู พิพิธภัณฑ์ เปิดตั้งแต่ พฤษภาคม ถึง กันยายน",
    "Devanagari": "प्रकाशस्तंभ का रखवाला हर दिन की हवा और मौसम को नीली किताब में लिखता था। संग्रहालय मई से खुला रहता है।",
    "Greek": "Ο φύλακας του φάρου έγραφε τον άνεμο και τον καιρό κάθε μέρας στο μπλε βιβλίο δίπλα στην πόρτα.",
}
# One alphabet and one other script in each run, the others with `make long`.
FIRST_OF_TEXTS = [
    pytest.param(script, marks=[] if script in ("Cyrillic", "Arabic") else [pytest.mark.slow]) for script in TEXTS
]
LATIN = "The keeper of the light wrote down the wind and the weather of every day in the blue book by the door."
CODES = {"Cyrillic": "rus", "Korean": "kor", "Arabic": "ara", "Hebrew": "heb", "Thai": "tha", "Devanagari": "hin"}


def page_image(*paragraphs: str) -> bytes:
    """A page of these paragraphs, in the fonts that the PDF library brings; it has none for Thai."""
    css = "* {font-size: 13pt; line-height: 1.5}"
    if "ผู้" in "".join(paragraphs):
        if not (fonts := sorted(Path("/usr/share/fonts").rglob("NotoSansThai-Regular.*"))):
            pytest.skip("no font for Thai is installed (Debian: fonts-noto-core)")
        css = f"@font-face {{font-family: thai; src: url({fonts[0].name})}} * {{font-family: thai}} {css}"
        archive = pymupdf.Archive(str(fonts[0].parent))
    else:
        archive = None
    document: Any = pymupdf.open()
    page = document.new_page(width=420, height=595)
    html = "".join(f"<p>{text}</p>" for text in paragraphs)
    page.insert_htmlbox((40, 50, 380, 560), html, css=css, archive=archive)
    png: bytes = page.get_pixmap(dpi=150).tobytes("png")
    document.close()
    return png


@pytest.mark.parametrize("script", FIRST_OF_TEXTS)
@pytest.mark.heavy
def test_print_that_cannot_be_read_fails_with_its_reason(script: str) -> None:
    outcome = read_page(page_image(TEXTS[script], TEXTS[script]), 3, "off")
    assert isinstance(outcome, Failure)
    assert outcome.reason == "unreadable_script"
    assert outcome.detail.startswith("Page 3 seems to be printed in ")
    if shutil.which("tesseract") and "osd" in tesseract.installed():
        assert script in outcome.detail


@pytest.mark.parametrize(
    "text", [LATIN, "Grüße aus Łódź, à bientôt, señor: ça coûte 12 €.", "灯塔看守人每天把风和天气写在蓝色本子里。"]
)
def test_scripts_that_are_known_are_read(text: str) -> None:
    outcome = read_page(page_image(text, text), 1)
    assert isinstance(outcome, PageText)
    assert (bool(outcome.blocks), outcome.detail) == (True, "")


def test_a_page_in_two_scripts_says_that_a_part_of_it_is_unread() -> None:
    outcome = read_page(page_image(LATIN, LATIN, LATIN, TEXTS["Korean"]), 1, "off")
    assert isinstance(outcome, PageText)
    assert "keeper of the light" in outcome.markdown
    assert "could not be read" in outcome.detail


@pytest.mark.parametrize("script", FIRST_OF_TEXTS)
@pytest.mark.heavy
def test_one_line_in_an_unknown_script_is_not_passed_over(script: str) -> None:
    line = " ".join(TEXTS[script].split()[:6])
    alone = read_page(page_image(line), 1, "off")
    assert isinstance(alone, Failure)
    assert alone.reason == "unreadable_script"
    beside = read_page(page_image(LATIN, LATIN, LATIN, line), 1, "off")
    assert isinstance(beside, PageText)
    assert "keeper of the light" in beside.markdown
    assert "1 line of the page" in beside.detail


@pytest.mark.parametrize(("radius", "reason"), [(2.5, ""), (5.0, "illegible")])
def test_blurred_print_is_not_taken_for_an_unknown_script(radius: float, reason: str) -> None:
    outcome = read_page(blurred(page_image(LATIN, LATIN, LATIN), radius), 1, "off")
    if reason:
        assert isinstance(outcome, Failure)
        assert (outcome.reason, "300 dpi" in outcome.detail) == (reason, True)
    else:
        assert isinstance(outcome, PageText)
        assert (bool(outcome.blocks), outcome.detail) == (True, "")


@pytest.mark.parametrize("radius", [pytest.param(3.0, marks=pytest.mark.slow), 3.5])
def test_blurred_print_that_can_be_read_is_read_whole(radius: float) -> None:
    outcome = read_page(blurred(page_image(LATIN, LATIN, LATIN), radius), 1, "off")
    assert isinstance(outcome, PageText)
    assert len(outcome.words) == 3 * len(LATIN.split()), "the tiny detector finds no or one word of it"


def blurred(png: bytes, radius: float) -> bytes:
    target = io.BytesIO()
    Image.open(io.BytesIO(png)).convert("RGB").filter(ImageFilter.GaussianBlur(radius)).save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize("script", CODES)
@pytest.mark.heavy
def test_tesseract_reads_what_it_has_data_for(script: str) -> None:
    if CODES[script] not in tesseract.installed():
        pytest.skip(f"Tesseract or its data for {CODES[script]} is not installed")
    outcome = read_page(page_image(TEXTS[script], TEXTS[script]), 1, CODES[script])
    assert isinstance(outcome, PageText)
    expected, found = TEXTS[script].split(), {word.text for word in outcome.words}
    recall = sum(word in found for word in expected) / len(expected)
    print(f"{script}: {recall:.2f} of the words")
    assert recall >= 0.75, "a Korean word may be broken at the end of a line, and the page has few words"
    first, second = (next(word for word in outcome.words if word.text == text) for text in two_read(expected, found))
    on_one_line = abs(first.box.y0 - second.box.y0) < 0.02
    if script in ("Arabic", "Hebrew") and on_one_line:
        assert first.box.x0 > second.box.x0, "logical order: the first word of the line is the rightmost"


def two_read(expected: list[str], found: set[str]) -> list[str]:
    return [word for word in expected if word in found][:2]


def test_pieces_are_joined_to_the_words_of_the_text() -> None:
    table = (
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
        "1\t1\t0\t0\t0\t0\t0\t0\t100\t200\t-1\t\n"
        "5\t1\t1\t1\t1\t1\t10\t20\t10\t10\t91.5\t등\n5\t1\t1\t1\t1\t2\t22\t20\t10\t10\t90\t대\n"
        "5\t1\t1\t1\t1\t3\t40\t20\t10\t10\t90\t책\n"
    )
    pieces, text = tesseract._pieces("등대 책\n\n" + table)
    assert text.split() == ["등대", "책"]
    assert [[piece.text for piece in group] for group in tesseract._grouped(pieces, text.split())] == [
        ["등", "대"],
        ["책"],
    ]
    assert [len(group) for group in tesseract._grouped(pieces, ["등대책"])] == [3]
    assert [len(group) for group in tesseract._grouped(pieces, ["other"])] == [1, 1, 1]
    assert pieces[0].box.x0 == 0.1


def pieces_of(*lines: str, confidence: float = 92.0) -> list[tesseract._Piece]:
    return [
        tesseract._Piece(word, Box(0.1, at / 10, 0.2, at / 10 + 0.05), confidence, "1/1", f"1/1/{at}")
        for at, line in enumerate(lines)
        for word in line.split()
    ]


def test_a_page_of_hebrew_that_was_read_as_thai_is_noise() -> None:
    noise = "ภาแทย หก ทาร7ฑทๆ ทฑา777ข าขบ"
    assert tesseract._reading(pieces_of(noise, confidence=72.0), noise, "Thai") is None
    read_as_hebrew = tesseract._reading(pieces_of(TEXTS["Hebrew"]), TEXTS["Hebrew"], "Hebrew")
    assert read_as_hebrew
    assert [word.text for word in read_as_hebrew.words] == TEXTS["Hebrew"].split()


def test_lines_without_their_first_letters_are_read_as_one_column_and_two_columns_are_not_joined() -> None:
    whole, cut = ["등대지기는 매일의", "바람과 날씨를"], ["대지기는 매일의", "바람과 날씨를"]
    assert tesseract._reads_more(pieces_of(*whole), pieces_of(*cut))
    assert not tesseract._reads_more(pieces_of(*cut), pieces_of(*whole))
    assert not tesseract._reads_more(pieces_of(" ".join(whole)), pieces_of(*cut)), "one line where there were two"
    assert tesseract._reads_more(pieces_of(" ".join(whole)), pieces_of("매일의", "날씨를")), (
        "half was taken for pictures"
    )


def test_small_print_is_enlarged_and_larger_is_not() -> None:
    png = page_image(LATIN)
    height = Image.open(io.BytesIO(png)).height
    small, large = (
        [piece._replace(box=Box(0.1, 0.1, 0.2, 0.1 + high / height))] for piece in pieces_of("คน") for high in (18, 30)
    )
    assert Image.open(io.BytesIO(tesseract._enlarged(png, small))).height == 2 * height
    assert tesseract._enlarged(png, large) == tesseract._enlarged(png, []) == b""


@pytest.mark.parametrize(("setting", "codes"), [("off", set()), ("xxx", set()), ("auto", None)])
def test_the_setting_names_what_may_be_read(setting: str, codes: set[str] | None) -> None:
    assert tesseract.wanted(setting) == (tesseract.installed() if codes is None else codes)


@pytest.mark.heavy
def test_a_picture_in_an_unknown_script_on_a_page_of_text_is_named(tmp_path: Path) -> None:
    said = {}
    for script, shown in {"Cyrillic": TEXTS["Cyrillic"], "Latin": LATIN}.items():
        document: Any = pymupdf.open()
        page = document.new_page(width=595, height=842)
        page.insert_htmlbox((50, 50, 545, 400), f"<p>{LATIN}</p>" * 6)
        page.insert_image((50, 420, 545, 800), stream=page_image(shown, shown), keep_proportion=True)
        document.save(str(tmp_path / f"{script}.pdf"))
        outcome = read(PageJob(str(tmp_path / f"{script}.pdf"), 1))
        assert isinstance(outcome, PageText)
        said[script] = outcome.detail
    assert said == {"Cyrillic": PICTURE_UNREAD, "Latin": ""}


def test_the_known_lines_of_a_picture_mostly_in_another_script_are_kept(tmp_path: Path) -> None:
    document: Any = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_htmlbox((50, 50, 545, 400), f"<p>{LATIN}</p>" * 6)
    known = "Harbour office, 14 Quay Street"
    shown = f"{TEXTS['Cyrillic']}<br>{known}"
    page.insert_image((50, 420, 545, 800), stream=page_image(TEXTS["Cyrillic"], shown), keep_proportion=True)
    document.save(str(tmp_path / "mixed.pdf"))
    outcome = read(PageJob(str(tmp_path / "mixed.pdf"), 1))
    assert isinstance(outcome, PageText)
    assert outcome.detail == PICTURE_UNREAD
    found = [block.text for block in outcome.blocks if block.is_figure]
    assert found == [known]
