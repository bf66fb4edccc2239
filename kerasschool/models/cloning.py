"""New models with the structure of others: from a model, or from a JSON text.

Source: `keras.models.clone_model`, `keras.models.model_from_json`.
"""

import copy

from kerasschool.errors import message
from kerasschool.layers import InputLayer
from kerasschool.layers.keras_tensor import KerasTensor
from kerasschool.models.sequential import Sequential
from kerasschool.saving import files


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False):
    """A new model of the same structure with new weights, compiled alike. (`copy.deepcopy` copies the weights too.)

    Args:
        model: a `Sequential`.
        input_tensors: an `Input` for the new model, in place of the old one's.
        clone_function: from a layer to the one in its place; None makes an equal layer.
        call_function: for functional models; leave it out.
        recursive: True applies `clone_function` inside models that are layers of this one, too.

    >>> from kerasschool.layers import Dense, Input
    >>> model = Sequential([Input((2,)), Dense(1)])
    >>> copy = clone_model(model)
    >>> copy.count_params(), copy.layers[0] is model.layers[0]
    (3, False)
    """
    if not isinstance(model, Sequential):
        raise ValueError(message("`clone_model` needs a model.", model=model))
    if call_function is not None:
        raise ValueError(message("This is for functional models.", "Leave it out.", call_function=call_function))
    if clone_function is not None and not callable(clone_function):
        raise ValueError(message("`clone_function` must be a function of a layer.", clone_function=clone_function))
    clone_function = clone_function or _equal_layer

    def clone(layer):
        if recursive and isinstance(layer, Sequential):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        return clone_function(layer)

    entrance = _entrance(model, input_tensors)
    cloned = Sequential([*entrance, *(clone(layer) for layer in model.layers)], model.trainable, model.name)
    if model.built and not cloned.built:
        cloned.build(model.built_shape)
    if model.compiled:
        _compile_alike(cloned, model)
    return cloned


def _equal_layer(layer):
    return type(layer).from_config(layer.get_config())


def _entrance(model, input_tensors):
    """The new model's `Input` in a list, or an empty list."""
    if input_tensors is None:
        return [] if model._entrance is None else [_equal_layer(model._entrance)]
    if isinstance(input_tensors, (list, tuple)) and len(input_tensors) == 1:
        (input_tensors,) = input_tensors
    if not isinstance(input_tensors, (KerasTensor, InputLayer)):
        raise ValueError(message("`input_tensors` must be one `Input`.", input_tensors=input_tensors))
    return [input_tensors]


def _compile_alike(cloned, model):
    """Compile the new model with an optimizer and metrics of its own."""
    arguments = dict(model._compile_arguments)
    optimizer = arguments["optimizer"]
    arguments["optimizer"] = type(optimizer).from_config(optimizer.get_config())
    for name in ("metrics", "weighted_metrics"):
        arguments[name] = copy.deepcopy(arguments[name])
    cloned.compile(**arguments)


def model_from_json(json_string, custom_objects=None):
    """The model that `model.to_json()` described, with new weights, compiled alike.

    Args:
        json_string: the text.
        custom_objects: dictionary, name → class or function, for what is not Keras's.

    Raises:
        ValueError: if the text does not describe a model, or names something unknown.

    >>> from kerasschool.layers import Dense, Input
    >>> model_from_json(Sequential([Input((2,)), Dense(1)]).to_json()).count_params()
    3
    """
    if not isinstance(json_string, str):
        raise ValueError(
            message("This is no JSON text.", "Expected what `model.to_json()` gave.", json_string=json_string)
        )
    return files.from_description(json_string, custom_objects)
