"""The Train panel: fit with the hand on the switch. Step 4 of 6; lesson 04."""

import html

import ipywidgets

from kerasschool.errors import check_whole, message, unknown_arguments
from kerasschool.live.experiment import Experiment
from kerasschool.live.pace import Clock
from kerasschool.live.session import DONE, FAILED, IDLE, PAUSED, RUNNING, STOPPED, TrainingSession
from kerasschool.panels.base import button, explain, row
from kerasschool.panels.on_experiment import ExperimentPanel, as_experiment
from kerasschool.random import check_seed
from kerasschool.views.curves import Curves

DEFAULTS = {"epochs": 150, "batch_size": 10, "seed": 7}
STATES = {  # state → (word, icon)
    IDLE: ("Ready", "circle-o"),
    RUNNING: ("Running", "play"),
    PAUSED: ("Paused", "pause"),
    STOPPED: ("Stopped", "stop"),
    DONE: ("Done", "check"),
    FAILED: ("Failed", "warning"),
}


class Train(ExperimentPanel):
    """Train a model step by step, or let it run, and watch loss and accuracy.

    Args:
        model: a compiled model; or what other panels open on: a `Recipe`, a share string, an `Experiment`, another
            panel. Then data, epochs, batch size and seed are the recipe's.
        x, y: training data, as for `fit`.
        validation_data: `(x, y)` to score after each epoch, or None.
        epochs: how many times all rows are seen; 150.
        batch_size: rows per update; 10.
        seed: int; the same seed gives the same run after every Reset; 7.
        **fit_arguments: further arguments of `fit`, such as `callbacks`.

    Display the panel by naming it in the last line of a cell. In code: `panel.play()`, `await panel.wait()`,
    `panel.set(learning_rate=0.01)`, `panel.code()`, `panel.model`, `panel.history`.
    """

    name = "Train panel"
    step = "fit"

    def __init__(
        self, model=None, x=None, y=None, validation_data=None, epochs=None, batch_size=None, seed=None, **fit_arguments
    ):
        self._is_by_hand = hasattr(model, "summary") and not isinstance(model, type)
        if self._is_by_hand and not hasattr(model, "training"):  # Keras's own
            happened = "The Train panel trains kerasschool's models step by step."
            fix = "`Train.from_model(model, x, y)` builds it anew here; or watch `fit` with `callbacks.LivePlot()`."
            raise TypeError(message(happened, fix=fix, model=model))
        given = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
        given = {name: value for name, value in given.items() if value is not None}
        if self._is_by_hand:
            session = TrainingSession(model, x, y, validation_data, **{**DEFAULTS, **given}, **fit_arguments)
            experiment = Experiment(x=x, y=y, validation_data=validation_data, session=session)
        elif fit_arguments:
            raise unknown_arguments("Train", fit_arguments, Train.__init__)
        else:
            experiment = as_experiment(model, x, y, validation_data)
            experiment.change(**_parts(given))
        super().__init__(experiment)
        self._has_validation = validation_data is not None
        self.session = experiment.session
        self._seen_state, self._clock = None, Clock(hertz=5)
        self._buttons, self._fields = self._make_buttons(), self._make_fields()
        self.controls = {**self._buttons, **self._fields}
        self._status = ipywidgets.HTML()
        self.curves = Curves(self.session.recorder, self.session.epochs, hint="Press Play to train")
        b = self._buttons
        controls = row(
            row(b["play"], b["pause"], b["stop"]),
            row(b["step_batch"], b["step_epoch"]),
            row(b["reset"]),
            row(*self._fields.values(), name="ks-fields"),
            name="ks-controls",
        )
        self.lay_out(controls, self._status, self.message, self.curves)
        self._leave_session = None
        self.begin()

    def follow(self, changed):
        if not self._open_if_new():
            self._update(self.session)

    def _open_if_new(self):
        """Show the session that the experiment has now, if it is another one."""
        if self._leave_session is not None and self.experiment.has(self.session):
            return False
        self.attempt(self._open)
        return True

    def _open(self):
        session = self.experiment.session  # may refuse: the labels do not fit the loss, …
        if self._leave_session is not None:
            self._leave_session()
        self._first_rate = session.learning_rate
        self.session, self._seen_state = session, None
        self.curves.recorder = session.recorder
        self.curves.metrics = [name for name in session.model.metrics_names if name != "loss"]
        self._leave_session = session.on_change(self._update)
        self._fields["learning_rate"].disabled = session.has_schedule
        self._update(session)

    # From code

    @property
    def model(self):
        return self.session.model

    @property
    def history(self):
        """The `History`, as `fit` returns it."""
        return self.session.history

    def play(self):
        """Train on in the background."""
        self._current().play()

    def pause(self):
        """Hold after the current step."""
        self._current().pause()

    def step_batch(self):
        """Make one update of the weights."""
        self._current().step_batch()

    def step_epoch(self):
        """Train to the end of the epoch."""
        self._current().step_epoch()

    def stop(self):
        """End the run and keep the weights."""
        self._current().stop()

    def reset(self):
        """Back to the start: the next run is the same run."""
        self._current().reset()

    def _current(self):
        if not self.experiment.has(self.session):
            self._open()  # the experiment has changed: what is wrong with it is an error here
        return self.session

    async def wait(self):
        """Return when the training no longer runs: `await panel.wait()`."""
        return await self.session.wait()

    def set(self, epochs=None, batch_size=None, learning_rate=None, seed=None, log_scale=None, **unknown):
        """Set what the fields set, also while it trains.

        Args:
            epochs, batch_size, learning_rate: as in the fields.
            seed: int; counts from the next Reset.
            log_scale: True for a logarithmic loss axis.

        Returns:
            The panel.
        """
        if unknown:
            raise unknown_arguments("Train.set", unknown, Train.set)
        checked = {
            "epochs": epochs if epochs is None else check_whole("epochs", epochs),
            "batch_size": batch_size if batch_size is None else check_whole("batch_size", batch_size),
        }
        seed = seed if seed is None else check_seed(seed)
        if learning_rate is not None:
            self.session.learning_rate = learning_rate  # checks it, and that there is no schedule
        self.experiment.set_fit(**{name: value for name, value in checked.items() if value is not None})
        if seed is not None:
            if self._is_by_hand:
                self.session.seed = seed
            else:
                self.experiment.change(seed=seed)
        if log_scale is not None:
            self.curves.log_scale = bool(log_scale)
        return self

    def code(self):
        """The Keras code of this training, to run after `compile`."""
        session = self.session
        changed = session.learning_rate != self._first_rate
        lines = [f"model.optimizer.learning_rate = {_plain(session.learning_rate)}"] if changed else []
        if not self._is_by_hand:
            return "\n".join([*lines, super().code()])
        validation = "validation_data=(x_val, y_val), " if self._has_validation else ""
        fit = f"history = model.fit(x, y, {validation}epochs={session.epochs}, batch_size={session.batch_size})"
        return "\n".join([f"keras.utils.set_random_seed({session.seed})", *lines, fit])

    def picture(self):
        return self.curves.picture()

    def description(self):
        return self.curves.description()

    def close(self):
        """End the training and take the panel off the page."""
        if getattr(self, "_leave_session", None) is not None:
            self._leave_session()
            self.session.stop()
            for widget in (*self._buttons.values(), *self._fields.values(), self._status, self.message, self.curves):
                widget.close()
        super().close()

    # The widgets

    def _make_buttons(self):
        actions = {
            "play": ("Play", "play", "Train on", self.play),
            "pause": ("Pause", "pause", "Hold after the current step", self.pause),
            "stop": ("Stop", "stop", "End the run and keep the weights", self.stop),
            "step_batch": ("Step batch", "step-forward", "Make one update of the weights", self.step_batch),
            "step_epoch": ("Step epoch", "fast-forward", "Train to the end of the epoch", self.step_epoch),
            "reset": ("Reset", "undo", "Back to the start: the next run is the same run", self.reset),
        }
        return {
            name: button(label, icon, tooltip, lambda action=action: self.attempt(action))
            for name, (label, icon, tooltip, action) in actions.items()
        }

    def _make_fields(self):
        session = self.session
        number = {"continuous_update": False, "style": {"description_width": "auto"}}
        fields = {
            "epochs": ipywidgets.IntText(session.epochs, description="Epochs", layout={"width": "128px"}, **number),
            "batch_size": ipywidgets.IntText(
                session.batch_size, description="Batch size", layout={"width": "138px"}, **number
            ),
            "learning_rate": ipywidgets.FloatText(
                _plain(session.learning_rate),
                description="Learning rate",
                disabled=session.has_schedule,
                tooltip="Set by the optimizer's schedule" if session.has_schedule else None,
                layout={"width": "184px"},
                **number,
            ),
        }
        for name, field in fields.items():
            field.observe(lambda change, name=name: self._field_changed(name, change["new"]), "value")
        return fields

    def _field_changed(self, name, value):
        if value == self._value_of(name):
            return
        if name == "learning_rate":
            done = self.attempt(setattr, self.session, name, value)
        else:
            done = self.attempt(lambda: self.experiment.set_fit(**{name: value}))
        if done:
            self._say_what_next()
        else:
            self._fields[name].value = self._value_of(name)

    def _value_of(self, name):
        value = getattr(self.session, name)
        return _plain(value) if name == "learning_rate" else value

    # What is shown

    def _update(self, session):
        if not self.is_awake:  # `wake` brings us here again
            return
        is_new = session.state != self._seen_state
        self.curves.publish(now=is_new or session.state != RUNNING)
        if not is_new and session.state == RUNNING and not self._clock.is_due():
            return
        for name, field in self._fields.items():
            field.value = self._value_of(name)
        self.curves.epochs = session.epochs
        self._status.value = status_line(session)
        self._mark_buttons()
        if is_new or session.state != RUNNING:
            self._say_what_next()
        if is_new:
            self._seen_state = session.state
            self.curves.announcement = f"{STATES[session.state][0]}. {self.curves.description()}"
            if session.state in (STOPPED, DONE, FAILED):
                self.refresh_picture()

    def _mark_buttons(self):
        """Make the button to press next blue, and those that would do nothing pale."""
        session = self.session  # none is disabled: that would take the keyboard's place from who has just pressed it
        useful = {name for name in ("play", "step_batch", "step_epoch") if session.can_go_on}
        if session.state in (RUNNING, PAUSED):
            useful |= {"stop"}
        if session.state == RUNNING:
            useful = useful - {"play"} | {"pause"}
        if session.state != IDLE:
            useful |= {"reset"}
        following = "pause" if session.state == RUNNING else "play" if session.can_go_on else "reset"
        for name, each in self._buttons.items():
            each.button_style = "primary" if name == following else ""
            (each.remove_class if name in useful else each.add_class)("ks-idle")

    def _say_what_next(self):
        session = self.session
        if session.state == FAILED:
            self.say(explain(session.error), error=True)
            return
        more = "Play trains on" if session.can_go_on else "Raise Epochs to train on"
        self.say(
            {
                IDLE: f"Play trains {session.epochs} epochs. Every epoch shows the model all rows once, "
                f"{session.batch_size} rows per step.",
                RUNNING: "Epochs, batch size and learning rate may be changed while it runs; "
                "a new batch size counts from the next epoch on.",
                PAUSED: "Held between two steps. Make single steps, or Play on.",
                STOPPED: f"Stopped; the weights stay as they are. {more} from here, Reset starts again.",
                DONE: f"All {session.progress().epoch} epochs are done. {more}, Reset starts again.",
            }[session.state]
        )


def _parts(given):
    """Arguments of the panel as parts of a recipe."""
    fit = {name: value for name, value in given.items() if name != "seed"}
    return {**({"fit": fit} if fit else {}), **({"seed": given["seed"]} if "seed" in given else {})}


def status_line(session):
    """The state and the numbers of a run, as HTML in one line with a bar under it."""
    now = session.progress()
    word, icon = STATES[session.state]
    batches = now.batches or "?"
    step = batches if now.epoch and not now.batch else now.batch
    done = now.epoch + (now.batch / now.batches if now.batches else 0)
    percent = min(100, 100 * done / now.epochs)
    left = now.seconds_left if session.state in (RUNNING, PAUSED) else None
    cells = [  # before, the number, after, room for so many digits
        ("Epoch", f"{now.epoch + (now.batch > 0)}", f"/ {now.epochs}", len(str(now.epochs))),
        ("Step", f"{step}", f"/ {batches}", len(str(batches))),
    ]
    for name in session.model.metrics_names[:2]:
        value = session.recorder.last(name)
        cells.append((name.replace("_", " ").capitalize(), "" if value is None else f"{value:.4f}", "", 6))
    cells.append(("", _digits(now.milliseconds_per_step), "ms per step", 4))
    cells.append(("", _duration(left), "left", 0))
    shown = "".join(
        f'<span class="ks-cell{"" if value else " away"}">{html.escape(before)} '
        f'<b style="min-width:{width}ch">{value}</b> {after}</span>'
        for before, value, after, width in cells
    )
    state = f'<span class="ks-state {session.state}"><i class="fa fa-{icon}"></i>{word}</span>'
    return (
        f'<div class="ks-status">{state}{shown}</div>'
        f'<div class="ks-bar" role="progressbar" aria-label="Training" aria-valuenow="{percent:.0f}" '
        f'aria-valuemin="0" aria-valuemax="100"><div style="width:{percent:.1f}%"></div></div>'
    )


def _digits(number):
    return "" if number is None else f"{number:.2f}" if number < 10 else f"{number:.0f}"


def _duration(seconds):
    if seconds is None:
        return ""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _plain(rate):
    """A float32 learning rate as it was written: 0.001, not 0.0010000000474974513."""
    return float(f"{rate:.6g}")
