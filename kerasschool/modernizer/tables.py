"""What moved, what was renamed and what is gone, from Keras 0, 1 and 2, TensorFlow and CNTK to Keras 3.

The names that kerasschool still understands while it runs, with a warning, come from `old_spellings`.
"""

from kerasschool import old_spellings

# Modules and names: old place → new place. The longest beginning that fits counts.
_LAYER_MODULES = (
    *("advanced_activations", "convolutional", "convolutional_recurrent", "core", "embeddings", "local", "merge"),
    *("noise", "normalization", "pooling", "recurrent", "wrappers", "preprocessing", "attention"),
)
_SHORT_OPTIMIZERS = {
    **{name.lower(): name for name in ("SGD", "RMSprop", "Adam", "Adagrad", "Adadelta", "Adamax", "Nadam", "Ftrl")}
}
_TF_FUNCTIONS = {
    **{
        name: name
        for name in (
            *("abs", "argmax", "argmin", "cast", "cos", "cumsum", "equal", "exp", "expand_dims", "greater", "less"),
            *("matmul", "maximum", "minimum", "ones", "ones_like", "reshape", "round", "shape", "sigmoid", "sign"),
            *("sin", "sqrt", "square", "squeeze", "stack", "tanh", "tile", "transpose", "where", "zeros", "zeros_like"),
        )
    },
    **{f"math.{name}": name for name in ("abs", "cos", "exp", "log", "maximum", "minimum", "sigmoid", "sign", "sin")},
    **{f"math.{name}": name for name in ("sqrt", "square", "tanh")},
    **{f"nn.{name}": name for name in ("elu", "relu", "selu", "sigmoid", "softmax", "softplus", "softsign", "tanh")},
    **{
        f"{prefix}reduce_{name}": name
        for name in ("all", "any", "max", "mean", "min", "prod", "sum")
        for prefix in ("", "math.")
    },
    "clip_by_value": "clip",
    "concat": "concatenate",
    "convert_to_tensor": "convert_to_tensor",
    "log": "log",
    "math.pow": "power",
    "math.reduce_std": "std",
    "math.reduce_variance": "var",
    "pow": "power",
}
_CNTK_FUNCTIONS = {
    **{name: name for name in ("abs", "clip", "cos", "elu", "exp", "log", "relu", "selu", "sigmoid", "sin", "softmax")},
    **{name: name for name in ("softplus", "softsign", "sqrt", "square", "tanh", "reshape", "transpose")},
    **{f"reduce_{name}": name for name in ("max", "mean", "min", "prod", "sum")},
    "element_max": "maximum",
    "element_min": "minimum",
    "element_times": "multiply",
    "minus": "subtract",
    "plus": "add",
    "times": "matmul",
}
_TF_OPTIMIZERS = {"Adam": "Adam", "GradientDescent": "SGD", "RMSProp": "RMSprop", "Adagrad": "Adagrad"}

MOVED = {
    "kerasschool": "keras",
    "tensorflow.keras": "keras",
    "tensorflow.python.keras": "keras",
    "tensorflow.contrib.keras": "keras",
    "tensorflow.compat.v1.keras": "keras",
    "keras.api": "keras",
    **{f"keras.layers.{module}": "keras.layers" for module in _LAYER_MODULES},
    "keras.engine.topology": "keras.layers",
    "keras.engine.training": "keras.models",
    "keras.engine.base_layer": "keras.layers",
    "keras.engine": "keras.layers",
    "keras.engine.Model": "keras.models.Model",
    "keras.objectives": "keras.losses",
    "keras.initializations": "keras.initializers",
    "keras.utils.np_utils": "keras.utils",
    "keras.utils.vis_utils": "keras.utils",
    "keras.utils.visualize_util": "keras.utils",
    "keras.utils.visualize_util.plot": "keras.utils.plot_model",
    "keras.utils.generic_utils": "keras.utils",
    "keras.utils.data_utils": "keras.utils",
    "keras.preprocessing.sequence.pad_sequences": "keras.utils.pad_sequences",
    "keras.layers.TimeDistributedDense": "keras.layers.Dense",
    "keras.layers.CuDNNLSTM": "keras.layers.LSTM",
    "keras.layers.CuDNNGRU": "keras.layers.GRU",
    "keras.regularizers.activity_l1": "keras.regularizers.l1",
    "keras.regularizers.activity_l2": "keras.regularizers.l2",
    "keras.regularizers.l1l2": "keras.regularizers.l1_l2",
    "keras.initializers.glorot_normal": "keras.initializers.GlorotNormal",
    "keras.initializers.glorot_uniform": "keras.initializers.GlorotUniform",
    "keras.initializers.he_normal": "keras.initializers.HeNormal",
    "keras.initializers.he_uniform": "keras.initializers.HeUniform",
    "keras.initializers.lecun_normal": "keras.initializers.LecunNormal",
    "keras.initializers.lecun_uniform": "keras.initializers.LecunUniform",
    **{f"keras.optimizers.{old}": f"keras.optimizers.{new}" for old, new in _SHORT_OPTIMIZERS.items()},
    **{f"keras.optimizers.{old}.{new}": f"keras.optimizers.{new}" for old, new in _SHORT_OPTIMIZERS.items()},
    **{f"keras.optimizers.{old}_v2.{new}": f"keras.optimizers.{new}" for old, new in _SHORT_OPTIMIZERS.items()},
    "keras.optimizers.legacy": "keras.optimizers",
    "kerasschool.optimizers.sgd": "kerasschool.optimizers.sgd",  # CNTK's learner, for loops written by hand
    **{
        f"keras.backend.{old}": f"keras.{new}"
        for old, new in old_spellings.BACKEND.items()
        if not new.startswith("layers.")
    },
    **{f"tensorflow.{old}": f"keras.ops.{new}" for old, new in _TF_FUNCTIONS.items()},
    **{f"tensorflow.train.{old}Optimizer": f"keras.optimizers.{new}" for old, new in _TF_OPTIMIZERS.items()},
    "tensorflow.set_random_seed": "keras.utils.set_random_seed",
    "tensorflow.random.set_seed": "keras.utils.set_random_seed",
    "tensorflow.random.set_random_seed": "keras.utils.set_random_seed",
    **{f"cntk.{old}": f"keras.ops.{new}" for old, new in _CNTK_FUNCTIONS.items()},
    **{f"cntk.ops.{old}": f"keras.ops.{new}" for old, new in _CNTK_FUNCTIONS.items()},
    **{f"keras.ops.{old}": f"keras.ops.{new}" for old, new in _CNTK_FUNCTIONS.items() if old.startswith("reduce_")},
}

WHY_MOVED = {  # the beginning of the old place → why
    "tensorflow.keras": "Keras 3 is a package of its own; TensorFlow is one of the libraries it can run on.",
    "tensorflow.python.keras": "Keras 3 is a package of its own; TensorFlow is one of the libraries it can run on.",
    "tensorflow.random": "One call seeds Python, NumPy and the library that Keras runs on.",
    "tensorflow.set_random_seed": "One call seeds Python, NumPy and the library that Keras runs on.",
    "tensorflow": "`keras.ops` has the same functions, whatever library Keras runs on.",
    "cntk": "CNTK is no longer developed; `keras.ops` has the same functions.",
    "keras.backend": "The functions of `keras.backend` are in `keras.ops` today.",
    "keras.ops": "Its name in Keras has no `reduce_`.",
    "keras.layers.TimeDistributedDense": "`Dense` works along the last axis, whatever comes before it.",
    "keras.layers": "All layers are in `keras.layers`.",
    "keras.engine": "Layers are in `keras.layers`, models in `keras.models`.",
    "keras.objectives": "Objectives are called losses.",
    "keras.initializations": "The module is called `initializers`.",
    "keras.initializers": "Initializers are classes.",
    "keras.optimizers": "Optimizers are classes, their names begin with a capital.",
    "keras.regularizers": "One regularizer serves weights and outputs.",
    "keras.utils": "The helpers are in `keras.utils` itself.",
    "keras.preprocessing": "It is in `keras.utils` today.",
}

# Modules whose contents are imported by name instead: nobody says `np_utils` any more.
DISSOLVED = ("keras.utils.np_utils", "keras.utils.vis_utils", "keras.utils.visualize_util")

# Names without an import in a piece of a program, and where they come from.
USUAL = {
    "K": "keras.backend",
    "keras": "keras",
    "tf": "tensorflow",
    "cntk": "cntk",
    "np": "numpy",
    "numpy": "numpy",
    "np_utils": "keras.utils.np_utils",
    "to_categorical": "keras.utils.to_categorical",
    "Sequential": "keras.models.Sequential",
    "Model": "keras.models.Model",
    "load_model": "keras.models.load_model",
    "model_from_json": "keras.models.model_from_json",
    "optimizers": "keras.optimizers",
    "layers": "keras.layers",
    **{f"reduce_{name}": f"cntk.reduce_{name}" for name in ("max", "mean", "min", "prod", "sum")},
    "square": "cntk.square",
    "sgd": "keras.optimizers.sgd",
    **{
        name: f"keras.layers.{name}"
        for name in (
            *("Activation", "AlphaDropout", "BatchNormalization", "Dense", "Dropout", "ELU", "Embedding", "Flatten"),
            *("GaussianDropout", "GaussianNoise", "Lambda", "LeakyReLU", "PReLU", "RepeatVector", "Reshape"),
        )
    },
    **{name: f"keras.optimizers.{name}" for name in _SHORT_OPTIMIZERS.values()},
    **{name: f"keras.callbacks.{name}" for name in ("EarlyStopping", "ModelCheckpoint", "ReduceLROnPlateau")},
}

# Arguments. A new name of None: the argument is gone.
LAYER_ARGUMENTS = {
    **old_spellings.LAYER,
    "b_regularizer": "bias_regularizer",
    "W_constraint": "kernel_constraint",
    "b_constraint": "bias_constraint",
    "bias": "use_bias",
}
ARGUMENTS_OF = {  # of single layers
    "BatchNormalization": {"beta_init": "beta_initializer", "gamma_init": "gamma_initializer", "mode": None},
    "Dropout": {"p": "rate"},
    "SpatialDropout1D": {"p": "rate"},
    "GaussianDropout": {"p": "rate"},
    "GaussianNoise": {"sigma": "stddev"},
    "LeakyReLU": {"alpha": "negative_slope"},
    "Embedding": {
        "init": "embeddings_initializer",
        "W_regularizer": "embeddings_regularizer",
        "W_constraint": "embeddings_constraint",
        "input_length": None,
        "output_dim": "output_dim",
    },
    "Model": {"input": "inputs", "output": "outputs"},
    "ModelCheckpoint": {"period": None},
    "ReduceLROnPlateau": {"epsilon": "min_delta"},
    "to_categorical": {"nb_classes": "num_classes"},
}
WHY_GONE = {
    "schedule_decay": "Keras 3's Nadam has no such setting.",
    "mode": "Keras 3 always normalises each feature over the batch.",
    "input_length": "The length is found when the layer sees its data.",
    "period": "`save_freq` says how often to save: `'epoch'`, or a number of batches.",
}
SHAPE_ARGUMENTS = ("input_dim", "input_shape", "batch_input_shape")

INITIALIZERS = {"uniform": "random_uniform", "normal": "random_normal", "zero": "zeros", "one": "ones"}
INITIALIZER_NAMES = {
    *INITIALIZERS,
    *("zeros", "ones", "glorot_normal", "glorot_uniform", "he_normal", "he_uniform", "identity", "lecun_uniform"),
    "orthogonal",
}
LOSSES = {
    "cosine_proximity": "cosine_similarity",
    "kullback_leibler_divergence": "kl_divergence",
    "logcosh": "log_cosh",
}
METRICS = {"acc": "accuracy"}

OPTIMIZER_ARGUMENTS = {**old_spellings.OPTIMIZER, "schedule_decay": None}
OLD_RATES = {"SGD": "0.01", "Adagrad": "0.01", "Adadelta": "1.0", "Nadam": "0.002", "Adamax": "0.002"}  # Keras 2's

FIT_ARGUMENTS = old_spellings.FIT

# What cannot be rewritten by rule, and what to do: beginnings of places.
BY_HAND = {
    "keras.layers.Merge": "Layers that join are for functional models: `keras.layers.Concatenate` and `keras.Model`.",
    "keras.layers.merge": "Layers that join are for functional models: `keras.layers.Concatenate` and `keras.Model`.",
    "keras.layers.MaxoutDense": "Keras 3 has no such layer: write a `keras.layers.Layer` of your own.",
    "keras.layers.Highway": "Keras 3 has no such layer: write a `keras.layers.Layer` of your own.",
    "keras.layers.ThresholdedReLU": "Use `keras.layers.ReLU(threshold=…)`.",
    "keras.models.Graph": "Models with branches are functional models: `keras.Model(inputs, outputs)`.",
    "keras.models.model_from_yaml": "YAML is no longer read: save with `model.save('name.keras')`.",
    "keras.wrappers.scikit_learn": "Use `keras.wrappers.SKLearnClassifier`, or the package SciKeras.",
    "keras.backend.function": "Keras 3 has no graphs to compile: call the model.",
    "keras.backend.gradients": "Gradients come from the library that Keras runs on; in kerasschool `autodiff.grad`.",
    "keras.backend.learning_phase": "Call the model with `training=True` or `training=False`.",
    "keras.backend.set_learning_phase": "Call the model with `training=True` or `training=False`.",
    "keras.backend.set_session": "There are no sessions any more: leave it out.",
    "keras.backend.get_session": "There are no sessions any more: leave it out.",
    "keras.backend.gather": "Use `keras.ops.take(x, indices, axis=0)`.",
    "keras.backend.l2_normalize": "Use `keras.ops.normalize(x, axis=…)`.",
    "keras.backend.cast_to_floatx": "Use `x.astype(keras.config.floatx())`.",
    "keras.backend.manual_variable_initialization": "Variables are always initialised: leave it out.",
    "tensorflow.Session": "There are no sessions any more: call functions directly.",
    "tensorflow.placeholder": "There are no placeholders any more: pass arrays to functions.",
    "tensorflow.global_variables_initializer": "Variables are always initialised: leave it out.",
    "tensorflow": "This is TensorFlow itself: it works in Keras 3 only when Keras runs on TensorFlow.",
    "cntk": "CNTK is no longer developed; no rule is known for this line.",
}
