"""The text rule means the same as a definition, as a table and as compiled code."""

import itertools
import unicodedata

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment.cleaning import clean
from sentiment.scoring import Scorer
from sentiment.tables import make_tables
from sentiment.textrule import DIGIT, MARK, OTHER, WORD, default_text_rule
from tests.tiny import BUCKETS, bucket_of

RULE = default_text_rule()
SCORER = Scorer(
    make_tables((RULE.kinds(), RULE.folds(), RULE.max_order), (BUCKETS, np.array([], np.uint32)), (np.array([]), 0.0))
)
TEXTS = st.text() | st.text(alphabet="aAéÉ’'ʼ 0/89!.<>&;😀\u0301\u00a0\x00\ud800İΣ日", max_size=60)


def compiled_tokens(text: str) -> list[str]:
    folded, starts, _, _ = SCORER.walk(clean(text))
    return [folded[i : j - 1].tobytes().decode() for i, j in itertools.pairwise(starts.tolist())]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("A wonderful film, 8/10!", ["a", "wonderful", "film", ",", "8/10", "!"]),
        ("Don’t say it's 'bad'", ["don't", "say", "it's", "'", "bad", "'"]),
        ("L’été d’Amélie", ["l'été", "d'amélie"]),
        ("a1/2 10/10/2010 1/2a", ["a1", "/", "2", "10/10", "/", "2010", "1/2", "a"]),
        ("rock''n'roll 80's", ["rock", "'", "'", "n'roll", "80's"]),
        ("good...bad", ["good", ".", ".", ".", "bad"]),
        ("great<br /><BR>film &amp; caf&eacute;", ["great", "film", "&", "café"]),
        ("👍🏽 ok", ["👍", "🏽", "ok"]),
        ("ΣΊΣΥΦΟΣ ЖАРА İ ı", ["σίσυφοσ", "жара", "İ", "ı"]),
        ("nul\x00byte\u200b\u00a0\u2028end", ["nul", "byte", "end"]),
        ("", []),
        ("'", ["'"]),
    ],
)
def test_tokens_of_examples(text: str, tokens: list[str]) -> None:
    assert RULE.tokens(clean(text)) == tokens
    assert compiled_tokens(text) == tokens


@given(TEXTS)
@example("'a'b''c'")
@example("1/2/3 '1/2' a/1 1/a /1")
@example("Ÿ’Ａ")
def test_the_compiled_tokens_are_those_of_the_definition(text: str) -> None:
    assert compiled_tokens(text) == RULE.tokens(clean(text))


@pytest.mark.parametrize("characters", [63, 64, 65, 100, 127, 128, 129, 200])
@pytest.mark.parametrize("wide", ["É", "’", "日", "😀", "Ÿ"])
def test_they_are_wherever_the_characters_beyond_ascii_stand(characters: int, wide: str) -> None:
    plain = ("Good film! " * 20)[:characters]
    for place in range(characters):
        text = plain[:place] + wide + plain[place + 1 :]
        assert compiled_tokens(text) == RULE.tokens(text)
        assert compiled_tokens(text + wide) == RULE.tokens(text + wide)


def test_the_compiled_tokens_are_those_of_the_definition_for_every_code_point() -> None:
    letters = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for first in range(0, len(letters), 4096):
        text = " ".join(letters[first : first + 4096]) + " a" + "1".join(letters[first : first + 4096])
        assert compiled_tokens(text) == RULE.tokens(clean(text))


@given(TEXTS)
def test_buckets_are_murmur3_of_the_terms(text: str) -> None:
    tokens = RULE.tokens(clean(text))
    buckets = SCORER.walk(clean(text)).buckets
    terms = [" ".join(tokens[i : i + n]) for n in (1, 2, 3) for i in range(len(tokens) - n + 1)]
    assert buckets.tolist() == [bucket_of(term) for term in terms]


@pytest.mark.parametrize(
    ("reference", "character"),
    [
        ("&#00000000065;", "A"),
        (f"&#{'0' * 5_000}65;", "A"),
        (f"&#{'0' * 5_000}", "\ufffd"),
        (f"&#{'9' * 5_000};", "\ufffd"),
        (f"&#{'9' * 5_000}", "\ufffd"),
        (f"&#x{'9' * 5_000};", "\ufffd"),
    ],
)
def test_a_character_may_be_named_by_any_number_of_digits(reference: str, character: str) -> None:
    assert clean(f"a{reference}b") == f"a{character}b"


@pytest.mark.parametrize("digits", ["0", "65", "233", "128", "8217", "55296", "1114111", "1114112", "00065", "0000000"])
@pytest.mark.parametrize("end", [";", "", " "])
def test_cleaning_shortens_numbers_without_another_meaning(digits: str, end: str) -> None:
    assert clean(f"a&#{'0' * 9}{digits}{end}b") == clean(f"a&#{digits}{end}b")


def test_composition_never_takes_a_long_run_of_marks_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    normalize, pieces = unicodedata.normalize, list[str]()
    monkeypatch.setattr(unicodedata, "normalize", lambda form, piece: pieces.append(piece) or normalize(form, piece))
    text = "a" * 300 + "\u0301" * 1000 + "b\u0316\u0301"
    assert len(clean(text)) == len(text) - 1  # the first mark of all is part of its letter
    assert "".join(pieces) == text
    assert max(sum(not character.isascii() for character in piece) for piece in pieces) == 256


@given(TEXTS)
def test_cleaning_leaves_only_what_utf8_can_carry(text: str) -> None:
    assert unicodedata.is_normalized("NFC", clean(text))
    assert clean(text).encode().decode() == clean(text)


def test_each_upper_case_letter_of_the_rule_has_its_own_lower_case_letter() -> None:
    pairs = [(upper, lower) for upper, lower in zip(RULE.upper, RULE.lower, strict=True) if lower != "'"]
    assert all(upper.lower() == lower for upper, lower in pairs)
    assert len(set(RULE.upper)) == len(RULE.upper)
    assert all(len(lower.encode()) <= len(upper.encode()) for upper, lower in pairs)


def test_no_code_point_is_both_word_and_mark_and_letters_of_both_languages_are_words() -> None:
    kinds = RULE.kinds()
    counted = np.zeros(len(kinds), int)
    for first, last in (*RULE.word, *RULE.mark):
        counted[first : last + 1] += 1
    assert counted.max() == 1
    assert {kinds[ord(letter)] for letter in "azàâæçéèêëîïôœùûüÿñß"} == {WORD}
    assert [kinds[ord(c)] for c in "7! \t\u00a0"] == [DIGIT, MARK, OTHER, OTHER, OTHER]


@given(st.lists(TEXTS, max_size=5))
def test_a_batch_gives_what_its_texts_give_alone(texts: list[str]) -> None:
    margins, counts = SCORER.score([clean(text) for text in texts])
    for place, text in enumerate(texts):
        alone, count = SCORER.score([clean(text)])
        assert (alone[0], count[0].tolist()) == (margins[place], counts[place].tolist())
