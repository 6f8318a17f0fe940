# `make run` starts everything, `make test` tests it, `make check` reads it.
# Where make is missing: python3 -m tools.run

PYTHON = .venv/bin/python

.PHONY: run test check fault-test bad-input-test format lock docs messages screenshots sbom clean

run:
	@python3 -m tools.run

test:
	@python3 -m tools.install --dev --browser
	@$(PYTHON) -m pytest $(ARGS)

check:
	@python3 -m tools.install --dev
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy .
	.venv/bin/lint-imports
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m tools.audit
	$(PYTHON) -m pytest tests/test_structure.py tests/test_configuration.py tests/test_documents.py

# Every fault, 20 times where it matters, on SQLite and PostgreSQL; writes docs/reliability-report.md.
fault-test:
	@python3 -m tools.install --dev
	@$(PYTHON) -m tools.faults $(ARGS)

# Every bad input, and 2,000 requests made from the API's own document.
bad-input-test:
	@python3 -m tools.install --dev
	@BAD_INPUT_CASES=2000 $(PYTHON) -m pytest tests/badinput tests/evals/test_bad_inputs.py tests/evals/test_bad_files.py $(ARGS)

# Everything that is installed, as CycloneDX, for whoever audits an installation.
sbom:
	@python3 -m tools.install
	@$(PYTHON) -m tools.sbom

format:
	@python3 -m tools.install --dev
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

# Pin the newest versions that pyproject.toml allows, for machines with and without a GPU.
lock:
	@python3 -m tools.lock

# Build the docs site into var/docs; a broken link fails.
docs:
	@python3 -m tools.install --dev
	@NO_MKDOCS_2_WARNING=1 $(PYTHON) -m mkdocs build --quiet
	@echo "var/docs/index.html"

# Gather the interface's texts into locale/, say what is not translated, and compile the rest.
messages:
	@python3 -m tools.install --dev
	@$(PYTHON) -m tools.messages

# Take the pictures of docs/images from a running site.
screenshots:
	@python3 -m tools.install --dev --browser
	@$(PYTHON) -m tools.screenshots

# Forget what was installed and cached; var/ holds your data and stays.
clean:
	rm -rf .venv .tools .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
