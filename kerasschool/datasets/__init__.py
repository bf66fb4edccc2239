"""Data to learn with: small real sets that ship with the package, and a reader for your own file. Lesson 01.

Nothing here touches the network. Every set has `load_data()`, `feature_names`, `target_names` and a `card()`.
"""

from kerasschool.datasets import penguins
from kerasschool.datasets.csv_file import load_csv
from kerasschool.errors import helpful_getattr

__getattr__ = helpful_getattr(__name__, globals())
