"""Many runs in one: the same model with other seeds or settings, trained in one vectorised loop.

Lesson: 08.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.trials.trials import Histories, Trials

__getattr__ = helpful_getattr(__name__, globals())
