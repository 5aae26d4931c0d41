"""What the page reaches: the API by its address, the stream through its seam, files as `sentiment predict` does."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from cli import broker_options
from cli.files import read_entries, survey
from cli.formats import NAME_IT
from cli.scoring import Answered, answer, layout_of, rows_of
from cli.writing import writing
from streaming.brokers.seam import Cluster, Reader
from streaming.settings import Topics, refuse
from streaming.topics import require_topics
from ui.client import Api
from ui.context import Reach
from ui.files import ApiPredictor, Job, Row, Step
from ui.live.source import Source
from ui.settings import Settings


def reach(given: Mapping[str, Any]) -> Reach:
    """From the command's options; SettingError if they are wrong. Nothing is connected to yet."""
    settings = Settings(given["api"], os.environ.get("SENTIMENT_API_KEY") or None, given["models"])
    topics = Topics(given["reviews_topic"], given["results_topic"], given["dead_letters_topic"])
    refuse(topics.problems())
    cluster = broker_options.cluster(given["client"], broker_options.connection(given["bootstrap_servers"]))
    source = Source(
        open=partial(open_reader, cluster, topics),
        waiting=partial(cluster.waiting, given["group"], topics.reviews),
        dead_letters=topics.dead_letters,
    )
    return Reach(Api(settings), source, score_file, settings.models)


def open_reader(cluster: Cluster, topics: Topics) -> Reader:
    """A reader of what is written from now on, committed records only."""
    require_topics(cluster, topics.names())
    return cluster.read([topics.results, topics.dead_letters], from_beginning=False)


def score_file(job: Job, predictor: ApiPredictor) -> Iterator[Step]:
    """Score a file batch by batch. Where it is left before its end, there is no output."""
    source, number = str(job.source), 0
    found = survey(source, job.column)
    layout = layout_of(found)
    with writing(job.output, layout) as write:
        for batch in answer(predictor, read_entries(source, job.column)):
            write(rows_of(batch, layout, predictor.version))
            yield Step([_row(number + place, each) for place, each in enumerate(batch, 1)], found.rows)
            number += len(batch)


def _row(number: int, answered: Answered) -> Row:
    text = answered.entry.text
    problem = answered.problem.removesuffix(NAME_IT) if answered.problem else None  # the page has no such flag
    return Row(number, "" if text is None else str(text), answered.prediction, problem)
