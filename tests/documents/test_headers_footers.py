"""Which rows at a page's edges are furniture."""

from __future__ import annotations

from string import ascii_uppercase

import pytest

from longread.documents.headers_footers import drop_running_rows, roman_value
from longread.documents.layout_types import Segment
from longread.documents.raw import RawPage


def page(*rows: tuple[str, float]) -> RawPage:
    segments = [Segment(50, y, 50 + 5 * len(text), y + 12, 10, False, text) for text, y in rows]
    return RawPage(595, 842, segments)


def left_over(pages: list[RawPage]) -> list[list[str]]:
    return [[segment.text for segment in page.segments] for page in pages]


def test_heads_and_numbers_go_and_give_labels() -> None:
    pages = [page(("Annual Report", 30), (f"text {n}", 400), (f"{n + 7}", 800)) for n in range(6)]
    assert drop_running_rows(pages) == ["7", "8", "9", "10", "11", "12"]
    assert left_over(pages) == [[f"text {n}"] for n in range(6)]


def test_front_matter_in_roman_numerals() -> None:
    numbers = ["i", "ii", "iii", "iv", "1", "2", "3", "4"]
    pages = [page(("words", 400), (number, 800)) for number in numbers]
    assert drop_running_rows(pages) == numbers
    assert left_over(pages) == [["words"]] * 8


def test_a_page_without_a_number_gets_the_one_between() -> None:
    pages = [page((f"text {n}", 400), (f"- {n + 1} -", 800)) for n in range(7)]
    pages[3] = page(("a picture", 400))
    assert drop_running_rows(pages)[3] == "4"


def test_a_sentence_that_counts_along_with_the_pages_keeps_its_numbers() -> None:
    pages = [page((f"Lock {n}. Its keeper opens lock {n} at {n + 4}:10.", 60)) for n in range(1, 9)]
    pages += [page(("a", 400), ("b", 430), ("c", 460)) for _ in range(12)]
    drop_running_rows(pages)
    said = [words for one in pages for words in (*one.furniture, *left_over([one])[0])]
    assert "Lock 7. Its keeper opens lock 7 at 11:10." in said


def test_a_number_within_a_sentence_is_no_label_of_its_page() -> None:
    """Pages of one entry each: the fee counts along with them, too."""
    entries = [f"Entry {n} says: vessel V{n} paid {n + 999} crowns." for n in range(1, 9)]
    pages = [page((entry, 100)) for entry in entries]
    assert drop_running_rows(pages) == [None] * 8
    assert left_over(pages) == [[entry] for entry in entries]


def test_rows_of_a_table_that_repeat_stay() -> None:
    pages = [
        page(("Years ended 31 December 2018 2017 2016", 60), ("Total 31 12", 700), ("text", 770))
        for _ in range(4)
    ] + [page((f"prose {n}", 60), (f"more prose {n}", 700)) for n in range(16)]
    drop_running_rows(pages)
    assert "Years ended 31 December 2018 2017 2016" in left_over(pages)[0]
    assert "Total 31 12" in left_over(pages)[1]


@pytest.mark.parametrize("inside", [0, 4, 5])
def test_what_heads_tables_inside_pages_is_no_running_head_of_others(inside: int) -> None:
    """A period that comes first, below the running head, on the pages that begin with a table."""
    period, running = "Year Ended December 31,", ("Annual Report", 30)
    shops = (f"Shop {letter} sold more" for letter in ascii_uppercase)
    pages = [page(running, (period, 60), (next(shops), 400)) for _ in range(5)]
    for _ in range(inside):
        pages.append(page(running, (next(shops), 60), (period, 300), ("so", 400)))
    pages += [page(running, (next(shops), 60), ("so", 400)) for _ in range(8)]
    drop_running_rows(pages)
    kept = left_over(pages)
    assert all((period in rows) == (inside == 5) for rows in kept[:5])
    assert not any("Annual Report" in rows for rows in kept)


def test_last_rows_of_figures_that_do_not_count_along_stay() -> None:
    totals = ["Total 812", "Total 97", "Total 3", "Total 455", "Total 61"]
    pages = [page(("text", 300), (total, 780)) for total in totals]
    assert drop_running_rows(pages) == [None] * 5
    assert [rows[-1] for rows in left_over(pages)] == totals


def test_the_same_words_in_mid_page_stay() -> None:
    pages = [
        page((f"a {n}", 60), ("Notes to the statements", 400), (f"b {n}", 780)) for n in range(5)
    ]
    drop_running_rows(pages)
    assert all("Notes to the statements" in rows for rows in left_over(pages))


def test_a_chapter_s_head_that_occurs_once_goes_with_its_number() -> None:
    heads = ["Prologue 1", "The Sea 2", "The Sea 3", "The Sea 4", "The Ice 5"]
    words = ["snow", "fog", "ice", "wind", "rain"]
    pages = [page((head, 30), (word, 400)) for head, word in zip(heads, words, strict=True)]
    assert drop_running_rows(pages) == ["1", "2", "3", "4", "5"]
    assert left_over(pages) == [[word] for word in words]


def test_a_footer_that_follows_the_text_at_any_height() -> None:
    pages = [
        page(("text", 60), ("a|b|c|d|e|f"[n * 2], 90), (f"ACME 10-K {n}", 120 + 90 * n))
        for n in range(6)
    ]
    drop_running_rows(pages)
    assert not any("10-K" in text for rows in left_over(pages) for text in rows)


def two_parts(left: str, right: str, y: float) -> list[Segment]:
    return [
        Segment(50, y, 50 + 5 * len(left), y + 12, 10, False, left),
        Segment(540 - 5 * len(right), y, 540, y + 12, 10, False, right),
    ]


def test_a_head_whose_other_half_names_the_chapter() -> None:
    chapters = ["The port", "Trade", "Safety of all", "People", "The accounts", "Dues"]
    pages = [
        RawPage(595, 842, [*two_parts("Harbour Board", chapter, 30), *page((chapter, 90)).segments])
        for chapter in chapters
    ]
    drop_running_rows(pages)
    assert left_over(pages) == [[chapter] for chapter in chapters]


def test_footers_with_roman_and_other_numbers_give_labels() -> None:
    numbers = ["i", "ii", "iii", "1", "2", "3", "4"]
    pages = [
        RawPage(595, 842, [*page(("words", 400)).segments, *two_parts("Report of 2024", n, 800)])
        for n in numbers
    ]
    assert drop_running_rows(pages) == numbers
    assert left_over(pages) == [["words"]] * 7


def test_first_rows_of_tables_stay_where_a_part_repeats() -> None:
    figures = ["1,204", "988", "73", "2,450", "611", "5"]
    labels = ["to June", "to July", "half year", "full year", "to May", "to date"]
    for rests, below in ((figures, 90.0), (labels, 62.0)):
        pages = [
            RawPage(
                595, 842, [*two_parts("Net income", a, 48), *page((a, below), (b, 400)).segments]
            )
            for a, b in zip(rests, "abcdef", strict=True)
        ]
        drop_running_rows(pages)
        assert all("Net income" in rows for rows in left_over(pages))


def test_titles_of_short_chapters_do_not_count_pages() -> None:
    pages = [page((f"Chapter {n + 1}", 60), (words, 400)) for n, words in enumerate("abcdef")]
    drop_running_rows(pages)
    assert [rows[0] for rows in left_over(pages)] == [f"Chapter {n}" for n in range(1, 7)]


def test_a_table_s_number_at_a_page_s_top_does_not_count_pages() -> None:
    pages = [page((f"TABLE 10.0{n + 1}B", 60), (words, 400)) for n, words in enumerate("abcdef")]
    drop_running_rows(pages)
    assert [rows[0] for rows in left_over(pages)] == [f"TABLE 10.0{n}B" for n in range(1, 7)]


@pytest.mark.parametrize(
    ("word", "value"),
    [("xii", 12), ("IV", 4), ("mcmxc", 1990), ("mix", 1009), ("civil", 0), ("", 0)],
)
def test_roman_numerals(word: str, value: int) -> None:
    assert roman_value(word) == value
