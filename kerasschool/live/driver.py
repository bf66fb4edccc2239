"""Work in slices on one thread, steered from any thread.

Measured on ipykernel 6.31, 7.3 and 7.4 and in JupyterLite: only a task on the kernel's main loop can be interrupted by
a click on all of them. Clicks arrive in the main thread or in another one, differently per version, so a command is put
into a queue and obeyed by the thread that works, between two pieces of work.
"""

import asyncio
import collections
import threading

from kerasschool.live.pace import breathe


class Driver:
    """Calls `work()` again and again while `goes_on()` says so.

    Args:
        work: function that works for a moment; it returns early when `commands` is not empty.
        goes_on: function that says if there is more to do.
        hold: function that is called when the event loop ends before the work does.

    Attributes:
        commands: what is to be done once the piece of work under way is done.
        is_working: True while a piece of work is under way.
    """

    def __init__(self, work, goes_on, hold):
        self._work, self._goes_on, self._hold = work, goes_on, hold
        self.commands = collections.deque()
        self.is_working = False
        self._is_blocking = False
        self._thread, self._loop, self._task = threading.get_ident(), running_loop(), None

    def post(self, command):
        """Obey now if this is the thread that works, and it does not right now; else as soon as it can.

        Without an event loop, "as soon as it can" is the next call from its own thread.
        """
        self.commands.append(command)
        if threading.get_ident() == self._thread:
            self.obey()
        elif self.live_loop() is not None:
            self._loop.call_soon_threadsafe(self.obey)

    def obey(self):
        """Do what has been posted."""
        while self.commands and not self.is_working:
            self.commands.popleft()()

    def start(self, at_once=False):
        """Work in the background; `at_once`, or where no event loop runs: work before returning."""
        loop = None if at_once or self._is_blocking else self.live_loop()
        if loop is None:
            self._work_through()
        elif self._task is None or self._task.done():
            self._task = loop.create_task(self._work_in_background())

    def run(self, begin):
        """Call `begin()` and work to the end before returning, whatever loops there are."""
        self._thread, self._is_blocking = threading.get_ident(), True
        try:
            self.obey()
            begin()
            self._work_through()
        finally:
            self._is_blocking = False

    async def wait(self):
        """Return when there is nothing more to do."""
        while self._goes_on() or self.commands:
            if self._task is not None and not self._task.done():
                await asyncio.wait([self._task])
            else:
                await asyncio.sleep(0.01)

    def need_loop(self):
        """Find the event loop to work in.

        Raises:
            RuntimeError: where none runs.
        """
        here = running_loop()
        if here is not None and self.live_loop() is None:
            self._loop, self._thread = here, threading.get_ident()
        if self.live_loop() is None and not self._is_blocking:
            raise RuntimeError(
                "`play()` trains in the background and needs a running event loop, as a notebook has. "
                "In a script call `run()`."
            )

    def live_loop(self):
        """The event loop this driver belongs to, or None if there is none that runs."""
        return self._loop if self._loop is not None and self._loop.is_running() else None

    def _work_through(self):
        while self._goes_on():
            self._work()
            self.obey()

    async def _work_in_background(self):
        try:
            while self._goes_on():
                self._work()
                self.obey()
                await breathe()
        except asyncio.CancelledError:
            self._hold()
            raise


def running_loop():
    """The event loop that runs in this thread, or None."""
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
