"""What all optimizers share: the learning rate, clipping, weight decay, averages, and the step itself.

An optimizer is the textbook formula in `update_step`. It runs once on the model's two flat vectors, so each line of the
formula is one NumPy call for the whole model. Formulas are computed in place (`out=`), into slots and scratch vectors
that are kept. That is the third of the package's three speed idioms.

Lesson: 09. Source: `keras.optimizers.Optimizer`.
"""

import numpy as np

from kerasschool import config, old_spellings
from kerasschool.errors import check_number, check_whole, message
from kerasschool.layers.base import unique_name
from kerasschool.optimizers import clipping
from kerasschool.parameters import Parameter, Parameters
from kerasschool.registry import serialize_keras_object, snake_case

FORGET_EVERY = 128  # steps, in which the usual momenta, .9 and .99, cannot carry a number from FADED to below 1e-38
FADED = 1e-30


class Optimizer:
    """The base of all optimizers, and of your own.

    Args:
        learning_rate: a positive number, a schedule, or a function without arguments.
        weight_decay: share of each weight taken off per step, times the learning rate; None for none.
        clipnorm: the greatest norm of the gradient of one weight array; None for any.
        clipvalue: the greatest size of a gradient entry; None for any.
        global_clipnorm: the greatest norm of all gradients together; None for any.
        use_ema: True keeps a moving average of the weights, which replaces them at the end of `fit`.
        ema_momentum: the share of the old average in the new one.
        ema_overwrite_frequency: also replace the weights every so many steps; None for only at the end.
        loss_scale_factor: gradients arrive multiplied by it and are divided by it.
        gradient_accumulation_steps: update once per so many batches, by their mean gradient.
    """

    slot_groups = ()  # names of the vectors that the formula keeps from step to step: (("momentum", "velocity"),)
    works_on_vectors = False  # True: update_step takes the model's flat vectors; False: one weight array at a time

    def __init__(
        self,
        learning_rate,
        weight_decay=None,
        clipnorm=None,
        clipvalue=None,
        global_clipnorm=None,
        use_ema=False,
        ema_momentum=0.99,
        ema_overwrite_frequency=None,
        loss_scale_factor=None,
        gradient_accumulation_steps=None,
        name=None,
        **kwargs,
    ):
        cls = type(self).__name__
        old = old_spellings.rename(cls, kwargs, old_spellings.OPTIMIZER, of=type(self))
        learning_rate = old.get("learning_rate", learning_rate)
        for option, value in (("clipnorm", clipnorm), ("clipvalue", clipvalue), ("global_clipnorm", global_clipnorm)):
            if value is not None:
                check_number(option, value, 0)
        if sum(value is not None for value in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError(
                message(
                    "Only one of `clipnorm`, `clipvalue` and `global_clipnorm` can be set.",
                    clipnorm=clipnorm,
                    clipvalue=clipvalue,
                    global_clipnorm=global_clipnorm,
                )
            )
        if gradient_accumulation_steps:
            check_whole("gradient_accumulation_steps", gradient_accumulation_steps, 2)
        if use_ema:
            check_number("ema_momentum", ema_momentum, 0, 1)
            if ema_overwrite_frequency is not None:
                check_whole("ema_overwrite_frequency", ema_overwrite_frequency)
        if weight_decay is not None:
            check_number("weight_decay", weight_decay, 0)
        self.name = name or unique_name(snake_case(cls))
        self.weight_decay = weight_decay
        self.clipnorm, self.clipvalue, self.global_clipnorm = clipnorm, clipvalue, global_clipnorm
        self.use_ema, self.ema_momentum = use_ema, ema_momentum
        self.ema_overwrite_frequency = ema_overwrite_frequency
        self.loss_scale_factor = loss_scale_factor
        self.gradient_accumulation_steps = gradient_accumulation_steps
        self._iterations = Parameter(np.array(0, np.int32), name="iteration", trainable=False)
        self.parameters = None
        self.slots = {}
        self._learning_rate = None
        self._not_decayed = (set(), ())
        self._scratch = {}
        self._own_variables = []
        self.learning_rate = learning_rate

    # The learning rate

    @property
    def iterations(self):
        """How many updates were made, as a variable."""
        if not self.gradient_accumulation_steps:
            return self._iterations
        return Parameter(np.array(self.step_number() - 1, np.int32), name="iteration", trainable=False)

    def step_number(self):
        """The number of the update being made: 1, 2, 3, …; the `t` of the formulas."""
        return int(self._iterations.value) // (self.gradient_accumulation_steps or 1) + 1

    @property
    def learning_rate(self):
        """The learning rate now, as a variable: `float(...)` reads it, and assigning a number sets it."""
        if isinstance(self._learning_rate, Parameter):
            return self._learning_rate
        return Parameter(np.array(self.current_learning_rate(), config.floatx()), name="learning_rate", trainable=False)

    @learning_rate.setter
    def learning_rate(self, value):
        if hasattr(value, "get_config") or (callable(value) and not isinstance(value, Parameter)):
            self._learning_rate = value
            return
        if self._learning_rate is not None and not isinstance(self._learning_rate, Parameter):
            raise TypeError(
                "This optimizer takes its learning rate from a schedule or function, so it cannot be set. "
                "To set it by hand, create the optimizer with a number: "
                f"`{type(self).__name__}(learning_rate=0.01)`."
            )
        value = float(value) if isinstance(value, (Parameter, np.ndarray)) and value.shape == () else value
        check_number("learning_rate", value, 0)
        if self._learning_rate is None:
            self._learning_rate = Parameter(np.array(value, config.floatx()), name="learning_rate", trainable=False)
        else:
            self._learning_rate.assign(value)

    lr = learning_rate

    def current_learning_rate(self):
        """The learning rate of the next step: a float."""
        rate = self._learning_rate
        if isinstance(rate, Parameter):
            return float(rate.value)
        return float(rate(int(self._iterations.value)) if hasattr(rate, "get_config") else rate())

    # The step

    def build(self, variables):
        """Make the slots for these weights: a `Parameters`, or a list of `Parameter`."""
        self.parameters = variables if isinstance(variables, Parameters) else _packed(list(variables))
        self.slots = {name: np.zeros_like(self.parameters.values) for group in self._groups() for name in group}

    def _groups(self):
        average = [("average",)] if self.use_ema else []
        accumulator = [("gradient_accumulator",)] if self.gradient_accumulation_steps else []
        return [*average, *accumulator, *self.slot_groups]

    def slot(self, name, variable):
        """The part of the slot `name` that belongs to one weight array: a view."""
        return self.parameters.split(self.slots[name])[self._get_variable_index(variable)]

    @property
    def built(self):
        """True once the optimizer knows its weights."""
        return self.parameters is not None

    def step(self, parameters):
        """One update of all weights from the gradients that lie in `parameters.grads`."""
        if parameters is not self.parameters:
            self.move_to(parameters)
        rate = self.current_learning_rate()
        if self._has_options():
            self._step_with_options(parameters, rate)
        else:
            self._update(parameters.grads, parameters, rate)
        count = int(self._iterations.value) + 1
        self._iterations.value.fill(count)
        if count % FORGET_EVERY == 0:
            self._forget()

    def _forget(self):
        """Set what has faded from the slots to exactly 0.

        The momentum of a dead unit shrinks for ever, and numbers below 1e-38 are slow in every processor: Adam took
        18 % more time with them, on others it is far more. JAX and TensorFlow have the processor round them to 0.
        """
        for vector in self.slots.values():
            vector[np.abs(vector) < FADED] = 0

    def update_step(self, gradient, variable, learning_rate):
        """Change `variable` in place by the formula. Define it in your own optimizer.

        Args:
            gradient: array of the variable's shape.
            variable: the weights. Built-in optimizers get one flat vector of all weights; your own gets one
                `Parameter` at a time, which has `assign`, `assign_add` and `assign_sub`.
            learning_rate: float.
        """
        raise NotImplementedError(
            f"`{type(self).__name__}` must define `update_step(gradient, variable, learning_rate)`."
        )

    def _update(self, grads, parameters, rate):
        if self.works_on_vectors:
            self.update_step(grads, parameters.values, rate)
        else:
            for gradient, parameter in zip(parameters.split(grads), parameters, strict=True):
                self.update_step(gradient, parameter, rate)

    def _has_options(self):
        """True if a step is more than the formula."""
        return (
            self.weight_decay is not None
            or self.clipnorm
            or self.clipvalue
            or self.global_clipnorm
            or self.use_ema
            or self.gradient_accumulation_steps
            or self.loss_scale_factor
        )

    def _step_with_options(self, parameters, rate):
        grads = parameters.grads.copy()  # the layers' own gradients stay readable
        if self.loss_scale_factor:
            grads /= self.loss_scale_factor
        every = self.gradient_accumulation_steps
        step = int(self._iterations.value) + 1
        if every:
            self.slots["gradient_accumulator"] += grads
            grads = self.slots["gradient_accumulator"] / every
        if not every or step % every == 0:
            clipping.clip(grads, parameters, self.clipnorm, self.global_clipnorm, self.clipvalue)
            if self.weight_decay is not None:
                self._decay_weights(parameters, rate)
            self._update(grads, parameters, rate)
            if every:
                self.slots["gradient_accumulator"].fill(0)
        if self.use_ema:
            self._average_weights(parameters)

    def _decay_weights(self, parameters, rate):
        excluded, words = self._not_decayed
        for parameter, where in zip(parameters, parameters.slices, strict=True):
            if id(parameter) not in excluded and not any(word in parameter.name for word in words):
                parameters.values[..., where] *= 1 - self.weight_decay * rate

    def _average_weights(self, parameters):
        step = self.step_number()
        momentum = self.ema_momentum if step > 1 else 0
        average = self.slots["average"]
        average *= momentum
        average += (1 - momentum) * parameters.values
        if self.ema_overwrite_frequency and step % self.ema_overwrite_frequency == 0:
            parameters.values[...] = average

    def finalize_variable_values(self, var_list=None):
        """At the end of training: replace the weights by their moving average, if one is kept."""
        if self.use_ema and self.built:
            self.parameters.values[...] = self.slots["average"]

    def exclude_from_weight_decay(self, var_list=None, var_names=None):
        """Leave these weights, or those whose name contains one of the words, out of `weight_decay`."""
        if self.built:
            raise ValueError("`exclude_from_weight_decay()` must be called before the optimizer's first step.")
        self._not_decayed = ({id(variable) for variable in var_list or ()}, tuple(var_names or ()))

    def move_to(self, parameters):
        """Follow a model whose weights were packed anew: slots of weights that stayed keep their numbers."""
        kept = {}
        if self.built:
            for name, vector in self.slots.items():
                for parameter, part in zip(self.parameters, self.parameters.split(vector), strict=True):
                    kept[name, id(parameter)] = part
        self._scratch = {}
        self.build(parameters)
        for name, vector in self.slots.items():
            for parameter, part in zip(parameters, parameters.split(vector), strict=True):
                if (name, id(parameter)) in kept:
                    part[...] = kept[name, id(parameter)]

    def numbers(self, *values):
        """Settings of the formula as arrays without axes.

        NumPy turns a Python number into an array in every call, which costs 0.3 µs each time; these already are.
        """
        shape, dtype = self.parameters.numbers_shape, self.parameters.values.dtype
        return [np.full(shape, value, dtype) for value in values]

    def scratch(self, name):
        """A kept vector of the model's length to compute in; its content is anybody's."""
        vector = self._scratch.get(name)
        if vector is None:
            vector = self._scratch[name] = np.empty_like(self.parameters.values)
        return vector

    # Keras's own way in, for hand-written loops

    def apply_gradients(self, grads_and_vars):
        """One step from pairs `(gradient, variable)`."""
        grads, variables = zip(*grads_and_vars, strict=True)
        self.apply(grads, variables)
        return self.iterations

    def apply(self, grads, trainable_variables=None):
        """One step from a list of gradients, one for each variable.

        Args:
            grads: list of arrays.
            trainable_variables: list of `Parameter`; None for those the optimizer was built with.
        """
        if trainable_variables is not None and not self.built:
            self.build(trainable_variables)
        if not self.built:
            raise ValueError("The optimizer does not know its variables yet. Pass them: `apply(grads, variables)`.")
        variables = list(self.parameters if trainable_variables is None else trainable_variables)
        if [id(v) for v in variables] != [id(p) for p in self.parameters]:
            raise ValueError(
                "This optimizer was built with other variables. Create a new optimizer for a new set of variables."
            )
        if len(grads) != len(variables):
            raise ValueError(
                message(f"Expected {len(variables)} gradients, one for each variable.", received=len(grads))
            )
        for parameter, gradient in zip(variables, grads, strict=True):
            parameter.grad[...] = gradient
        self.step(self.parameters)
        for parameter in variables:
            if parameter.constraint is not None:
                parameter.assign(parameter.constraint(parameter.value))

    # State

    def add_variable(self, shape, initializer="zeros", dtype=None, name=None, **_):
        """For your own optimizer: an array that is kept, and saved, with it."""
        from kerasschool import initializers

        value = initializers.get(initializer)(shape, dtype=dtype or config.floatx())
        variable = Parameter(value, name=name or "variable", trainable=False)
        self._own_variables.append(variable)
        return variable

    def add_variable_from_reference(self, reference_variable, name=None, initializer="zeros"):
        """For your own optimizer: an array shaped like one of the weights."""
        return self.add_variable(reference_variable.shape, initializer, reference_variable.dtype, name)

    def _get_variable_index(self, variable):
        return next(index for index, each in enumerate(self.parameters) if each is variable)

    @property
    def variables(self):
        """All numbers that make up the optimizer's state, in Keras's order, as a list of `Parameter`.

        Assigning to one changes the optimizer.
        """
        found = [self._iterations]
        if isinstance(self._learning_rate, Parameter):
            found.append(self._learning_rate)
        for group in self._groups() if self.built else ():
            parts = [self.parameters.split(self.slots[name]) for name in group]
            for index, parameter in enumerate(self.parameters):
                for name, views in zip(group, parts, strict=True):
                    found.append(_view(views[index], f"{parameter.path.replace('/', '_')}_{name}"))
        return found + self._own_variables

    def set_weights(self, weights):
        """Copy a list of arrays, in the order of `variables`, into the optimizer."""
        own = self.variables
        expected, received = [v.shape for v in own], [np.shape(w) for w in weights]
        if expected != received:
            raise ValueError(message("The arrays do not fit the optimizer.", f"Expected {expected}.", shapes=received))
        for variable, weight in zip(own, weights, strict=True):
            variable.assign(weight)

    def save_own_variables(self, store):
        """Put the state into `store`, `"0"`, `"1"`, … as Keras does."""
        for index, variable in enumerate(self.variables):
            store[str(index)] = variable.numpy()

    def load_own_variables(self, store):
        """Take the state from `store`."""
        self.set_weights([np.asarray(store[str(index)]) for index in range(len(store.keys()))])

    def get_config(self):
        """The arguments that make an equal optimizer."""
        rate = self._learning_rate
        return {
            "name": self.name,
            "learning_rate": float(rate.value) if isinstance(rate, Parameter) else serialize_keras_object(rate),
            "weight_decay": self.weight_decay,
            "clipnorm": self.clipnorm,
            "global_clipnorm": self.global_clipnorm,
            "clipvalue": self.clipvalue,
            "use_ema": self.use_ema,
            "ema_momentum": self.ema_momentum,
            "ema_overwrite_frequency": self.ema_overwrite_frequency,
            "loss_scale_factor": self.loss_scale_factor,
            "gradient_accumulation_steps": self.gradient_accumulation_steps,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The optimizer that `get_config` described, without its state."""
        from kerasschool.registry import deserialize_keras_object

        if isinstance(config.get("learning_rate"), dict):
            rate = deserialize_keras_object(config["learning_rate"], custom_objects)
            config = {**config, "learning_rate": rate}
        return cls(**config)

    def __getstate__(self):
        return {**self.__dict__, "_scratch": {}}


def _view(array, name):
    """A `Parameter` that shares memory with `array`."""
    parameter = Parameter(np.zeros(()), name=name, trainable=False)
    parameter.value = array
    return parameter


def _packed(variables):
    """The `Parameters` that already hold exactly these variables, or new ones."""
    owner = getattr(variables[0], "owner", None) if variables else None
    if owner is not None and [id(v) for v in owner] == [id(v) for v in variables]:
        return owner
    return Parameters(variables)
