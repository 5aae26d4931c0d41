"""The ceiling: Flask on our server with our settings, which reads JSON, looks at nothing and answers a constant.

The constant is as long as our answer, which holds the review.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import Flask, request

from cli.address import Address
from cli.server import make_server

REVIEW = "x" * 1300  # bytes, as IMDB reviews have


def create_app() -> Flask:
    app = Flask(__name__)

    @app.post("/predict")
    def predict() -> dict[str, Any]:
        request.get_json()
        return {"label": "positive", "probability": 0.9731, "review": {"text": REVIEW}}

    return app


if __name__ == "__main__":
    make_server(Address("127.0.0.1", int(sys.argv[1])), workers=1).serve(target_loader=create_app, wrap_loader=False)
