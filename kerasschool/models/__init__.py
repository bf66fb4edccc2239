"""Models: layers that are compiled, trained and asked.

Source: `keras.models`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.models.cloning import clone_model, model_from_json
from kerasschool.models.sequential import Sequential
from kerasschool.registry import Registry
from kerasschool.saving import load_model, save_model

_registry = Registry("model", "models", [Sequential])

NO_FUNCTIONAL = (
    "kerasschool teaches `Sequential`, a stack of layers. For models that fork or join, and for subclasses of `Model`, "
    "use Keras 3; one step of a `Sequential` can be a `Layer` of your own."
)

LEFT_OUT = {"Model": NO_FUNCTIONAL}  # names of `keras.models`, and what to do instead

__getattr__ = helpful_getattr(__name__, globals(), LEFT_OUT)
