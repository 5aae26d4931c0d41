"""The parts of the model page. Each takes the versions to show side by side, the one in use first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import pandas as pd
import streamlit as st

from sentiment.evaluation import Curves, Mistake
from sentiment.metrics import MEASURES
from ui.charts.evaluation import confusion_chart, curves_chart, reliability_chart, strongest_chart
from ui.charts.styling import AnyChart
from ui.markup import plain
from ui.models import ALL, Version, languages
from ui.words import Words

Drawing: TypeAlias = tuple[str, AnyChart]  # a title, and what stands below it

LESS_IS_BETTER = ("brier", "ece")


def identities(shown: Sequence[Version], words: Words) -> None:
    """Which versions these are, and whether serving gives Spark's answers."""
    for place, version in zip(st.columns(len(shown)), shown, strict=True):
        manifest = version.manifest
        with place.container(border=True):
            st.subheader(version.name)
            st.caption(words("model.created", created=words.moment(manifest.created), spark=manifest.spark_version))
            if parity := manifest.parity:
                equal = {"rows": parity.rows, "labels": parity.labels_equal, "margins": parity.margins_equal}
                counts = {name: words.number(count) for name, count in equal.items()}
                told = words("model.parity", **counts, difference=words.tiny(parity.max_abs_dp))
                if parity.proven:
                    st.success(told, icon=":material/verified:")
                else:
                    st.warning(told, icon=":material/report:")
            else:
                st.warning(words("model.no_parity"), icon=":material/help:")


def data_warnings(version: Version, words: Words) -> None:
    """What a reader must know before believing a score, in the words of the training."""
    for warning in version.manifest.data.get("warnings", []):
        st.warning(words("model.warning", warning=warning), icon=":material/warning:")


def scores(shown: Sequence[Version], words: Words) -> None:
    """Each language's scores; beside another version, theirs and the difference, judged if the rows were the same."""
    judged = len({_measured_on(version) for version in shown}) == 1
    table: dict[str, list[str]] = {words("column.measure"): [words(f"measure.{name}") for name in MEASURES]}
    for language in languages(shown[0]):
        found = [version.manifest.metrics.get(language, {}) for version in shown]
        told = words.known(f"language.{language}", language)
        for place, metrics in enumerate(found):
            table[f"{told} ({words.number(metrics.get('n', 0))}){_which(place, shown, words)}"] = [
                _figure(metrics, name, words) for name in MEASURES
            ]
        if len(shown) > 1:
            table[f"{told} · {words('model.difference')}"] = [
                _difference(found[0].get(name), found[1].get(name), name if judged else None, words)
                for name in MEASURES
            ]
    st.dataframe(pd.DataFrame(table), hide_index=True, alt=words("model.scores"))
    intervals = [each.get("interval", {}) for version in shown for each in version.manifest.metrics.values()]
    drawn = any(None not in ends for interval in intervals for ends in interval.values())
    notes = {"scores_note": True, "interval_note": drawn, "own_rows_note": not judged}
    st.caption(" ".join(words(f"model.{note}") for note, said in notes.items() if said))


def figures(shown: Sequence[Version], language: str, words: Words) -> None:
    """Confusion matrices and curves, two in a row; all versions share the picture of a curve."""
    drawings = [*_confusions(shown, language, words), *_curves(shown, language, words)]
    for start in range(0, len(drawings), 2):
        for place, (title, chart) in zip(st.columns(2), drawings[start : start + 2], strict=False):
            place.subheader(title)
            place.altair_chart(chart, alt=title)
    missing = [version.name for version in shown if language not in _drawn(version)]
    if missing:
        st.info(words("model.no_curves", versions=", ".join(missing)), icon=":material/info:")
    if len(missing) < len(shown):
        st.caption(words("model.reliability_note"))


def _confusions(shown: Sequence[Version], language: str, words: Words) -> Iterator[Drawing]:
    for version in shown:
        if metrics := version.manifest.metrics.get(language):
            title = words("model.confusion") if len(shown) == 1 else f"{words('model.confusion')} · {version.name}"
            yield title, confusion_chart(metrics["confusion"], words)


def _curves(shown: Sequence[Version], language: str, words: Words) -> Iterator[Drawing]:
    names = [version.name for version in shown]
    found = {version.name: _drawn(version)[language] for version in shown if language in _drawn(version)}
    if not found:
        return
    yield (
        words("model.reliability"),
        reliability_chart({name: each.reliability for name, each in found.items()}, names, words),
    )
    axes = words("model.false_positive_axis"), words("model.true_positive_axis")
    yield words("model.roc"), curves_chart({name: each.roc for name, each in found.items()}, names, axes, words)
    axes = words("measure.recall"), words("measure.precision")
    lines = {name: each.precision_recall for name, each in found.items()}
    yield words("model.precision_recall"), curves_chart(lines, names, axes, words)


def _drawn(version: Version) -> dict[str, Curves]:
    return version.evaluation.curves if version.evaluation else {}


def strongest(shown: Sequence[Version], language: str, words: Words) -> None:
    """The terms that matter most, by language; with all rows chosen, those of each language of the version in use."""
    for version in shown:
        terms = version.evaluation.strongest if version.evaluation else {}
        wanted = _languages(version) if language == ALL else [language]
        names = [name for name in wanted if terms.get(name)]
        if not names:
            st.info(words("model.no_terms", version=version.name), icon=":material/info:")
        for place, name in zip(st.columns(max(len(names), 1)), names, strict=False):
            place.caption(f"{words.known(f'language.{name}', name)} · {version.name}")
            place.altair_chart(strongest_chart(terms[name], words), alt=words("model.learned"))


def behaviour(shown: Sequence[Version], words: Words) -> None:
    """How many cases of each capability hold."""
    capabilities = list(dict.fromkeys(name for version in shown for name in version.manifest.behaviour))
    if not capabilities:
        st.info(words("model.no_behaviour"), icon=":material/info:")
        return
    table: dict[str, list[object]] = {
        words("column.capability"): [words.known(f"capability.{name}", name) for name in capabilities]
    }
    for place, version in enumerate(shown):
        suite = version.manifest.behaviour
        counts = [suite.get(name) for name in capabilities]
        of = words("column.passed") + _which(place, shown, words)
        table[of] = [f"{each['passed']} / {each['total']}" if each else "–" for each in counts]
        table[f"{of} "] = [each["passed"] / each["total"] if each else None for each in counts]
    weak = [any(version.manifest.behaviour.get(name, {}).get("weak") for version in shown) for name in capabilities]
    table[words("column.note")] = [words("model.weak") if each else "" for each in weak]
    share = st.column_config.ProgressColumn(words("column.share"), format="percent", min_value=0, max_value=1)
    shares = {name: share for name in table if name.endswith(" ")}
    st.dataframe(
        pd.DataFrame(table), hide_index=True, column_config=shares, height="content", alt=words("model.behaviour")
    )
    st.caption(words("model.behaviour_note"))


def mistakes(version: Version, language: str, words: Words) -> None:
    """The most confident wrong answers on held-out rows."""
    found = version.evaluation.mistakes if version.evaluation else {}
    worst = [each for name in (found if language == ALL else [language]) for each in found.get(name, ())]
    if not worst:
        st.info(words("model.no_mistakes"), icon=":material/info:")
    for mistake in sorted(worst, key=lambda each: -each.confidence)[:10]:
        with st.expander(_heading(mistake, words)):
            st.html(plain(mistake.text))
            st.text(", ".join(f"{each.term} {words.signed(each.weight)}" for each in mistake.because))


def data(shown: Sequence[Version], words: Words) -> None:
    """What each version was trained on and how, as its folder says."""
    told = {version.name: dict(_flat(version.manifest.data | version.manifest.training)) for version in shown}
    names = list(dict.fromkeys(name for each in told.values() for name in each))
    table = {words("model.setting"): names} | {
        version: [each.get(name, "–") for name in names] for version, each in told.items()
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, height="content", alt=words("model.data"))


def _flat(told: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Nested tables as dotted names. Warnings are left out: they stand at the page's top."""
    for name, value in told.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif name != "warnings":
            yield prefix + name, ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _which(place: int, shown: Sequence[Version], words: Words) -> str:
    """What tells the versions' columns apart, where there are two."""
    return f" · {words('model.compared' if place else 'model.used')}" if len(shown) > 1 else ""


def _languages(version: Version) -> list[str]:
    return [name for name in languages(version) if name not in (ALL, "other")]


def _heading(mistake: Mistake, words: Words) -> str:
    said = {"label": words(f"label.{mistake.label}"), "given": words(f"label.{mistake.given}")}
    return words("model.mistake", **said, confidence=words.percent(mistake.confidence, 1))


def _figure(metrics: Mapping[str, Any], measure: str, words: Words) -> str:
    """A score and, where training drew one, its interval."""
    value, ends = metrics.get(measure), metrics.get("interval", {}).get(measure)
    if value is None:
        return "–"
    told = words.number(value, 3)
    if not ends or None in ends:
        return told
    return f"{told} ({words.number(ends[0], 3)} – {words.number(ends[1], 3)})"


def _difference(ours: float | None, theirs: float | None, measure: str | None, words: Words) -> str:
    """By how much the version in use differs and, if a measure is named, in words whether that is better."""
    if ours is None or theirs is None:
        return "–"
    told = words.signed(ours - theirs, 3)
    if measure is None:
        return told
    better = (ours - theirs) * (-1 if measure in LESS_IS_BETTER else 1)
    judged = "model.same" if round(better, 3) == 0 else "model.better" if better > 0 else "model.worse"
    return f"{told} {words(judged)}"


def _measured_on(version: Version) -> tuple[object, ...]:
    """What is the same where the same rows were scored: the test files, or else all rows, which they follow from."""
    data, metrics = version.manifest.data, version.manifest.metrics
    return *(data.get("tests") or [data.get("fingerprint")]), metrics.get(ALL, {}).get("n")
