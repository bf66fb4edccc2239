"""Programs as people write them for Keras 3; `test_programs.py` runs each in both libraries.

A program leaves what it saw in the dictionary `seen`. Whatever is drawn at random is either given the `same_start`, or
recorded by its shape and kind alone.
"""

import numpy as np


def same_start(model, scale=0.5):
    """Give the model weights that do not depend on the library: every kernel drawn from one seed, the rest as it is."""
    stream = np.random.default_rng(11)
    model.set_weights(
        [stream.normal(0, scale, w.shape).astype(w.dtype) if w.ndim > 1 else w for w in model.get_weights()]
    )
    return model
