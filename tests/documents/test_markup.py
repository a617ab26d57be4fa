"""HTML: what a browser shows is read, and nothing else; numbers stay what they are."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from longread.documents import Document, load


def page(folder: Path, body: str, *, head: str = "") -> Document:
    path = folder / "page.html"
    path.write_text(f"<!doctype html><html><head>{head}</head><body>{body}</body></html>", "utf-8")
    return load(str(path), use_cache=False)


def test_note_marks_and_exponents_do_not_join_numbers(tmp_path: Path) -> None:
    body = (
        "<p>The bond pays 10<sup>2</sup> percent a year, on 10<sup>6</sup> crowns.</p>"
        '<p>The crane lifts 10<sup><a href="#n">3</a></sup> tonnes and covers 20 m<sup>2</sup>.</p>'
        "<p>It weighs 45 tonnes<sup>4</sup>.</p>"
        "<p>On the 1<sup>st</sup> of May 3<sup>1</sup>/<sub>2</sub> litres of CO<sub>2</sub>.</p>"
    )
    assert page(tmp_path, body).text == (
        "The bond pays 10[2] percent a year, on 10^6 crowns.\n\n"
        "The crane lifts 10[3] tonnes and covers 20 m^2.\n\n"
        "It weighs 45 tonnes[4].\n\n"
        "On the 1st of May 3 1/2 litres of CO2."
    )


def test_formulas_keep_their_parts_apart(tmp_path: Path) -> None:
    body = (
        "<p><math><msup><mi>x</mi><mn>2</mn></msup><mo>=</mo>"
        "<mfrac><mn>1</mn><mn>2</mn></mfrac></math></p>"
    )
    assert page(tmp_path, body).text == "x^2=1/2"


@pytest.mark.parametrize(
    "hidden",
    [
        '<div style="display:none">99</div>',
        '<div style="color: red; DISPLAY : None !important">99</div>',
        '<p style="visibility:hidden">99</p>',
        "<p hidden>99</p>",
        '<p aria-hidden="true">99</p>',
        '<p class="note gone">99</p>',
        '<div id="gone"><p>99</p></div>',
        "<template><p>99</p></template>",
        "<!-- 99 -->",
        "<svg><text>99</text></svg>",
        "<script>var tonnes = '<p>99</p>'</script>",
    ],
)
def test_what_a_browser_does_not_show_is_not_read(tmp_path: Path, hidden: str) -> None:
    style = "<style>/* p{} */ .gone, #gone > p { display:none } p.note:hover{display:none}</style>"
    document = page(tmp_path, f"<p>The crane lifts 45.</p>{hidden}<p>It is new.</p>", head=style)
    assert document.text == "The crane lifts 45.\n\nIt is new."


def test_text_hidden_from_view_is_counted(tmp_path: Path) -> None:
    hidden = '<p style="display:none">A.</p><p style="display:none"> </p><p style="display:none">B'
    document = page(tmp_path, f"<p>Seen.</p>{hidden}")
    assert document.warnings == ("2 parts hidden from view (display: none) left out",)


def test_style_for_print_alone_hides_nothing(tmp_path: Path) -> None:
    style = "<style>@media print { .x { display: none } } .y{color:red}</style>"
    assert page(tmp_path, '<p class="x">Seen.</p>', head=style).text == "Seen."


def test_empty_cells_keep_their_columns(tmp_path: Path) -> None:
    body = (
        "<table><tr><th>Berth<th>Low<th>High<th>Fee"
        "<tr><td>North<td><td>7.5<td>12<tr><td>West<td>3.3<td><td>15"
        "<tr><td>South<td>4.1<td>9.0<td></table>"
    )
    assert page(tmp_path, body).text.splitlines() == [
        "Berth | Low | High | Fee",
        "North | | 7.5 | 12",
        "West | 3.3 | | 15",
        "South | 4.1 | 9.0 |",
    ]


def test_spanned_cells_stand_in_each_row_and_head_that_they_span(tmp_path: Path) -> None:
    body = (
        "<table><thead><tr><th rowspan=2>Berth</th><th colspan=2>Depth</th></tr>"
        "<tr><th>low</th><th>high</th></tr></thead>"
        "<tr><td rowspan=2>North</td><td>1</td><td>2</td></tr><tr><td></td><td>4</td></tr>"
        "<tr><td colspan=2>closed</td><td>6</td></tr></table>"
    )
    assert page(tmp_path, body).text.splitlines() == [
        "Berth | Depth | Depth",
        "Berth | low | high",
        "North | 1 | 2",
        "North | | 4",
        "closed | | 6",
    ]


def test_signs_in_cells_of_their_own_belong_to_their_figures(tmp_path: Path) -> None:
    row = "<tr><td>{}<td><td>$<td>{}<td>{}<td><td>$<td>{}<td>{}"
    body = f"<table>{row.format('Revenue', '1,200', '', '900', '')}" + (
        f"{row.format('Loss', '(35', ')', '(12', ')')}</table>"
    )
    assert page(tmp_path, body).text.splitlines() == [
        "Revenue | $1,200 | $900",
        "Loss | $(35) | $(12)",
    ]


def test_a_table_that_lays_out_the_page_is_no_table(tmp_path: Path) -> None:
    body = (
        "<table><tr><td><h1>Harbour</h1><p>One.</p></td><td><p>Two.</p>"
        "<table><tr><td>a</td><td>1</td></tr><tr><td>b</td><td>2</td></tr></table></td></tr></table>"
    )
    assert page(tmp_path, body).text == "Harbour\n\nOne.\n\nTwo.\n\na | 1\nb | 2"


def test_odd_markup_is_read_as_a_browser_reads_it(tmp_path: Path) -> None:
    body = "<p>a<![foo[bar]]>b</p><div><p>c</div></p>d<b>e<p>f</b>g<table><tr><td>1<td>2</table>"
    assert page(tmp_path, body).text.split() == ["ab", "c", "de", "fg", "1", "|", "2"]


def test_xhtml_elements_that_are_empty_end_at_once(tmp_path: Path) -> None:
    path = tmp_path / "a.xhtml"
    path.write_text(
        '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><head><title/>'
        '<script src="x"/></head><body><p>One.</p><div/><span hidden="hidden"/><p>Two.</p>'
        "<![CDATA[a < b]]></body></html>"
    )
    assert load(str(path), use_cache=False).text == "One.\n\nTwo.\n\na < b"


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 60_000,
        "<ul><li>" * 40_000,
        "".join(f"<p><font size={size}>" for size in range(20_000)),
        "<p><div>x</p>" * 30_000,
        "<b><div>" * 30_000,
        "<p " + " ".join(f"a{number}=1" for number in range(60_000)) + ">",
    ],
    ids=["div", "list", "font", "paragraph", "bold", "attributes"],
)
def test_a_page_that_nests_without_end_is_read_in_time(tmp_path: Path, source: str) -> None:
    began = time.process_time()
    assert "The end." in page(tmp_path, f"{source}The end.").text
    assert time.process_time() - began < 20


def test_a_page_that_never_closes_its_elements_is_read_whole(tmp_path: Path) -> None:
    body = "".join(f"<p><font>Line {number}." for number in range(3000))
    text = page(tmp_path, body).text
    assert text.count("Line") == 3000
    assert text.endswith("Line 2999.")


def test_stand_ins_of_the_program_in_a_page_are_not_read(tmp_path: Path) -> None:
    assert page(tmp_path, "<p>a\ufdd1b&#xFDD0;c&#64977;d</p>").text == "abcd"


def test_a_broken_declaration_of_the_encoding_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(b'<html><meta charset="undefined"><p>Der B\xe4r wohnt hier.</p></html>')
    assert load(str(path), use_cache=False).text == "Der Bär wohnt hier."


def test_items_have_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(
        "<ol start=3><li>Cut<li><p>Plane</p><p>twice</p><ol type=a><li>oak<li>pine</ol>"
        "<li value=9>Sand<li>Oil</ol><ol type=I start=4><li>End</ol><ul><li>Rope</ul>"
        '<ol style="list-style: none"><li>Bare</ol><ol start=999999999 type=a><li>Far</ol>'
    )
    assert load(str(path)).text.split("\n\n") == [
        "3. Cut", "4. Plane", "twice", "a. oak", "b. pine", "9. Sand", "10. Oil", "IV. End",
        "• Rope", "• Bare", "999999999. Far",
    ]  # fmt: skip
