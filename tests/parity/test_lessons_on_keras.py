"""Lessons in real Keras: only the import changes, and the checks accept the answers. (Lesson 00 has its own test.)"""

import ast
import re

import matplotlib.pyplot as plt
import numpy as np
import pytest

from kerasschool.checks import mechanism
from kerasschool.checks.mechanism import Record
from tools.build_lessons import LESSONS, read

pytestmark = pytest.mark.keras

# Not there, drawn by other programs, or on JAX a `predict` that fails and spoils the next one.
OURS_ONLY = ("panel", "plot_model", "modernize", "nepochs", "except ValueError")
EPOCHS = {"06_predict": 40}  # else 2: it is the lines that count, and Keras takes its time


def run_on_keras(source):
    """Run the solved lesson cell by cell; return its names, and the results of its checks."""
    state, results = {}, []
    for cell in read(source, solved=True).cells:
        is_ours = any(word in cell.source.replace("kerasschool.panels", "") for word in OURS_ONLY)
        if cell.cell_type != "code" or is_ours:
            continue
        lines = cell.source.replace("import kerasschool as keras", "import keras")
        lines = re.sub(r"\bepochs=\d{2,}", f"epochs={EPOCHS.get(source.stem, 2)}", lines)
        *body, last = ast.parse(lines).body or ast.parse("None").body
        exec(compile(ast.Module(body, []), source.stem, "exec"), state)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), source.stem, "eval"), state)
            results += [value] if "check(" in lines else []
        else:
            exec(compile(ast.Module([last], []), source.stem, "exec"), state)
    return state, results


NAMES = ["01_load_data", "02_define_the_model", "03_compile", "04_fit", "05_evaluate", "06_predict"]


@pytest.mark.parametrize("name", NAMES)
def test_the_lesson_runs_on_keras(name, monkeypatch):
    import keras

    monkeypatch.setattr(mechanism, "record", Record())
    monkeypatch.setattr(plt, "show", plt.close)
    with np.printoptions():  # a lesson may set them
        state, results = run_on_keras(LESSONS / "source" / f"{name}.md")
    assert state["keras"] is keras
    assert [(each.id, each.state) for each in results] == [(f"{name[:2]}.{number}", "ok") for number in (1, 2, 3)]
