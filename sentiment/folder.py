"""The model folder: written whole or not at all, read only when every byte is the one that was written."""

from __future__ import annotations

import gzip
import hashlib
import os
import zipfile
import zlib
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from sentiment.errors import UNDECODABLE, ModelError
from sentiment.manifest import FORMAT, Manifest

BROKEN = (zipfile.BadZipFile, zlib.error)  # an archive: its list of files, or one of them
MANIFEST, COEFFICIENTS, TERMS, CHECKS = "model.json", "coefficients.npz", "terms.txt.gz", "checks.jsonl"


class _Format(msgspec.Struct):
    """The one field that every format has, whatever else it holds."""

    format: int = FORMAT


class Check(msgspec.Struct, frozen=True):
    """A golden text and its answer: loading re-scores it."""

    text: str
    margin: float
    probability: float


class Weights(NamedTuple):
    """The kept buckets, ascending, shape (kept,), and their coefficients, float64, same shape."""

    buckets: npt.NDArray[np.uint32]
    coefficients: npt.NDArray[np.float64]


def read_manifest(version: Path) -> Manifest:
    """`model.json` of a version folder; ModelError if it is missing, malformed or of another format."""
    path = version / MANIFEST
    try:
        content = path.read_bytes()
        found = msgspec.json.decode(content, type=_Format).format
        if found != FORMAT:
            raise ModelError(f"{path} has format {found}; this program reads format {FORMAT}")
        return msgspec.json.decode(content, type=Manifest)
    except FileNotFoundError as error:
        raise ModelError(
            f"{version} holds no {MANIFEST}: it is not a model; train one with `sentiment train`"
        ) from error
    except (OSError, *UNDECODABLE) as error:
        raise ModelError(f"{path} can't be read as a model's description: {error}") from error


def verify_files(version: Path, manifest: Manifest) -> None:
    """Compare each file's sha256 with the one in `model.json`; ModelError names the first that is not that file."""
    for name in (COEFFICIENTS, TERMS, CHECKS):
        if name not in manifest.files:
            raise ModelError(f"{version / MANIFEST} names no checksum of {name}")
    for name, expected in manifest.files.items():
        path = version / name
        if not path.resolve().is_relative_to(version.resolve()):
            raise ModelError(f"{version / MANIFEST} names a file outside of the model's folder: {name}")
        try:
            _verify(path, expected)
        except OSError as error:
            raise ModelError(f"{path} can't be read: {error}") from error


def _verify(path: Path, expected: str) -> None:
    if not path.is_file():
        raise ModelError(f"{path} is missing: the model is incomplete; restore the folder or train again")
    if sha256(path) != expected:
        raise ModelError(f"{path} is not the file that was saved (sha256 differs); restore it or train again")


def read_weights(version: Path) -> Weights:
    """The coefficients, read without pickle; ModelError unless buckets ascend and all values are finite."""
    path = version / COEFFICIENTS
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            weights = Weights(arrays["buckets"], arrays["coefficients"])
    except (*BROKEN, OSError, EOFError, TypeError, ValueError, KeyError) as error:  # TypeError: no archive
        raise ModelError(f"{path} can't be read: {error}") from error
    buckets, coefficients = weights
    if buckets.dtype != np.uint32 or coefficients.dtype != np.float64 or not buckets.shape == coefficients.shape != ():
        raise ModelError(f"{path} must hold uint32 buckets and as many float64 coefficients")
    if not np.all(buckets[1:] > buckets[:-1]) or not np.isfinite(coefficients).all():
        raise ModelError(f"{path} must hold ascending buckets and finite coefficients")
    return weights


def verify_answers(version: Path, manifest: Manifest, weights: Weights) -> None:
    """ModelError if what decides on answers, in `model.json` too, is not what was saved."""
    if manifest.answers != digest(manifest, weights):
        raise ModelError(f"{version / MANIFEST} is not as it was saved: its answers would differ")


def digest(manifest: Manifest, weights: Weights) -> str:
    """sha256 of everything that changes an answer."""
    decisive = manifest.text_rule, manifest.hashing, manifest.labels, manifest.calibration
    found = hashlib.sha256(msgspec.json.encode(decisive))
    for array in (*weights, np.array([manifest.intercept])):
        found.update(array.tobytes())
    return found.hexdigest()


def read_checks(version: Path) -> list[Check]:
    """The golden texts; ModelError if there is none."""
    path = version / CHECKS
    try:
        checks = msgspec.json.Decoder(Check).decode_lines(path.read_bytes())
    except (OSError, *UNDECODABLE) as error:
        raise ModelError(f"{path} can't be read: {error}") from error
    if not checks:
        raise ModelError(f"{path} holds no check")
    return checks


def read_terms(version: Path, kept: int) -> tuple[str, ...]:
    """For each kept bucket, ascending, the training terms that fall into it, the most frequent first, tabs between."""
    path = version / TERMS
    try:
        lines = tuple(gzip.decompress(path.read_bytes()).decode().split("\n")[:-1])
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise ModelError(f"{path} can't be read: {error}") from error
    if len(lines) != kept:
        raise ModelError(f"{path} has {len(lines)} lines for {kept} coefficients")
    return lines


def write_parts(folder: Path, weights: Weights, terms: list[tuple[str, ...]], checks: list[Check]) -> None:
    """Write all of a model but `model.json`; the same weights give the same bytes."""
    with zipfile.ZipFile(folder / COEFFICIENTS, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, array in weights._asdict().items():
            with archive.open(zipfile.ZipInfo(f"{name}.npy"), "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)
    lines = "".join("\t".join(names) + "\n" for names in terms)
    (folder / TERMS).write_bytes(gzip.compress(lines.encode(), mtime=0))
    (folder / CHECKS).write_bytes(b"".join(msgspec.json.encode(check) + b"\n" for check in checks))


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Write `model.json`, with the checksums of all other files and of what decides on answers as they are now."""
    files = {
        path.relative_to(folder).as_posix(): sha256(path)
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    whole = msgspec.structs.replace(manifest, files=files, answers=digest(manifest, read_weights(folder)))
    (folder / MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n")


def sync(folder: Path) -> None:
    """Make sure that what was written survives a power cut."""
    for path in [*folder.rglob("*"), folder]:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
