"""Callbacks: objects that `fit` calls before and after every epoch, batch and evaluation.

Lessons 09 and 10. Source: `keras.callbacks`.
"""

from kerasschool.callbacks.backup_and_restore import BackupAndRestore
from kerasschool.callbacks.callback import Callback
from kerasschool.callbacks.callback_list import CallbackList
from kerasschool.callbacks.csv_logger import CSVLogger
from kerasschool.callbacks.early_stopping import EarlyStopping
from kerasschool.callbacks.history import History
from kerasschool.callbacks.lambda_callback import LambdaCallback
from kerasschool.callbacks.learning_rate import LearningRateScheduler, ReduceLROnPlateau
from kerasschool.callbacks.model_checkpoint import ModelCheckpoint
from kerasschool.callbacks.progbar_logger import ProgbarLogger
from kerasschool.callbacks.swap_ema_weights import SwapEMAWeights
from kerasschool.callbacks.terminate_on_nan import TerminateOnNaN
from kerasschool.errors import helpful_getattr

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "LivePlot",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ReduceLROnPlateau",
    "SwapEMAWeights",
    "TerminateOnNaN",
]

_missing = helpful_getattr(__name__, dict.fromkeys(__all__))


def __getattr__(name):
    if name == "LivePlot":  # it draws, so it stands above this floor and is fetched when it is asked for
        from kerasschool.callbacks.live_plot import LivePlot

        return LivePlot
    return _missing(name)
