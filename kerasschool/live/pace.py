"""How a training shares its thread: let the front end in, do things by the clock, never stop inside a step."""

import asyncio
import contextlib
import signal
import sys
import threading
import time

PYODIDE = sys.platform == "emscripten"


async def breathe():
    """Let clicks and messages in between two slices of training.

    One `sleep(0)` is one turn of the event loop, and a click needs about four turns to get through ipykernel. Pyodide
    hands over messages only while Python really sleeps.
    """
    if PYODIDE:
        await asyncio.sleep(0.005)
    else:
        for _ in range(5):
            await asyncio.sleep(0)


class Clock:
    """Says when it is time again.

    Args:
        hertz: at most so many times per second.

    >>> clock = Clock(hertz=0.001)
    >>> clock.is_due(), clock.is_due()
    (True, False)
    """

    def __init__(self, hertz):
        self.seconds = 1 / hertz
        self.next = 0.0

    def is_due(self):
        """True if the last True was long enough ago."""
        now = time.perf_counter()
        if now < self.next:
            return False
        self.next = now + self.seconds
        return True


class HeldInterrupt:
    """Inside the `with` block an interrupt of the kernel (or Ctrl-C) waits: `arrived` becomes True.

    So a step of training is done whole or not at all. A second interrupt does not wait: it is for a step that hangs.
    Whoever holds it calls `deliver()` afterwards.
    """

    arrived = False

    def __enter__(self):
        self._before = None
        if threading.current_thread() is threading.main_thread():
            with contextlib.suppress(ValueError, OSError):  # no signals here
                if signal.getsignal(signal.SIGINT) is not None:  # one that could not be put back is left alone
                    self._before = signal.signal(signal.SIGINT, self._hold)
        return self

    def __exit__(self, *error):
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def _hold(self, number, frame):
        if self.arrived:
            raise KeyboardInterrupt
        self.arrived = True

    def deliver(self):
        """Hand the interrupt on to whoever waited for it before: usually it becomes a KeyboardInterrupt."""
        if self.arrived and callable(self._before):
            self._before(signal.SIGINT, None)
