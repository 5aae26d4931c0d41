"""The sections as one page: no script, nothing from outside, light or dark as the reader's system is."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from spark_jobs.exploring.sections import Cell, Kind, Section, Table, printable

STYLE = """
:root { color-scheme: light dark;
  --ink: #1d2330; --soft: #5b6472; --line: #d9dde4; --page: #fff; --bar: #3b6fb6; --note: #fdf3dc }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e7ec; --soft: #a0a8b5; --line: #353c48; --page: #15181e; --bar: #6fa3e8; --note: #3a301a }
}
body { margin: 0 auto; padding: 1rem 1rem 4rem; max-width: 60rem; background: var(--page); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif }
h1 { font-size: 1.5rem } h2 { font-size: 1.15rem; margin: 2.2rem 0 .5rem }
h1, h2, p, li { overflow-wrap: anywhere }
section:first-of-type { padding: .2rem 1rem .6rem; background: var(--note); border-radius: .5rem }
section:first-of-type h2 { margin-top: .6rem }
ul { padding-left: 1.2rem; margin: .5rem 0 }
.wide { overflow-x: auto; margin: .8rem 0 }
table { border-collapse: collapse; font-size: .9rem }
th { text-align: left; font-weight: 600; color: var(--soft); vertical-align: bottom }
th, td { padding: .25rem .9rem .25rem 0; border-bottom: 1px solid var(--line) }
td { vertical-align: top; white-space: nowrap }
.figure { text-align: right; font-variant-numeric: tabular-nums }
.quote { white-space: normal; overflow-wrap: anywhere; min-width: 12rem }
.bar { width: 12rem; min-width: 6rem; vertical-align: middle }
@media (max-width: 40rem) {
  table { font-size: .8rem } th, td { padding-right: .6rem } td.words { white-space: normal }
  .quote { min-width: 10rem } .bar { width: 5rem; min-width: 3rem }
}
.bar i { display: block; height: .7rem; min-width: 1px; border-radius: 2px; background: var(--bar) }
"""


def as_html(sections: Sequence[Section], inputs: Sequence[str]) -> str:
    """The page; everything that comes from the data is escaped."""
    title = f"A look at {_text(', '.join(inputs))}"
    body = "\n".join(_section(section) for section in sections)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def _section(section: Section) -> str:
    text = f"<p>{_text(section.text)}</p>" if section.text else ""
    points = "".join(f"<li>{_text(point)}</li>" for point in section.points)
    listed = f"<ul>{points}</ul>" if points else ""
    tables = "\n".join(_table(table) for table in section.tables)
    return f"<section>\n<h2>{_text(section.title)}</h2>\n{text}{listed}{tables}\n</section>"


def _table(table: Table) -> str:
    kinds = [column.kind for column in table.columns]
    head = "".join(f'<th class="{column.kind.name.lower()}">{_text(column.name)}</th>' for column in table.columns)
    rows = "\n".join("<tr>" + "".join(map(_cell, row, kinds)) + "</tr>" for row in table.rows)
    return f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def _cell(cell: Cell, kind: Kind) -> str:
    if isinstance(cell, float):
        return f'<td class="bar"><i style="width:{cell:.1%}"></i></td>'
    shown = f"{cell:,}" if isinstance(cell, int) else _text(cell)
    return f'<td class="{kind.name.lower()}" dir="auto">{shown}</td>'


def _text(text: str) -> str:
    return escape(printable(text))
