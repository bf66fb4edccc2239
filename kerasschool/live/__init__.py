"""The live half without a screen: training that can be watched, paused and rewound, and the curves it leaves.

Nothing here imports a widget or a plotting library, so that it runs in a script, a test and a notebook alike.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.live import doctor
from kerasschool.live.ledger import Ledger
from kerasschool.live.recipe import Recipe
from kerasschool.live.recorder import Recorder
from kerasschool.live.session import TrainingSession

__getattr__ = helpful_getattr(__name__, globals())
