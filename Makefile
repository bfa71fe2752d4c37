# One file for readers and for CI. `make` lists the targets; `make book` and `make test` are all you need.

VENV := .venv
BIN := $(VENV)/bin
PIP_INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt
# The interpreters to try; `make book PYTHON=/path/to/python` tries that one only.
CANDIDATES := $(or $(PYTHON),python3 python3.13 python3.12 python3.11)
INDEX := _build/html/book/index.html
PDF := _build/latex/backpropagation.pdf
# Each stage of `make test` adds here what this machine lacks; the last lines show it all.
export NOT_CHECKED := $(CURDIR)/_build/not-checked.txt
RELEASE := _build/release

# One thread for each kernel: the notebooks already run side by side.
export OMP_NUM_THREADS := 1
export OPENBLAS_NUM_THREADS := 1
export MKL_NUM_THREADS := 1

.DEFAULT_GOAL := help
.PHONY: help book pdf notebooks test lint links mutants lock release clean bench

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' Makefile

book: $(VENV)/.book ## build the book and print the address of its first page
	@$(BIN)/jupyter-book build --quiet --warningiserror --keep-going . > /dev/null || { \
	    rm -rf _build/.doctrees; exit 1; } # else the next build would not read the faulty page again, and pass
	@$(BIN)/python -c 'import pathlib; print("The book:", pathlib.Path("$(INDEX)").resolve().as_uri())'

pdf: $(VENV)/.book ## set the book as a PDF with XeLaTeX and print its address
	@$(BIN)/jupyter-book build --quiet --warningiserror --keep-going --builder latex . > /dev/null
	@$(MAKE) --silent -C _build/latex LATEXMKOPTS='-silent -halt-on-error' > _build/latex/make.log 2>&1 || { \
	    tail -n 20 _build/latex/make.log; exit 1; }
	@$(BIN)/python -c 'import pathlib; print("On paper:", pathlib.Path("$(PDF)").resolve().as_uri())'

notebooks: $(VENV)/.test ## run the notebooks in place and reduce them to the form that is committed
	@$(BIN)/python tools/notebooks.py run

# The first stage that fails ends the run. The book on paper is set beside the other tests.
test: $(VENV)/.test ## check everything: style, types, library, notebooks, built pages in a browser and on paper
	@$(MAKE) --no-print-directory -j2 lint book
	@mkdir -p _build && rm -f $(NOT_CHECKED)
	@$(BIN)/python -m pytest --nbval --nbval-current-env -n auto --dist loadfile --no-loadscope-reorder \
	    --ignore tests/browser --ignore book/assignments/release tests backprop_lib book
	@$(BIN)/python -m pytest -n auto --dist worksteal tests/browser
	@if [ -s $(NOT_CHECKED) ]; then echo "Not checked on this machine:"; sort -u $(NOT_CHECKED); fi

lint: $(VENV)/.test ## check style and types only
	@$(BIN)/ruff format --check --quiet || { echo "Not formatted. To repair: $(BIN)/ruff format"; exit 1; }
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy

links: $(VENV)/.book ## follow every link that leads out of the book (needs a network)
	@$(BIN)/jupyter-book build --quiet --builder linkcheck .

mutants: $(VENV)/.test ## change the library in every small way: does a test notice? (an hour)
	@$(PIP_INSTALL) --editable '.[mutants]'
	@$(BIN)/python tools/mutants.py

bench: .venv-bench/.ready ## the library beside PyTorch, JAX and others: table, chart, results (five minutes)
	@.venv-bench/bin/python benchmarks/speed.py

lock: $(BIN)/python ## write constraints.txt anew, keeping the versions that still fit
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/python tools/lock.py

release: $(VENV)/.test book pdf ## put wheel, sdist, PDF and the pages to read offline into _build/release
	@rm -rf $(RELEASE) && mkdir -p $(RELEASE)
	@$(BIN)/python -m build --no-isolation --outdir $(RELEASE) . > _build/build.log 2>&1 || { \
	    cat _build/build.log; exit 1; }
	@cp $(PDF) $(RELEASE)
	@cp -r _build/html $(RELEASE)/back-propagation
	@$(BIN)/python -c 'import shutil; shutil.make_archive("$(RELEASE)/back-propagation", "zip", "$(RELEASE)", "back-propagation")'
	@rm -r $(RELEASE)/back-propagation
	@ls $(RELEASE)/*

clean: ## remove everything that was built; the installed packages in .venv stay
	rm -rf _build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find backprop_lib tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

.venv-bench/.ready: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the peers into .venv-bench (their packages are large) ..."
	@$(BIN)/python -m venv .venv-bench
	@.venv-bench/bin/python -m pip install -qq --disable-pip-version-check --constraint constraints.txt \
	    --editable '.[bench]'
	@touch $@

$(BIN)/python:
	@for python in $(CANDIDATES); do \
	    "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && found=$$python && break; \
	done; \
	if [ -z "$$found" ]; then \
	    echo "No Python 3.11 or newer among: $(CANDIDATES)."; \
	    echo "Install one, or name it: make book PYTHON=/path/to/python3.12"; \
	    exit 1; \
	fi; \
	"$$found" -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

# A stamp for each set of packages: pip runs again only when the pins or the list of dependencies changed.
$(VENV)/.book: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the packages of the book into $(VENV) (one to three minutes) ..."
	@$(PIP_INSTALL) --editable '.[book]'
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing the packages of the book and of its tests into $(VENV) (one to three minutes) ..."
	@$(PIP_INSTALL) --editable '.[book,grade,scale,test]'
	@touch $@ $(VENV)/.book
