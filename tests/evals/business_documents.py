"""Two invented business documents for an evaluation: the annual report of a company, and the manual of a product.

`write` sets them as PDFs: headings, paragraphs, and tables with ruled or open columns, over several pages.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

# Blocks stand between blank lines: "#" begins a heading, "|" a row of a table, "---" a new page.
REPORT = """\
# Calder Valley Instruments plc

# Annual report 2024

Calder Valley Instruments makes weighing and measuring instruments for laboratories, ports and food producers.
The company was founded in 1958 by Edith Marlowe in Hebden and has been listed on the London Stock Exchange
since 1987. Its registered office is at 14 Wharf Street, Sowerby Bridge. All amounts are in millions of US
dollars unless stated otherwise.

# Highlights of the year

Net sales rose by 7.9% to $612.4 million. Operating income was $88.1 million. Free cash flow reached $71.6
million, and net debt fell to $143.0 million. The Board proposes a final dividend of 21.5 cents per share,
payable on 12 May 2025 to shareholders on the register on 4 April 2025. In August 2024 the company bought Tarn
Optics for $54.0 million in cash.

# Letter from the Chair

Dear shareholder, this was my first full year as Chair. I succeeded Harold Quist, who retired in October 2023
after eleven years. Our Chief Executive, Nadia Fenwick, has led the company since 2019. Paul Ostrander joined
as Chief Financial Officer in March 2024 from Brightling Group. We opened a calibration centre in Rotterdam in
June, and closed the foundry in Leeds in November because its furnaces no longer met the emission limits.

The pension scheme was closed to new members in 2016. An employee share plan, which 63% of our people have
joined, replaced it. Marianne Holt, Chair

---

# Operating review

# Laboratory segment

Sales of the Laboratory segment grew by 12% to $281.0 million, driven by demand from drug makers in North
America. The new microbalance M9 contributed $19 million in its first year. The segment's largest customer
accounted for 8% of its sales.

# Ports segment

Sales of the Ports segment fell by 3% to $164.2 million, as two terminal projects in Brazil were postponed to
2026. The order book stood at $97 million at the year end. The segment employs 790 people at its plants in
Gdansk and Felixstowe.

# Food segment

Sales of the Food segment rose by 11% to $167.2 million. A recall of 1,140 checkweighers in March cost $4.3
million. The cause was a faulty load cell from a supplier in Taiwan.

Table 1: Net sales by segment ($ in millions)

| Segment | 2024 | 2023 | 2022 |
| Laboratory | 281.0 | 250.9 | 238.4 |
| Ports | 164.2 | 169.3 | 151.7 |
| Food | 167.2 | 147.5 | 139.9 |
| Total net sales | 612.4 | 567.7 | 530.0 |

Research and development is done in Cambridge and Brno. We hold 214 patents. Spending on research was 6.1% of
net sales. Energy use per unit fell by 4%, and 38% of our electricity came from renewable sources. The company
aims to be carbon neutral by 2035.

---

# Consolidated income statement

Table 2: Consolidated income statement, years ended 31 December ($ in millions)

| Item | 2024 | 2023 | 2022 |
| Net sales | 612.4 | 567.7 | 530.0 |
| Cost of sales | (371.5) | (349.8) | (331.2) |
| Gross profit | 240.9 | 217.9 | 198.8 |
| Research and development | (37.4) | (33.0) | (30.1) |
| Selling and administration | (115.4) | (109.6) | (104.3) |
| Operating income | 88.1 | 75.3 | 64.4 |
| Interest expense | (9.8) | (11.2) | (8.9) |
| Income before taxes | 78.3 | 64.1 | 55.5 |
| Income taxes | (18.0) | (15.4) | (13.3) |
| Net income | 60.3 | 48.7 | 42.2 |
| Diluted earnings per share ($) | 1.46 | 1.18 | 1.02 |

The effective tax rate was 23.0%, against 24.0% in the year before. Depreciation and amortization amounted to
$29.7 million.

---

# Consolidated balance sheet

Table 3: Consolidated balance sheet at 31 December ($ in millions)

| Item | 2024 | 2023 |
| Cash and cash equivalents | 62.5 | 48.9 |
| Trade receivables | 104.6 | 99.2 |
| Inventories | 118.3 | 125.7 |
| Property, plant and equipment | 187.9 | 179.4 |
| Goodwill | 143.2 | 109.8 |
| Total assets | 657.1 | 601.4 |
| Trade payables | 71.4 | 68.0 |
| Borrowings | 205.5 | 214.6 |
| Total liabilities | 341.8 | 343.9 |
| Shareholders' equity | 315.3 | 257.5 |

Table 4: Consolidated cash flow statement ($ in millions)

| Item | 2024 | 2023 | 2022 |
| Net cash from operating activities | 104.7 | 81.3 | 69.9 |
| Capital expenditure | (33.1) | (29.5) | (27.2) |
| Acquisitions | (54.0) | - | (12.6) |
| Dividends paid | (15.6) | (13.9) | (12.4) |

---

# People

At the end of 2024 the group had 3,418 employees, 122 more than a year earlier.

Table 5: Employees by region at 31 December

| Region | 2024 | 2023 |
| Europe | 1,806 | 1,761 |
| North America | 903 | 871 |
| Asia | 709 | 664 |
| Total | 3,418 | 3,296 |

# Board of directors

The Board met nine times in 2024. Marianne Holt is Chair. Nadia Fenwick and Paul Ostrander are executive
directors. Ruben Adeyemi chairs the Audit Committee, and Sofia Lindqvist chairs the Remuneration Committee.

# Auditor

Whitcombe LLP has audited the group since 2017. Its fee for 2024 was $1.9 million. The Audit Committee will
put the audit out to tender in 2026.

# Principal risks

A tenth of our components come from a single supplier in Taiwan. A rise of one percentage point in interest
rates would lower income before taxes by $1.2 million. The company is a defendant in a patent suit brought by
Veltman BV in The Hague; a hearing is set for September 2025.

# Outlook

For 2025 we expect net sales of between $630 million and $650 million, and an operating margin of about 15%.
"""

MANUAL = """\
# Otterford dehumidifiers D20, D35 and D60

# Installation and user manual

This manual is for the models D20, D35 and D60 of the Otterford series D. Keep it near the appliance.
Otterford Climate Ltd, 3 Tannery Lane, Kendal. Customer service: telephone 01539 555 014, Monday to Friday
from 8 am to 5 pm.

# 1 Safety

The appliance must be connected to an earthed socket. Do not use it in rooms smaller than 4 square metres.
Switch it off and pull the plug before you clean it. Children under 8 years must not use the appliance. The
refrigerant R290 is flammable: do not pierce the pipes.

# 2 Technical data

Table 1: Technical data

| Property | D20 | D35 | D60 |
| Water extracted per day (litres) | 20 | 35 | 60 |
| Power consumption (watts) | 310 | 480 | 790 |
| Supply voltage (V) | 230 | 230 | 400 |
| Weight (kg) | 13.5 | 18.2 | 36.0 |
| Tank capacity (litres) | 3.8 | 5.5 | - |
| Noise level (dB) | 41 | 46 | 55 |
| Refrigerant charge (g) | 75 | 110 | 150 |
| Room size (square metres) | 25 | 45 | 90 |

The D60 has no tank: its water must be led away by a hose. The appliance works at room temperatures from 5 to
32 degrees Celsius.

---

# 3 Installation

# 3.1 Place

Leave at least 30 centimetres free on all sides. Do not put the appliance beside a radiator. Let the appliance
stand upright for two hours before you switch it on for the first time.

# 3.2 Drain hose

Connect the hose to the spout at the rear. The hose must have an inner diameter of 14 millimetres and must not
rise above the spout. The hose is not supplied with the D20.

# 3.3 Wall bracket

The wall bracket WB-7 carries the D20 and the D35. It is fixed with four M8 screws and bears up to 40
kilograms.

# 4 Operation

Press the drop key to choose the humidity: 40, 50 or 60 percent. Hold the drop key for five seconds to run the
appliance without a stop. The night mode halves the fan speed and switches the lamp off. The timer switches
the appliance off after 2, 4 or 8 hours. When the tank is full, the red lamp flashes and the appliance stops
by itself.

# 5 Maintenance

Table 2: Maintenance

| Task | Interval |
| Clean the air filter | every 2 weeks |
| Rinse the tank | every month |
| Replace the carbon filter | every 6 months |
| Check the refrigerant circuit | every 2 years, by a technician |

The air filter is washed with lukewarm water below 40 degrees. The carbon filter CF-12 costs 17.90 pounds.

---

# 6 Error codes

Table 3: Error codes

| Code | Meaning | What to do |
| E1 | Humidity sensor faulty | Call customer service |
| E2 | Tank missing | Put the tank in |
| E4 | Coil frozen | Switch off for one hour |
| E7 | Fan blocked | Remove what blocks the fan |
| E9 | Voltage too low | Check the supply |

# 7 Warranty

The warranty lasts 24 months from the date of purchase, and 60 months for the compressor. It does not cover
filters, damage by frost, or repairs by others. Keep the receipt: without it no claim is accepted. Claims are
sent to service@otterford.example.

# 8 Storage and disposal

Empty the tank and dry the appliance before you store it. Store it at temperatures above 5 degrees. The
appliance must not be put in household waste: hand it in at a collection point, where the refrigerant is
removed.
"""

_LEFT, _TOP, _BOTTOM, _WIDTH, _ROW = 56.0, 64.0, 780.0, 480.0, 17.0


def write(folder: Path) -> dict[str, Path]:
    """Write both documents into a folder; return their files by name."""
    return {name: _write(folder / f"{name}.pdf", text) for name, text in (("report", REPORT), ("manual", MANUAL))}


def _write(path: Path, text: str) -> Path:
    import pymupdf

    with pymupdf.open() as pdf:
        for part in text.split("---\n"):
            page, top = pdf.new_page(width=595, height=842), _TOP
            for block in filter(None, part.strip().split("\n\n")):
                rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in block.splitlines()]
                top = _table(page, top, rows) if block.startswith("|") else _paragraph(page, top, block)
            assert top < _BOTTOM, f"{path.name}: a page is too long"
        pdf.save(path)
    return path


def _paragraph(page: Any, top: float, text: str) -> float:
    """Write a heading, caption or paragraph; return where the next one begins."""
    import pymupdf

    size, font = (13.0, "hebo") if text.startswith("#") else (10.0, "helv")
    lines = [""]
    for word in text.lstrip("# ").split():
        longer = f"{lines[-1]} {word}".strip()
        if pymupdf.get_text_length(longer, font, size) > _WIDTH:
            lines.append(word)
        else:
            lines[-1] = longer
    for number, one in enumerate(lines):
        page.insert_text((_LEFT, top + size + number * size * 1.3), one, fontsize=size, fontname=font)
    return top + len(lines) * size * 1.3 + 9


def _table(page: Any, top: float, rows: Sequence[Sequence[str]]) -> float:
    """Draw a ruled table with a bold header; return where the next block begins."""
    widths = [200.0 if len(rows[0]) > 2 else 240.0] + [(_WIDTH - 200) / (len(rows[0]) - 1)] * (len(rows[0]) - 1)
    edges = list(itertools.accumulate(widths, initial=_LEFT))
    for number, row in enumerate(rows):
        line = top + number * _ROW
        page.draw_line((_LEFT, line), (edges[-1], line), width=0.5)
        for left, cell in zip(edges, row, strict=False):
            font = "hebo" if number == 0 else "helv"
            page.insert_text((left + 4, line + 12), cell, fontsize=9.5, fontname=font)
    bottom = top + len(rows) * _ROW
    page.draw_line((_LEFT, bottom), (edges[-1], bottom), width=0.5)
    for edge in edges:
        page.draw_line((edge, top), (edge, bottom), width=0.5)
    return bottom + 12
