"""What the demo prints."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from cli.demo.flow import Seen
from cli.demo.tally import Summary
from cli.terminal import one_line, plain
from streaming.brokers.seam import Record
from streaming.dead_letters import REASON

_WIDTH = 60
_TERMS, _TERMS_WIDTH = 3, 40
_console = Console(stderr=False, highlight=False)
_errors = Console(stderr=True, highlight=False)


def step(message: str) -> None:
    _errors.print(f"[bold]{escape(message)}[/]")


def answer(record: Record, seen: Seen | None) -> None:
    """One line for an answer: label, confidence, strongest words, the text's beginning."""
    if seen is None:
        reason = dict(record.headers).get(REASON, b"").decode()
        _line(f"[yellow]dead letter[/]      {reason:40} {escape(repr((record.value or b'')[:_WIDTH]))}")
        return
    colour = "green" if seen.sentiment else "red"
    doubt = "?" if seen.needs_review else " "
    terms, text = _terms(seen), one_line(seen.review.text)[:_WIDTH]
    _line(f"[{colour}]{seen.label}[/] {seen.confidence:6.1%}{doubt} [dim]{escape(terms)}[/] {escape(text)}")


def _terms(seen: Seen) -> str:
    """As many of the strongest terms as there is room for, in a column of their own."""
    terms = [plain(f"{term.term} {term.weight:+.1f}") for term in seen.because[:_TERMS]]
    while terms[1:] and len(", ".join(terms)) > _TERMS_WIDTH:
        terms.pop()
    return f"{', '.join(terms):{_TERMS_WIDTH}.{_TERMS_WIDTH}}"


def _line(markup: str) -> None:
    """A line that a narrow terminal cuts off rather than wraps."""
    _console.print(
        markup, no_wrap=True, overflow="ellipsis", crop=_console.is_terminal, soft_wrap=not _console.is_terminal
    )


@contextmanager
def counting(total: int) -> Iterator[Callable[[Record, Seen | None], None]]:
    """A progress bar instead of lines; silent where there is no terminal."""
    with Progress(console=_errors, disable=not _errors.is_terminal) as progress:
        task = progress.add_task("answered", total=total)
        yield lambda *_: progress.advance(task)


def summary(figures: Summary, known: str) -> None:
    table = Table(title="Summary", show_header=False)
    table.add_row("sent", str(figures.sent))
    table.add_row("labelled", str(figures.labelled))
    table.add_row("dead letters", str(figures.dead))
    table.add_row("lost, duplicated", f"{figures.lost}, {figures.duplicated}")
    table.add_row("accuracy", f"{figures.accuracy:.1%} ({known})")
    table.add_row("record to result", f"p50 {figures.p50_ms:.0f} ms, p99 {figures.p99_ms:.0f} ms")
    _console.print(table)


def invitation(url: str, servers: str, page: str | None) -> None:
    """What to try while the demo stays up."""
    told = f"\nThe API: {url}/docs"
    if page:
        told += f"\nThe page: {page} (its live view shows what arrives while it is open: `produce`, below, sends more)"
    _console.print(told, markup=False, soft_wrap=True)
    _console.print(
        f"""
The stream and the API stay up until Ctrl-C. Try, in another terminal:

  curl '{url}/predict?explain=true' -H 'content-type: application/json' -d '{{"text": "Superb, not a dull moment"}}'
  .venv/bin/sentiment consume --bootstrap-servers {servers}
  .venv/bin/sentiment produce data/allocine-train.parquet --rate 5 --bootstrap-servers {servers}
  echo 'Quel navet, deux heures de perdues.' | .venv/bin/sentiment produce - --bootstrap-servers {servers}
  echo 'A wonderful film' | kcat -P -b {servers} -t reviews      # and: kcat -C -b {servers} -t sentiment
""",
        markup=False,
        soft_wrap=True,
    )
