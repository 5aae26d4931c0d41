# Everything happens in .venv and .local of this folder. `make` alone lists what there is.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
TRAIN := $(BIN)/sentiment train --input data/imdb-train.parquet --input data/allocine-train.parquet
SUITE ?= all

suite_unit := tests/unit
suite_spark := tests/spark
suite_kafka := tests/contract tests/integration tests/chaos
suite_e2e := tests/e2e
suite_browser := tests/browser
suite_containers := tests/containers
suite_all := tests -n 2

.DEFAULT_GOAL := help
.PHONY: help setup demo images test screenshots lint deployable format quality bench train lock clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: .venv/.ready ## Make the virtual environment, with every package pinned by hash

# Makes the virtual environment that a rule is about.
VENV = @test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it: make PYTHON=/path/to/python"; exit 1; }; \
	$(PYTHON) -m venv $(@D)

.venv/.ready: requirements.lock pyproject.toml
	$(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	@touch $@

demo: setup ## From nothing to a running stream; ONCE=1 sends 2,000 reviews, checks and ends
	@$(BIN)/sentiment demo $(if $(ONCE),--once)

test: setup ## Run the tests; SUITE=unit|spark|kafka|e2e|browser|containers for a part
	@test -n "$(suite_$(SUITE))" || { echo "no suite $(SUITE): unit, spark, kafka, e2e, browser, containers or all"; exit 2; }
	$(BIN)/python -m pytest $(suite_$(SUITE)) $(PYTEST_ARGS)

images: ## Build the images; needs Docker with compose and buildx
	docker compose build

deployable: .local/checks/.ready ## Check the Dockerfile, the compose file, the pipeline, the manifests, the alert rules
	PATH="$(CURDIR)/.local/checks/bin:$$PATH" deploy/check

.local/checks/.ready: deploy/locks/checks.lock
	$(VENV)
	.local/checks/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r $<
	@touch $@

screenshots: setup ## Picture each page anew for the documents (needs chromium and a model)
	$(BIN)/python -m tests.browser.screenshots

lint: setup ## Check style, types, the import law and the lock
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

format: setup ## Put the code into the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

quality: setup ## Measure the model beside its peers; QUALITY_DATA names a folder with more data
	$(BIN)/python -m benchmarks.quality

bench: setup ## Measure speed and memory beside the peers; PART=score|stream|... for a part
	$(TRAIN) --if-missing
	$(BIN)/python -m benchmarks.bench $(if $(PART),--part $(PART))

train: setup ## Train on the starter data and make the model current
	$(TRAIN)

# The images' locks are parts of the first one: the same versions, the same hashes.
LOCK := uv pip compile --universal --generate-hashes --no-emit-index-url --no-header
IMAGE_LOCK := $(LOCK) --constraints requirements.lock
RUN_LOCK := $(IMAGE_LOCK) --no-emit-package numba --no-emit-package llvmlite
lock: ## Pin all packages anew (needs uv)
	$(LOCK) --all-extras --group dev --group build pyproject.toml -o requirements.lock
	$(IMAGE_LOCK) --group build -o deploy/locks/build.lock
	$(LOCK) --group checks -o deploy/locks/checks.lock
	$(RUN_LOCK) pyproject.toml -o deploy/locks/serve.lock
	$(RUN_LOCK) --extra ui pyproject.toml -o deploy/locks/ui.lock
	$(RUN_LOCK) --extra train pyproject.toml -o deploy/locks/train.lock

clean: ## Remove what was made here: environment, broker, models
	-test -x $(BIN)/sentiment && $(BIN)/sentiment kafka stop
	rm -rf .venv .local models *.egg-info
