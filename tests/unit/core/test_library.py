"""The kernel as libraries: numba's answers to the last bit, without numba; what does not fit is refused."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import grimp
import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sentiment import Classifier, library
from sentiment.cleaning import clean
from sentiment.errors import SettingError
from sentiment.explanation import explain_text
from sentiment.scoring import Scorer
from tests.lacking import lacking
from tests.tiny import write_tiny_model
from tests.unit.core.test_kernel import TEXTS

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="a library is made for images, which are Linux")

X86 = platform.machine() == "x86_64"
CPU = "x86-64-v2" if X86 else "generic"
# An ELF property: its type, the length of its value and the value, which is the level's bit.
NEEDS_V2 = bytes.fromhex("028000c0 04000000 02000000")
NEEDS_ANOTHER = bytes.fromhex("028000c0 04000000 00000040")


def run(program: str, **environment: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("ld"):
        lacking("there is no ld: apt-get install binutils")
    folder = tmp_path_factory.mktemp("library")
    program = (
        f"from pathlib import Path; from sentiment.library_build import build; build({CPU!r}, Path('libkernel.so'))"
    )
    run(f"import os; os.chdir({str(folder)!r}); {program}", NUMBA_CACHE_DIR=str(folder / "numba"))
    return folder / "libkernel.so"


@pytest.fixture
def newer(made: Path, tmp_path: Path) -> Path:
    """The same for a processor that there is not yet."""
    path, needs = tmp_path / "newer.so", made.read_bytes()
    assert needs.count(NEEDS_V2) == 1
    path.write_bytes(needs.replace(NEEDS_V2, NEEDS_ANOTHER))
    return path


@pytest.fixture(scope="module")
def classifier(tmp_path_factory: pytest.TempPathFactory) -> Classifier:
    return Classifier.load(write_tiny_model(tmp_path_factory.mktemp("models") / "models"))


@pytest.fixture(scope="module")
def scorers(made: Path, classifier: Classifier) -> tuple[Scorer, Scorer]:
    return classifier.scorer, Scorer(classifier.scorer.tables, library.load([made]).functions)


def answers(scorer: Scorer, texts: list[str]) -> list[bytes]:
    margins, counts = scorer.score(texts)
    walks = [*map(scorer.walk, texts)]
    return [array.tobytes() for array in (margins, counts, *(array for walk in walks for array in walk))]


@given(texts=st.lists(TEXTS, max_size=5))
@example([])
@example(["", "a" * 5_000, " ".join(f"w{number}" for number in range(1_000))])
def test_the_library_gives_numbas_answers_to_the_last_bit(scorers: tuple[Scorer, Scorer], texts: list[str]) -> None:
    by_numba, by_library = (answers(scorer, texts) for scorer in scorers)
    assert by_numba == by_library


def test_both_refuse_what_has_no_utf_8(scorers: tuple[Scorer, Scorer]) -> None:
    for scorer in scorers:
        for refused in (scorer.score, lambda texts, scorer=scorer: scorer.walk(texts[1])):
            with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
                refused(["good", "a \udc80 film", "bad"])
        assert answers(scorer, ["good"]) == answers(scorers[0], ["good"])


@given(text=TEXTS)
def test_it_explains_alike(scorers: tuple[Scorer, Scorer], classifier: Classifier, text: str) -> None:
    by_numba, by_library = (explain_text(clean(text), scorer, classifier.learned) for scorer in scorers)
    assert by_numba == by_library


def test_a_package_with_the_library_needs_no_numba(made: Path, classifier: Classifier, tmp_path: Path) -> None:
    package = shutil.copytree(library.HERE, tmp_path / "sentiment", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(made, package / library.path_of(library.GENERIC).name)
    program = (
        "import sys; sys.modules |= {'numba': None, 'llvmlite': None}; import sentiment; print(sentiment.__file__);"
        f"model = sentiment.Classifier.load({str(classifier.path)!r});"
        "print(float(model.predict(['not a good film'])[0].probability), model.explain('not a good film').margin)"
    )
    text = "not a good film"
    told = f"{float(classifier.predict([text])[0].probability)} {classifier.explain(text).margin}"
    assert run(program, PYTHONPATH=str(tmp_path), PYTHONSAFEPATH="1").splitlines() == [
        str(package / "__init__.py"),
        told,
    ]


def test_without_library_and_numba_the_way_out_is_told() -> None:
    program = (
        "import sys; sys.modules |= {'numba': None}; from sentiment import errors, scoring\n"
        "try: scoring.kernel()\nexcept errors.SettingError as error: print(error)"
    )
    assert run(program).endswith("libkernel-generic.so nor numba: install numba")


def test_one_from_other_sources_is_refused(made: Path, tmp_path: Path) -> None:
    other = tmp_path / "libkernel.so"
    other.write_bytes(made.read_bytes().replace(library.fingerprint().encode(), b"0" * 64))
    with pytest.raises(SettingError, match=r"from other sources .*`sentiment models library`"):
        library.load([other])


@pytest.mark.skipif(not X86, reason="levels are those of x86-64")
def test_one_for_a_newer_processor_is_refused_before_it_runs(newer: Path) -> None:
    with pytest.raises(SettingError, match=r"ISA level is lower than required.*`sentiment models library`"):
        library.load([newer])


@pytest.mark.skipif(not X86, reason="levels are those of x86-64")
def test_the_first_one_that_this_machine_can_run_is_taken(made: Path, newer: Path) -> None:
    assert library.load([newer, made]).path == made


@pytest.mark.skipif(not X86, reason="levels are those of x86-64")
def test_the_fastest_stands_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(library, "HERE", tmp_path)
    for level in ("generic", "x86-64-v3", "x86-64-v4"):
        library.path_of(level).touch()
    assert [path.stem for path in library.made()] == [
        "libkernel-x86-64-v4",
        "libkernel-x86-64-v3",
        "libkernel-generic",
    ]


def test_where_the_loader_looks_at_no_level_only_that_of_none_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(library, "HERE", tmp_path)
    for level in library.LEVELS:
        library.path_of(level).touch()
    for told in (("glibc", "2.31"), ("", "")):
        monkeypatch.setattr("platform.libc_ver", lambda told=told: told)
        assert library.made() == [library.path_of(library.GENERIC)]


def test_what_is_no_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "libkernel.so").write_bytes(b"")
    with pytest.raises(SettingError, match="no kernel for this machine"):
        library.load([tmp_path / "libkernel.so"])


def test_the_fingerprint_is_of_all_that_is_compiled() -> None:
    graph = grimp.build_graph("sentiment")
    compiled = {"sentiment.entries", *graph.find_upstream_modules("sentiment.entries")}
    assert {f"sentiment.{name.removesuffix('.py')}" for name in library.SOURCES} == compiled


def test_scorers_are_pickled_without_addresses(scorers: tuple[Scorer, Scorer]) -> None:
    make, arguments = scorers[0].__reduce__()
    assert make(*arguments).score(["a good film"])[0] == scorers[0].score(["a good film"])[0]
    assert isinstance(arguments[0].coefficients, np.ndarray)
