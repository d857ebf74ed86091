import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from loaders.text.markdown import parse_blocks
from loaders.text.plain import plain, struck_texts

MARKS = st.text(alphabet="ab1 |#-*_`~$<>/\\\n[]().:", max_size=200)
PIECES = st.lists(
    st.sampled_from(
        [
            "# Results",
            "A line of text.",
            "| a | b |",
            "|---|---|",
            "| 1 | 2 |",
            "<table><tr><td>x",
            "</td></tr></table> after",
            "<tr><th>y</th></tr>",
            "- one",
            "  two",
            "3. three",
            "```",
            "~~~",
            "$$ x^2",
            "$$",
            "\\[ y",
            "Table 4 | Words",
            "<sup>1</sup> A note",
            "[^2]: Another",
            "<figure>bars 1 2",
            "</figure>",
            "---",
            "===",
            "",
            "![shown](a.png)",
            "**Bold line**",
        ]
    ),
    max_size=12,
)


def kinds(markdown: str) -> list[str]:
    return [block.kind for block in parse_blocks(markdown)]


def solid(text: str) -> str:
    return "".join(c for c in text if c.isalnum())


@given(MARKS)
@example("```\na\n```b")
@example("a <table>b")
@example("<table></table>\n<table")
def test_no_character_is_lost_whatever_the_marks(markdown: str) -> None:
    assert solid("".join(block.text for block in parse_blocks(markdown))) == solid(markdown)


@given(PIECES)
def test_no_word_is_lost_whatever_the_order_of_blocks(pieces: list[str]) -> None:
    markdown = "\n".join(pieces)
    found = "\n".join(block.text for block in parse_blocks(markdown))
    if pieces.count("</figure>") == 0:  # the marks of a whole figure are taken off
        assert solid(found) == solid(markdown)
    for word in ("line", "after", "three", "bars", "shown", "note", "Another"):
        assert found.count(word) == markdown.count(word)


@given(MARKS)
def test_plain_never_raises_and_folds_white_space(text: str) -> None:
    assert plain(text) == " ".join(plain(text).split())


def test_the_parts_of_a_page_get_their_kinds() -> None:
    page = """# 2. Approach
Some prose
over two lines.
- one
- two

| a | b |
|---|---|
| 1 | 2 |
Table 4 | Comparison of models.

$$ x = y $$

<table><tr><td>1</td></tr></table>
A summary of the table.
[^1]: A note.

```
code
```
"""
    assert kinds(page) == [
        "heading",
        "text",
        "list",
        "table",
        "caption",
        "formula",
        "table",
        "text",
        "footnote",
        "text",
    ]


def test_a_heading_keeps_its_level_and_a_bold_line_becomes_one() -> None:
    blocks = parse_blocks("### Deep\n\n**2.1. Overview**\n\n**Total: 500**\n\nTitle\n=====")
    assert [(block.kind, block.level) for block in blocks] == [
        ("heading", 3),
        ("heading", 2),
        ("text", 0),
        ("heading", 1),
    ]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Table 4 | Comparison of models.", "caption"),
        ("**Figure 2:** Accuracy during training", "caption"),
        ("Fig. 3a. Lengths", "caption"),
        ("Table IV: Costs", "caption"),
        ("Figure 7", "caption"),
        ("Table 2 provides a comparison of models.", "text"),
        ("Figures are given in millions.", "text"),
    ],
)
def test_a_caption_is_told_from_a_sentence_about_it(text: str, kind: str) -> None:
    assert kinds(text) == [kind]


def test_an_unclosed_table_ends_with_the_paragraph_of_its_last_cell() -> None:
    blocks = parse_blocks("<table><tr><td>1</td><td>2\n\nProse that follows.")
    assert [block.kind for block in blocks] == ["table", "text"]
    assert blocks[1].text == "Prose that follows."


def test_a_nested_table_stays_in_one_block() -> None:
    markdown = "<table><tr><td><table><tr><td>1</td></tr></table></td></tr></table>"
    assert [block.text for block in parse_blocks(markdown)] == [markdown]


def test_an_answer_wrapped_in_a_markdown_fence_is_unwrapped() -> None:
    assert kinds("```markdown\n# A\n\ntext\n```") == ["heading", "text"]


def test_a_description_after_a_caption_is_the_figure() -> None:
    assert kinds("Figure 1 | Scores.\n\nThe bar chart shows 97.3 for MATH-500.\n\nProse.") == [
        "caption",
        "description",
        "text",
    ]


def test_running_headers_in_tags_are_recognised() -> None:
    assert kinds("<header>Annual report</header>\nText.\n<page_number>4</page_number>") == [
        "furniture",
        "text",
        "furniture",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "my_variable",
        "a*b",
        "x < y > z",
        "2**3 and 4**5",
        "__init__",
        "Hu* and Ge*",
        "f[x](y)",
        "<think> a </think>",
        "$5",
    ],
)
def test_plain_leaves_text_that_only_looks_like_markup(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("# **_2.3.1. Cold Start_**", "2.3.1. Cold Start"),
        ("x<sub>2</sub> &lt;b&gt; &amp;", "x₂ <b> &"),
        ("`a_b_` and *it* and ~~old~~ new", "a_b_ and it and new"),
        ("[link](https://a.b/c_d_e) ![alt](x.png)", "link alt"),
        ("| a | b |\n|---|---|\n| 1 | **2** |", "a b 1 2"),
        ("Figure 1 | Scores", "Figure 1 | Scores"),
        (r"a \* b \_c\_", "a * b _c_"),
        ("one<br>two", "one two"),
    ],
)
def test_plain_removes_markup(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_what_a_model_wrote_is_a_description() -> None:
    blocks = parse_blocks(
        "Table 2: Tolls\n\n<table><tr><th>Lock</th></tr><tr><td>1.20</td></tr></table>\n"
        "<summary>It compares tolls.</summary>\n\nTable summary: It has one row.\n\n"
        "Figure 3: Fog\n\n<figure>A bar chart with twelve bars.</figure>\n\nThe chart shows fog.\n\nBoats wait."
    )
    assert [(block.kind, block.text) for block in blocks if block.is_description] == [
        ("description", "Table summary: It compares tolls."),
        ("description", "Table summary: It has one row."),
        ("description", "Figure description: A bar chart with twelve bars."),
        ("description", "The chart shows fog."),
    ]
    assert [block.is_figure for block in blocks if block.is_description] == [False, False, True, True]
    assert blocks[-1].kind == "text"


def test_a_caption_within_a_figure_is_print() -> None:
    blocks = parse_blocks("<figure>Description: Bars.<figcaption>Figure 3: Fog</figcaption></figure>")
    assert [(block.kind, block.text) for block in blocks] == [
        ("description", "Figure description: Bars."),
        ("caption", "Figure 3: Fog"),
    ]


def test_struck_texts_are_listed_without_marks() -> None:
    markdown = "Rent ~~2,450 *euros*~~ 2,900 euros, <del class='x'>dogs</del> and <s>cats</s>, a ~ b, ~~~"
    assert struck_texts(markdown) == ["2,450 euros", "dogs", "cats"]
