"""Keras's metrics on its NumPy backend, in a process of its own: a backend is chosen once per process.

JAX compiles every operation anew for every shape, which takes minutes for the hundreds of small updates compared here.

Reads a pickled list of `(name, options, updates)` from standard input, where `updates` are positional arguments of
`update_state`; writes for each a dictionary with the results after each update and the config, or the error.
"""

import os
import pickle
import sys
import warnings

if __name__ == "__main__":
    os.environ["KERAS_BACKEND"] = "numpy"
    warnings.simplefilter("ignore")
    import numpy as np
    from keras import metrics
    from keras.src.utils.naming import reset_uids

    def plain(value):
        """Arrays, and the lists that Keras watches, as lists."""
        return list(value) if isinstance(value, (list, np.ndarray)) else value

    answers = []
    for name, options, updates in pickle.load(sys.stdin.buffer):
        reset_uids()
        try:
            metric = getattr(metrics, name)(**options)
            results = []
            for update in updates:
                metric.update_state(*update)
                results.append(np.asarray(metric.result()))
            config = {key: plain(value) for key, value in metric.get_config().items()}
            direction = getattr(metric, "_direction", None)
            answers.append({"results": results, "config": config, "direction": direction, "error": None})
        except Exception as error:  # whatever Keras raises is part of the answer
            answers.append({"error": f"{type(error).__name__}: {error}"})
    sys.stdout.buffer.write(pickle.dumps(answers))
