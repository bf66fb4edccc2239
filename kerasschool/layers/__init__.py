"""Layers: what a model is a stack of.

Read `dense.py` first, then `core.py` and `base.py`; the others in any order.

Source: `keras.layers`.
"""

from kerasschool.errors import helpful_getattr
from kerasschool.layers.activation_layers import ELU, LeakyReLU, PReLU, ReLU, Softmax
from kerasschool.layers.base import Layer
from kerasschool.layers.batch_normalization import BatchNormalization
from kerasschool.layers.core import Activation, ActivityRegularization, Identity, Input, InputLayer
from kerasschool.layers.dense import Dense
from kerasschool.layers.embedding import Embedding
from kerasschool.layers.input_spec import InputSpec
from kerasschool.layers.lambda_layer import Lambda
from kerasschool.layers.layer_normalization import LayerNormalization, RMSNormalization, UnitNormalization
from kerasschool.layers.left_out import LEFT_OUT
from kerasschool.layers.noise import AlphaDropout, Dropout, GaussianDropout, GaussianNoise, SpatialDropout1D
from kerasschool.layers.pooling import GlobalAveragePooling1D, GlobalAvgPool1D, GlobalMaxPool1D, GlobalMaxPooling1D
from kerasschool.layers.preprocessing import Normalization, Rescaling
from kerasschool.layers.shaping import Flatten, Permute, RepeatVector, Reshape
from kerasschool.registry import Registry

_registry = Registry(
    "layer",
    "layers",
    [
        *(InputLayer, Dense, Activation, Identity, Lambda, Embedding),
        *(ReLU, LeakyReLU, PReLU, ELU, Softmax),
        *(Dropout, SpatialDropout1D, GaussianNoise, GaussianDropout, AlphaDropout, ActivityRegularization),
        *(BatchNormalization, LayerNormalization, RMSNormalization, UnitNormalization),
        *(Rescaling, Normalization),
        *(Flatten, Reshape, Permute, RepeatVector, GlobalAveragePooling1D, GlobalMaxPooling1D),
    ],
)
deserialize, serialize = _registry.deserialize, _registry.serialize

__getattr__ = helpful_getattr(__name__, globals(), LEFT_OUT)
