# Everything that is done with the project. Each target sets up what it needs, once.

.DEFAULT_GOAL := help
.PHONY: help run test lint bench gallery package clean display
.DELETE_ON_ERROR:

# Compiled modules make every start faster; some machines forbid them in the environment.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
ifeq ($(OS),Windows_NT)
BIN := $(VENV)/Scripts
else
BIN := $(VENV)/bin
endif
PY := $(BIN)/python
# Set-up is repeated when what it read has other contents, not when a file is only newer.
SUM := $(shell cat pyproject.toml packaging/system_libraries.py | cksum | tr -d ' ')
DONE := $(VENV)/done/$(SUM)
STARTER_MODEL := $(VENV)/starter-model
# Tests run in as many processes as there are processors, up to four: windows need memory.
SIDE_BY_SIDE := -n logical --maxprocesses 4

# The first Python that is new enough. Asked for only while something is set up.
NEW_ENOUGH = import sys; sys.exit(sys.version_info < (3, 11))
CANDIDATES = $(PYTHON) python3 python3.13 python3.12 python3.11 python
FIND_PYTHON = for python in $(CANDIDATES); do \
	$$python -c '$(NEW_ENOUGH)' 2>/dev/null && break; python=; done; \
	if [ -z "$$python" ]; then \
	echo "Desktop Chat needs Python 3.11 or newer. Install it, then try again." >&2; exit 1; fi

help:
	@echo "make run      set up and open the window"
	@echo "make test     set up and run all tests"
	@echo "make lint     check style, types and layers"
	@echo "make bench    measure, write build/bench.json"
	@echo "make gallery  pictures of everything a message can hold, in build/gallery"
	@echo "make package  build the program that needs no Python, in dist/"
	@echo "make clean    remove what was built; chats and models are not touched"

run: display $(DONE)/run
	@$(PY) packaging/starter_model.py >/dev/null
	@$(PY) -m desktop_chat

test: $(DONE)/test
	@model=$$($(PY) packaging/starter_model.py $(STARTER_MODEL)) && \
	DESKTOP_CHAT_TEST_MODEL="$$model" $(PY) -m pytest $(SIDE_BY_SIDE) $(TESTS)

lint: $(DONE)/lint
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

bench: $(DONE)/test
	@$(PY) -m compileall -q desktop_chat tests/standin benchmarks
	@$(PY) -m benchmarks

gallery: $(DONE)/test
	@$(PY) -m gallery

package: $(DONE)/test
	@$(PY) -m PyInstaller --noconfirm --log-level WARN --workpath build/pyinstaller build.spec
	@dist/desktop-chat/desktop-chat --selfcheck
	@echo "The program is dist/desktop-chat/desktop-chat"

clean:
	rm -rf build dist *.egg-info

display:
ifeq ($(shell uname -s),Linux)
	@if [ -z "$$DISPLAY$$WAYLAND_DISPLAY$$QT_QPA_PLATFORM" ]; then \
	echo "There is no display to open a window on (DISPLAY and WAYLAND_DISPLAY are not set)." >&2; \
	echo "Type \"make run\" in a terminal of a desktop session." >&2; \
	exit 1; fi
endif

# ---- set-up ----

$(DONE)/system-run $(DONE)/system-test: $(DONE)/system-%:
	@$(FIND_PYTHON); $$python packaging/system_libraries.py $*
	@mkdir -p $(@D) && touch $@

$(VENV)/done/venv: | $(DONE)/system-run
	@$(FIND_PYTHON); echo "Making a virtual environment in $(VENV)" && $$python -m venv $(VENV)
	@touch $@

$(DONE)/run: | $(VENV)/done/venv
	@echo "Installing Desktop Chat and its engine (about 200 MB, once)"
	@$(PY) -m pip install --editable '.[embedded]'
	@$(PY) -m compileall -q desktop_chat
	@touch $@

$(DONE)/test: | $(DONE)/run $(DONE)/system-test
	@$(PY) -m pip install --quiet --editable '.[embedded,test]'
	@touch $@

$(DONE)/lint: | $(DONE)/run
	@$(PY) -m pip install --quiet --editable '.[embedded,test,dev]'
	@touch $@
