"""Models to files and back, in Keras 3's own formats: `.keras` for all of a model, `.weights.h5` for its weights.

A model saved here can be loaded by Keras, and the other way round: predictions, optimizer and further training are
the same.

Source: `keras.saving`.
"""

import warnings

from kerasschool.errors import message, unknown_arguments
from kerasschool.layers import Layer, budget
from kerasschool.old_spellings import caller_depth
from kerasschool.registry import deserialize_keras_object, serialize_keras_object
from kerasschool.saving import archive, h5_file, paths, state

BYTES_PER_LAYER = 2**16  # what a file may need for each layer beside its numbers
COPIES = 16  # how often a file may hold as much as all weights: an optimizer keeps up to five more numbers per weight


def save_model(model, filepath, overwrite=True, zipped=None, **kwargs):
    """Save all of a model: layers, weights, how it was compiled, and the state of its optimizer.

    The file is written whole or not at all: an error leaves an older file of that name as it was.

    Args:
        filepath: name of the file; ends in `.keras`.
        overwrite: False raises an error where a file of that name is there already. Keras asks.
        zipped: leave it out; unzipped models are not supported.

    Raises:
        ImportError: without the package h5py. OSError: if the file cannot be written. ValueError: for another ending.

    Lesson: 06.
    """
    kwargs.pop("include_optimizer", None)  # without effect on `.keras` files in Keras too
    if kwargs.pop("save_format", None) is not None:
        warnings.warn("`save_format` is an old spelling. Today the file's name says it.", stacklevel=caller_depth())
    if kwargs:
        raise unknown_arguments("save_model", kwargs, save_model)
    if zipped is not None and not zipped:
        raise ValueError(message("Unzipped models are not supported.", fix="Leave `zipped` out.", zipped=zipped))
    _check_model(model)
    path = paths.to_write(filepath, ".keras", overwrite)
    if not model.built:
        warnings.warn(
            f"`{model.name}` is not built yet, so the file holds no weights. "
            "Start it with `Input(shape=…)`, or train it before you save it.",
            stacklevel=caller_depth(),
        )
    weights = h5_file.to_bytes(state.groups(model))
    paths.write_whole(path, archive.to_bytes(serialize_keras_object(model), weights))


def load_model(filepath, custom_objects=None, compile=True, safe_mode=True):
    """The model that `save_model` saved, here or in Keras.

    Nothing that a file holds is run, and nothing that it names is imported. Functions and classes of your own are
    found by name: register them with `@register_keras_serializable()`, or pass them here.

    Args:
        filepath: name of the file; ends in `.keras`.
        custom_objects: dictionary, name → your own class or function; `"<lambda>"` for the function of a `Lambda`.
        compile: False leaves the model uncompiled, without its optimizer.
        safe_mode: accepted for Keras's sake. False does not make code from a file run either.

    Raises:
        FileNotFoundError: with the nearest name in the folder. ImportError: without the package h5py.
        ValueError: for a file that is damaged, hostile or not a model's, or that names something unknown.

    Lesson: 06.
    """
    path = paths.to_read(filepath, ".keras")
    h5_file.require_h5py()
    with open(path, "rb") as file:
        parts = archive.Archive(file, path)
        config = parts.config()
        room = 4 * parts.weights_size + 2**20  # all weights must be in the file
        model = _rebuild(config, custom_objects, compile, room, path)
        if parts.weights_size > _most_bytes(model):
            raise h5_file.RefusedError(f"{parts.what} It holds far more numbers than its model has.")
        _load(model, parts.weights(), parts.weights_size, path)
    return model


def save_weights(model, filepath, overwrite=True, max_shard_size=None):
    """Save a model's weights, and its optimizer's state, without its layers.

    Args:
        filepath: name of the file; ends in `.weights.h5`.
        overwrite: False raises an error where a file of that name is there already. Keras asks.
        max_shard_size: leave it out; weights in several files are not supported.
    """
    if max_shard_size is not None:
        raise ValueError(
            message("Weights in several files are not supported.", fix="Leave it out.", max_shard_size=max_shard_size)
        )
    _check_model(model)
    _check_built(model, "save")
    path = paths.to_write(filepath, ".weights.h5", overwrite)
    paths.write_whole(path, h5_file.to_bytes(state.groups(model)))


def load_weights(model, filepath, skip_mismatch=False, **kwargs):
    """Load weights, and the optimizer's state if there is one, into a model that has the same layers.

    Everything is read and checked before anything is changed.

    Args:
        filepath: name of a `.weights.h5` or `.keras` file.
        skip_mismatch: True leaves out, with a warning, the layers whose shapes differ.

    Raises:
        FileNotFoundError: with the nearest name in the folder. ValueError: if the file does not fit or is damaged.
    """
    if kwargs:
        raise unknown_arguments("load_weights", kwargs, load_weights)
    _check_model(model)
    path = paths.to_read(filepath, ".weights.h5", ".keras")
    _check_built(model, "load")
    h5_file.require_h5py()
    with open(path, "rb") as file:
        if path.endswith(".keras"):
            parts = archive.Archive(file, path)
            stream, size = parts.weights(), parts.weights_size
        else:
            stream, size = file, file.seek(0, 2)
        _load(model, stream, size, path, skip_mismatch)


def _load(model, stream, size, path, skip_mismatch=False):
    with h5_file.WeightsFile(stream, size, path) as weights, h5_file.refusing(f"{path!r} cannot be loaded."):
        state.load(model, weights, skip_mismatch)


def from_description(text, custom_objects=None):
    """The model that a JSON text describes, with new weights."""
    what = "This text does not describe a model."
    with h5_file.refusing(what):
        return _rebuild(archive.read_config(text), custom_objects, compile=True)


def _rebuild(config, custom_objects, compile, room=2**33, path=None):
    """The model that a description stands for."""
    what = "The model cannot be rebuilt." if path is None else f"{path!r} cannot be loaded."
    if config["class_name"] in ("Functional", "Model"):
        raise h5_file.RefusedError(
            f"{what} It is a `{config['class_name']}` model; only `Sequential` models exist here."
        )
    if not compile:
        config = {**config, "compile_config": None}
    with h5_file.refusing(what), budget.limited_to(room, filled_later=path is not None):
        model = deserialize_keras_object(config, custom_objects)
        if not state.is_model(model):
            raise h5_file.RefusedError(f"{what} It does not describe a model but {model!r}.")
        return model


def _most_bytes(model):
    """The largest file that can be a file of this model's weights."""
    layers = [owner for _, owner in state.owners(model) if isinstance(owner, Layer)]
    if any(type(layer).load_own_variables is not Layer.load_own_variables for layer in layers):
        return float("inf")  # it may keep anything
    numbers = sum(weight.value.nbytes for weight in model.weights)
    return COPIES * numbers + BYTES_PER_LAYER * (len(layers) + 16)


def _check_model(model):
    if not state.is_model(model):
        raise ValueError(message("Only models can be saved and loaded.", model=model))


def _check_built(model, verb):
    if not model.built:
        raise ValueError(
            f"`{model.name}` is not built yet, so it has no weights to {verb}. "
            "Start it with `Input(shape=…)`, or call `model.build(input_shape)`."
        )
