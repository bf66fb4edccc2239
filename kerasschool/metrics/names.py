"""From a name to a metric, and back: `"mse"`, `"accuracy"`, a config dictionary, a function of your own.

Source: `keras.metrics.get` and Keras's `compile`.
"""

from kerasschool import losses
from kerasschool.errors import message
from kerasschool.metrics import (
    accuracy,
    base,
    confusion,
    correlation,
    curves,
    fscore,
    hinges,
    iou,
    probabilistic,
    regression,
)
from kerasschool.registry import Registry, serialize_keras_object, snake_case

registry = Registry(
    "metric",
    "metrics",
    [  # functions first: where a class has the same name in snake_case, the class is meant
        losses.binary_crossentropy,
        losses.binary_focal_crossentropy,
        losses.categorical_crossentropy,
        losses.categorical_focal_crossentropy,
        losses.categorical_hinge,
        losses.hinge,
        losses.huber,
        losses.kl_divergence,
        losses.log_cosh,
        losses.mean_absolute_error,
        losses.mean_absolute_percentage_error,
        losses.mean_squared_error,
        losses.mean_squared_logarithmic_error,
        losses.poisson,
        losses.sparse_categorical_crossentropy,
        losses.squared_hinge,
        accuracy.binary_accuracy,
        accuracy.categorical_accuracy,
        accuracy.sparse_categorical_accuracy,
        accuracy.top_k_categorical_accuracy,
        accuracy.sparse_top_k_categorical_accuracy,
        correlation.concordance_correlation,
        correlation.pearson_correlation,
        base.Metric,
        base.Mean,
        base.Sum,
        base.MeanMetricWrapper,
        accuracy.Accuracy,
        accuracy.BinaryAccuracy,
        accuracy.CategoricalAccuracy,
        accuracy.SparseCategoricalAccuracy,
        accuracy.TopKCategoricalAccuracy,
        accuracy.SparseTopKCategoricalAccuracy,
        confusion.TruePositives,
        confusion.FalsePositives,
        confusion.TrueNegatives,
        confusion.FalseNegatives,
        confusion.Precision,
        confusion.Recall,
        curves.AUC,
        curves.SensitivityAtSpecificity,
        curves.SpecificityAtSensitivity,
        curves.PrecisionAtRecall,
        curves.RecallAtPrecision,
        fscore.FBetaScore,
        fscore.F1Score,
        regression.MeanSquaredError,
        regression.RootMeanSquaredError,
        regression.MeanAbsoluteError,
        regression.MeanAbsolutePercentageError,
        regression.MeanSquaredLogarithmicError,
        regression.LogCoshError,
        regression.CosineSimilarity,
        regression.R2Score,
        probabilistic.BinaryCrossentropy,
        probabilistic.CategoricalCrossentropy,
        probabilistic.SparseCategoricalCrossentropy,
        probabilistic.KLDivergence,
        probabilistic.Poisson,
        hinges.Hinge,
        hinges.SquaredHinge,
        hinges.CategoricalHinge,
        correlation.PearsonCorrelation,
        correlation.ConcordanceCorrelation,
        iou.IoU,
        iou.BinaryIoU,
        iou.MeanIoU,
        iou.OneHotIoU,
        iou.OneHotMeanIoU,
    ],
    {
        "bce": probabilistic.BinaryCrossentropy,
        "BCE": probabilistic.BinaryCrossentropy,
        "mse": regression.MeanSquaredError,
        "MSE": regression.MeanSquaredError,
        "mae": regression.MeanAbsoluteError,
        "MAE": regression.MeanAbsoluteError,
        "mape": regression.MeanAbsolutePercentageError,
        "MAPE": regression.MeanAbsolutePercentageError,
        "msle": regression.MeanSquaredLogarithmicError,
        "MSLE": regression.MeanSquaredLogarithmicError,
    },
)

BY_SHAPE = {  # what a short name stands for: (binary, class numbers, one-hot)
    "accuracy": (accuracy.BinaryAccuracy, accuracy.SparseCategoricalAccuracy, accuracy.CategoricalAccuracy),
    "crossentropy": (
        probabilistic.BinaryCrossentropy,
        probabilistic.SparseCategoricalCrossentropy,
        probabilistic.CategoricalCrossentropy,
    ),
}
SHORT = {"acc": "accuracy", "ce": "crossentropy"}


def get(identifier):
    """The metric for a name, config dictionary, class, instance or function; None stays None.

    Raises:
        ValueError: for a name that is not known, with the nearest that is.

    >>> get("binary_accuracy")
    <BinaryAccuracy name=binary_accuracy>
    """
    return registry.get(identifier)


def serialize(metric):
    """A JSON-ready description of a metric or metric function."""
    return serialize_keras_object(metric)


def deserialize(config, custom_objects=None):
    """The metric that `serialize` described.

    Args:
        config: the description, or a bare name.
        custom_objects: dictionary, name → your own class or function.
    """
    return registry.deserialize(config, custom_objects)


def resolve(identifier, y_true_shape, y_pred_shape):
    """The `Metric` for one entry of `compile(metrics=[…])`, named as it is called in `History`.

    `"accuracy"` (or `"acc"`) is binary accuracy where the model has one output, sparse categorical accuracy where the
    labels are class numbers, and categorical accuracy where they are one-hot; `"crossentropy"` (or `"ce"`) likewise.

    Args:
        identifier: a name, config, class, instance or function.
        y_true_shape, y_pred_shape: shapes of labels and predictions, rows first.

    >>> resolve("acc", (32, 1), (32, 3))
    <SparseCategoricalAccuracy name=acc>
    """
    if identifier is None:
        raise ValueError(message("A metric is None.", "Expected a name, a `Metric` or a function.", metric=None))
    is_name = isinstance(identifier, str)
    short = SHORT.get(identifier.lower(), identifier.lower()) if is_name else None
    if short in BY_SHAPE:
        binary = y_pred_shape[-1:] == (1,)
        class_numbers = len(y_true_shape) < len(y_pred_shape) or y_true_shape[-1:] == (1,)
        return BY_SHAPE[short][0 if binary else 1 if class_numbers else 2](name=identifier)
    found = get(identifier)
    name = identifier if is_name else _name_of(found)
    metric = found if isinstance(found, base.Metric) else base.MeanMetricWrapper(found)
    metric.name = name
    return metric


def _name_of(found):
    return getattr(found, "name", None) or snake_case(getattr(found, "__name__", type(found).__name__))
