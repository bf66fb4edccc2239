"""What every test starts from: the same random numbers, float32, and Keras on JAX."""

import os
import sys

import hypothesis
import numpy as np
import pytest

os.environ["KERAS_BACKEND"] = "jax"  # before anything imports keras
os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ["KERASSCHOOL_PROGRESS"] = ""  # checks leave no file behind, in tests and in the kernels that they start

hypothesis.settings.register_profile("default", deadline=None)  # a busy machine is not a failure
hypothesis.settings.register_profile("tiny", deadline=None, max_examples=5)
hypothesis.settings.load_profile("default")

PYTHON_FOR_KERAS = (3, 11)  # Keras 3.15 and the stack that binder/ pins need this
ON_OLD_PYTHON = "Python 3.10: tests against Keras 3.15 and of binder/ need Python 3.11 and are left out"


@pytest.fixture(autouse=True)
def fresh_start():
    """Before each test: NumPy's global stream seeded, names counted from the beginning; after it: settings put back."""
    from kerasschool import config, utils

    utils.clear_session()
    if "keras" in sys.modules:
        sys.modules["keras"].utils.clear_session(free_memory=False)  # collecting garbage each time is slow
    floatx, epsilon = config.floatx(), config.epsilon()
    state = np.random.get_state()
    np.random.seed(7)
    yield
    np.random.set_state(state)
    config.set_floatx(floatx)
    config.set_epsilon(epsilon)


def pytest_report_header(config):
    return ON_OLD_PYTHON if sys.version_info < PYTHON_FOR_KERAS else None


def pytest_ignore_collect(collection_path, config):
    """On Python 3.10 leave out what cannot be installed there; the header of the run says so."""
    if sys.version_info < PYTHON_FOR_KERAS and (
        collection_path.name == "test_binder.py" or "parity" in collection_path.parts
    ):
        return True
    return None


def pytest_collection_modifyitems(config, items):
    """Cells that nbval collects count as notebook tests; a test has the same name in every process that runs it."""
    for item in items:
        if item.path.suffix == ".ipynb":
            item.add_marker(pytest.mark.notebook)
    changing = [item.nodeid for item in items if " at 0x" in item.nodeid]
    if changing:
        raise pytest.UsageError(f"Give ids= to these parameters; their names hold an address: {', '.join(changing)}")
