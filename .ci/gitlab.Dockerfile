# gitlab-ci-local's two helpers, whose own images are in a registry that may be out of reach: one copies files, one
# waits for HOST:PORT.
# hadolint global ignore=DL3008
ARG PYTHON_IMAGE=python:3.12-slim-bookworm

FROM ${PYTHON_IMAGE} AS copies
RUN apt-get update && apt-get install --yes --no-install-recommends rsync && rm -rf /var/lib/apt/lists/*

FROM ${PYTHON_IMAGE} AS waits
ENTRYPOINT ["bash", "-c", "until </dev/tcp/${0/:/\\/}; do sleep 0.2; done"]
