"""Names and what they stand for: `"relu"` → `relu`, `"adam"` → `Adam()`, a saved config → the object again.

Every module with a `get()` (activations, initializers, losses, …) keeps one `Registry`. Custom objects of the reader
join through `register_keras_serializable` or `custom_object_scope`. Nothing here imports or runs anything that a
config names: a name is looked up among the known ones, or it is an error.

Source: `keras.saving`.
"""

import inspect
import re
import types
import warnings

import numpy as np

from kerasschool.errors import message, short, unknown

FUNCTIONS_OF = ("activations", "initializers", "losses", "metrics", "regularizers")  # where Keras's functions live

_registries = {}  # public module name, "initializers" → its Registry
_custom_objects = {}  # "package>Name" → class or function
_custom_names = {}  # the same, the other way round
_scopes = [{}]  # what `with custom_object_scope({...})` has brought in, innermost last


def snake_case(name):
    """`"GlorotUniform"` → `"glorot_uniform"`."""
    name = re.sub(r"\W+", "", name)
    name = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub("([a-z])([A-Z])", r"\1_\2", name).lower()


class Registry:
    """The known names of one kind of object.

    Args:
        kind: what a message calls them, for example `"activation"`.
        module: the public module, for example `"activations"`.
        objects: classes and functions, found by name, snake_case name and lower-case name.
        aliases: further names, for example `{"mse": mean_squared_error}`.
        spell: from a class's name to the one that is written as a string.
    """

    def __init__(self, kind, module, objects=(), aliases=None, spell=snake_case):
        self.kind, self.module, self.spell = kind, module, spell
        self.names = {}
        self.public = {}
        for each in objects:
            self.add(each)
        self.names.update(aliases or {})
        _registries[module] = self

    def add(self, each):
        """Make a class or function known under its own name; use it as a decorator for a late-comer."""
        name = each.__name__
        self.public[name] = each
        for key in (name.lower(), snake_case(name), name):
            self.names[key] = each
        return each

    def find(self, name):
        """The class or function called `name`; custom objects come first."""
        custom = get_registered_object(name)
        if custom is not None:
            return custom
        found = self.names.get(name)
        if found is None:
            found = self.names.get(str(name).lower())
        if found is None:
            raise unknown(self.kind, name, self.known())
        return found

    def known(self):
        """One spelling of every name, the one that is written in code as a string."""
        return sorted({self.spell(name) for name in self.public})

    def get(self, identifier):
        """The object for a name, config, class, function or instance; None stays None."""
        if identifier is None:
            return None
        if isinstance(identifier, dict):
            return self.deserialize(identifier)
        if isinstance(identifier, str):
            found = self.find(identifier)
            return found() if inspect.isclass(found) else found
        if inspect.isclass(identifier):
            return identifier()
        if callable(identifier) or hasattr(identifier, "get_config"):
            return identifier
        raise ValueError(
            message(
                f"Could not read the {self.kind}.",
                f"Expected a name such as {self.known()[0]!r}, a config dictionary, a callable, or an instance.",
                **{self.kind.replace(" ", "_"): identifier},
            )
        )

    def deserialize(self, config, custom_objects=None):
        """The object that `serialize` described; a bare name is looked up in this registry."""
        with custom_object_scope(custom_objects):
            if isinstance(config, str):
                found = self.find(config)
                return found() if inspect.isclass(found) else found
            return deserialize_keras_object(config, registry=self)

    def serialize(self, obj):
        """A JSON-ready description: a name for a known function, else a config dictionary."""
        if obj is not None and self.public.get(getattr(obj, "__name__", None)) is obj and not inspect.isclass(obj):
            return obj.__name__
        return serialize_keras_object(obj)


class custom_object_scope:  # noqa: N801  (Keras's name)
    """Inside the `with` block the given names stand for the given classes and functions.

    Args:
        custom_objects: dictionary, name → class or function.
    """

    def __init__(self, custom_objects):
        self.custom_objects = dict(custom_objects or {})

    def __enter__(self):
        _scopes.append({**_scopes[-1], **self.custom_objects})
        return self

    def __exit__(self, *error):
        _scopes.pop()


CustomObjectScope = custom_object_scope


def get_custom_objects():
    """The live dictionary of registered custom objects, `"package>Name"` → object."""
    return _custom_objects


def register_keras_serializable(package="Custom", name=None):
    """A decorator that lets saved models name your class or function as `"package>name"`."""

    def register(obj):
        if inspect.isclass(obj) and not hasattr(obj, "get_config"):
            raise ValueError(
                message("A class can be registered only when it has a `get_config()` method.", received=obj.__name__)
            )
        key = f"{package}>{name or obj.__name__}"
        _custom_objects[key] = obj
        _custom_names[obj] = key
        return obj

    return register


def get_registered_name(obj):
    """`"package>Name"` for a registered object, else its Python name."""
    try:
        return _custom_names.get(obj) or obj.__name__
    except TypeError:  # not hashable, so never registered
        return obj.__name__


def get_registered_object(name, custom_objects=None, module_objects=None):
    """The custom object called `name` — in the scope, registered, or in the dictionaries given — or None."""
    for objects in (_scopes[-1], _custom_objects, custom_objects, module_objects):
        if objects and name in objects:
            return objects[name]
    return None


def knows(module, name):
    """True if the public module, `"losses"`, has something of this name."""
    return name in _registries[module].names


def public_module(obj):
    """`"keras.layers"` for a class or function of ours, None for anybody else's."""
    module = getattr(obj, "__module__", None) or ""
    parts = module.split(".")
    if parts[0] != "kerasschool" or len(parts) < 2:
        return None
    if parts[1] == "models":
        return "keras"
    return "keras.optimizers.schedules" if "schedules" in parts else f"keras.{parts[1]}"


def serialize_keras_object(obj):
    """A JSON-ready description of a value, function or object with `get_config()`, in Keras's format."""
    if obj is None or isinstance(obj, (str, bool, int, float)):
        return obj
    if isinstance(obj, (list, tuple)):
        items = [serialize_keras_object(item) for item in obj]
        return tuple(items) if isinstance(obj, tuple) else items
    if isinstance(obj, dict):
        return {key: serialize_keras_object(value) for key, value in obj.items()}
    if isinstance(obj, np.generic) or (isinstance(obj, np.ndarray) and obj.ndim == 0):
        return obj.item()
    if isinstance(obj, np.ndarray):
        return {"class_name": "__numpy__", "config": {"value": obj.tolist(), "dtype": obj.dtype.name}}
    if hasattr(obj, "get_config") and not inspect.isclass(obj):
        return _serialize_instance(obj)
    if callable(obj) and hasattr(obj, "__name__"):
        return _serialize_function(obj)
    raise TypeError(
        message(
            "This object cannot be written into a config.",
            "Expected a plain value, a named function, or an object with a `get_config()` method.",
            received=obj,
        )
    )


def _serialize_instance(obj):
    cls = type(obj)
    ours = public_module(cls)
    config = obj.get_config()
    if not isinstance(config, dict):
        raise TypeError(message(f"`{cls.__name__}.get_config()` must return a dictionary.", received=config))
    described = {
        "module": ours or cls.__module__,
        "class_name": cls.__name__,
        "config": serialize_keras_object(config),
        "registered_name": None if ours else get_registered_name(cls),
    }
    for extra in ("build_config", "compile_config"):
        value = getattr(obj, f"get_{extra}", lambda: None)()
        if value is not None:
            described[extra] = serialize_keras_object(value)
    return described


def _serialize_function(function):
    name = get_registered_name(function)
    if isinstance(function, types.FunctionType) and function.__name__ == "<lambda>":
        warnings.warn(
            "A `lambda` has no name to save. Use a named function and pass it as `custom_objects=` when you load.",
            stacklevel=3,
        )
    ours = public_module(function)
    return {
        "module": ours or "builtins",  # Keras's way to say: a function of the reader's own
        "class_name": "function",
        "config": name,
        "registered_name": name if ours else "function",
    }


def deserialize_keras_object(config, custom_objects=None, registry=None, **_):
    """The value or object that `serialize_keras_object` described.

    Only names of Keras, registered names and `custom_objects` are looked up; no module is imported and no code
    stored in a config is run.

    Raises:
        ValueError: for a name that is not known, or a config that cannot be read.
    """
    with custom_object_scope(custom_objects):
        return _deserialize(config, registry)


def _deserialize(config, registry=None):
    if config is None or isinstance(config, (str, bool, int, float)):
        return config
    if isinstance(config, (list, tuple)):
        return type(config)(_deserialize(item) for item in config)
    if not isinstance(config, dict):
        raise ValueError(message("This config cannot be read.", "Expected JSON values.", config=config))
    if "class_name" not in config or "config" not in config:
        return {key: _deserialize(value) for key, value in config.items()}
    name, inner = config["class_name"], config["config"]
    if name in ("__numpy__", "__tensor__"):
        return np.array(inner["value"], dtype=_number_type(inner["dtype"]))
    if name == "__lambda__":
        found = get_registered_object("<lambda>")
        if found is None:
            raise ValueError(
                "This config holds the code of a `lambda`, and code from a file is never run (not even with "
                "`safe_mode=False`). Write the function again and pass it as custom_objects={'<lambda>': function}."
            )
        return found
    found = _look_up(config, registry)
    if name == "function":
        return found
    return _rebuild(found, config, inner)


def _number_type(dtype):
    """A NumPy type of plain numbers; others could ask for any amount of memory."""
    found = np.dtype(dtype)
    if found.kind not in "fiub":
        raise ValueError(message("Arrays in a config must hold numbers.", dtype=dtype))
    return found


def _look_up(config, registry):
    """The class or function that a config names, among the custom and the known ones."""
    module, name = config.get("module"), config["class_name"]
    wanted = config["config"] if name == "function" else name
    for key in (config.get("registered_name"), wanted):
        custom = get_registered_object(key) if isinstance(key, str) else None
        if custom is not None:
            return custom
    parts = module.split(".") if isinstance(module, str) else []
    if parts and parts[0] in ("keras", "kerasschool"):
        place = {"keras": "models"}.get(module, ".".join(parts[1:]))
        registry = _registries.get(place)
        if registry is None:
            raise unknown("Keras module", module, [f"keras.{known}" for known in _registries])
    elif parts and module != "builtins":
        registry = None
    found = None
    if registry is not None and isinstance(wanted, str):
        found = registry.public.get(wanted) or registry.names.get(wanted)
        if found is None and module != "builtins" and not config.get("registered_name"):
            raise unknown(registry.kind, wanted, registry.known())
    if found is None and module == "builtins" and isinstance(wanted, str):  # Keras's way to write any function
        public = [_registries[place].public for place in FUNCTIONS_OF if wanted in _registries[place].public]
        found = public[0][wanted] if public else None
    if found is None:
        raise ValueError(
            f"Cannot find {short(wanted)} of module {short(module)}: it is not part of Keras. "
            f"Pass it by name when you load, as custom_objects={{{short(wanted)}: …}}, "
            "or register it with @register_keras_serializable()."
        )
    return found


def _rebuild(cls, config, inner):
    if not inspect.isclass(cls):
        return cls
    if not isinstance(inner, dict):
        raise ValueError(message(f"The config of `{cls.__name__}` must be a dictionary.", config=inner))
    try:
        if hasattr(cls, "from_config"):
            obj = cls.from_config(dict(inner))
        else:
            obj = cls(**{key: _deserialize(value) for key, value in inner.items()})
    except TypeError as error:
        raise ValueError(
            f"Cannot rebuild `{cls.__name__}` from its config: {error} Received: {short(inner)}"
        ) from error
    build = config.get("build_config")
    if build and hasattr(obj, "build_from_config"):
        obj.build_from_config(build)
    if config.get("compile_config") and hasattr(obj, "compile_from_config"):
        obj.compile_from_config(config["compile_config"])
    return obj
