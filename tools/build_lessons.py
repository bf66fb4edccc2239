"""Make the notebooks of the lessons from their sources: `python -m tools.build_lessons [lessons/source/00_….md …]`.

Each source becomes two notebooks that are run and keep their outputs: one to fill in, `lessons/NAME.ipynb`, and one
filled in, `lessons/solutions/NAME.ipynb`. A source is Markdown, with five additions:

* a fence of `python` is a code cell; words after `python` become tags of the cell (`nbval-ignore-output`);
* `python blank` is in the notebook to fill in, `python solution` in the other one;
* `python play=NAME` plays the panel of that variable to its end, so that its stored picture shows something;
* `[picture A falling curve: …]` in the line below a fence is the alternative text of the figure that the cell draws;
* `[steps 4]` is the step bar at step 4; `[steps]` is the bar of all six;
* a link to another source, `02_define_the_model.md`, becomes one to the notebook beside this one.

No widget state is stored, and no live widget: what a viewer without a kernel cannot show is left out.
"""

import os
import pathlib
import re
import sys

import nbformat
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

ROOT = pathlib.Path(__file__).resolve().parents[1]
LESSONS = ROOT / "lessons"
STEPS = ("Load", "Define", "Compile", "Fit", "Evaluate", "Predict")
WIDGET = "application/vnd.jupyter.widget-view+json"
LINK = re.compile(r"(?<=\]\()(\d\d_\w+)\.md(?=\))")
FENCE = re.compile(
    r"^```python(?P<words>[^\n]*)\n(?P<code>.*?)\n```$(?:\n\[picture (?P<picture>[^]]+)\]$)?", re.MULTILINE | re.DOTALL
)
ONLY_IN = {"blank", "solution"}


def sources():
    return sorted((LESSONS / "source").glob("*.md"))


def target(source, solved):
    """Where the notebook of a source belongs."""
    return (LESSONS / "solutions" if solved else LESSONS) / f"{source.stem}.ipynb"


def read(source, solved=False):
    """The notebook of a source, not run."""
    text = LINK.sub(r"\1.ipynb", source.read_text(encoding="utf-8"))
    cells, end = [], 0
    for fence in FENCE.finditer(text):
        cells += markdown_cells(text[end : fence.start()])
        cells += code_cell(fence["words"].split(), fence["code"], solved, fence["picture"])
        end = fence.end()
    cells += markdown_cells(text[end:])
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number:02d}"
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel, "language_info": {"name": "python"}})


def markdown_cells(text):
    """Cells of a text: each heading begins a new one."""
    text = re.sub(r"^\[steps ?(\d?)\]$", lambda bar: step_bar(bar[1]), text, flags=re.MULTILINE)
    parts = re.split(r"(?<=\n\n)(?=#+ )", text)
    return [new_markdown_cell(part.strip()) for part in parts if part.strip()]


def code_cell(words, code, solved, picture=None):
    """A list with the cell, or an empty one if it belongs into the other notebook."""
    if ONLY_IN & set(words) == ({"blank"} if solved else {"solution"}):
        return []
    tags = [word for word in words if word not in ONLY_IN]
    metadata = {"tags": tags} if tags else {}
    if picture:
        metadata["picture"] = " ".join(picture.split())
    return [new_code_cell(code, metadata=metadata)]


def step_bar(here):
    """The six steps in a row; the step with the number `here` is marked in words, and stands out where styles count."""
    parts = []
    for number, name in enumerate(STEPS, 1):
        is_here = str(number) == here
        colour, width = ("#2f86c9", 4) if is_here else ("#9a9a9a", 2)
        style = f"padding: 4px 10px; border-bottom: {width}px solid {colour}"
        text = f"<strong>{number} {name}: you are here</strong>" if is_here else f"{number} {name}"
        parts.append(f'<span style="{style}">{text}</span>')
    return '<p style="line-height: 2.6">' + " → ".join(parts) + "</p>"


def run(notebook, folder):
    """Execute the notebook in `folder` and keep what a reader without a kernel can see."""
    about = dict(notebook.metadata)
    os.environ["KERASSCHOOL_PROGRESS"] = ""  # the kernel's checks leave no file behind, and read none
    resources = {"metadata": {"path": str(folder)}}
    options = {"record_timing": False, "coalesce_streams": True}
    client = NotebookClient(notebook, kernel_name="python3", timeout=600, resources=resources, **options)
    client.reset_execution_trackers()
    with client.setup_kernel():
        for index, cell in enumerate(list(notebook.cells)):
            client.execute_cell(cell, index)
            for word in cell.metadata.get("tags", []):
                if word.startswith("play="):
                    panel = word.removeprefix("play=")
                    notebook.cells.append(new_code_cell(f"{panel}.play()\nawait {panel}.wait()"))
                    client.execute_cell(notebook.cells[-1], len(notebook.cells) - 1, store_history=False)
                    notebook.cells.pop()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop(WIDGET, None)
            if "picture" in cell.metadata and "image/png" in output.get("data", {}):
                output.metadata["image/png"] = {**output.metadata.get("image/png", {}), "alt": cell.metadata["picture"]}
    notebook.metadata = nbformat.from_dict(about)
    return notebook


def main(names):
    for source in [pathlib.Path(name) for name in names] or sources():
        for solved in (False, True):
            path = target(source, solved)
            print(path.relative_to(ROOT), flush=True)
            path.parent.mkdir(exist_ok=True)
            nbformat.write(run(read(source, solved), path.parent), path)
    from tools import lesson_table  # it imports this module

    lesson_table.main()


if __name__ == "__main__":
    main(sys.argv[1:])
