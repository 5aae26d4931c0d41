"""What the page keeps of a stream: right, and bounded whatever comes."""

from __future__ import annotations

import gc
import itertools
import json
import math
import tracemalloc
from typing import Any

import numpy as np
import pytest

from streaming.brokers.seam import Record
from ui.cutting import LISTED_CHARACTERS, READ_CHARACTERS
from ui.live.choosing import Choice, fields, languages, values
from ui.live.doubts import MOST, Doubts
from ui.live.seen import FIELDS, Seen, read_result
from ui.live.stream import LATEST, Connection, Stream
from ui.live.window import HOUR, MOST_REASONS, OTHER, Window

NOW = 1_700_000_000


def result(number: int = 0, probability: float = 0.9, **review: Any) -> bytes:
    value = {
        "id": f"r-{number}",
        "label": "positive" if probability > 0.5 else "negative",
        "probability": probability,
        "confidence": max(probability, 1 - probability),
        "needs_review": 0.4 < probability < 0.6,
        "model_version": "tiny-1",
        "review": {"text": "a good film"} | review,
        "because": [{"term": "good", "weight": 1.0}],
    }
    return json.dumps(value).encode()


def record(value: bytes | None, second: float = NOW, topic: str = "sentiment", reason: bytes = b"") -> Record:
    headers = [("sentiment.reason", reason)] if reason else []
    return Record(topic, 0, 0, None, value, headers, int(second * 1000))


def seen(number: int = 0, probability: float = 0.9, **review: Any) -> Seen:
    found = read_result(result(number, probability, **review), NOW)
    assert found is not None
    return found


@pytest.mark.parametrize("value", [b"\xff", b'{"label": "\xff"}', b"[" * 100_000])
def test_bytes_that_are_no_result_are_none(value: bytes) -> None:
    whole = result(1, 0.9, text="?")
    assert read_result(value, NOW) is None
    assert read_result(whole.replace(b"?", b"\xff"), NOW) is None
    assert read_result(whole, NOW) is not None


def test_each_second_has_its_own_count_and_what_is_older_than_the_window_is_gone() -> None:
    window = Window(seconds=10)
    for second, probability in ((NOW - 12, 0.9), (NOW - 9, 0.9), (NOW - 1, 0.2), (NOW, 0.45), (NOW, 1.0)):
        window.add_result(second, probability, 0.4 < probability < 0.6)
    last = window.last(NOW, 10)
    assert last.results.tolist() == [1, 0, 0, 0, 0, 0, 0, 0, 1, 2]
    assert (last.positive.sum(), last.needs_review.sum(), last.histogram.sum()) == (2, 1, 4)
    assert window.last(NOW, 3).results.tolist() == [0, 1, 2]


def test_a_result_that_comes_too_late_does_not_disturb_a_newer_second() -> None:
    window = Window(seconds=10)
    window.add_result(NOW, 0.9, False)
    window.add_result(NOW - 10, 0.1, False)
    assert (window.last(NOW, 10).results.sum(), window.last(NOW, 10).positive.sum()) == (1, 1)


def test_reasons_beyond_those_that_are_counted_apart_are_counted_together() -> None:
    window = Window()
    for number in range(MOST_REASONS + 3):
        window.add_dead_letter(NOW, f"reason-{number}")
    reasons = window.last(NOW, HOUR).reasons
    assert len(reasons) == MOST_REASONS + 1
    assert (reasons["reason-0"], reasons[OTHER]) == (1, 3)


@pytest.mark.parametrize(
    "value",
    [
        *(None, b"", b"{", b"[]", b'{"label": "fine"}', b"\xff", b"[" * 100_000),
        *(result(probability=-5), result(probability=1.5), result().replace(b'"confidence": 0.9', b'"confidence": 2')),
    ],
)
def test_what_is_no_result_is_counted_and_disturbs_nothing(value: bytes | None) -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(value), record(result())], NOW)
    look = stream.look(NOW, 60)
    assert (look.unreadable, len(look.latest), look.last.results.sum()) == (1, 1, 1)


def test_dead_letters_are_counted_by_reason() -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(b"x", topic="dlq", reason=b"not_utf8"), record(None, topic="dlq")], NOW)
    assert stream.look(NOW, 60).last.reasons == {"not_utf8": 1, "unknown": 1}


def test_a_record_without_a_time_counts_now() -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(result(), second=-1)], NOW)
    assert stream.look(NOW, 1).last.results.tolist() == [1]


def test_a_record_from_a_clock_that_is_ahead_counts_now() -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(result(), second=NOW + 7_200)], NOW)
    stream.add([record(result(), second=NOW)], NOW)
    assert stream.look(NOW, 1).last.results.tolist() == [2]


def test_the_newest_results_stand_first() -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(result(number)) for number in range(LATEST + 5)], NOW)
    latest = stream.look(NOW, 60).latest
    assert (len(latest), latest[0].id, latest[-1].id) == (LATEST, f"r-{LATEST + 4}", "r-5")


def test_nobody_is_connected_before_the_broker_has_answered() -> None:
    stream = Stream("dlq", NOW)
    assert stream.look(NOW, 60).connection.trying
    stream.set_connection(Connection(NOW + 5, waiting=0))
    connection = stream.look(NOW, 60).connection
    assert (connection.trying, connection.since) == (False, NOW + 5)


def test_a_connection_lasts_since_it_began_and_tells_the_latest_number() -> None:
    stream = Stream("dlq", NOW)
    for second, waiting in ((5, 0), (9, 3)):
        stream.set_connection(Connection(NOW + second, waiting=waiting))
    assert (stream.connection().since, stream.connection().waiting) == (NOW + 5, 3)
    stream.set_connection(Connection(NOW + 20, detail="away"))
    assert stream.connection().since == NOW + 20


def test_a_probability_is_counted_in_its_bin_and_as_positive_above_a_half() -> None:
    window = Window()
    for probability in (0.0, 0.049, 0.5, 0.951, 1.0):
        window.add_result(NOW, probability, False)
    last = window.last(NOW, 1)
    assert {place: int(rows) for place, rows in enumerate(last.histogram) if rows} == {0: 2, 10: 1, 19: 2}
    assert last.positive.tolist() == [2]


def test_only_plain_fields_of_a_review_are_shown() -> None:
    fields = {"id": 7, "year": 1979, "seen": True, "film": "Alien", "by": None, "tags": [1], "cast": {"a": 1}}
    assert seen(**fields).fields == {"year": "1979", "seen": "true", "film": "Alien"}


def test_the_page_has_counted_since_it_was_first_connected() -> None:
    stream = Stream("dlq", NOW)
    stream.set_connection(Connection(NOW + 1, detail="away"))
    assert stream.look(NOW, 60).begun == math.inf
    for connection in (Connection(NOW + 5), Connection(NOW + 6, detail="away"), Connection(NOW + 7)):
        stream.set_connection(connection)
        assert stream.look(NOW, 60).begun == NOW + 5


def test_a_review_is_cut_to_what_is_shown() -> None:
    huge = {"text": "a" * 1_000_000, "list": list(range(1000)), "c" * 1000: "d"}
    huge |= {f"field-{n}": "b" * 1000 for n in range(1000)}
    kept = seen(**huge)
    assert max(map(len, kept.fields)) == 80
    assert len(kept.text) == READ_CHARACTERS
    assert len(kept.fields) == FIELDS
    assert {len(value) for value in kept.fields.values()} == {1, 80}


def test_what_stands_beside_a_review_is_cut_too() -> None:
    value = json.loads(result())
    value |= {"id": "i" * 300, "model_version": "v" * 300, "because": [{"term": "t" * 300, "weight": 1.0}] * 9}
    kept = read_result(json.dumps(value).encode(), NOW)
    assert kept is not None
    assert (kept.id, len(kept.model_version), len(kept.because)) == ("", 80, 5)
    assert [len(each.term) for each in kept.because] == [80] * 5


def test_a_list_to_choose_from_has_the_most_frequent_and_an_end() -> None:
    latest = [seen(number, **{f"field-{number}": str(number)}) for number in range(300)]
    latest += [seen(film=str(number)) for number in range(300)] + [seen(film="Alien")]
    assert (len(fields(latest)), fields(latest)[0]) == (200, "film")
    assert (len(values(latest, "film")), values(latest, "film")[0]) == (200, "0")
    assert "Alien" in values([*latest, seen(film="Alien")], "film")[:1]


def test_a_review_is_whole_where_it_is_to_be_labelled_and_cut_where_it_is_listed() -> None:
    stream = Stream("dlq", NOW)
    stream.add([record(result(1, text="a" * (READ_CHARACTERS - 1)))], NOW)
    assert [len(seen.text) for seen in stream.doubtful()] == [READ_CHARACTERS - 1]
    assert [len(seen.text) for seen in stream.look(NOW, 60).latest] == [LISTED_CHARACTERS]


@pytest.mark.parametrize(
    ("review", "language"),
    [({"language": "de"}, "de"), ({"text": "ce film est très bon"}, "fr"), ({"text": "it is a good film"}, "en")],
)
def test_the_sender_names_the_language_or_the_words_tell(review: dict[str, Any], language: str) -> None:
    assert seen(**review).language == language


def test_memory_does_not_grow_once_the_rings_are_full() -> None:
    stream = Stream("dlq", NOW)

    def run(start: int, seconds: int) -> None:
        for second in range(start, start + seconds):
            values = (result(second * 100 + n, (n % 100) / 100, film=f"film {second}-{n}") for n in range(100))
            stream.add([record(value, second) for value in values], second)

    tracemalloc.start()
    try:
        held = []
        for minute in range(4):
            run(NOW + 60 * minute, 60)
            gc.collect()
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    grown = min(after - before for before, after in itertools.pairwise(held))  # of others' threads once, perhaps
    assert grown < held[0] / 20


def test_the_least_certain_reviews_come_first_and_the_queue_stays_short() -> None:
    doubts = Doubts()
    for number in range(3 * MOST):
        doubts.add(seen(number, probability=0.5 + (number % 400) / 1000))
    queue = doubts.queue()
    assert len(queue) == MOST
    distances = [abs(each.probability - 0.5) for each in queue]
    assert distances == sorted(distances)
    assert distances[0] == 0.0


def test_a_labelled_review_does_not_come_back() -> None:
    doubts = Doubts()
    doubts.add(seen(1))
    doubts.remove("r-1")
    doubts.add(seen(1))
    assert doubts.queue() == []


@pytest.mark.parametrize(("characters", "asked"), [(0, 0), (1, 1), (256, 1), (257, 0)])
def test_what_feedback_can_not_name_is_not_asked_for(characters: int, asked: int) -> None:
    doubts = Doubts()
    doubts.add(seen(1)._replace(id="x" * characters))
    assert len(doubts.queue()) == asked


def test_a_review_that_gave_way_to_less_certain_ones_may_come_again() -> None:
    doubts = Doubts()
    for number in range(MOST + 1):
        doubts.add(seen(number, probability=0.5 if number else 0.6))
    assert "r-0" not in [each.id for each in doubts.queue()]
    doubts.remove("r-1")
    doubts.add(seen(0, probability=0.6))
    assert doubts.queue()[-1].id == "r-0"


def test_a_review_is_asked_for_once_however_often_it_comes() -> None:
    doubts = Doubts()
    doubts.add(seen(1))
    doubts.add(seen(1))
    assert len(doubts.queue()) == 1


def test_results_are_chosen_by_language_field_and_need() -> None:
    latest = [
        seen(1, film="Alien", language="en"),
        seen(2, film="Amélie", language="fr"),
        seen(3, 0.5, film="Alien", language="fr"),
    ]
    assert (languages(latest), fields(latest), values(latest, "film")) == (["en", "fr"], ["film"], ["Alien", "Amélie"])
    wanted = {
        Choice(): [1, 2, 3],
        Choice(language="fr"): [2, 3],
        Choice(field="film"): [1, 2, 3],
        Choice(field="film", value="Alien"): [1, 3],
        Choice(field="film", value="Alien", only_review=True): [3],
    }
    for choice, numbers in wanted.items():
        assert [each.id for each in latest if choice.takes(each)] == [f"r-{number}" for number in numbers]


def test_the_window_is_an_array_of_fixed_size() -> None:
    window = Window()
    for second in range(NOW, NOW + 3 * HOUR, 7):
        window.add_result(second, 0.7, False)
    assert np.count_nonzero(window.last(NOW + 3 * HOUR, 10 * HOUR).results) <= HOUR // 7 + 1
