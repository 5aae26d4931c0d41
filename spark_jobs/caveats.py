"""What a reader must know of some data before believing a score on it."""

from __future__ import annotations

from collections.abc import Mapping

from sentiment.manifest import Calibration
from spark_jobs.cleaning import Cleaning

UNSCALED = "Unscaled margins"  # how a calibration's method begins that scales nothing


def caveats(account: Cleaning, groups: int | None, leaking: int = 0) -> list[str]:
    """In words; empty where nothing stands out. `groups` of near-copies are those of what was kept, but for `leaking`
    rows; None where it is not known how many there are.
    """
    grouped, found = account.kept - leaking, []
    if account.repeated > 0.1 * account.rows:
        found.append(f"{account.repeated:,} of {account.rows:,} rows are repeats of another row")
    if groups is not None and groups < 0.5 * grouped:
        found.append(
            f"the {grouped:,} distinct texts come from about {groups:,} templates, so a score on them says little "
            "about real reviews"
        )
    if account.kept < 1000:
        found.append(f"{account.kept:,} texts are few: expect a much lower accuracy on reviews of another kind")
    return found


def no_better(confusion: Mapping[str, int]) -> list[str]:
    """That labels are right no more often than one label for all would be, in words; empty where they are, and where
    the rows have one label only.
    """
    negative = confusion["true_negative"] + confusion["false_positive"]
    positive = confusion["true_positive"] + confusion["false_negative"]
    right, most = confusion["true_negative"] + confusion["true_positive"], max(negative, positive)
    if not negative or not positive or right > most:
        return []
    label = "negative" if negative > positive else "positive"
    return [
        f"of {negative + positive:,} test rows it gets {right:,} right; calling all of them {label} would get {most:,}"
    ]


def uncalibrated(calibration: Calibration) -> list[str]:
    """Why probabilities are not calibrated, in words; empty where they are."""
    if not calibration.method.startswith(UNSCALED):
        return []
    return [f"the probabilities are not calibrated ({calibration.method}): do not read them as shares of right answers"]
