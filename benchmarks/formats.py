"""60 files of 20 formats, a question each whose answer stands in one place: is that place cited?

    python benchmarks/formats.py [FOLDER]

Each file is about an invented fleet of twelve ships: prose by harbour, a table of stores, and
remarks in the place that the format has for them (foot notes, notes of a speaker, another sheet,
an attached file). One question a file, of each of the three. pandoc writes DOCX, ODT, RTF, LaTeX,
reStructuredText, AsciiDoc and Org; the sheets are written by the libraries of each. The right
place is written down by what makes the file, never read back. Needs
`pip install -e '.[bundled,dev]'` and pandoc.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import mailbox
import os
import random
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import xlsxwriter
import xlwt
from fleet import HARBOURS, KINDS, Gold, Ship, fleet, line_of, markdown, remarks
from lxml import etree
from machine import machine, table
from odfdo import Cell, Row, Table
from odfdo import Document as OdfDocument
from pptx import Presentation
from pptx.util import Inches


def by_pandoc(ending: str) -> Callable[[Path, list[Ship], Ship, str], Gold]:
    def write(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
        subprocess.run(
            ["pandoc", "-s", "--wrap=none", "-f", "markdown", "-o", path],
            input=markdown(ships), text=True, check=True,
        )  # fmt: skip
        if ending in ("docx", "odt", "rtf"):
            sections = {"prose": ship.harbour, "table": "Stores", "remark": "Notes"}
            return Gold(section=sections[kind])
        words = {
            "prose": f"mast of the {ship.name}",
            "table": str(ship.coal),
            "remark": ship.remark,
        }
        return Gold(line=line_of(path.read_text("utf-8"), words[kind]))

    return write


def pptx(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    deck = Presentation()
    for harbour in HARBOURS:
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = harbour
        here = [each for each in ships if each.harbour == harbour]
        slide.placeholders[1].text_frame.text = "\n".join(each.sentences for each in here)
        notes = [each.remark for each in here if each in remarks(ships)]
        slide.notes_slide.notes_text_frame.text = "\n".join(notes)
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = "Stores"
    one = Inches(1)
    made = slide.shapes.add_table(len(ships) + 1, 3, one, one, one, one).table
    for row, cells in enumerate(stores(ships)):
        for column, cell in enumerate(cells):
            made.cell(row, column).text = str(cell)
    deck.save(str(path))
    return Gold(page=7 if kind == "table" else HARBOURS.index(ship.harbour) + 1)


def stores(ships: list[Ship]) -> list[tuple[Any, ...]]:
    rows = [(ship.name, ship.coal, ship.men) for ship in ships]
    return [("Ship", "Coal in tonnes", "Men"), *rows]


def register(ships: list[Ship]) -> list[tuple[Any, ...]]:
    return [tuple(ships[0].fields), *(tuple(ship.fields.values()) for ship in ships)]


def sheets(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    content = {
        "Register": register(ships),
        "Stores": stores(ships),
        "Remarks": [(each.remark,) for each in remarks(ships)],
    }
    if path.suffix == ".xlsx":
        with xlsxwriter.Workbook(path) as book:
            for name, rows in content.items():
                sheet = book.add_worksheet(name)
                for row, values in enumerate(rows):
                    sheet.write_row(row, 0, values)
    elif path.suffix == ".xls":
        old = xlwt.Workbook()
        for name, rows in content.items():
            sheet = old.add_sheet(name)
            for row, values in enumerate(rows):
                for column, value in enumerate(values):
                    sheet.write(row, column, value)
        old.save(str(path))
    else:
        made = OdfDocument("spreadsheet")
        made.body.clear()
        for name, rows in content.items():
            sheet = Table(name)
            for values in rows:
                line = Row()
                for value in values:
                    cell = Cell()
                    cell.value = value
                    line.append_cell(cell)
                sheet.append_row(line)
            made.body.append(sheet)
        made.save(str(path))
    name = {"prose": "Register", "table": "Stores", "remark": "Remarks"}[kind]
    order = remarks(ships) if kind == "remark" else ships
    return Gold(section=name, place=f"row {order.index(ship) + (1 if kind == 'remark' else 2)}")


def message(subject: str, text: str) -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"], made["To"] = subject, "clerk@example.org", "yard@example.org"
    made["Date"] = "Tue, 04 Mar 1997 10:15:00 +0000"
    made.set_content(text)
    return made


def as_csv(rows: list[tuple[Any, ...]]) -> str:
    made = io.StringIO()
    csv.writer(made, lineterminator="\n").writerows(rows)
    return made.getvalue()


def eml(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    body = "\n\n".join(each.sentences for each in ships)
    made = message("The register of ships", body + "\n")
    table, notes = as_csv(stores(ships)), "\n".join(each.remark for each in remarks(ships))
    made.add_attachment(table, subtype="csv", filename="stores.csv")
    made.add_attachment(notes, filename="remarks.txt")
    path.write_bytes(made.as_bytes())
    if kind == "prose":
        return Gold(path.name)
    if kind == "table":
        return Gold("stores.csv", line=line_of(table, ship.name))
    return Gold("remarks.txt", line=line_of(notes, ship.name))


def mbox(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    path.unlink(missing_ok=True)
    box = mailbox.mbox(path)
    for harbour in HARBOURS:
        here = [each for each in ships if each.harbour == harbour]
        box.add(message(harbour, "\n\n".join(each.sentences for each in here) + "\n"))
    box.add(message("Stores", "\n".join(f"{n}: {c} tonnes of coal, {m} men"
                                        for n, c, m in stores(ships)[1:]) + "\n"))  # fmt: skip
    for each in remarks(ships):
        box.add(message("A remark", f"{each.remark}\n"))
    box.close()
    number = {"prose": HARBOURS.index(ship.harbour) + 1, "table": 7}.get(kind)
    number = number or 8 + remarks(ships).index(ship)
    return Gold(place=f"message {number}")


def mht(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    page = subprocess.run(
        ["pandoc", "-s", "-f", "markdown", "-t", "html"],
        input=markdown(ships), text=True, capture_output=True, check=True,
    ).stdout  # fmt: skip
    # Pandoc 2 writes class and role, pandoc 3 the id as well.
    page = re.sub(r"(<section [^>]*footnotes)", r"<h1>Remarks</h1>\1", page)
    made = EmailMessage()
    made["Subject"], made["MIME-Version"] = "The register of ships", "1.0"
    made["Snapshot-Content-Location"] = "https://example.org/"
    made.set_content(page, subtype="html")
    made.make_related()
    path.write_bytes(made.as_bytes())
    section = {"prose": ship.harbour, "table": "Stores", "remark": "Remarks"}[kind]
    return Gold(section=section)


def as_data(ships: list[Ship]) -> dict[str, Any]:
    return {
        "harbours": [
            {
                "harbour": harbour,
                "ships": [each.fields for each in ships if each.harbour == harbour],
            }
            for harbour in HARBOURS
        ],
        "stores": [dict(zip(stores(ships)[0], row, strict=True)) for row in stores(ships)[1:]],
        "remarks": {each.name: each.remark for each in remarks(ships)},
    }


def as_json(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    path.write_text(json.dumps(as_data(ships), ensure_ascii=False), "utf-8")
    at = ships.index(ship)
    if kind == "prose":
        return Gold(place=f"harbours[{at // 2}].ships[{at % 2}]")
    return Gold(place=f"stores[{at}]" if kind == "table" else "remarks")


def as_xml(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    root = etree.Element("register")
    for harbour in HARBOURS:
        quay = etree.SubElement(root, "quay", name=harbour)
        for each in (each for each in ships if each.harbour == harbour):
            etree.SubElement(quay, "entry").text = each.sentences
    kept = etree.SubElement(root, "stores")
    for row in stores(ships)[1:]:
        record = etree.SubElement(kept, "store")
        for name, value in zip(("ship", "coal_in_tonnes", "men"), row, strict=True):
            etree.SubElement(record, name).text = str(value)
    for each in remarks(ships):
        etree.SubElement(root, "remark").text = each.remark
    text = etree.tostring(root, pretty_print=True, encoding="unicode")
    path.write_text(text, "utf-8")
    words = {"prose": f"mast of the {ship.name}", "remark": ship.remark}
    if kind == "table":
        # A record begins a line above its first field.
        return Gold(place=f"line {line_of(text, f'<ship>{ship.name}<') - 1}")
    return Gold(place=f"line {line_of(text, words[kind])}")


def ipynb(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    def cell(kind: str, source: str, printed: str = "") -> dict[str, Any]:
        outputs = [{"output_type": "stream", "name": "stdout", "text": printed}] if printed else []
        code = {"outputs": outputs, "execution_count": 1} if kind == "code" else {}
        return {"cell_type": kind, "metadata": {}, "source": source, **code}

    prose, _, table = markdown(ships).partition("# Stores\n")
    prose = "\n".join(line.partition("[^")[0] for line in prose.splitlines()[3:])
    cells = [cell("markdown", f"# {part}") for part in prose.split("\n# ")]
    cells.append(cell("markdown", f"# Stores\n{table}"))
    cells.append(cell("markdown", "# Remarks"))
    cells.append(cell("code", "print(remarks)", "\n".join(s.remark for s in remarks(ships))))
    book = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(book), "utf-8")
    section = {"prose": ship.harbour, "table": "Stores", "remark": "Remarks"}[kind]
    return Gold(section=section)


def srt(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    said = [(f"prose {s.name}", s.sentences) for s in ships]
    said += [(f"table {n}", f"The {n} has {c} tonnes of coal and {m} men.")
             for n, c, m in stores(ships)[1:]]  # fmt: skip
    said += [(f"remark {s.name}", s.remark) for s in remarks(ships)]
    cues, gold = [], Gold()
    for number, (what, words) in enumerate(said):
        at = f"{number // 6:02}:{number % 6 * 10:02}"
        cues.append(f"{number + 1}\n00:{at},000 --> 00:{at},900\n{words}\n")
        if what == f"{kind} {ship.name}":
            gold = Gold(place=f"0:{at}")
    path.write_text("\n".join(cues), "utf-8")
    return gold


def as_table(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    rows = [(*a, *b[1:]) for a, b in zip(register(ships), stores(ships), strict=True)]
    kept = [("Remark", *(each.remark if each in remarks(ships) else "" for each in ships))]
    rows = [(*row, remark) for row, remark in zip(rows, kept[0], strict=True)]
    text = as_csv(rows)
    path.write_text(text, "utf-8")
    return Gold(line=ships.index(ship) + 2)


def packed(path: Path, ships: list[Ship], ship: Ship, kind: str) -> Gold:
    """Prose in gzip, records of JSON Lines, and source code with remarks."""
    if kind == "prose":
        text, words = "\n\n".join(each.sentences for each in ships), f"mast of the {ship.name}"
        inner = "register.txt"
    elif kind == "table":
        rows = [json.dumps(record) for record in as_data(ships)["stores"]]
        text, words, inner = "\n".join(rows), f'"{ship.name}"', "stores.jsonl"
    else:
        lines = [f"{each.name.upper()} = {each.coal}" for each in ships]
        lines[3:3] = [f"# {each.remark}" for each in remarks(ships)]
        text, words, inner = "\n".join(lines), ship.remark, "remarks.py"
    path = path.with_name(f"{path.name.removesuffix('.gz')}-{inner}.gz")
    path.write_bytes(gzip.compress(text.encode()))
    return Gold(document=path.name, line=line_of(text, words))


PANDOC = ("docx", "odt", "rtf", "tex", "rst", "adoc", "org")
WRITERS: dict[str, Callable[[Path, list[Ship], Ship, str], Gold]] = {
    **{ending: by_pandoc(ending) for ending in PANDOC},
    **dict.fromkeys(("xlsx", "xls", "ods"), sheets),
    "pptx": pptx, "eml": eml, "mbox": mbox, "mht": mht, "csv": as_table, "json": as_json,
    "xml": as_xml, "ipynb": ipynb, "srt": srt, "gz": packed,
}  # fmt: skip

# Right places: of the first hit of a search, of the first citation, of that or the place that
# a run without an answer names; and right answers.
COUNTED = ("search", "cited", "cited or named", "answer")


@dataclass(frozen=True)
class Question:
    file: Path
    ending: str
    kind: str
    text: str
    answer: str
    gold: Gold


def make(folder: Path) -> list[Question]:
    """Write all files; a question each, with its answer and the place."""
    questions = []
    for number, ending in enumerate(WRITERS):
        for place, kind in enumerate(KINDS):
            seed = 3 * number + place
            ships = fleet(seed)
            ship = random.Random(seed).choice(remarks(ships) if kind == "remark" else ships)
            path = folder / f"{ending}-{kind}.{ending}"
            gold = WRITERS[ending](path, ships, ship, kind)
            if ending == "gz":
                path = folder / gold.document
            text, answer = {
                "prose": (f"Who is the captain of the {ship.name}?", ship.captain),
                "table": (f"How many tonnes of coal does the {ship.name} have?", str(ship.coal)),
                "remark": (ship.asked.format(ship=ship.name), ship.answer),
            }[kind]
            questions.append(Question(path, ending, kind, text, answer, gold))
    return questions


def main() -> None:
    """Make the files, search and ask, and print what was found by format."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="keep the files there")
    parser.add_argument("--only", default="*", help="a pattern of the files' names")
    parser.add_argument("--search-only", action="store_true", help="without a model")
    parsed = parser.parse_args()
    if shutil.which("pandoc") is None:
        raise SystemExit("pandoc writes seven of the formats: pip install pypandoc-binary")
    with tempfile.TemporaryDirectory() as home:
        os.environ.setdefault("LONGREAD_HOME", home)
        folder = parsed.folder or Path(home) / "files"
        folder.mkdir(parents=True, exist_ok=True)
        questions = [each for each in make(folder) if each.file.match(parsed.only)]
        run(questions, asking=not parsed.search_only)


def run(questions: list[Question], *, asking: bool) -> None:
    from longread.models import store
    from longread.reading.options import ReadingOptions
    from longread.runs.lookup import cut_up, search
    from longread.runs.opening import read_documents
    from longread.runs.options import ModelOptions
    from longread.runs.session import Session

    session = Session.of_model(store.resolve("bundled"), ModelOptions()) if asking else None
    rows: dict[str, dict[str, Any]] = {}
    for each in questions:
        row = rows.setdefault(
            each.ending, {"format": each.ending, **dict.fromkeys(COUNTED, 0), "seconds": 0.0}
        )
        documents = read_documents([str(each.file)])
        hits = search(cut_up(documents, ReadingOptions()), each.text, 1)
        found = bool(hits) and each.gold.holds(hits[0])
        row["search"] += found
        told = f"search {'right' if found else hits and hits[0]}"
        if session is not None:
            began = time.perf_counter()
            session.turn_to(documents)
            asked = session.run(each.text, ReadingOptions(), journal=False)
            for _step in asked.steps():
                pass
            answer = asked.answer()
            row["seconds"] = round(row["seconds"] + time.perf_counter() - began, 1)
            cited = answer.citations
            right = bool(cited) and each.gold.holds(cited[0])
            row["cited"] += right
            # What a run that does not answer names as the place to look.
            named = cited[0] if cited else answer.closest
            row["cited or named"] += named is not None and each.gold.holds(named)
            row["answer"] += each.answer.casefold() in (answer.answer or "").casefold()
            told += f"; ask {'right' if right else named}; {answer.answer!r} for {each.answer!r}"
        print(f"{each.file.name}: {told}", flush=True)
    if session is not None:
        session.close()
    total = {"format": f"all {len(questions)}"}
    for key in (*COUNTED, "seconds"):
        total[key] = round(sum(row[key] for row in rows.values()), 1)
    print(machine(), table([*rows.values(), total]), sep="\n\n")


if __name__ == "__main__":
    main()
