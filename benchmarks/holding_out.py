"""Where there are no test files: a tenth of the training files, by the training job's groups (near-duplicates, films).

Run as `python -m benchmarks.holding_out --train FOLDER --test FOLDER`: moves the tenth from one folder to the other.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import functions as F

from benchmarks import ours
from sentiment.textrule import default_text_rule
from spark_jobs.cleaning import clean_reviews
from spark_jobs.columns import FILM, LABEL, SOURCE, SPLIT, TEST, TEXT
from spark_jobs.features import apply, token_stages
from spark_jobs.reading import Columns, read_reviews
from spark_jobs.session import start_session
from spark_jobs.splitting import split_reviews


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--train", type=Path, required=True)
    parser.add_argument("--test", type=Path, required=True)
    folders = parser.parse_args()
    files = sorted(folders.train.glob("*.parquet"))
    spark = start_session("holding_out")
    reviews, _ = clean_reviews(read_reviews(spark, [str(file) for file in files], Columns(film=ours.FILM)))
    split = split_reviews(apply(token_stages(default_text_rule()), reviews)).frame
    rows = split.select(TEXT, LABEL, FILM, SOURCE, (F.col(SPLIT) == TEST).alias("held_out")).orderBy(TEXT).collect()
    for file in files:
        own = [row for row in rows if row[SOURCE] == str(file)]
        name = file.name.replace("train", "held-out")
        for held_out, path in ((False, file), (True, folders.test / name)):
            chosen = [row for row in own if row.held_out == held_out]
            columns = {"text": [row[TEXT] for row in chosen], "label": [row[LABEL] for row in chosen]}
            films = [row[FILM] for row in chosen]
            if any(films):
                columns[ours.FILM] = films
            pq.write_table(pa.table(columns), path)


if __name__ == "__main__":
    main()
