"""New models with the structure of others: from a model, or from a JSON text.

Source: `keras.models.clone_model`, `keras.models.model_from_json`.
"""

import json

from kerasschool.errors import message
from kerasschool.models.sequential import Sequential
from kerasschool.registry import deserialize_keras_object


def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False):
    """A new model of the same structure with new weights. (`copy.deepcopy` copies the weights too.)

    Args:
        model: a `Sequential`.
        clone_function: from a layer to the one in its place; None makes an equal layer.
        recursive: apply `clone_function` inside models that are layers of this one, too.
        input_tensors, call_function: for functional models; leave them out.

    Returns:
        A `Sequential`, not compiled.

    >>> from kerasschool.layers import Dense, Input
    >>> model = Sequential([Input((2,)), Dense(1)])
    >>> copy = clone_model(model)
    >>> copy.count_params(), copy.layers[0] is model.layers[0]
    (3, False)
    """
    if not isinstance(model, Sequential):
        raise ValueError(message("`clone_model` needs a model.", model=model))
    for name, value in (("input_tensors", input_tensors), ("call_function", call_function)):
        if value is not None:
            raise ValueError(message("This is for functional models.", f"Leave `{name}` out.", **{name: value}))
    clone_function = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))

    def clone(layer):
        if recursive and isinstance(layer, Sequential):
            return clone_model(layer, clone_function=clone_function, recursive=True)
        return clone_function(layer)

    entrance = [] if model._entrance is None else [type(model._entrance).from_config(model._entrance.get_config())]
    copied = Sequential(entrance + [clone(layer) for layer in model.layers], model.trainable, model.name)
    if model.built and not copied.built:
        copied.build(model.built_shape)
    return copied


def model_from_json(json_string, custom_objects=None):
    """The model that `model.to_json()` described, with new weights.

    Args:
        json_string: what `to_json` gave.
        custom_objects: dictionary, name → class or function, for what is not Keras's.

    >>> from kerasschool.layers import Dense, Input
    >>> model_from_json(Sequential([Input((2,)), Dense(1)]).to_json()).count_params()
    3
    """
    try:
        config = json.loads(json_string)
    except (TypeError, ValueError) as error:
        raise ValueError(
            message("This is no JSON text.", "Expected what `model.to_json()` gave.", json_string=json_string)
        ) from error
    return deserialize_keras_object(config, custom_objects)
