"""Formats: one table of what is read, by which reader, and how the place of a quote is named.

Sniffing, the errors, the cache, worker processes, completions, the README's list and
docs/formats.md all come from `FORMATS`. Nothing is imported here: the table is cheap.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

By = Literal["", "lines", "source", "records", "rows"]


@dataclass(frozen=True, slots=True)
class Format:
    """One kind of document.

    `name` stands in messages ("a.odt is not an OpenDocument text …"), `short` in lists.
    `reader` is "module:function" in `longread.documents`; PDF and XPS have their own way.
    `place` is how a quote's place is named, `unread` what of such files is not read.
    `libraries` are the packages that read it: another version of one may read another text.
    `native`: read by a native library or unpacked, so in a worker process whatever its size.
    `by`: "lines" keeps the lines of the file; in "source" each block ends a sentence, in
    "records" each line is one; "rows" are records that are no lines of the file.
    `shown`: its bytes alone show it; `sure`: and a file without them is none.
    """

    kind: str
    name: str
    short: str
    suffixes: tuple[str, ...]
    reader: str
    place: str
    unread: str = ""
    libraries: tuple[str, ...] = ()
    native: bool = False
    by: By = ""
    shown: bool = False
    sure: bool = False


_CODE = (
    ".py", ".js", ".ts", ".jsx", ".tsx", ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".java", ".kt",
    ".scala", ".go", ".rs", ".rb", ".php", ".pl", ".r", ".jl", ".lua", ".swift", ".css", ".sql",
    ".sh", ".bat", ".ps1",
)  # fmt: skip
_SETTINGS = (
    ".log", ".yaml", ".yml", ".toml", ".ini", ".cfg", ".conf", ".properties", ".env", ".bib",
    ".ris", ".ics", ".vcf",
)  # fmt: skip
# Files that hold other files: each library may read one of them.
_ALL = (
    "pymupdf", "selectolax", "lxml", "mammoth", "python-pptx", "python-calamine", "xlrd", "olefile",
    "compressed-rtf",
)  # fmt: skip

FORMATS = (
    Format(
        "pdf", "PDF", "PDF", (".pdf",), "",
        "page", "scans (without --ocr), pictures, attachments that are no documents",
        _ALL, native=True, shown=True, sure=True,
    ),
    Format(
        "xps", "XPS", "XPS", (".xps", ".oxps"), "", "page", "pictures",
        ("pymupdf",), native=True, shown=True, sure=True,
    ),
    Format(
        "epub", "EPUB", "EPUB", (".epub",), "ebook:read_epub",
        "heading, or printed page", "pictures, books under DRM",
        ("selectolax", "lxml"), native=True, shown=True, sure=True,
    ),
    Format(
        "docx", "a Word document", "Word (DOCX)", (".docx", ".docm", ".dotx", ".dotm"),
        "word:read_word", "heading",
        "heads and feet of pages, pictures, charts, embedded objects, macros",
        ("mammoth", "lxml", "selectolax"), native=True, shown=True, sure=True,
    ),
    Format(
        "odt", "an OpenDocument text", "OpenDocument text (ODT)", (".odt", ".ott"),
        "opendocument:read_opendocument", "heading",
        "heads and feet of pages, pictures, formulas, embedded objects, macros",
        ("lxml",), native=True, shown=True, sure=True,
    ),
    Format(
        "rtf", "RTF", "RTF", (".rtf",), "rich_text:read_rich_text", "heading",
        "heads and feet of pages, pictures, formulas, embedded objects", shown=True, sure=True,
    ),
    Format(
        "pptx", "a PowerPoint presentation", "PowerPoint (PPTX)",
        (".pptx", ".pptm", ".ppsx", ".potx"), "slides:read_slides", "slide",
        "pictures, SmartArt, comments, embedded objects, macros",
        ("python-pptx", "lxml"), native=True, shown=True, sure=True,
    ),
    Format(
        "odp", "an OpenDocument presentation", "OpenDocument slides (ODP)", (".odp", ".otp"),
        "opendocument:read_opendocument", "slide",
        "pictures, charts, embedded objects, macros", ("lxml",), native=True, shown=True, sure=True,
    ),
    Format(
        "xlsx", "an Excel workbook", "Excel (XLSX, XLSB)",
        (".xlsx", ".xlsm", ".xlsb", ".xltx"), "sheets:read_sheets", "sheet and cells",
        "formats of dates (and of numbers in XLSB), comments, pictures, charts, macros",
        ("python-calamine",), native=True, by="rows", shown=True, sure=True,
    ),
    Format(
        "xls", "an old Excel workbook", "old Excel (XLS)", (".xls", ".xlt"),
        "sheets:read_sheets", "sheet and cells", "formats of dates, comments, pictures, charts",
        ("python-calamine", "xlrd", "olefile"), native=True, by="rows", shown=True, sure=True,
    ),
    Format(
        "ods", "an OpenDocument spreadsheet", "OpenDocument sheets (ODS)", (".ods", ".ots"),
        "sheets:read_sheets", "sheet and cells", "formats of dates, comments, pictures, charts",
        ("python-calamine",), native=True, by="rows", shown=True, sure=True,
    ),
    Format(
        "fb2", "FB2", "FB2", (".fb2", ".fb2.zip", ".fbz"), "ebook:read_fb2", "heading", "pictures",
        ("lxml",), native=True, shown=True,
    ),
    Format(
        "html", "HTML", "HTML", (".html", ".htm", ".xhtml"), "compiler:read_html",
        "heading", "pictures, scripts, what a style hides",
        ("selectolax",), native=True, shown=True,
    ),
    Format(
        "markdown", "Markdown", "Markdown", (".md", ".markdown"), "text:read_markdown", "heading",
    ),
    Format(
        "csv", "a table", "CSV", (".csv",), "delimited:read_delimited", "line", by="records",
    ),
    Format(
        "tsv", "a table", "TSV", (".tsv", ".tab"), "delimited:read_tabbed", "line", by="records",
    ),
    Format(
        "email", "e-mail", "mail (EML)", (".eml",), "mail:read_mail", "heading",
        "attachments that are no documents", _ALL, native=True,
    ),
    Format(
        "msg", "an Outlook message", "Outlook mail (MSG)", (".msg",), "outlook:read_outlook",
        "heading", "attachments that are no documents, fields of appointments and contacts",
        _ALL, native=True, shown=True, sure=True,
    ),
    Format(
        "mbox", "a mailbox", "mailboxes (MBOX)", (".mbox",), "mail:read_mbox", "message",
        "attachments that are no documents", _ALL, native=True,
    ),
    Format(
        "mht", "a web archive", "web archives (MHT)", (".mht", ".mhtml"), "mail:read_mail",
        "heading", "pictures", ("selectolax",), native=True,
    ),
    Format(
        "notebook", "a notebook", "notebooks (IPYNB)", (".ipynb",), "notebook:read_notebook",
        "heading", "pictures",
    ),
    Format(
        "subtitles", "subtitles", "subtitles (SRT, VTT)", (".srt", ".vtt"), "lines:read_subtitles",
        "time", "numbers and names of cues", by="records",
    ),
    Format(
        "json", "JSON", "JSON", (".json", ".geojson"), "structured:read_json",
        "path of keys", by="rows",
    ),
    Format(
        "xml", "XML", "XML", (".xml", ".rss", ".atom", ".xsd", ".dita"), "structured:read_xml",
        "line", "comments, external entities", ("lxml",), native=True, by="rows",
    ),
    Format(
        "tex", "TeX", "LaTeX", (".tex", ".ltx"), "plain_markup:read_tex", "heading and line",
        "comments, files that are included", by="source",
    ),
    Format(
        "rst", "reStructuredText", "reStructuredText", (".rst", ".rest"), "plain_markup:read_rst",
        "heading and line", "files that are included", by="source",
    ),
    Format(
        "asciidoc", "AsciiDoc", "AsciiDoc", (".adoc", ".asciidoc", ".asc"),
        "plain_markup:read_asciidoc", "heading and line", "files that are included", by="source",
    ),
    Format(
        "org", "Org", "Org", (".org",), "plain_markup:read_org", "heading and line", by="source",
    ),
    Format(
        "lines", "lines of text", "JSON Lines, logs and settings",
        (".jsonl", ".ndjson", *_SETTINGS), "lines:read_lines", "line", by="records",
    ),
    Format(
        "code", "source code", "source code", _CODE, "lines:read_lines", "line", by="records",
    ),
    Format(
        "text", "text", "plain text", (".txt", ".text"), "text:read_text",
        "line and chapter, or page", by="lines",
    ),
    Format(
        "packed", "a compressed file", "any of them in gzip, bzip2 or xz", (".gz", ".bz2", ".xz"),
        "", "that of the file inside", "archives of several files (tar)", _ALL, native=True,
        shown=True, sure=True,
    ),
)  # fmt: skip

BY_KIND = {each.kind: each for each in FORMATS}
# What a name says; a longer ending is met first.
BY_SUFFIX = dict(
    sorted(
        ((suffix, each.kind) for each in FORMATS for suffix in each.suffixes),
        key=lambda pair: -len(pair[0]),
    )
)
READABLE = tuple(suffix for suffix, kind in BY_SUFFIX.items() if kind != "packed")
# Kinds with sheets of rows and cells.
SHEETS = ("xlsx", "xls", "ods")


def listed() -> str:
    """What is read, in words: "PDF, XPS, … and plain text"."""
    *most, last = dict.fromkeys(each.short for each in FORMATS)
    return f"{', '.join(most)} and {last}"


READS = f"longread reads {listed()}"
