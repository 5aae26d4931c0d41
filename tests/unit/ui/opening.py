"""A page as Streamlit's own AppTest runs it, and what it then says."""

from __future__ import annotations

from collections.abc import Callable

from streamlit.testing.v1 import AppTest

from ui.pages import file, label, live, model, try_it
from ui.words import words_of

SHOWS = {"try": try_it.show, "file": file.show, "live": live.show, "label": label.show, "model": model.show}
ENGLISH = words_of("en")


# AppTest writes a function's source to a file of its own: it has no other names than builtins and its own imports.


def whole(reach: object) -> None:
    from ui.app import main
    from ui.context import Reach

    assert isinstance(reach, Reach)
    main(reach)


def one(reach: object, page: str, language: str) -> None:
    from tests.unit.ui.opening import SHOWS
    from ui.app import follower
    from ui.context import Context, Reach
    from ui.words import words_of

    assert isinstance(reach, Reach)
    SHOWS[page](Context(words_of(language), reach, follower(reach.source)))


Open = Callable[..., AppTest]


def said(app: AppTest) -> str:
    """All that the page says in its own elements, HTML included."""
    kinds = ("markdown", "caption", "error", "warning", "info", "success", "text", "title", "header", "subheader")
    told = [str(element.value) for kind in kinds for element in app.get(kind)]
    return "\n".join(told + [element.proto.body for element in app.get("html")])


def ask(app: AppTest, text: str) -> AppTest:
    app.text_area[0].input(text).run(timeout=20)
    assert not app.exception
    return app
