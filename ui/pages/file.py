"""A file: reviews in, scored file out, with what a person should look at first."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from sentiment.errors import DataError, NoTextError, SettingError
from ui.context import Context
from ui.files import ENDINGS, ApiPredictor, Job, ModelChangedError, Outcome, Row
from ui.pages.asking import asking, refusal
from ui.pages.columns import confidence
from ui.words import Words

DONE = "file-done"


class Done(NamedTuple):
    """A scored file, kept for its viewer until the next one."""

    upload: str  # the upload's id
    name: str
    content: bytes
    outcome: Outcome
    version: str


def show(context: Context) -> None:
    words = context.words
    st.write(words("file.intro"))
    upload = st.file_uploader(words("file.upload"), ENDINGS, key="file-upload", help=words("file.formats"))
    with st.expander(words("file.options")):
        column = st.text_input(words("file.column"), key="file-column", help=words("file.column_help"))
    if upload and st.button(words("file.score"), type="primary", icon=":material/play_arrow:"):
        st.session_state.pop(DONE, None)
        with asking(context):
            try:
                _score(context, upload, column.strip() or None)
            except (OSError, SettingError) as error:
                st.error(words("file.unwritable"), icon=":material/error:")
                st.text(str(error))
    if done := _done(upload):
        _show_done(done, words)


def _done(upload: UploadedFile | None) -> Done | None:
    """The scored file. Another page ends its upload, but not it: only the next upload does, and frees its memory."""
    done: Done | None = st.session_state.get(DONE)
    if done and upload and done.upload != upload.file_id:
        del st.session_state[DONE]
        return None
    return done


def _score(context: Context, upload: UploadedFile, column: str | None) -> None:
    """Score the file batch by batch; what can't be read or written as a whole is said, and nothing is kept."""
    words = context.words
    predictor, outcome = ApiPredictor(context.reach.api, partial(refusal, words)), Outcome()
    bar = st.progress(0.0, text=words("file.reading"))
    with tempfile.TemporaryDirectory() as folder:
        job = _job(Path(folder), upload, column)
        try:
            for step in context.reach.score_file(job, predictor):
                outcome.add(step.rows)
                told = words("file.progress", done=words.number(outcome.rows), total=words.number(step.total))
                bar.progress(min(outcome.rows / max(step.total, 1), 1.0), text=told)
        except DataError as error:
            st.error(words("file.unreadable"), icon=":material/error:")
            _explain(error, str(error).replace(str(job.source), upload.name), upload.name, words)
            return
        except ModelChangedError as error:
            st.error(words("file.changed"), icon=":material/error:")
            st.text(str(error))
            return
        finally:
            bar.empty()
        content, version = job.output.read_bytes(), predictor.version
    st.session_state[DONE] = Done(upload.file_id, f"scored-{upload.name}", content, outcome, version)


def _explain(error: DataError, told: str, name: str, words: Words) -> None:
    """What is wrong with the file as a whole, and what its sender can do."""
    if isinstance(error.__cause__, NoTextError):
        st.caption(words("file.no_text"))
        told = f"{name}: {', '.join(error.__cause__.columns)}"
    elif isinstance(error.__cause__, UnicodeDecodeError):
        st.caption(words("file.not_utf8"))
    st.text(told)


def _job(folder: Path, upload: UploadedFile, column: str | None) -> Job:
    """The upload on disk, under names of ours: only its ending is taken over."""
    ending = Path(upload.name).suffix.lower()
    source = folder / f"reviews{ending}"
    source.write_bytes(upload.getbuffer())
    return Job(source, folder / f"scored{ending}", column)


def _show_done(done: Done, words: Words) -> None:
    outcome = done.outcome
    good = outcome.rows - outcome.bad
    st.text(done.name)
    if done.version:
        st.success(words("file.done", version=done.version), icon=":material/check_circle:")
    else:
        st.warning(words("file.nothing"), icon=":material/help:")
    shares = {
        "file.rows": words.number(outcome.rows),
        "file.positive": _share(outcome.positive, good, words),
        "file.review": _share(outcome.needs_review, good, words),
        "file.bad": words.number(outcome.bad),
    }
    for place, (key, value) in zip(st.columns(len(shares)), shares.items(), strict=True):
        place.metric(words(key), value, border=True)
    st.download_button(
        words("file.download"), done.content, done.name, type="primary", icon=":material/download:", on_click="ignore"
    )
    if outcome.bad_rows:
        st.subheader(words("file.bad_title"))
        st.caption(words("file.bad_note", shown=words.number(len(outcome.bad_rows)), all=words.number(outcome.bad)))
        st.dataframe(_table(outcome.bad_rows, words), hide_index=True, alt=words("file.bad_title"))
    if outcome.least_certain:
        st.subheader(words("file.doubt_title"))
        st.caption(words("file.doubt_note"))
        table = _table(outcome.least_certain, words)
        st.dataframe(table, hide_index=True, column_config=confidence(words), alt=words("file.doubt_title"))


def _table(rows: Sequence[Row], words: Words) -> pd.DataFrame:
    """Good rows with their answers, or bad ones with what is wrong."""
    table = {words("column.row"): [row.number for row in rows]}
    told: dict[str, Sequence[object]]
    if rows[0].prediction is None:
        told = {words("column.problem"): [row.problem for row in rows]}
    else:
        answers = [row.prediction for row in rows if row.prediction]
        told = {
            words("column.label"): [words(f"label.{answer.label}") for answer in answers],
            words("column.confidence"): [round(answer.confidence, 3) for answer in answers],
        }
    return pd.DataFrame({**table, **told, words("column.text"): [row.text for row in rows]})


def _share(part: int, whole: int, words: Words) -> str:
    return f"{words.percent(part / whole)} ({words.number(part)})" if whole else "–"
