"""The shaded text is the text, its shades add up, and HTML in it stays text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sentiment import Classifier
from sentiment.manifest import Calibration
from sentiment.results import ExplainedTerm
from ui.client import Api
from ui.markup import plain, scale, verdict
from ui.shading import pieces, shaded
from ui.words import words_of

SIDES = {"for": "for", "against": "against"}
WORDS = st.sampled_from(["good", "bad", "not bad", "great!", "nul", "<b>", "&amp;", "été", "👍🏽", "\n", "zzz", "  "])


def terms(classifier: Classifier, text: str) -> tuple[str, list[ExplainedTerm]]:
    explanation = classifier.explain(text)
    return explanation.text, [ExplainedTerm(each.text, each.weight, each.spans, True) for each in explanation.terms]


@given(st.lists(WORDS, max_size=12).map(" ".join))
def test_the_weights_of_all_pieces_add_up_to_those_of_all_terms(classifier: Classifier, text: str) -> None:
    cleaned, found = terms(classifier, text)
    shades = list(pieces(cleaned, found))
    assert "".join(piece.text for piece in shades) == cleaned
    assert sum(piece.weight for piece in shades) == pytest.approx(sum(term.weight for term in found), abs=1e-9)


@given(st.text(max_size=60))
def test_whatever_the_text_holds_is_text(classifier: Classifier, text: str) -> None:
    cleaned, found = terms(classifier, text)
    html = shaded(cleaned, found, SIDES)
    assert set(re.findall(r"</?(\w+)", html)) <= {"p", "span", "mark"}
    shown: list[str] = []
    parser = HTMLParser(convert_charrefs=True)
    parser.handle_data = shown.append  # type: ignore[method-assign]
    parser.feed(html)
    parser.close()
    assert "".join(shown) == cleaned


def test_a_script_is_shown_and_not_run(classifier: Classifier) -> None:
    html = shaded(*terms(classifier, "good <script>alert(1)</script>"), SIDES)
    assert "<script" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


@pytest.mark.parametrize(
    ("text", "said"), [("ce film est bon", ' lang="fr"'), ("it is a good film", ' lang="en"'), ("👍🏽", "")]
)
def test_a_review_says_its_own_language_whatever_the_pages_is(text: str, said: str) -> None:
    assert shaded(text, [], SIDES).startswith(f'<p class="review" dir="auto"{said}>')
    assert plain(text).startswith(f'<p class="plain" dir="auto"{said}>')


def test_a_review_is_shown_as_the_model_reads_it_and_what_is_left_of_html_is_text() -> None:
    html = plain("One.<br /><br />Two &eacute;t&eacute;s &lt;script&gt;")
    assert html.endswith(">One.  Two étés &lt;script&gt;</p>")


def test_shades_tell_how_heavy_a_word_is_beside_the_heaviest_and_leave_out_what_hardly_weighs() -> None:
    text, weights = "heavy half faint", {"heavy": 8.0, "half": -4.0, "faint": 0.1}
    found = [
        ExplainedTerm(word, weight, ((text.index(word), text.index(word) + len(word)),), True)
        for word, weight in weights.items()
    ]
    assert re.findall(r'class="(\w+)" style="--shade: ([\d.]+)" title="(.+?)">(\w+)<', shaded(text, found, SIDES)) == [
        ("for", "0.50", "for +8.00", "heavy"),
        ("against", "0.31", "against -4.00", "half"),
    ]
    assert shaded(text, found, SIDES).endswith("</mark> faint</p>")


def test_a_word_is_known_with_a_comma_too(classifier: Classifier) -> None:
    assert "unknown" not in shaded(*terms(classifier, "wonderful, awful."), SIDES)


def test_an_answer_stands_on_its_scale_where_its_probability_is_and_the_band_where_it_needs_review() -> None:
    band = Calibration("none", {}, {}, 0.0, review_above=0.3, review_below=0.6)
    html = scale(0.25, band, words_of("en"))
    assert '<div class="band" style="left: 30.0%; right: 40.0%"></div>' in html
    assert '<div class="here" style="left: 25.0%"></div>' in html
    assert "band" not in scale(0.25, None, words_of("en"))


@pytest.mark.parametrize(("text", "said"), [("wonderful", "▲</i> Positive"), ("awful", "▼</i> Negative")])
def test_the_sign_of_a_verdict_points_where_its_word_does(api: Api, text: str, said: str) -> None:
    assert said in verdict(api.explain(text), words_of("en"))


def test_sides_differ_in_more_than_their_colour(classifier: Classifier) -> None:
    html = shaded(*terms(classifier, "wonderful zzz awful"), SIDES)
    assert re.findall(r'class="(for|against|unknown)"', html) == ["for", "unknown", "against"]
