"""The kernel behind the page is the one that these tests are meant for."""

import os

import pytest

pytestmark = pytest.mark.browser


def test_the_kernel_is_the_one_that_was_asked_for(notebook):
    notebook.open("kernel.ipynb", ["import ipykernel", "import kerasschool"])
    assert notebook.run_all() == []
    assert notebook.execute("print(ipykernel.version_info[0])") == os.environ.get("KERNEL", "7")
