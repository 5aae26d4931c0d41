# Targets: serve (API, stream, command line; the default), ui, and train (Spark and a Java runtime).
# Packages come first, from lock files with hashes; a change of the project's own code makes only the last layer anew.
# A package that has no wheel would be built by whatever its build asks for, of no pinned version: only pyspark is, by
# the tools of build.lock.
# hadolint global ignore=DL3008,DL3042
# (Debian's packages are of one stable release; pip's cache is a mount of the build, not a part of the image.)
ARG PYTHON_IMAGE=python:3.12-slim-bookworm


FROM ${PYTHON_IMAGE} AS serve-wheels
COPY deploy/locks/serve.lock /locks/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --require-hashes --no-deps --only-binary=:all: --wheel-dir=/wheels --requirement /locks/serve.lock


FROM ${PYTHON_IMAGE} AS base
ENV PATH=/app/bin:$PATH \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_ROOT_USER_ACTION=ignore \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app
RUN useradd --uid 10001 --home-dir /tmp --no-create-home --shell /usr/sbin/nologin sentiment \
    && install --directory --owner=sentiment --group=sentiment /models
# No image needs its packages' own tests.
RUN --mount=type=bind,from=serve-wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl \
    && find /usr/local/lib -path "*/site-packages/*" -type d -name tests -prune -exec rm -r {} +


FROM base AS app
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/*
COPY deploy/locks/build.lock /locks/
RUN --mount=type=cache,target=/root/.cache/pip pip install --require-hashes --no-deps --requirement /locks/build.lock
WORKDIR /source
COPY . .
RUN pip install --no-deps --no-build-isolation --target=/app .
WORKDIR /
# The scorer is compiled here, for each level of processors, so that no image carries a compiler.
RUN NUMBA_CACHE_DIR=/tmp/kernels sentiment models library


FROM base AS java
RUN apt-get update \
    && apt-get install --yes --no-install-recommends openjdk-17-jre-headless \
    && rm -rf /var/lib/apt/lists/*


FROM base AS train-wheels
COPY deploy/locks/build.lock deploy/locks/train.lock /locks/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip install --require-hashes --no-deps --requirement /locks/build.lock \
    && pip wheel --require-hashes --no-deps --no-build-isolation --wheel-dir=/wheels --requirement /locks/train.lock


FROM java AS connector
WORKDIR /spark
RUN --mount=type=bind,from=train-wheels,source=/wheels,target=/wheels python -m zipfile --extract /wheels/pyspark-*.whl .
WORKDIR /connector
COPY deploy/connector local/ivysettings.xml ./
RUN java -cp "$(echo /spark/pyspark/jars/ivy-*.jar)" org.apache.ivy.Main -settings ivysettings.xml \
        -ivy ivy.xml -confs default -retrieve "[artifact]-[revision].[ext]" \
    && sha256sum --check --strict sha256


FROM java AS train
RUN --mount=type=bind,from=train-wheels,source=/wheels,target=/wheels \
    --mount=type=bind,from=connector,source=/connector,target=/connector \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl \
    && cp /connector/*.jar /usr/local/lib/python3.*/site-packages/pyspark/jars/ \
    && find /usr/local/lib -path "*/site-packages/*" -type d -name tests -prune -exec rm -r {} +
COPY data /data
COPY --from=app /app /app
ENV SENTIMENT_TRAIN_INPUT="/data/imdb-train.parquet /data/allocine-train.parquet"
# Not before: a new value would make what is run after it anew, packages and all.
ARG VERSION=unknown REVISION=unknown
LABEL org.opencontainers.image.title="review-sentiment train" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
ENTRYPOINT ["sentiment"]
CMD ["train"]


FROM ${PYTHON_IMAGE} AS ui-wheels
COPY deploy/locks/ui.lock /locks/
RUN --mount=type=cache,target=/root/.cache/pip \
    pip wheel --require-hashes --no-deps --only-binary=:all: --wheel-dir=/wheels --requirement /locks/ui.lock


FROM base AS ui
RUN --mount=type=bind,from=ui-wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --no-deps /wheels/*.whl \
    && find /usr/local/lib -path "*/site-packages/*" -type d -name tests -prune -exec rm -r {} +
COPY --from=app /app /app
ENV SENTIMENT_UI_HOST=0.0.0.0
ARG VERSION=unknown REVISION=unknown
LABEL org.opencontainers.image.title="review-sentiment ui" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8501/_stcore/health', timeout=2)"]
ENTRYPOINT ["sentiment"]
CMD ["ui"]


FROM base AS serve
COPY --from=app /app /app
# `serve` and `stream` alike tell their health and figures on port 8000.
ENV SENTIMENT_HOST=0.0.0.0 \
    SENTIMENT_METRICS_HOST=0.0.0.0 \
    SENTIMENT_METRICS_PORT=8000
ARG VERSION=unknown REVISION=unknown
LABEL org.opencontainers.image.title="review-sentiment serve" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=5s --timeout=3s --start-period=30s --retries=3 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/health/ready', timeout=2)"]
ENTRYPOINT ["sentiment"]
CMD ["serve"]
