"""Marked copies of cited documents: rendered, opened in a browser, and looked at."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pymupdf
import pytest

from longread.display.highlight import check_out, write_highlights
from longread.documents import Document, load
from longread.errors import DocumentError, LongreadError, UsageError
from longread.reading.step import Answer, Quote
from tests.display.browser import CHROMIUM, Browser, browser
from tests.display.script import answer, reading, run_info

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures"
INFO = run_info()
STEPS = list(reading(INFO, 41))
QUESTION = "Who led the <expedition>?"
SENTENCE = "The Aurora left Bergen on 4 March 1911 with a crew of nineteen"
ROW = "Flour and ship's biscuit | 2,140 | 1,310 | (85)"


def answered(documents: list[Document], *cited: tuple[int, str], text: str = "Halvorsen") -> Answer:
    """An answer with these words of these documents as its citations."""
    quotes = []
    for number, words in cited:
        document = documents[number]
        start = document.text.index(words)
        place = document.locate(start, start + len(words))
        quotes.append(
            Quote(number, document.path, start, start + len(words), words, place.page, place.label,
                  place.section, place.line, verified=True)
        )  # fmt: skip
    made = answer(INFO, STEPS, answer=text, citations=tuple(quotes))
    return replace(made, question=QUESTION)


def write(
    out: Path, *answers: Answer, documents: list[Document], password: str | None = None
) -> list[str]:
    return list(write_highlights(out, answers, documents, password))


def words_in_colour(page: pymupdf.Page) -> str:
    """The words of the page under a painted mark, in reading order, as its picture shows them."""
    picture = page.get_pixmap(dpi=72, alpha=False)
    found = []
    for x0, y0, x1, y1, word, *_ in page.get_text("words", sort=True):
        box = pymupdf.Rect(x0, y0, x1, y1) * page.rotation_matrix
        pixels = [
            picture.pixel(x, y)
            for x in range(round(box.x0), round(box.x1))
            for y in range(round(box.y0), round(box.y1))
        ]
        if sum(map(_is_yellow, pixels)) > 0.4 * len(pixels):
            found.append(word)
    return " ".join(found)


def _is_yellow(pixel: tuple[int, int, int]) -> bool:
    red, green, blue = pixel
    return red > 200 and green > 150 and blue < 150


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.parametrize("words", [SENTENCE, ROW, "north-east, and for eleven days"])
def test_the_picture_of_the_page_shows_the_quote_marked(tmp_path: Path, words: str) -> None:
    document = load(str(FIXTURES / "voyage.pdf"))
    made = answered([document], (0, words))
    out = tmp_path / "out.pdf"
    assert write(out, made, documents=[document]) == [f"{out}: 1 quote of voyage.pdf marked"]
    with pymupdf.open(out) as pdf:
        page = pdf[(made.citations[0].page or 0) - 1]
        assert letters(words) in letters(words_in_colour(page))
        assert len(letters(words_in_colour(page))) < len(letters(words)) + 20
        mark, note = page.annots()
        assert note.info["content"] == f"{QUESTION}\n\nHalvorsen"
        assert mark.info["content"].startswith("[1] ")
        others = [annotation for other in pdf if other.number != page.number
                  for annotation in other.annots()]  # fmt: skip
        assert others == []


def test_a_page_that_lies_on_its_side_is_marked_where_the_words_are(tmp_path: Path) -> None:
    path = tmp_path / "side.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        page.insert_text((72, 200), "Nobody chaired the board that year.")
        page.insert_text((72, 400), "Margit Solheim sold the wine.")
        page.set_rotation(90)
        pdf.save(path)
    document = load(str(path))
    out = tmp_path / "out.pdf"
    write(out, answered([document], (0, "Margit Solheim sold the wine.")), documents=[document])
    with pymupdf.open(out) as pdf:
        assert words_in_colour(pdf[0]) == "Margit Solheim sold the wine."


def test_of_the_same_words_on_a_page_the_cited_ones_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "twice.pdf"
    with pymupdf.open() as pdf:
        page = pdf.new_page()
        for place, line in enumerate(
            ("First: none.", "It was sold.", "Second: all.", "It was sold.")
        ):
            page.insert_text((72, 100 + 60 * place), line)
        pdf.save(path)
    document = load(str(path))
    quote = answered([document], (0, "It was sold.")).citations[0]
    second = document.text.index("It was sold.", quote.end)
    quote = replace(quote, start=second, end=second + len(quote.text))
    out = tmp_path / "out.pdf"
    write(out, replace(answered([document]), citations=(quote,)), documents=[document])
    with pymupdf.open(out) as pdf:
        page = pdf[0]
        mark = next(iter(page.annots()))
        assert 260 < mark.rect.y0 < 285


def test_a_quote_over_a_page_break_is_marked_on_both(tmp_path: Path) -> None:
    path = tmp_path / "over.pdf"
    with pymupdf.open() as pdf:
        for words in ("The wine was sold by", "Margit Solheim that year."):
            pdf.new_page().insert_text((72, 100), words)
        pdf.save(path)
    document = load(str(path))
    quote = Quote(0, str(path), 0, len(document.text), document.text, page=1, verified=True)
    out = tmp_path / "out.pdf"
    write(out, replace(answered([document]), citations=(quote,)), documents=[document])
    with pymupdf.open(out) as pdf:
        assert [words_in_colour(page) for page in pdf] == [
            "The wine was sold by", "Margit Solheim that year."
        ]  # fmt: skip


def test_a_locked_file_stays_locked_and_becomes_no_page(tmp_path: Path) -> None:
    document = load(str(FIXTURES / "locked.pdf"), password="bergen")
    made = answered([document], (0, SENTENCE))
    out = tmp_path / "out.pdf"
    write(out, made, documents=[document], password="bergen")
    with pymupdf.open(out) as pdf:
        assert pdf.needs_pass
        assert pdf.authenticate("bergen")
        assert letters(SENTENCE) in letters(words_in_colour(pdf[(made.citations[0].page or 1) - 1]))
    (line,) = write(tmp_path / "out.html", made, documents=[document])
    assert line == "locked.pdf was not marked: a page would show what its password protects"
    assert not (tmp_path / "out.html").exists()


def test_words_that_are_not_on_the_page_are_said_in_a_line(tmp_path: Path) -> None:
    document = load(str(FIXTURES / "voyage.pdf"))
    made = answered([document], (0, SENTENCE))
    out = tmp_path / "out.pdf"
    quote = replace(made.citations[0], start=0, end=5)
    moved = replace(document, text="Quite other words than those" + document.text[28:])
    lines = write(out, replace(made, citations=(quote,)), documents=[moved])
    assert lines == ["[1] was not found on page 1 of voyage.pdf and not marked"]
    assert not out.exists()


def test_each_cited_document_has_a_copy_and_texts_share_a_page(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("a.pdf", "b.pdf"):
        data = (FIXTURES / "voyage.pdf").read_bytes()
        (folder / name).write_bytes(data)
    documents = [
        load(str(path))
        for path in (folder / "a.pdf", folder / "b.pdf", FIXTURES / "tale.txt", FIXTURES / "log.md")
    ]
    tale = "The Aurora left Bergen on\n4 March 1911."
    made = answered(documents, (1, SENTENCE), (0, ROW), (2, tale), (3, "All nineteen came home."))
    out = tmp_path / "out.pdf"
    assert write(out, made, documents=documents) == [
        f"{out}: 1 quote of b.pdf marked",
        f"{tmp_path / 'out-a.pdf'}: 1 quote of a.pdf marked",
        f"{tmp_path / 'out.html'}: 2 quotes of tale.txt, log.md marked",
    ]
    # A name that is made up is never that of a source.
    out = folder / "x.pdf"
    documents[0] = load(str((folder / "a.pdf").rename(folder / "x-b.pdf")))
    swapped = answered(documents, (0, ROW), (1, SENTENCE))
    before = (folder / "x-b.pdf").read_bytes()
    lines = write(out, swapped, documents=documents)
    assert lines[1] == f"{folder / 'x-b-2.pdf'}: 1 quote of b.pdf marked"
    assert (folder / "x-b.pdf").read_bytes() == before


def test_without_quotes_nothing_is_written(tmp_path: Path) -> None:
    document = load(str(FIXTURES / "voyage.pdf"))
    out = tmp_path / "out.pdf"
    none = replace(answered([document]), answer=None, status="not_found")
    assert write(out, none, documents=[document]) == [
        f"{out} was not written: there is no quote to mark"
    ]
    assert not out.exists()


def test_the_source_is_never_written_over(tmp_path: Path) -> None:
    source = tmp_path / "book.pdf"
    source.write_bytes((FIXTURES / "voyage.pdf").read_bytes())
    (tmp_path / "link.pdf").symlink_to(source)
    for out in (source, tmp_path / "link.pdf", tmp_path / "in" / ".." / "book.pdf"):
        (tmp_path / "in").mkdir(exist_ok=True)
        with pytest.raises(UsageError, match="is the document that is read"):
            check_out(out, ["-", str(source)])
    with pytest.raises(UsageError, match="neither a PDF nor a page"):
        check_out(tmp_path / "out.docx", [str(source)])
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(UsageError, match="is a folder"):
        check_out(tmp_path / "folder.html", [str(source)])
    check_out(tmp_path / "new.pdf", [str(source)])


def test_a_file_that_changed_meanwhile_and_a_place_that_takes_nothing(tmp_path: Path) -> None:
    source = tmp_path / "book.pdf"
    source.write_bytes((FIXTURES / "voyage.pdf").read_bytes())
    document = load(str(source))
    made = answered([document], (0, SENTENCE))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(LongreadError, match="could not be written"):
        write(tmp_path / "file" / "out.pdf", made, documents=[document])
    source.write_bytes(source.read_bytes() + b"\n")
    assert hashlib.sha256(source.read_bytes()).hexdigest() != document.sha256
    with pytest.raises(DocumentError, match="changed while it was read"):
        write(tmp_path / "out.pdf", made, documents=[document])


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no browser: apt-get install chromium")
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page of a long text, an HTML file and a hostile one, with two questions' answers."""
    long = tmp_path / "long.txt"
    filler = "".join(f"Paragraph {number} says nothing of it.\n\n" for number in range(400))
    wicked = "<script>document.title = 'taken'</script> \x1b[2J A line & \u202e another."
    long.write_text(f"{filler}The wine was sold\nby Margit Solheim.\n\n{filler}{wicked}\n", "utf-8")
    documents = [load(str(long)), load(str(FIXTURES / "page.html"))]
    first = answered(documents, (0, "The wine was sold\nby Margit Solheim."), (1, "Coal | 48,000"))
    second = answered(documents, (0, "by Margit Solheim."), text="She & he")
    out = tmp_path / "out.html"
    assert write(out, first, second, documents=documents) == [
        f"{out}: 3 quotes of long.txt, page.html marked"
    ]
    return out


def test_the_link_lands_on_the_mark(chromium: Browser, page: Path) -> None:
    chromium.requested.clear()
    chromium.open(page)
    assert chromium.evaluate("document.title") == QUESTION
    assert chromium.evaluate("document.querySelector('.answer').innerText") == "Halvorsen"
    for label, words in (
        ("1.1", "The wine was sold\n"), ("1.2", "Coal"), ("2.1", "by Margit Solheim.")
    ):  # fmt: skip
        chromium.evaluate("scrollTo(0, 0)")
        chromium.click(f'a[href="#quote-{label}"]')
        box = chromium.box(f'[id="quote-{label}"]')
        assert 0 <= box["top"] < box["bottom"] <= 600
        following = f"document.getElementById('quote-{label}').parentElement"
        assert words.strip() in chromium.evaluate(f"{following}.innerText")
        marks = chromium.evaluate(
            f"[...{following}.querySelectorAll('mark')].map(m => m.innerText).join('|')"
        )
        assert words.strip() in marks
        assert chromium.evaluate("document.querySelector(':target').id") == f"quote-{label}"
    assert set(chromium.requested) == {page.as_uri()}
    assert chromium.evaluate("document.querySelectorAll('script').length") == 0
    assert "\x1b" not in page.read_text("utf-8")


def test_dark_light_and_paper(chromium: Browser, page: Path) -> None:
    style = "getComputedStyle(document.body)"
    luminance = {}
    for scheme in ("light", "dark"):
        chromium.open(page, prefers_color_scheme=scheme)
        paper = chromium.evaluate(f"{style}.backgroundColor.match(/\\d+/g).map(Number)")
        ink = chromium.evaluate(f"{style}.color.match(/\\d+/g).map(Number)")
        mark = chromium.evaluate(
            "getComputedStyle(document.querySelector('mark')).backgroundColor.match(/\\d+/g)"
            ".map(Number)"
        )
        luminance[scheme] = sum(paper)
        assert abs(sum(paper) - sum(ink)) > 400
        assert abs(sum(mark) - sum(ink)) > 250
    assert luminance["light"] > 600
    assert luminance["dark"] < 200
    # Marks are printed in colour though grounds are not.
    with pymupdf.open(stream=chromium.printed(), filetype="pdf") as paper:
        sheet = next(sheet for sheet in paper if "Paragraph 399" in sheet.get_text())
        assert "The wine was sold" in words_in_colour(sheet)


def test_a_very_long_document_is_shown_around_its_quotes(tmp_path: Path) -> None:
    source = tmp_path / "long.txt"
    line = "Nothing of note happened on this day, and nobody wrote of it.\n\n"
    source.write_text(f"{line * 20_000}The wine was sold.\n\n{line * 20_000}", "utf-8")
    document = load(str(source), use_cache=False)
    out = tmp_path / "out.html"
    write(out, answered([document], (0, "The wine was sold.")), documents=[document])
    shown = out.read_text("utf-8")
    assert '<mark class="group-0">The wine was sold.</mark>' in shown
    assert 40_000 < len(shown) < 100_000
    assert shown.count('<p class="page">…</p>') == 1


def test_tables_have_heads_as_they_stand(tmp_path: Path) -> None:
    source = tmp_path / "costs.md"
    source.write_text("Costs\n\n| Item | Cost |\n|------|-----:|\n| Crane | 48,000 |\n| Rope | |\n")
    document = load(str(source))
    out = tmp_path / "out.html"
    write(out, answered([document], (0, "| Crane | 48,000 |")), documents=[document])
    table = out.read_text("utf-8").partition("<table>")[2].partition("</table>")[0]
    assert "<tr><th>Item</th><th>Cost</th></tr>" in table
    assert ">Crane</mark>" in table
    assert "<tr><td>Rope</td><td></td></tr>" in table
    assert "---" not in table


def test_a_pdf_in_another_file_becomes_a_page(tmp_path: Path) -> None:
    packed = tmp_path / "voyage.pdf.gz"
    packed.write_bytes(gzip.compress((FIXTURES / "voyage.pdf").read_bytes()))
    document = load(str(packed))
    attached = replace(load(str(FIXTURES / "voyage.pdf")), path="mail.eml/voyage.pdf")
    for number, read in enumerate((document, attached)):
        out = tmp_path / f"{number}.pdf"
        assert write(out, answered([read], (0, SENTENCE)), documents=[read])[0].startswith(
            f"{tmp_path / f'{number}.html'}: 1 quote of "
        )
