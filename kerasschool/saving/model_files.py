"""What a model can do with files: `save`, `save_weights`, `load_weights`, and how it was compiled as a dictionary.

Source: `keras.Model`.
"""

from kerasschool import losses, metrics, optimizers
from kerasschool.registry import deserialize_keras_object, serialize_keras_object
from kerasschool.saving import files


class ModelFiles:
    """The half of a model that goes to files and comes back."""

    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Save all of the model as a `.keras` file: layers, weights, how it was compiled, the optimizer's state.

        Args:
            filepath: name of the file; ends in `.keras`.
            overwrite: False raises an error where a file of that name is there already.
            zipped: leave it out; unzipped models are not supported.

        `saving.load_model` gives the model back, here and in Keras.

        Lesson: 06.
        """
        files.save_model(self, filepath, overwrite, zipped, **kwargs)

    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        """Save the weights, and the optimizer's state, as a `.weights.h5` file.

        Args:
            filepath: name of the file; ends in `.weights.h5`.
            overwrite: False raises an error where a file of that name is there already.
            max_shard_size: leave it out; weights in several files are not supported.
        """
        files.save_weights(self, filepath, overwrite, max_shard_size)

    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        """Load what `save_weights` saved. If something does not fit, the model stays as it was.

        Args:
            filepath: name of a `.weights.h5` or `.keras` file.
            skip_mismatch: True leaves out, with a warning, the layers whose shapes differ.
        """
        files.load_weights(self, filepath, skip_mismatch, **kwargs)

    def get_compile_config(self):
        """What `compile` was told, as a JSON-ready dictionary; `{}` before that."""
        if not self.compiled:
            return {}
        return serialize_keras_object({**self._compile_arguments, "jit_compile": "auto"})

    def compile_from_config(self, config):
        """Compile as `get_compile_config` described."""
        readers = {
            "optimizer": optimizers.deserialize,
            "loss": losses.deserialize,
            "metrics": metrics.deserialize,
            "weighted_metrics": metrics.deserialize,
        }
        arguments = {name: _read(value, readers.get(name)) for name, value in config.items()}
        self.compile(**arguments)
        if self.built:
            self.optimizer.build(self.parameters)


def _read(value, reader):
    """A value of a config; what describes an object is given to `reader`, names stay names."""
    if isinstance(value, dict):
        if "class_name" in value:
            return reader(value) if reader else deserialize_keras_object(value)
        return {key: _read(each, reader) for key, each in value.items()}
    return [_read(each, reader) for each in value] if isinstance(value, list) else value
