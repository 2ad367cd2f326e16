# Targets for people: `make` lists them. What a target needs is installed into .venv.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CODE := catclf tests benchmarks tools

# Tests start thousands of processes: if the code is compiled once, each starts sooner.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

.PHONY: demo
demo: $(VENV)/installed ## train on data/, score the model, predict a few images
	$(BIN)/catclf train data/
	$(BIN)/catclf evaluate
	$(BIN)/catclf predict $(wildcard data/test/*/*-00[1-3].jpg)

.PHONY: test
test: $(VENV)/installed-dev ## run all tests but the slow ones
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto # a core for each worker, not all for each

.PHONY: test-browser
test-browser: $(VENV)/installed-dev ## test the pages in Chromium, which has to be installed
	CATCLF_NEEDS_BROWSER=1 OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m "" tests/browser

.PHONY: test-cluster
test-cluster: $(VENV)/installed-dev ## test on Dask clusters of real processes, with faults
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto -m "" tests/cluster

.PHONY: test-processors
test-processors: $(VENV)/installed-dev ## run the numerical tests as older and newer processors would
	for core in Prescott Haswell SkylakeX; do for threads in 1 2; do \
	  OPENBLAS_CORETYPE=$$core OPENBLAS_NUM_THREADS=$$threads \
	    $(BIN)/pytest -n auto tests/solvers tests/training tests/features tests/evaluation \
	    tests/lessons tests/test_logistic.py || exit 1; \
	done; done

.PHONY: test-mutants
test-mutants: $(VENV)/installed-dev ## open and run 20 000 damaged encoders
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -m slow tests/encoders/test_mutants.py

.PHONY: test-slow
test-slow: $(VENV)/installed-dev ## run the tests that take long
	OPENBLAS_NUM_THREADS=1 $(BIN)/pytest -n auto -m slow

.PHONY: fuzz
fuzz: $(VENV)/installed-dev ## try hostile files, kills, signals and full disks, for three minutes
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.campaigns

.PHONY: fuzz-long
fuzz-long: $(VENV)/installed-dev ## the same for two to three hours
	OPENBLAS_NUM_THREADS=1 $(BIN)/python -m tests.campaigns --long

.PHONY: coverage
coverage: $(VENV)/installed-dev ## run the tests, and list the lines and branches that none reaches
	$(BIN)/coverage erase
	# Measured code is slow: hypothesis must not hold its deadlines against it.
	OPENBLAS_NUM_THREADS=1 $(BIN)/coverage run -m pytest -n auto --hypothesis-profile=ci
	# The data of processes that a test does not let write are cut short; combine warns of them.
	$(BIN)/coverage combine --quiet
	@rm -f .coverage.*
	$(BIN)/coverage report

.PHONY: lint
lint: $(VENV)/installed-dev ## check format, style, types and spelling
	$(BIN)/ruff format --check $(CODE)
	$(BIN)/ruff check $(CODE)
	$(BIN)/mypy
	$(BIN)/codespell

.PHONY: format
format: $(VENV)/installed-dev ## bring the code into shape
	$(BIN)/ruff format $(CODE)
	$(BIN)/ruff check --fix $(CODE)

.PHONY: data
data: $(VENV)/installed ## draw the embedded data set again, and the images that come with the package
	$(BIN)/python -m tools.drawn_images
	$(BIN)/python -m tools.packaged_images

.PHONY: reference
reference: $(VENV)/installed ## write the pages about the command line again: docs/reference/, man/
	$(BIN)/python -m tools.reference

.PHONY: docs
docs: $(VENV)/installed-docs ## build the documentation into site/; a warning is an error
	$(BIN)/mkdocs build --strict --quiet

.PHONY: docs-serve
docs-serve: $(VENV)/installed-docs ## show the documentation in a browser, on this machine
	$(BIN)/mkdocs serve

# What the figures are drawn from lands here.
DRAWN := $(VENV)/figures

# The browser that takes the picture of a report.
CHROMIUM ?= chromium

.PHONY: figures
figures: $(VENV)/installed-plot $(VENV)/installed-encoder ## draw the figures of the README and of docs/
	mkdir -p $(DRAWN) docs/figures
	for rate in 0.0001 0.001 0.005; do \
	  $(BIN)/catclf train data/ -o $(DRAWN)/lecture.npz --learning-rate $$rate \
	    --history "$(DRAWN)/α = $$rate" || exit 1; \
	done
	$(BIN)/catclf train data/ -o $(DRAWN)/best.npz --recipe best
	$(BIN)/catclf train data/ -o $(DRAWN)/transfer.npz --recipe transfer
	$(BIN)/catclf plot $(DRAWN)/α* -o docs/figures/cost.png --kind cost
	$(BIN)/catclf plot $(DRAWN)/lecture.npz -o docs/figures/weights.png
	$(BIN)/catclf plot $(DRAWN)/lecture.npz -o docs/figures/learning-curve.png --kind learning-curve
	$(BIN)/catclf plot $(DRAWN)/lecture.npz $(DRAWN)/best.npz $(DRAWN)/transfer.npz \
	  -o docs/figures/learning-curves.png --kind learning-curve
	$(BIN)/catclf plot $(DRAWN)/best.npz -o docs/figures/dictionary.png --kind dictionary
	$(BIN)/catclf explain data/test/cat/cat-001.jpg -m $(DRAWN)/lecture.npz -o docs/figures/explain.png
	$(BIN)/catclf evaluate data/ -m $(DRAWN)/best.npz --report $(DRAWN)/report.html
	if command -v $(CHROMIUM) > /dev/null; then \
	  $(CHROMIUM) --headless --no-sandbox --hide-scrollbars --window-size=960,2130 \
	    --screenshot="$(CURDIR)/docs/figures/report.png" "file://$(CURDIR)/$(DRAWN)/report.html"; \
	else echo "No $(CHROMIUM): docs/figures/report.png is left as it was"; fi

.PHONY: release-check
release-check: $(VENV)/installed-release ## build what is released, and try it in clean environments
	$(BIN)/python -m tools.release_check

.PHONY: bench
bench: $(VENV)/installed-bench $(VENV)/installed-encoder ## measure catclf beside its peers, in an hour or less
	$(BIN)/python -m benchmarks

.PHONY: accuracy
accuracy: $(VENV)/installed-encoder ## measure how well all presets recognise images
	$(BIN)/python -m benchmarks.accuracy

.PHONY: bench-doubtful
bench-doubtful: $(VENV)/installed-bench $(VENV)/installed-encoder ## measure how well wrong labels are found
	$(BIN)/python -m benchmarks.doubtful

.PHONY: bench-strangeness
bench-strangeness: $(VENV)/installed-encoder ## measure how well strange images are told apart
	$(BIN)/python -m benchmarks.strangeness

.PHONY: bench-export
bench-export: $(VENV)/installed-dev ## measure how far exported models agree with the models
	$(BIN)/python -m benchmarks.export

.PHONY: bench-cluster
bench-cluster: $(VENV)/installed-dev ## measure passes on clusters of processes, and predict larger ones
	$(BIN)/python -m benchmarks.cluster

.PHONY: bench-encoders
bench-encoders: $(VENV)/installed-encoder ## measure variants of the transfer preset
	$(BIN)/python -m benchmarks.encoders

.PHONY: clean
clean: ## remove everything that these targets made, but not data/
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis build dist site model.npz
	rm -rf .coverage .coverage.* htmlcov

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/installed-%: $(VENV)/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@
