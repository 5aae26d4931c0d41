"""The command `sentiment`: every verb's module is imported only when that verb runs."""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any

import click

from cli.environment import with_variables
from sentiment.errors import SentimentError

# verb -> where its click command lives, and one line for `sentiment --help`
VERBS = {
    "demo": (
        "cli.demo:demo",
        "Train if needed, start a broker, the classifier, the API and the page, and watch reviews flow.",
    ),
    "doctor": ("cli.doctor:doctor", "Check what the other commands need: what is there, missing, broken."),
    "explore": ("cli.jobs:explore", "Look at a data set before training on it."),
    "train": ("cli.jobs:train", "Train a model in Spark, check it and make it current."),
    "predict": ("cli.predict:predict", "Classify texts, a file, or standard input."),
    "score": ("cli.jobs:score", "Classify more reviews than one machine should, in Spark."),
    "explain": ("cli.predict:explain", "Classify texts, and show which terms speak for and against."),
    "stream": ("cli.stream:stream", "Classify the reviews that arrive on Kafka, exactly once."),
    "topics": ("cli.topics:topics", "Create the stream's topics."),
    "produce": ("cli.produce:produce", "Send a file's reviews to Kafka."),
    "consume": ("cli.consume:consume", "Print the results that arrive on Kafka."),
    "dlq": ("cli.dlq:dlq", "See what could not be classified, and send it once more."),
    "serve": ("cli.serve:serve", "Serve the model over HTTP."),
    "ui": ("cli.ui.command:ui", "Open the page: try a review, watch the stream, read the model's report."),
    "kafka": ("cli.kafka:kafka", "Start and stop the broker that a bare machine lacks."),
    "models": (
        "cli.models:models",
        "List, show, verify, compare and promote model versions, go back; compile the scorer.",
    ),
}


class Verbs(click.Group):
    """A click group whose commands are loaded on use, so that serving never pays for training."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in VERBS:
            return None
        module, _, attribute = VERBS[cmd_name][0].partition(":")
        return with_variables(getattr(importlib.import_module(module), attribute), f"SENTIMENT_{cmd_name}")

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(verb, text) for verb, (_, text) in VERBS.items()])


@click.group(cls=Verbs, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="review-sentiment")
def cli() -> None:
    """Classify film reviews: trained in Spark, served without it, the same answer to the last bit."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command line; an expected error is one line on standard error and its own exit code."""
    if os.getpid() == 1:  # a container's first process: the system drops a signal for which it has no handler
        signal.signal(signal.SIGTERM, _end)
    try:
        cli.main(args=arguments, prog_name="sentiment", standalone_mode=True)
    except SentimentError as error:
        click.echo(f"sentiment: {error}", err=True)
        sys.exit(error.exit_code)


def _end(number: int, _: object) -> None:
    sys.exit(128 + number)
