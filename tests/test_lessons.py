"""The notebooks: built from their sources, readable without a kernel and without eyes, and answered by their checks."""

import ast
import itertools
import re
import time

import nbformat
import pytest
from nbconvert import HTMLExporter

from kerasschool.checks import mechanism
from tools import build_lessons, lesson_table
from tools.build_lessons import LESSONS, STEPS, read, run, sources, target

BOTH = [(source, solved) for source in sources() for solved in (False, True)]
every_notebook = pytest.mark.parametrize(
    ("source", "solved"), BOTH, ids=[f"{source.stem}{'-solved' * solved}" for source, solved in BOTH]
)
every_lesson = pytest.mark.parametrize("source", sources(), ids=lambda source: source.stem)
LAST_SECTIONS = ["Three exercises", "What Keras 3 does", "Key points", "Next"]
TRAININGS = ("<picture of the Train panel>", "<picture of the Training curves>")
PLACEHOLDER = re.compile(r"^(\w+) = \.\.\.$|^def (\w+)\(", re.MULTILINE)  # a function to complete is an answer, too


def stored(source, solved=False):
    return nbformat.read(target(source, solved), as_version=4)


def markdown(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "markdown"]


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def headings(notebook):
    """`(level, text)` of each heading; code between `~~~` is no heading."""
    text = "\n\n".join(re.sub(r"^~~~.*?^~~~$", "", cell.source, flags=re.S | re.M) for cell in markdown(notebook))
    return [(len(marks), words) for marks, words in re.findall(r"^(#+) (.+)$", text, re.MULTILINE)]


def results(notebook):
    """The outputs of the checks, as texts."""
    texts = [output.data["text/plain"] for output in outputs(notebook) if output.output_type == "execute_result"]
    return [text for text in texts if re.match(r"\d\d\.\d ", text)]


# Built from their sources


def test_every_notebook_has_a_source():
    built = {target(source, solved) for source, solved in BOTH}
    assert {*LESSONS.glob("*.ipynb"), *(LESSONS / "solutions").glob("*.ipynb")} == built


@every_notebook
def test_the_notebook_is_what_its_source_says(source, solved):
    def content(notebook):
        return [(cell.id, cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells]

    notebook, fresh = stored(source, solved), read(source, solved)
    assert content(notebook) == content(fresh), "run `make lessons`"
    assert notebook.metadata == fresh.metadata


@every_notebook
def test_it_was_run_from_top_to_bottom_without_a_complaint(source, solved):
    cells = code(stored(source, solved))
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    for output in outputs(stored(source, solved)):
        assert output.output_type != "error"
        assert output.get("name") != "stderr"


@every_notebook
def test_it_can_be_read_without_a_kernel(source, solved):
    notebook = stored(source, solved)
    for cell in code(notebook):
        texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
        for output in cell.outputs:
            assert build_lessons.WIDGET not in output.get("data", {})
        for here, after in zip(texts, [*texts[1:], ""]):
            if re.fullmatch(r"<(\w+ panel|Training curves)>", here):
                assert after == f"<picture of the {here[1:-1]}>"
    page, _ = HTMLExporter(embed_images=True).from_notebook_node(notebook)
    pictures = re.findall(r'<img[^>]*src="data:image/png;base64[^>]*>', page)
    assert len(pictures) == sum("image/png" in output.get("data", {}) for output in outputs(notebook)) >= 1
    assert all(re.search(r'alt="[^"]{20,}"', picture) for picture in pictures)
    for output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            assert len(output.metadata["image/png"]["alt"]) >= 20
        if "image/svg+xml" in output.get("data", {}):
            assert re.search(r"<title>[^<]{20,}</title>", output.data["image/svg+xml"])


@every_notebook
def test_its_curves_show_a_training_that_came_to_its_end(source, solved):
    notebook = stored(source, solved)
    for output in outputs(notebook):
        if "image/png" in output.get("data", {}):
            words = output.metadata["image/png"]["alt"]
            for epoch, epochs in re.findall(r"After epoch (\d+) of (\d+)", words):
                assert epoch == epochs
            assert not words.startswith("Empty curves")


# The shape that all lessons share


@every_notebook
def test_headings_are_in_order(source, solved):
    levels = [level for level, _ in headings(stored(source, solved))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


@every_lesson
def test_it_begins_with_minutes_and_at_most_five_objectives(source):
    first = markdown(stored(source))[0].source
    number, minutes = re.search(r"\*\*Lesson (\d\d) · about (\d+) minutes\*\*", first).groups()
    assert source.stem.startswith(number)
    assert 10 <= int(minutes) <= 50
    objectives = re.findall(r"^\d\. (.+)$", first, re.MULTILINE)
    assert 1 <= len(objectives) <= 5
    assert f"| {minutes} |" in (LESSONS / "README.md").read_text(encoding="utf-8")


@every_lesson
def test_it_ends_with_exercises_keras_key_points_and_next(source):
    sections = [words for level, words in headings(stored(source)) if level == 2]
    assert sections[-4:] == LAST_SECTIONS
    exercises = [words for level, words in headings(stored(source)) if words.startswith("Exercise ")]
    assert [words[:10] for words in exercises] == ["Exercise 1", "Exercise 2", "Exercise 3"]


@every_lesson
def test_the_step_bar_says_in_words_where_you_are(source):
    bars = re.findall(
        r"<p[^>]*>(?:<span.*?</span>(?: → )?){6}</p>", "\n".join(c.source for c in markdown(stored(source)))
    )
    assert bars
    for bar in bars:
        words = re.sub(r"<[^>]+>", "", bar)
        assert re.sub(": you are here", "", words) == " → ".join(f"{n} {name}" for n, name in enumerate(STEPS, 1))
    assert sum("you are here" in bar for bar in bars) >= 1


@every_notebook
def test_pictures_and_links_have_words(source, solved):
    for cell in markdown(stored(source, solved)):
        for words in re.findall(r"!\[([^\]]*)\]", cell.source):
            assert len(words) >= 20
        for words, link in re.findall(r"(?<!!)\[([^\]]+)\]\(([^)]+)\)", cell.source):
            assert words.lower() not in ("here", "link", "this")
            assert "://" in link or (target(source, solved).parent / link).exists()
        assert "<img" not in cell.source


@every_notebook
def test_cells_are_short_and_print_no_times(source, solved):
    for cell in code(stored(source, solved)):
        lines = cell.source.splitlines()
        assert len(lines) <= 15
        assert max(map(len, lines)) <= 88  # what JupyterLab shows without a scroll bar, its file list open
        for output in cell.outputs:
            text = output.get("text", "") or output.get("data", {}).get("text/plain", "")
            assert not re.search(r"\d ?(s|ms|µs)/|\d\.\d{5}|0x[0-9a-f]{6}", text)


# The exercises


@every_lesson
def test_on_the_blank_notebook_every_check_says_todo(source):
    here = source.stem[:2]
    assert [text.split(":")[0] for text in results(stored(source))] == [f"{here}.{n} todo" for n in (1, 2, 3)]


@every_lesson
def test_with_the_solutions_every_check_says_ok(source):
    texts, here = results(stored(source, solved=True)), source.stem[:2]
    assert [text.split(":")[0] for text in texts] == [f"{here}.{n} ok" for n in (1, 2, 3)]
    assert [text.split(" (")[-1] for text in texts] == [f"Done: {n} of 3 here)" for n in (1, 2, 3)]


@every_lesson
def test_the_solved_notebook_does_what_solution_shows(source):
    cells = [cell.source for cell in code(stored(source, solved=True))]
    for id, exercise in mechanism.exercises.items():
        if id.startswith(source.stem[:2]):
            assert sum(f'check("{id}"' in cell and exercise.solution in cell for cell in cells) == 1


@every_lesson
def test_no_other_cell_needs_an_answer(source):
    cells = [cell.source for cell in code(stored(source))]
    answered = {
        name or function: number
        for number, cell in enumerate(cells)
        for name, function in PLACEHOLDER.findall(cell)
        if name or "check(" in cell
    }
    assert len(answered) >= 3
    for number, cell in enumerate(cells):
        used = {node.id for node in ast.walk(ast.parse(cell)) if isinstance(node, ast.Name)}
        assert [name for name in used & set(answered) if answered[name] != number] == []


@every_lesson
def test_hints_are_offered_but_not_given(source):
    cells = [cell.source for cell in code(stored(source))]
    here = source.stem[:2]
    for number in (1, 2, 3):
        assert f'# hint("{here}.{number}")' in cells


@pytest.mark.keras
def test_the_lines_of_lesson_00_run_on_keras():
    """Only the import changes; the unscaled run and the panel are left out. The checks accept what comes out."""
    import keras

    state = {}
    for cell in code(read(sources()[0], solved=True)):
        if "unscaled" in cell.source or "panel" in cell.source.replace("kerasschool.panels", ""):
            continue
        lines = cell.source.replace("import kerasschool as keras", "import keras")
        if "history = model.fit(" in lines:
            lines = lines.replace("epochs=150", "epochs=40")  # enough to see that it learns, and Keras takes its time
        *body, last = ast.parse(lines).body or [ast.parse("None").body[0]]
        exec(compile(ast.Module(body, []), "lesson", "exec"), state)
        if isinstance(last, ast.Expr):
            value = eval(compile(ast.Expression(last.value), "lesson", "eval"), state)
            if "check(" in lines:
                assert value.state == "ok", value
        else:
            exec(compile(ast.Module([last], []), "lesson", "exec"), state)
    assert isinstance(state["model"], keras.Model)
    assert state["accuracy"] >= 0.88
    model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(1)])
    model.compile(loss="binary_crossentropie")
    with pytest.raises(ValueError, match="binary_crossentropie"):
        model.fit(state["x_train"], state["y_train"], verbose=0)


# The builder

SOURCE = """# A title

**Lesson 00 · about 5 minutes**

1. build a notebook.

[steps 2]

Text, and [another lesson](01_load_data.md).

## Next

~~~python
# not a cell
~~~

```python
import numpy as np
from kerasschool import Input, Sequential, layers, utils
from kerasschool.panels import Train
utils.set_random_seed(7)
model = Sequential([Input((2,)), layers.Dense(1)])
model.compile(loss="mse", optimizer="sgd")
panel = Train(model, np.ones((6, 2)), np.zeros(6), epochs=3, batch_size=2)
```

```python play=panel
panel
```

```python blank nbval-skip
answer = ...
```

```python solution
answer = 2
```

```python
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```
[picture A straight line
from 1 to 2.]

After the picture.

```python
print(panel.history.epoch, answer)
```
"""


@pytest.mark.notebook
def test_building(tmp_path, monkeypatch):
    monkeypatch.setattr(build_lessons, "LESSONS", tmp_path)
    monkeypatch.setattr(build_lessons, "ROOT", tmp_path)
    source = tmp_path / "source" / "00_a_lesson.md"
    source.parent.mkdir()
    source.write_text(SOURCE, encoding="utf-8")
    readme = tmp_path / "README.md"
    readme.write_text("Before\n\n| | Lesson |\n|---|---|\n\nAfter\n", encoding="utf-8")
    monkeypatch.setattr(lesson_table, "README", readme)
    build_lessons.main([])
    row = "| 00 | [A title](00_a_lesson.ipynb) | 2 define | build a notebook | 5 | Train |"
    assert readme.read_text(encoding="utf-8").splitlines()[4].startswith(row)
    paths = [tmp_path / "00_a_lesson.ipynb", tmp_path / "solutions" / "00_a_lesson.ipynb"]
    first = [path.read_bytes() for path in paths]
    blank, solved = [nbformat.reads(text.decode(), as_version=4) for text in first]
    kinds = [cell.cell_type[0] for cell in blank.cells]
    assert "".join(kinds) == "mmccccmc"
    assert "<strong>2 Define: you are here</strong>" in blank.cells[0].source
    assert "[another lesson](01_load_data.ipynb)" in blank.cells[0].source
    assert "~~~python\n# not a cell\n~~~" in blank.cells[1].source
    assert [cell.source for cell in (blank.cells[4], solved.cells[4])] == ["answer = ...", "answer = 2"]
    assert blank.cells[4].metadata == {"tags": ["nbval-skip"]}
    assert [cell.execution_count for cell in code(blank)] == [1, 2, 3, 4, 5]
    assert blank.cells[5].outputs[-1].metadata["image/png"]["alt"] == "A straight line from 1 to 2."
    assert blank.cells[6].source == "After the picture."
    live, picture = blank.cells[3].outputs
    assert live.data == {"text/plain": "<Train panel>"}
    assert "After epoch 3 of 3" in picture.metadata["image/png"]["alt"]
    assert solved.cells[-1].outputs[0].text == "[0, 1, 2] 2\n"
    assert "widgets" not in blank.metadata
    build_lessons.main([str(source)])
    assert [path.read_bytes() for path in paths] == first


@pytest.mark.notebook
def test_the_kernel_stays_small_and_run_all_is_quick(capsys):
    notebook = read(sources()[0])
    resident = "import re\nprint(re.search(r'VmRSS:\\s+(\\d+)', open('/proc/self/status').read())[1])"
    fit = next(number for number, cell in enumerate(notebook.cells) if "model.fit(" in cell.source)
    notebook.cells.insert(fit + 1, nbformat.v4.new_code_cell(resident))
    notebook.cells.append(nbformat.v4.new_code_cell(resident))
    began = time.perf_counter()
    run(notebook, LESSONS)
    seconds = time.perf_counter() - began
    after_fit, at_end = [int(notebook.cells[n].outputs[0].text) / 1000 for n in (fit + 1, -1)]
    with capsys.disabled():
        print(f"\nLesson 00: {seconds:.0f} s in all; kernel {after_fit:.0f} MB after fit, {at_end:.0f} MB at the end")
    assert after_fit < 150
    assert at_end < 200
    assert seconds < 60
