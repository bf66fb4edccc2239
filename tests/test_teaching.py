"""What docs/teaching.md tells a teacher: its lines run, and what is handed out opens as it was left."""

import re

import pytest

from kerasschool import panels
from kerasschool.checks import mechanism, progress_file
from tests.test_house import ROOT

TEXT = (ROOT / "docs" / "teaching.md").read_text(encoding="utf-8")
KNOWING, STARTING = re.findall(r"^```python\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture
def share(capsys):
    exec(STARTING, {})
    return capsys.readouterr().out.strip()


def test_a_line_opens_the_panel_as_the_teacher_left_it(share):
    assert share.startswith("ks1.")
    panel = panels.SixSteps(share)
    assert (panel.recipe.fit["epochs"], panel.recipe.fit["batch_size"]) == (30, 32)
    assert panel.recipe.locks == {"learning_rate": "frozen", "optimizer": "frozen", "tab_predict": "hidden"}
    assert panel.tabs["tab_predict"].is_hidden
    panel.unlock()
    assert panel.recipe.locks == {}


@pytest.mark.parametrize("name", ["Data", "Layers", "Compile", "Train", "Evaluate", "Predict", "SixSteps"])
def test_every_panel_of_the_course_takes_the_line(share, name):
    assert getattr(panels, name)(share).recipe.fit["epochs"] == 30


def test_progress_is_a_table_of_the_file_that_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(mechanism, "record", mechanism.Record())
    monkeypatch.setenv("KERASSCHOOL_PROGRESS", str(tmp_path / progress_file.NAME))
    assert f"`{progress_file.NAME}`" in TEXT
    mechanism.check("00.1", "BEDAFC")
    names = {}
    exec(KNOWING, names)
    assert names["progress"]().states["00.1"] == "ok"
    assert (tmp_path / progress_file.NAME).exists()
