"""Numbers of Word's paragraphs, which the file says how to count: they are read as they show."""

from __future__ import annotations

import zipfile
from pathlib import Path

import docx

from longread.documents import Document, load

SPACE = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
# Clauses 1., 1.1 and (a), by the styles of headings; steps i), which another list begins anew.
NUMBERING = f"""<w:numbering {SPACE}>
<w:abstractNum w:abstractNumId="1">
<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading1"/>
<w:lvlText w:val="%1."/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:pStyle w:val="Heading2"/>
<w:lvlText w:val="%1.%2"/></w:lvl>
<w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%3)"/>
</w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="2">
<w:lvl w:ilvl="0"><w:start w:val="4"/><w:numFmt w:val="lowerRoman"/><w:lvlText w:val="%1)"/></w:lvl>
<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="o"/></w:lvl>
</w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>
<w:num w:numId="2"><w:abstractNumId w:val="2"/></w:num>
<w:num w:numId="3"><w:abstractNumId w:val="2"/><w:lvlOverride w:ilvl="0">
<w:startOverride w:val="1"/></w:lvlOverride></w:num>
</w:numbering>"""


def clause(words: str, style: str = "", number: tuple[int, int] | None = None) -> str:
    style = f'<w:pStyle w:val="{style}"/>' if style else ""
    numbered = (
        f'<w:numPr><w:ilvl w:val="{number[1]}"/><w:numId w:val="{number[0]}"/></w:numPr>'
        if number
        else ""
    )
    return f"<w:p><w:pPr>{style}{numbered}</w:pPr><w:r><w:t>{words}</w:t></w:r></w:p>"


def contract(folder: Path, *paragraphs: str) -> Document:
    path = folder / "a.docx"
    docx.Document().save(str(path))
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name).decode("latin-1") for name in archive.namelist()}
    body = f"<w:document {SPACE}><w:body>{''.join(paragraphs)}</w:body></w:document>"
    for style, level in (("Heading1", 0), ("Heading2", 1)):
        own = f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr>'
        sheet = parts["word/styles.xml"]
        at = sheet.index("<w:pPr>", sheet.index(f'w:styleId="{style}"')) + len("<w:pPr>")
        parts["word/styles.xml"] = sheet[:at] + own + sheet[at:]
    parts |= {"word/document.xml": body, "word/numbering.xml": NUMBERING}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part.encode("latin-1"))
    return load(str(path))


def test_clauses_have_their_numbers(tmp_path: Path) -> None:
    document = contract(
        tmp_path,
        clause("Parties", "Heading1"),
        clause("Term", "Heading1"),
        clause("Begin", "Heading2"),
        clause("in May;", number=(1, 2)),
        clause("in June.", number=(1, 2)),
        clause("End", "Heading2"),
        clause("never.", number=(1, 2)),
        clause("No clause.", "Heading2", (0, 0)),
    )
    assert document.text.split("\n\n") == [
        "1. Parties",
        "2. Term",
        "2.1 Begin",
        "(a) in May;",
        "(b) in June.",
        "2.2 End",
        "(a) never.",
        "No clause.",
    ]
    assert [section.title for section in document.sections][:3] == [
        "1. Parties",
        "2. Term",
        "2.1 Begin",
    ]


def test_a_list_goes_on_until_another_begins_anew(tmp_path: Path) -> None:
    document = contract(
        tmp_path,
        clause("Cut.", number=(2, 0)),
        clause("oak", number=(2, 1)),
        clause("Between."),
        clause("Plane.", number=(2, 0)),
        clause("Sand.", number=(3, 0)),
    )
    assert document.text.split("\n\n") == ["iv) Cut.", "• oak", "Between.", "v) Plane.", "i) Sand."]


def test_rows_that_are_numbered_where_nothing_else_stands(tmp_path: Path) -> None:
    rows = (clause("No."), clause("Item")), (clause("", number=(1, 0)), clause("Rope"))
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    document = contract(tmp_path, f"<w:tbl>{table}</w:tbl>", clause("", number=(1, 0)))
    assert document.text == "No. | Item\n1. | Rope"


def test_a_list_in_a_cell_leaves_the_table_one(tmp_path: Path) -> None:
    rows = (
        (clause("Plan"), clause("Holds"), clause("Price")),
        (
            clause("Basic"),
            clause("mail", number=(2, 1)) + clause("chat", number=(2, 1)),
            clause("5"),
        ),
    )
    table = "".join(
        f"<w:tr>{''.join(f'<w:tc>{cell}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    (made,) = contract(tmp_path, f"<w:tbl>{table}</w:tbl>").tables
    assert made.record(made.rows[0]) == "Plan Basic: Holds: • mail • chat; Price 5"


def test_strange_definitions(tmp_path: Path) -> None:
    document = contract(
        tmp_path,
        clause("Of no list.", number=(77, 0)),
        clause("Of no level.", number=(1, 8)),
    )
    assert document.text.split("\n\n") == ["Of no list.", "Of no level."]
