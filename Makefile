# make lab      install what learners need and open the first lesson in JupyterLab
# make test     install everything and run all tests
# make tiny     the engine's quickest tests, in seconds
# make lint     what ruff says about style
# make bench    measure speed and memory beside Keras, PyTorch, JAX and others, in a quarter of an hour
# make bench-quick  has something become slow? in a minute
# make lessons  build the notebooks from lessons/source, run them and store their outputs
# make clean    remove the virtual environment and all that was built
#
# Needed: git, make, Python 3.10 or newer. Another Python: make PYTHON=/path/to/python lab

VENV := .venv
PY := $(VENV)/bin/python
BENCH := .venv-bench
KERNEL_6 := .venv-kernel6
export PYTHON

# The engine against its specification, its contracts, and the quick ones of its rooms.
TINY := $(addprefix tests/test_,plain.py contracts.py autodiff.py initializers.py constraints.py losses_labels.py \
	callback_list.py callbacks.py)

# What needs a browser or a kernel; the rest runs first.
ON_SCREEN := browser or notebook
TWO := -n 2 --dist loadfile

# Kernels differ in which thread a click runs in: what clicks most is tested on the older one, too.
ON_KERNEL_6 := $(addprefix tests/browser/test_,kernel.py train_panel.py layers_panel.py course.py)

.PHONY: lab test tiny lint bench bench-quick lessons clean

lab: $(VENV)/.lab
	$(PY) -m kerasschool lab lessons

test: $(VENV)/.test $(KERNEL_6)/.made
	@$(PY) tools/chromium.py
	$(PY) -m pytest $(TWO) -m "not ($(ON_SCREEN))"
	$(PY) -m pytest $(TWO) -m "$(ON_SCREEN)" --nbval --nbval-current-env --nbval-sanitize-with tests/nbval.cfg tests lessons
	JUPYTER_PATH=$(CURDIR)/$(KERNEL_6)/share/jupyter KERNEL=6 $(PY) -m pytest $(TWO) -m browser $(ON_KERNEL_6)

tiny: $(VENV)/.test
	@$(PY) -m pytest -q -x --hypothesis-profile tiny -m "not (keras or $(ON_SCREEN))" -p no:xdist -p no:nbval $(TINY)

lint: $(VENV)/.test
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .

# The peers have a virtual environment of their own: what they ask for must not change what is tested.
# Some questions only: make bench BENCH_ARGS="--only fit --net 8-12-8-1"
bench: $(BENCH)/.bench
	$(BENCH)/bin/python -m benchmarks $(BENCH_ARGS)

bench-quick: $(VENV)/.test
	$(PY) -m benchmarks.quick

lessons: $(VENV)/.test
	$(PY) -m tools.build_lessons

clean:
	rm -rf $(VENV) $(BENCH) $(KERNEL_6) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

# Installing. A stamp file stands for each set of packages; it is renewed when pyproject.toml changes.

$(VENV)/.made:
	@sh tools/make_venv.sh $(VENV)
	@touch $@

$(VENV)/.lab: pyproject.toml $(VENV)/.made
	@echo "Installing kerasschool and JupyterLab into $(VENV): a minute or two"
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable ".[lab]"
	@touch $@

$(VENV)/.test: pyproject.toml $(VENV)/.made
	@echo "Installing kerasschool, Keras and the test tools into $(VENV): a few minutes"
	@$(PY) -m pip install --quiet --disable-pip-version-check --editable ".[lab,keras,test]"
	@touch $(VENV)/.lab $@

$(KERNEL_6)/.made: pyproject.toml
	@sh tools/make_venv.sh $(KERNEL_6)
	@echo "Installing kerasschool with the older kernel into $(KERNEL_6): half a minute"
	@$(KERNEL_6)/bin/python -m pip install --quiet --disable-pip-version-check --editable . "ipykernel>=6.29,<7"
	@$(KERNEL_6)/bin/python -m ipykernel install --prefix $(KERNEL_6) --name python3 > $(KERNEL_6)/install.log
	@touch $@

$(BENCH)/.bench: pyproject.toml
	@sh tools/make_venv.sh $(BENCH)
	@echo "Installing kerasschool and its peers into $(BENCH): several minutes, several GB"
	@$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --editable ".[bench]"
	@touch $@
