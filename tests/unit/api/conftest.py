from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.app import create_app
from api.settings import Settings
from sentiment import Classifier
from tests.tiny import write_tiny_model


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_model(tmp_path_factory.mktemp("api") / "models")


@pytest.fixture(scope="session")
def classifier(models: Path) -> Classifier:
    return Classifier.load(models)


@pytest.fixture(scope="session")
def app(classifier: Classifier) -> Flask:
    return create_app(classifier, Settings(max_body_bytes=20_000, max_texts=5, max_characters=2_000))


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()
