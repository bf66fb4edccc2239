"""Run notebooks and store what every reader can see without a kernel: `python -m tools.publish lessons/*.ipynb`.

No widget state is stored, and a widget's own output is left out where a picture or HTML stands beside it.
"""

import pathlib
import sys

import nbformat
from nbclient import NotebookClient

WIDGET = "application/vnd.jupyter.widget-view+json"
STILL = {"image/png", "image/svg+xml", "text/html"}


def publish(path):
    """Execute the notebook at `path` in its folder and write it back with its outputs."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    NotebookClient(
        notebook, kernel_name="python3", timeout=600, store_widget_state=False, record_timing=False, resources=resources
    ).execute()
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if WIDGET in data and STILL & set(data):
                del data[WIDGET]
    notebook.metadata.pop("widgets", None)
    nbformat.write(notebook, path)


def main(names):
    if not names:
        sys.exit(__doc__)
    for name in names:
        print(name, flush=True)
        publish(pathlib.Path(name))


if __name__ == "__main__":
    main(sys.argv[1:])
