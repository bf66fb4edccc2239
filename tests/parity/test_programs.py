"""Programs written for Keras 3 run unchanged but for the import, and see the same."""

import re
import runpy
import warnings
from pathlib import Path

import numpy as np
import pytest

pytestmark = pytest.mark.keras

PROGRAMS = sorted(path for path in (Path(__file__).parent / "programs").glob("*.py") if path.name != "__init__.py")


def run(path, library, folder):
    """What the program leaves in `seen` when it imports this library."""
    text = path.read_text()
    if library != "keras":
        text = re.sub(r"^import keras$", f"import {library} as keras", text, flags=re.MULTILINE)
        text = re.sub(r"^from keras\b", f"from {library}", text, flags=re.MULTILINE)
    script = folder / f"{library}_{path.name}"
    script.write_text(text)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # both warn of `input_shape=`; this is about what programs see
        return runpy.run_path(str(script))["seen"]


def compare(ours, theirs, where):
    """Same kind, same keys, same shapes; numbers within float32 rounding."""
    if isinstance(theirs, dict):
        assert isinstance(ours, dict), where
        assert set(ours) == set(theirs), where
        for key in theirs:
            compare(ours[key], theirs[key], f"{where}[{key!r}]")
    elif isinstance(theirs, (list, tuple)):
        assert type(ours) is type(theirs), (where, ours, theirs)
        assert len(ours) == len(theirs), (where, ours, theirs)
        for place, (mine, their) in enumerate(zip(ours, theirs)):
            compare(mine, their, f"{where}[{place}]")
    elif isinstance(theirs, (str, bool, int, type(None))):
        assert type(ours) is type(theirs), (where, ours, theirs)
        assert ours == theirs, where
    else:
        assert isinstance(ours, float) == isinstance(theirs, float), (where, ours, theirs)
        mine, their = np.asarray(ours), np.asarray(theirs)
        assert mine.shape == their.shape, where
        assert mine.dtype.kind == their.dtype.kind, where
        np.testing.assert_allclose(mine, their, rtol=2e-4, atol=2e-5, err_msg=where)


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_program_sees_the_same_in_both_libraries(path, tmp_path):
    import keras

    ours = run(path, "kerasschool", tmp_path)
    keras.utils.clear_session(free_memory=False)
    theirs = run(path, "keras", tmp_path)
    compare(ours, theirs, path.stem)
