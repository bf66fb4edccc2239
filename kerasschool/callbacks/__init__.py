"""Callbacks: objects that `fit` calls before and after every epoch, batch and evaluation."""

from kerasschool.callbacks.callback import Callback
from kerasschool.callbacks.callback_list import CallbackList
from kerasschool.callbacks.history import History
from kerasschool.callbacks.progbar_logger import ProgbarLogger

__all__ = ["Callback", "CallbackList", "History", "ProgbarLogger"]
