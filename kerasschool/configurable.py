"""Objects that can be written down as a dictionary of their arguments, and made again from it."""

import inspect

from kerasschool.errors import argument_names, refuse_unknown_arguments
from kerasschool.registry import deserialize_keras_object, serialize_keras_object


class NamesArguments:
    """The base of classes that name the nearest argument when one is mistyped."""

    def __new__(cls, *args, **kwargs):
        refuse_unknown_arguments(cls, kwargs)
        return super().__new__(cls)


class Configurable(NamesArguments):
    """An object that keeps each argument of its `__init__` in an attribute of the same name.

    >>> class Ramp(Configurable):
    ...     def __init__(self, start=0.0, end=1.0):
    ...         self.start, self.end = start, end
    >>> Ramp(end=5.0).get_config()
    {'start': 0.0, 'end': 5.0}
    """

    def __init__(self):
        """No arguments, unless a subclass has some."""

    def get_config(self):
        """The arguments, as a JSON-ready dictionary."""
        names = argument_names(type(self).__init__) if inspect.isfunction(type(self).__init__) else []
        return {name: serialize_keras_object(getattr(self, name)) for name in names if hasattr(self, name)}

    @classmethod
    def from_config(cls, config):
        """The object that `get_config` described."""
        return cls(**{name: deserialize_keras_object(value) for name, value in config.items()})
