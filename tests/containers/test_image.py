"""What only the image can get wrong: who it runs as, what it may write, what it brings along."""

from __future__ import annotations

import signal
import time

import pytest

from tests.containers.places import Container, Place
from tests.kafka_broker import why_no_container


def run(container: Container, *command: str) -> tuple[int, str]:
    code, output = container.container.exec(list(command))
    return code, output.decode().strip()


def test_it_runs_as_a_user_with_a_fixed_number(container: Container) -> None:
    assert run(container, "id", "-u") == (0, "10001")


@pytest.mark.parametrize("path", ["/app/x", "/models/x", "/x", "/usr/local/x"])
def test_it_can_write_nowhere(container: Container, path: str) -> None:
    assert run(container, "touch", path)[0] != 0


@pytest.mark.parametrize(
    "module", ["pyspark", "py4j", "pandas", "pyarrow", "streamlit", "pytest", "tests", "numba", "llvmlite"]
)
def test_it_brings_neither_spark_nor_a_compiler_nor_tools(container: Container, module: str) -> None:
    code, output = run(container, "python", "-c", f"import {module}")
    assert code == 1
    assert "ModuleNotFoundError" in output


def test_it_brings_no_java(container: Container) -> None:
    assert run(container, "sh", "-c", "command -v java")[0] != 0


def test_it_explains_by_a_library_of_those_that_were_made_when_the_image_was_built(container: Container) -> None:
    program = "from sentiment import Classifier, library; print(len(library.LEVELS) == len(library.made()),"
    program += "Classifier.load('/models').explain('a good film').strongest(1)[0].text)"
    assert run(container, "python", "-c", program) == (0, "True good")


def test_sigterm_ends_what_has_only_begun(place: Place) -> None:
    if reason := why_no_container():
        pytest.skip(f"of the image alone, and {reason}")
    service = place.run("stream", "--bootstrap-servers", "192.0.2.1:9092")  # of no machine: it is waited for
    assert isinstance(service, Container)
    while not _catches(service, signal.SIGTERM):
        time.sleep(0.1)
    assert service.stop() == 128 + signal.SIGTERM


def _catches(container: Container, which: signal.Signals) -> bool:
    """Whether its first process has a handler for a signal."""
    _, told = run(container, "sed", "-n", "s/^SigCgt:\\s*//p", "/proc/1/status")
    return bool(int(told, 16) >> (which - 1) & 1)


def test_labels_tell_what_it_is(container: Container) -> None:
    labels = container.container.get_wrapped_container().image.labels
    wanted = {"title", "version", "revision", "licenses"}
    assert {name.removeprefix("org.opencontainers.image.") for name, value in labels.items() if value} >= wanted
