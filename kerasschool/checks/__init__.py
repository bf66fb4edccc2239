"""The exercises of the lessons: `check` looks at an answer, `hint` helps, `solution` comes last; `progress` shows all.

Each lesson has one small module here; what they share is `mechanism.py` and `readers.py`.
"""

from kerasschool.checks import lesson_00, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05, lesson_06
from kerasschool.checks.mechanism import check, hint, solution
from kerasschool.checks.progress_table import progress
from kerasschool.errors import helpful_getattr

__getattr__ = helpful_getattr(__name__, globals())
