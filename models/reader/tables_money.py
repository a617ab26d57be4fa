"""Tables of filings and performance reports: years, quarters and targets as columns."""

from __future__ import annotations

from random import Random

from grammar import Scene
from tables import Table, caption_of, figures, years

UNITS = ("(In millions)", "(Millions)", "(in thousands)", "($ in millions)", "In millions of euros",
         "(Dollars in millions, except per share amounts)", "(£000)", "")  # fmt: skip
MONEY_ASK = [
    "What was {row} in {col}?",
    "What was {co}'s {row} for {col}?",
    "How much was the company's {row} in {col}?",
    "{row} {col}",
    "Give the figure for {row} in {col}.",
    "What amount does the statement show for {row} in fiscal {col}?",
    "{co.brand} {row} FY {col}?",
    "State {row} for {col}, as in the table.",
]
INCOME = (
    "Product revenue", "Service revenue", "Total revenue", "Cost of product revenue", "Cost of sales",
    "Gross profit", "Research and development", "Selling, general and administrative", "Advertising expense",
    "Amortization of intangibles", "Restructuring charges", "Operating income", "Interest expense",
    "Interest income", "Other expense, net", "Income before income taxes", "Provision for income taxes",
    "Net income", "Net income attributable to noncontrolling interests", "Depreciation and amortization",
    "Stock-based compensation", "Deferred income taxes", "Purchases of property, plant and equipment",
    "Proceeds from sale of businesses", "Repayment of debt", "Dividends paid", "Purchases of treasury stock",
    "Changes in inventories", "Changes in accounts receivable", "Net cash provided by operating activities",
    "Net cash used in investing activities", "Effect of exchange rate changes on cash", "Free cash flow",
    "Impairment of goodwill", "Pension contributions", "Franchise fees", "Royalty income", "Rental income",
)  # fmt: skip
BALANCE = (
    "Cash and cash equivalents", "Short-term investments", "Accounts receivable, net", "Inventories",
    "Prepaid expenses", "Total current assets", "Property, plant and equipment, net", "Goodwill",
    "Intangible assets, net", "Deferred tax assets", "Operating lease right-of-use assets", "Other assets",
    "Total assets", "Short-term borrowings", "Accounts payable", "Accrued payroll", "Accrued income taxes",
    "Deferred revenue", "Total current liabilities", "Long-term debt", "Pension liabilities",
    "Other liabilities", "Total liabilities", "Common stock", "Additional paid-in capital",
    "Retained earnings", "Treasury stock", "Accumulated other comprehensive loss", "Total equity",
    "Loans to customers", "Deposits", "Assets held for sale", "Marketable securities", "Raw materials",
)  # fmt: skip
_NEGATIVE = (
    "Repayment",
    "Purchases",
    "Changes",
    "Dividends",
    "used in",
    "Treasury",
    "loss",
    "Effect",
)


def _money_rows(
    rng: Random, scene: Scene, names: list[str], count: int
) -> list[tuple[str, list[str]]]:
    rows = []
    for number, name in enumerate(names):
        cells = figures(
            rng, scene, count, rng.choice((300, 900, 4000)), any(n in name for n in _NEGATIVE)
        )
        if number == 0 or "Net income" in name or "Total" in name:
            mark = rng.choice(("$", "$", ""))
            cells = [mark + cell for cell in cells]
        if rng.random() < 0.12:
            cells[rng.randrange(count)] = "—"
        rows.append((name, cells))
    return rows


def statement(rng: Random, scene: Scene) -> Table:
    """Lines of an income or cash flow statement over two to four years."""
    return _statement(
        rng, scene, INCOME, "Consolidated statements of [income|operations|cash flows|earnings]"
    )


def balance(rng: Random, scene: Scene) -> Table:
    """Lines of a balance sheet at two year ends."""
    return _statement(
        rng, scene, BALANCE, "Consolidated [balance sheets|statement of financial position]"
    )


def _statement(rng: Random, scene: Scene, names: tuple[str, ...], heading: str) -> Table:
    count = rng.choice((2, 2, 3, 3, 4))
    columns = years(rng, count)
    chosen = rng.sample(names, rng.randint(7, 14))
    shown, absent = chosen[3:], chosen[:3]
    shown.sort(key=names.index)
    name = scene.value("co")
    year = max(columns)
    return Table(
        title=f"[{name} {year}|{name.split()[0].upper()}_{year}_10K|{name} annual report {year}]",
        section=f"[{heading}|Item 8. Financial statements|Selected financial data]",
        caption=caption_of(rng, scene, [heading, f"{name} and subsidiaries"]),
        corner=rng.choice((*UNITS, "Year ended December 31,", "Years ended June 30")),
        columns=[str(each) for each in columns],
        rows=_money_rows(rng, scene, shown, count),
        ask=MONEY_ASK,
        absent_rows=absent,
        absent_columns=[str(min(columns) - rng.randint(1, 3)), str(max(columns) + 1)],
        notes=["See accompanying notes.", "The accompanying notes are part of these statements.",
               "Amounts may not add up because of rounding.",
               "Prior-year figures have been reclassified to conform to the current presentation."],
    )  # fmt: skip


def segments(rng: Random, scene: Scene) -> Table:
    """The same lines under several headings: the question must tell the headings apart."""
    heads = rng.sample(
        ["North America", "Europe", "Asia Pacific", "Latin America", "Consumer", "Industrial", "Health Care",
         "Beverages", "Snacks", "Commercial", "Residential", "Cloud", "Devices", "Wholesale", "Direct to Consumer"],
        rng.randint(3, 4),
    )  # fmt: skip
    lines = rng.sample(
        ["Net sales", "Operating income", "Depreciation", "Capital expenditures", "Total assets", "Employees",
         "Gross margin", "Volume (thousand tons)", "Stores at year end"],
        rng.randint(2, 3),
    )  # fmt: skip
    columns = years(rng, rng.choice((2, 2, 3)))
    rows, groups = [], {}
    for head in heads[:-1] if len(heads) > 3 else heads:
        groups[len(rows)] = head
        for line in lines:
            rows.append((line, figures(rng, scene, len(columns), rng.choice((200, 1500, 6000)))))
    absent = (
        [f"{heads[-1]} {lines[0].lower()}"] if len(heads) > 3 else [f"Corporate {lines[0].lower()}"]
    )
    return Table(
        title=f"[{{co}} {max(columns)}|{{co}} annual report|{{co.upper}}_{max(columns)}_10K]",
        section="[Segment information|Note 5. Segments|Business segments]",
        caption=caption_of(rng, scene, ["Segment results", "[The table shows results by segment.|By segment]"]),
        corner=rng.choice(UNITS),
        columns=[str(each) for each in columns],
        rows=rows,
        ask=["What was {row} in {col}?", "{row}, {col}", "How much was {row} in {col}?",
             "What did {co} report as {row} for {col}?", "Find {row} for {col}."],
        absent_rows=absent,
        absent_columns=[str(min(columns) - 2)],
        groups=groups,
        notes=["Intersegment sales have been eliminated.", "Segment assets exclude cash."],
    )  # fmt: skip


def quarters(rng: Random, scene: Scene) -> Table:
    """Quarterly figures."""
    columns = rng.choice((["Q1", "Q2", "Q3", "Q4"], ["First quarter", "Second quarter", "Third quarter", "Fourth quarter"],
                          ["March 31", "June 30", "September 30", "December 31"]))  # fmt: skip
    columns = columns[: rng.randint(3, 4)]
    names = rng.sample(["Revenue", "Gross profit", "Net income", "Orders received", "Units shipped", "New subscribers",
                        "Free cash flow", "Churned accounts", "Passengers carried", "Tonnes handled", "Average price",
                        "Ship calls", "Containers", "Nights sold"], rng.randint(5, 9))  # fmt: skip
    return Table(
        title="[{co} quarterly report {y}|{co} {y}|Quarterly figures {y}]",
        section="[Quarterly financial data|Unaudited quarterly results|Key figures by quarter]",
        caption=caption_of(rng, scene, ["Quarterly [results|figures], {y} (unaudited)"]) or [scene.say("{y}")],
        corner=rng.choice(UNITS),
        columns=columns,
        rows=[(name, figures(rng, scene, len(columns), rng.choice((80, 600, 5000)))) for name in names[2:]],
        ask=["What was {row} in {col}?" if columns[0] == "Q1" else "What was {row} for the column {col}?",
             "{row} {col}", "How much or how many: {row}, {col}?", "Give {row} for {col}."],
        absent_rows=names[:2],
        notes=["The quarters do not include the business sold in the spring.", "Unaudited."],
    )  # fmt: skip


COUNTED = ("Average wait in days", "Schools connected", "Sites cleaned up", "Records digitised",
           "Trained inspectors in post", "Patents pending over a year")  # fmt: skip


def measures(rng: Random, scene: Scene) -> Table:
    """Targets and results of an agency's measures."""
    names = rng.sample(["Claims decided within 90 days", "Calls answered in two minutes", "Inspections closed on time",
                        "Grants paid within a month", "Records digitised", "Complaints resolved", "Patents pending over a year",
                        "Vehicles older than ten years", "Electronic filings", "Sites cleaned up", "Trained inspectors in post",
                        "Average wait in days", "Customer satisfaction score", "Schools connected"], 9)  # fmt: skip
    first = rng.randint(2008, 2022)
    columns = [f"FY {first} actual", f"FY {first + 1} target", f"FY {first + 1} actual"]
    rows = []
    for name in names[2:]:
        if name not in COUNTED:
            cells = [f"{each / 10:.1f}%" for each in rng.sample(range(400, 999), 3)]
        else:
            cells = figures(rng, scene, 3, 4000)
        if rng.random() < 0.15:
            cells[rng.randrange(3)] = "n/a"
        rows.append((name, cells))
    return Table(
        title=f"[{first + 1} annual performance report|DOC{first + 1}|Annual performance plan]",
        section="[Performance measures|Goal 2|Targets and results]",
        caption=caption_of(rng, scene, ["Measures, targets and results"]),
        corner=rng.choice(("Measure", "Performance measure", "")),
        columns=columns,
        rows=rows,
        ask=["What was the {col} for {row}?", "{row} {col}", "For the measure {row}, what was the {col}?",
             "Tell me the {col} of the measure \"{row}\"."],
        absent_rows=names[:2],
        absent_columns=[f"FY {first + 3} target", f"FY {first - 2} actual"],
        by_cell=["Which measure shows {cell} as {col}?"],
        notes=["n/a: measure introduced later.", "Results are final unless marked.", "Targets were set in the spring."],
    )  # fmt: skip


def debt(rng: Random, scene: Scene) -> Table:
    """Contractual obligations by the year in which they fall due."""
    first = rng.randint(2008, 2024)
    columns = ["Total", *[str(first + i) for i in range(1, rng.randint(3, 5))], "Thereafter"]
    names = rng.sample(["Long-term debt", "Interest on long-term debt", "Operating leases", "Finance leases", "Purchase obligations",
                        "Pension funding", "Transition tax", "Guarantees", "Licence fees", "Construction commitments"], 7)  # fmt: skip
    rows = []
    for name in names[2:]:
        parts = [rng.randint(4, 1900) for _ in columns[1:]]
        cells = [scene.grouped(sum(parts)), *[scene.grouped(part) for part in parts]]
        if rng.random() < 0.3:
            cells[rng.randint(1, len(cells) - 1)] = "—"
        rows.append((name, cells))
    return Table(
        title=f"[{{co}} {first}|{{co.upper}}_{first}_10K]",
        section="[Contractual obligations|Liquidity and capital resources|Maturities]",
        caption=caption_of(rng, scene, ["Contractual obligations and commitments", "Payments due by year"]),
        corner=rng.choice(UNITS),
        columns=columns,
        rows=rows,
        ask=["What payments for {row} fall due under {col}?", "{row} {col}", "How much of {row} is shown in the column {col}?",
             "{co.brand}'s obligations: {row}, {col}?"],
        absent_rows=names[:2],
        absent_columns=[str(first - 1), str(first + 7)],
        notes=["Interest is estimated with rates at year end.", "Other long-term liabilities are not included."],
    )  # fmt: skip


KINDS = (statement, statement, balance, segments, quarters, measures, debt)
