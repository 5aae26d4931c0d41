"""Where keys are set, only who brings one is answered."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.keys import read_keys
from api.settings import Settings
from sentiment import Classifier
from sentiment.errors import SettingError
from tests.unit.api.problems import assert_problem

ONE, OTHER = "0123456789abcdef", "fedcba9876543210=="


@pytest.fixture
def client(classifier: Classifier) -> FlaskClient:
    return create_app(classifier, Settings(api_keys=(ONE, OTHER))).test_client()


@pytest.mark.parametrize(
    "header",
    [None, "", ONE, f"Basic {ONE}", "Bearer", "Bearer ", f"Bearer {ONE}x", f"Bearer {ONE[:-1]}", "Bearer é\xff"],
)
def test_without_a_valid_key_nothing_is_answered(client: FlaskClient, header: str | None) -> None:
    headers = {} if header is None else {"Authorization": header}
    response = client.post("/predict", json={"text": "good"}, headers=headers)
    assert_problem(response, 401, "unauthorized", names="Authorization: Bearer")
    assert response.headers["WWW-Authenticate"] == 'Bearer realm="sentiment"'


class Unread(io.BytesIO):
    """A body that its sender may never send whole."""

    def read(self, *_: object) -> bytes:
        raise AssertionError("somebody waited for the body")


def test_who_has_no_key_keeps_nobody_waiting_for_a_body(client: FlaskClient) -> None:
    response = client.post("/predict", input_stream=Unread(), content_length=100, content_type="application/json")
    assert_problem(response, 401, "unauthorized")


@pytest.mark.parametrize("header", [f"Bearer {ONE}", f"Bearer {OTHER}", f"bearer  {ONE}"])
def test_any_of_the_keys_opens(client: FlaskClient, header: str) -> None:
    response = client.post("/predict", json={"text": "good"}, headers={"Authorization": header})
    assert response.status_code == 200


OPEN = [
    "/health/live",
    "/health/ready",
    "/v2",
    "/v2/health/live",
    "/v2/health/ready",
    "/metrics",
    "/openapi.json",
    "/docs",
]


@pytest.mark.parametrize("path", OPEN)
def test_health_figures_and_description_need_no_key(client: FlaskClient, path: str) -> None:
    assert client.get(path).status_code == 200


def test_all_else_needs_a_key(client: FlaskClient) -> None:
    paths = client.get("/openapi.json").get_json()["paths"]
    for path in paths.keys() - set(OPEN):
        (method,) = paths[path]
        response = client.open(path.format(name="sentiment", version="tiny-1"), method=method)
        assert_problem(response, 401, "unauthorized")


def test_an_unknown_path_is_unknown_without_a_key_too(client: FlaskClient) -> None:
    assert_problem(client.get("/nothing"), 404, "not_found")


def test_keys_are_listed_or_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text(f"{ONE}\r\n\n  {OTHER}\n")
    assert read_keys(f"{ONE}, {OTHER}", None) == read_keys(None, str(file)) == (ONE, OTHER)
    assert read_keys(None, None) == read_keys("", "") == ()


@pytest.mark.parametrize(
    "listed", [",", "short", f"{ONE},short", f"{ONE} and more", "with spaces in between", "0123456789abcdeé"]
)
def test_keys_that_can_be_guessed_or_sent_wrong_are_refused(listed: str) -> None:
    with pytest.raises(SettingError, match="SENTIMENT_API_KEYS must hold keys of at least 16"):
        read_keys(listed, None)


def test_a_file_that_holds_no_key_does_not_open_the_door(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("\n")
    with pytest.raises(SettingError, match="SENTIMENT_API_KEYS_FILE must hold"):
        read_keys(None, str(tmp_path / "keys"))
    (tmp_path / "no text").write_bytes(b"\xff" * 16)
    for name in ("missing", "no text"):
        with pytest.raises(SettingError, match=f"{name} can't be read"):
            read_keys(None, str(tmp_path / name))
    with pytest.raises(SettingError, match="both set"):
        read_keys(ONE, str(tmp_path / "keys"))


def test_keys_are_not_shown_with_the_settings() -> None:
    assert ONE not in repr(Settings(api_keys=(ONE,)))
