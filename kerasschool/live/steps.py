"""The six steps of one experiment: what each has produced, and what is out of date or will not work.

A notebook runs top to bottom, but nobody works so. Layers are edited after compile, a model is scored and then trained
on, `fit` is called twice. Each of these is one small rule here: a function that looks at the steps and says nothing, or
what is stale and what to do.

Lesson: 00.
"""

import weakref
from dataclasses import dataclass

import numpy as np

from kerasschool.live import doctor, fitting, run_notes
from kerasschool.live.differences import short_text
from kerasschool.live.judged import as_answers, judge
from kerasschool.live.meaning import NUMBERS, meaning_of
from kerasschool.live.pace import Clock
from kerasschool.live.run_notes import RunNotes
from kerasschool.live.session import FAILED, RUNNING

DATA, LAYERS, COMPILE, TRAIN, EVALUATE, PREDICT = NAMES = ("data", "layers", "compile", "train", "evaluate", "predict")
TODO, DONE, STALE, WRONG = "todo", "done", "stale", "wrong"
HERTZ = 4  # looks per second at a running training
EDITED = {
    "data": "data changed",
    "scaling": "scaling changed",
    "split": "split changed",
    "layers": "layers edited",
    "compile": "compile edited",
    "seed": "seed changed",
    "fit": "fit edited",
}
BEFORE = {  # step → the parts of a recipe that it rests on
    COMPILE: ("data", "layers"),
    TRAIN: ("data", "scaling", "split", "layers", "compile", "seed", "fit"),
    EVALUATE: ("data", "scaling", "split", "layers", "compile", "seed", "fit"),
    PREDICT: ("data", "scaling", "split", "layers", "compile", "seed", "fit"),
}
AFTER = {COMPILE: "compile", TRAIN: "training", EVALUATE: "evaluating", PREDICT: "predicting"}


@dataclass(frozen=True)
class Step:
    """One of the six steps as it stands.

    Attributes:
        number: 1 to 6.
        name: `"data"`, `"layers"`, `"compile"`, `"train"`, `"evaluate"` or `"predict"`.
        word: what it produced: `"221 parameters"`; empty before that.
        state: `"todo"`, `"done"`, `"stale"` (made from what has changed since) or `"wrong"` (cannot work).
        what, fix: what is stale or wrong, and what to do; empty if nothing is.
    """

    number: int
    name: str
    word: str
    state: str
    what: str = ""
    fix: str = ""


@dataclass(frozen=True)
class Moment:
    """When a step was done: with which recipe, and after how many updates of which training."""

    parts: dict
    session: object
    step: int


class Steps:
    """Watches an experiment and knows what each step has produced.

    Args:
        experiment: an `Experiment`.

    Attributes:
        looked_at: the name of the step that the reader looks at, or None.
        askers: step → function of the experiment and "is an epoch under way?" that does it and says what came out.

    >>> from kerasschool.live.experiment import Experiment
    >>> experiment = Experiment()
    >>> steps = Steps(experiment)
    >>> [step.word for step in steps.read()][:3]
    ['266 + 67 rows, scaled', '221 parameters', 'adam, binary_crossentropy']
    >>> experiment.change(layers=experiment.recipe.with_arguments(1, units=4).layers)
    >>> step = steps.read()[2]
    >>> step.state, step.what
    ('stale', 'layers edited after compile')
    """

    def __init__(self, experiment):
        self.experiment, self._observers = experiment, []
        self.session = self._leave_session = self._seen = None
        self.moments, self.words, self._clock = {}, {}, Clock(HERTZ)
        self.looked_at, self.askers = None, {EVALUATE: score, PREDICT: predict}
        self.mark(COMPILE)
        self._leave = [experiment.on_change(self._changed), experiment.on_session(self._open)]

    def leave(self):
        """Watch no longer."""
        for leave in self._leave:
            leave()
        if self._leave_session is not None:
            self._leave_session()

    # What is done

    def mark(self, name, word=None):
        """Note that a step has been done just now, and what it produced."""
        step = self.session.progress().step if self.has_session else 0
        parts = {part: value for part, value in self.experiment.recipe.to_dict().items() if part in EDITED}
        parts["fit"] = {key: value for key, value in parts["fit"].items() if key not in ("epochs", "batch_size")}
        session = weakref.ref(self.session) if self.has_session else None
        self.moments[name] = Moment(parts, session, step)
        if word is not None:
            self.words[name] = word

    def look_at(self, name):
        """The reader looks at this step from now on: it is always done anew.

        Evaluate scores the held-back rows, Predict asks for one of them, Compile is compiled.
        """
        self.looked_at = name
        self._do()
        self._tell()

    def _do(self):
        name = self.looked_at
        if name == COMPILE:
            self.mark(name)
        elif name in self.askers:
            try:
                self.mark(name, self.askers[name](self.experiment, self.is_mid_epoch))
            except ValueError:  # no rows yet, or the layers do not fit: their own steps say so
                self.moments.pop(name, None)

    @property
    def has_session(self):
        """True while there is a training of the recipe as it stands."""
        return self.session is not None and self.experiment.has(self.session)

    @property
    def is_mid_epoch(self):
        """True while an epoch of the training is under way."""
        return self.has_session and self.session.progress().batch > 0

    def _open(self, session):
        if session is self.session:
            return
        if self._leave_session is not None:
            self._leave_session()
        RunNotes.of(session)  # before us: its notes are complete when we look
        self.session, self._seen = session, None
        self._leave_session = session.on_change(self._trained)
        self._trained(session)

    def _trained(self, session):
        step = session.progress().step
        is_running = session.state == RUNNING and self._seen is not None and self._seen[0] == RUNNING
        if not self.experiment.has(session) or (is_running and not self._clock.is_due()):
            return
        if (session.state, step) != self._seen:
            before, self._seen = self._seen, (session.state, step)
            if step:
                self.mark(COMPILE)
                self.mark(TRAIN, training_word(session))
            elif before is not None:  # a reset
                self.moments.pop(TRAIN, None)
            self._do()
        self._tell()

    def _changed(self, experiment, changed):
        if changed != {"locks"}:
            self._do()
            self._tell()

    # What is read

    def read(self):
        """The six steps as they stand: list of `Step`."""
        return [self._read(number, name) for number, name in enumerate(NAMES, 1)]

    def _read(self, number, name):
        for rule in RULES[name]:
            found = rule(self)
            if found:
                what, fix, state = (*found, STALE)[:3]
                return Step(number, name, self._word(name), state, what, fix)
        word = self._word(name)
        return Step(number, name, word, DONE if word else TODO)

    def _word(self, name):
        experiment = self.experiment
        if name == DATA:
            return rows_word(experiment) if experiment.has_rows else ""
        if name == LAYERS:
            return f"{experiment.model.count_params():,} parameters"
        if name == COMPILE:
            chosen = experiment.recipe.compile
            return f"{short_text('optimizer', chosen['optimizer'])}, {short_text('loss', chosen['loss'])}"
        return self.words.get(name, "") if name in self.moments else ""

    def edited_since(self, name):
        """The parts of the recipe that were edited since a step was done, in words: `"layers, seed"`; or empty."""
        moment = self.moments.get(name)
        if moment is None:
            return ""
        now = self.experiment.recipe.to_dict()
        now["fit"] = {key: value for key, value in now["fit"].items() if key in moment.parts["fit"]}
        return ", ".join(EDITED[part] for part in BEFORE[name] if now[part] != moment.parts[part])

    # Who listens

    def on_change(self, observer):
        """Call `observer(steps)` when something may have changed; a running training is looked at by the clock.

        Returns:
            A function without arguments that ends it.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    def _tell(self):
        for observer in list(self._observers):
            observer(self)


# Words


def number_word(value):
    """A number in few signs: `".955"`, `"1.24"`."""
    return f"{value:.3f}".lstrip("0") if 0 <= value < 0.9995 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def rows_word(experiment):
    """`"266 + 67 rows, scaled"`."""
    rows = experiment.rows
    held_back = "" if rows.validation_data is None else f" + {len(rows.validation_data[0])}"
    return f"{len(rows.x)}{held_back} rows, {'scaled' if experiment.recipe.scaling != 'none' else 'not scaled'}"


def training_word(session):
    """`"epoch 150: val accuracy .955"`; the last finished epoch, and within the first one the number of steps."""
    progress, recorder = session.progress(), session.recorder
    if not progress.epoch:
        return f"{progress.step} step{'' if progress.step == 1 else 's'}"
    metrics = [name for name in session.model.metrics_names if name not in ("loss", "compile_metrics")]
    wanted = [*(f"val_{name}" for name in metrics[:1]), *metrics[:1], "val_loss", "loss"]
    name = next((name for name in wanted if recorder.last(name) is not None), None)
    number = "" if name is None else f": {name.replace('_', ' ')} {number_word(recorder.last(name))}"
    return f"epoch {progress.epoch}{number}"


def held_back(experiment):
    """`(name, x, y)` of the rows to judge by: those held back, or the training rows."""
    rows = experiment.rows
    if rows.validation_data is None:
        return "training", rows.x, rows.y
    return ("validation", *rows.validation_data)


def score(experiment, is_mid_epoch=False):
    """`"validation loss .455"`."""
    name, x, y = held_back(experiment)
    loss = judge(experiment.model, x, y, meaning_of(experiment), is_mid_epoch).loss
    if loss is None:
        raise ValueError("The loss does not fit these labels.")
    return f"{name} loss {number_word(loss)}"


def predict(experiment, is_mid_epoch=False):
    """`"male .93"`: the answer for the first row that is held back."""
    _, x, _ = held_back(experiment)
    meaning = meaning_of(experiment)
    answer = as_answers(experiment.model.predict(x[:1], verbose=0), meaning)[0]
    return answer_word(answer, meaning)


def answer_word(answer, meaning):
    """An answer in words: a class and its probability, or the target and a number."""
    if meaning.task == NUMBERS:
        return f"{meaning.target} {number_word(answer[0])}"
    place = int(np.argmax(answer))
    return f"{meaning.classes[place]} {number_word(answer[place])}"


# Rules: each says nothing, or `(what, fix)`, with `WRONG` as a third where it cannot work


def no_rows(steps):
    """Own arrays are asked for, and there are none."""
    if not steps.experiment.has_rows:
        return "no rows yet", "Choose a data set, load a file, or pass `x` and `y`.", WRONG
    return None


def scaler_saw_held_back_rows(steps):
    """Arrays that came scaled, by a mean and spread measured on the held-back rows too."""
    rows = steps.experiment.rows
    if steps.experiment.recipe.scaling != "none" or rows.validation_data is None:
        return None
    facts = doctor.Facts(steps.experiment.model, rows.x, rows.y, None, rows.validation_data)
    finding = doctor.inputs.scaled_with_test(facts)
    if finding is None:
        return None
    return "scaler fitted on test rows", f"{finding.what} {finding.fix}"


def layers_do_not_fit(steps):
    """The first layer does not take these inputs, or the last does not answer to this target."""
    words, is_loss = misfit(steps)
    return (words, "Edit the layers.", WRONG) if words and not is_loss else None


def edited_after_compile(steps):
    """`compile` belongs to a model; other layers make another model."""
    edited = steps.edited_since(COMPILE)
    if not edited:
        return None
    return f"{edited} after compile", "compile belongs to a model. Look whether loss and metrics go with the new one."


def loss_does_not_fit(steps):
    """The loss wants labels of another form."""
    words, is_loss = misfit(steps)
    return (words, "Choose another loss.", WRONG) if words and is_loss else None


def training_failed(steps):
    """The loss became no number, or an error came up."""
    if steps.has_session and steps.session.state == FAILED:
        return "training failed", " ".join(str(steps.session.error).split()), WRONG
    return None


def edited_after_training(steps):
    """The trained weights belonged to another model, or came from other rows."""
    moment = steps.moments.get(TRAIN)
    if moment is None or (steps.has_session and moment.session() is steps.session):
        return None
    edited = steps.edited_since(TRAIN) or "edited and taken back"
    return f"{edited} after training", "The model is built anew, with fresh weights. Train again."


def second_fit(steps):
    """`fit` does not begin anew."""
    if run_notes.SECOND_FIT in marks(steps):
        return (
            "a second fit goes on from trained weights",
            "fit never begins anew by itself. Reset gives the first weights back.",
        )
    return None


def changed_while_training(steps):
    """The learning rate or the batch size was changed on the way: the program does not do that."""
    for mark in (run_notes.RATE, run_notes.BATCH):
        if mark in marks(steps):
            return run_notes.WORDS[mark], "The program below does not do so: its curves will differ. Reset, then train."
    return None


def looked_at_before(name):
    """The rules of a step that asks the model: what has become of the model since."""

    def edited(steps):
        moment = steps.moments.get(name)
        if moment is None or (moment.session is None and not steps.edited_since(name)):
            return None
        if moment.session is not None and steps.has_session and moment.session() is steps.session:
            return None
        words = steps.edited_since(name) or "edited and taken back"
        return f"{words} after {AFTER[name]}", f"An earlier model has answered. Train, then {name} again."

    def trained_on(steps):
        moment = steps.moments.get(name)
        now = steps.session.progress().step if steps.has_session else 0
        if moment is None or now == moment.step:
            return None
        if now < moment.step:
            return f"reset after {AFTER[name]}", f"The model that answered is gone. Train, then {name} again."
        return f"trained on after {AFTER[name]}", f"An earlier model has answered. Open {name.capitalize()} again."

    def untrained(steps):
        if name in steps.moments and not steps.moments[name].step and not steps.experiment.is_by_hand:
            return "the model is untrained", "Its weights are still drawn at random, so it only guesses. Train first."
        return None

    return edited, trained_on, untrained


def misfit(steps):
    """What does not fit, and whether it is the loss alone."""
    experiment = steps.experiment
    words = fitting.misfit(experiment) if experiment.has_rows else ""
    if not words or tuple(experiment.rows.x.shape[1:]) != tuple(experiment.recipe.layers[0]["arguments"]["shape"]):
        return words, False
    return words, fitting.head_of(experiment.recipe.layers)[1:] == fitting.wanted(meaning_of(experiment))[:2]


def marks(steps):
    """What was done by hand in the training that is there."""
    return RunNotes.of(steps.session).marks if steps.has_session else []


RULES = {
    DATA: (no_rows, scaler_saw_held_back_rows),
    LAYERS: (layers_do_not_fit,),
    COMPILE: (edited_after_compile, loss_does_not_fit),
    TRAIN: (training_failed, edited_after_training, second_fit, changed_while_training),
    EVALUATE: looked_at_before(EVALUATE),
    PREDICT: looked_at_before(PREDICT),
}
