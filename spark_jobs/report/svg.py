"""A matplotlib figure as inline SVG: no fonts, scripts or colours of its own, and the same bytes each time."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

if TYPE_CHECKING:
    from matplotlib.typing import RcKeyType  # of matplotlib 3.11

SIZE = (4.5, 3.4)  # inches, of 72 units each

# Stand-ins that the page's own colours take the place of, so that one drawing fits light and dark.
INK, FAINT, PAGE = "#010101", "#020202", "#060606"
SERIES = ("#030303", "#040404", "#050505")
_COLOURS = {INK: "var(--ink)", FAINT: "var(--faint)", PAGE: "var(--page)"} | {
    colour: f"var(--series-{number})" for number, colour in enumerate(SERIES, 1)
}
STYLE: dict[RcKeyType, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "report",
    "font.size": 11,
    "font.family": "DejaVu Sans",
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.4,
    "grid.alpha": 0.5,
    "text.color": INK,
    "xtick.color": FAINT,
    "ytick.color": FAINT,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.6,
}


def draw(name: str, described: str, paint: Callable[[Axes], None]) -> Markup:
    """What `paint` draws, as an <svg> whose ids begin with `name`, described for those who can't see it."""
    file = io.StringIO()
    with rc_context(STYLE):
        figure = Figure(SIZE, layout="constrained")
        paint(figure.subplots())
        figure.savefig(file, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return _inline(file.getvalue(), name, described)


def _inline(drawing: str, name: str, described: str) -> Markup:
    attributes, inner = drawing[drawing.index("<svg ") + 5 :].split(">", 1)
    inner = re.sub(r"<metadata>.*?</metadata>\s*", "", inner, flags=re.DOTALL)
    inner = re.sub(r'(\bid="|url\(#|href="#)', rf"\g<1>{name}-", inner)
    inner = re.sub("|".join(_COLOURS), lambda found: _COLOURS[found[0]], inner).replace("'DejaVu Sans'", "sans-serif")
    size = attributes[attributes.index("viewBox") :].split('"')[1]
    return Markup('<svg role="img" aria-label="{}" viewBox="{}">{}').format(described, size, Markup(inner))  # noqa: S704
