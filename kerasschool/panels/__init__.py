"""Panels: networks by hand. What a click can do, a line of code can do.

Panels need Jupyter's widgets, so they are loaded only when you ask for them.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.panels.activation import Activation
from kerasschool.panels.compare import Compare
from kerasschool.panels.compile import Compile
from kerasschool.panels.data import Data
from kerasschool.panels.evaluate import Evaluate
from kerasschool.panels.initializer import Initializer
from kerasschool.panels.layers import Layers
from kerasschool.panels.predict import Predict
from kerasschool.panels.six_steps import SixSteps
from kerasschool.panels.train import Train

__getattr__ = helpful_getattr(__name__, globals())
