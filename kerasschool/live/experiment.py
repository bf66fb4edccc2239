"""One recipe, and what has been made of it: rows, model, training. It is what the panels of a page share.

A panel changes the recipe; everybody who listens is told. What an edit makes out of date is thrown away and made anew
when next asked for, as if the recipe's program had been run again from the top:

* another data set, scaling or split: rows, model and training are new;
* other layers, another loss or optimizer, another seed: model and training are new;
* epochs and batch size reach a training that is under way; early stopping and shuffle need a new one.

The numbers are those of the program that `recipe.code()` shows.

Lesson: 00.
"""

import warnings

import numpy as np

from kerasschool.live import recipe_model
from kerasschool.live.recipe import Recipe
from kerasschool.live.recipe_data import Rows
from kerasschool.live.run_notes import RunNotes
from kerasschool.live.session import TrainingSession

ROWS, MODEL, SESSION = "rows", "model", "session"
OUT_OF_DATE = {  # part of the recipe → what an edit of it throws away
    "data": (ROWS, MODEL, SESSION),
    "scaling": (ROWS, MODEL, SESSION),
    "split": (ROWS, MODEL, SESSION),
    "seed": (ROWS, MODEL, SESSION),
    "layers": (MODEL, SESSION),
    "compile": (MODEL, SESSION),
}


class Experiment:
    """One experiment that several panels look at and change.

    Args:
        recipe: a `Recipe`; None for the first one of the course.
        x, y, validation_data: your own arrays, where the recipe's data are `"own"`.
        model: a model that is there already. Without a recipe it is one written by hand: its recipe is found when asked
            for, and it is looked at, not trained, here.
        session: a training of a model written by hand; its recipe, too, is found when asked for.
        rows: the `recipe_data.Rows` of a model written by hand.
        names: what the columns of your own arrays are called: an object with `features`, `target` and `classes`.

    >>> experiment = Experiment()
    >>> experiment.model.count_params(), experiment.rows.x.shape
    (221, (266, 8))
    >>> experiment.change(fit={"epochs": 2})
    >>> len(experiment.session.run().history["loss"])
    2
    """

    def __init__(
        self, recipe=None, x=None, y=None, validation_data=None, model=None, session=None, rows=None, names=None
    ):
        self._recipe = Recipe() if recipe is None and session is None and model is None else recipe
        self._own = x, y, validation_data
        self._rows, self.names = rows, names
        self._stream = None
        self._session = session
        if session is not None:
            RunNotes.of(session)
        self._model = model if session is None else session.model
        self._observers, self._session_observers = [], []

    @classmethod
    def from_model(cls, model, x=None, y=None, validation_data=None, **parts):
        """The experiment of a model written by hand.

        Args:
            model: kerasschool's own compiled one is taken as it stands, weights and all; Keras's is built anew here.
            x, y, validation_data: the arrays that it trains on, scaled already.
            **parts: further parts of the recipe, such as `fit={"epochs": 20}`.
        """
        split = "none" if validation_data is None else "given"
        recipe = Recipe.from_model(model, **{"scaling": "none", "split": split, **parts})
        is_ours = getattr(model, "compiled", False) and hasattr(model, "training")
        return cls(recipe, x, y, validation_data, model=model if is_ours else None)

    # The recipe

    @property
    def recipe(self):
        """The `Recipe` now; assigning another one tells all who listen.

        Raises:
            ValueError: when a model written by hand has a part that needs code, such as a `Lambda`.
        """
        if self._recipe is None:
            session, parts = self._session, {}
            if session is not None:
                parts["fit"] = {"epochs": session.epochs, "batch_size": session.batch_size}
                parts["seed"] = session.seed
            split = "none" if self._own[2] is None else "given"
            self._recipe = Recipe.from_model(self._model, scaling="none", split=split, **parts)
        return self._recipe

    @recipe.setter
    def recipe(self, recipe):
        before, self._recipe = self.recipe.to_dict(), recipe
        after = recipe.to_dict()
        changed = {part for part in after if after[part] != before[part]}
        if not changed:
            return
        stale = {each for part in changed for each in OUT_OF_DATE.get(part, ())}
        if "fit" in changed:
            new, old = after["fit"], before["fit"]
            if any(new[name] != old[name] for name in ("shuffle", "early_stopping")):
                stale.add(SESSION)
            elif self._session is not None and SESSION not in stale:
                self._session.epochs, self._session.batch_size = new["epochs"], new["batch_size"]
        self._forget(stale)
        self.tell(changed)

    def change(self, **parts):
        """Change parts of the recipe, as `Recipe.replace` does. An error leaves everything as it was."""
        self.recipe = self.recipe.replace(**parts)

    def set_fit(self, **settings):
        """Change `epochs` or `batch_size`, also of a training whose model needs code and so has no recipe."""
        if self._recipe is not None:
            self.change(fit=settings)
            return
        for name, value in settings.items():
            setattr(self._session, name, value)

    @property
    def locks(self):
        """What a teacher has locked; nothing while there is no recipe."""
        return {} if self._recipe is None else self._recipe.locks

    def use(self, x, y=None, validation_data=None, names=None):
        """Train on your own arrays from now on; a share that is held back stays."""
        split = "none" if self.recipe.split == "given" else self.recipe.split
        split = split if validation_data is None else "given"
        recipe = self.recipe.replace(data="own", split=split)
        self._own, self.names = (x, y, validation_data), names
        self._forget({ROWS, MODEL, SESSION})
        self._recipe = recipe
        self.tell({"data", "split"})

    # What is made of it

    @property
    def own(self):
        """Your own arrays as they were given: `(x, y, validation_data)`, or three Nones."""
        return self._own

    @property
    def has_rows(self):
        """False while the recipe asks for arrays of your own and there are none."""
        return self._rows is not None or self._own[0] is not None or self.recipe.data != "own"

    @property
    def rows(self):
        """The rows it trains on: a `recipe_data.Rows`."""
        if self._rows is None and self._recipe is None:
            x, y, validation_data = self._own
            self._rows = Rows(np.asarray(x), np.asarray(y), validation_data)
        elif self._rows is None:
            self._rows = self.recipe.load(*self._own)
        return self._rows

    @property
    def model(self):
        """The compiled model; built when first asked for."""
        if self._model is None:
            self._stream = np.random.RandomState(self._recipe.seed)
            self._model = recipe_model.make(self._recipe.to_dict(), stream=self._stream)
        return self._model

    @property
    def session(self):
        """The `TrainingSession`; made when first asked for."""
        if self._session is None:
            rows, model = self.rows, self.model
            self._session = TrainingSession(
                model,
                rows.x,
                rows.y,
                rows.validation_data,
                seed=self._recipe.seed,
                stream=self._stream,
                **self._recipe.fit_arguments(),
            )
            RunNotes.of(self._session)  # before its first step: a ledger may come later
            for observer in list(self._session_observers):
                observer(self._session)
        return self._session

    def has(self, session):
        """True while this session is the one of the recipe as it stands."""
        return self._session is session

    @property
    def is_by_hand(self):
        """True while its model is one written by hand: the first weights are its own, not the seed's."""
        return self._model is not None and self._stream is None

    @property
    def is_only_looked_at(self):
        """True for a model that is not trained here: written by hand, with no session."""
        return self._recipe is None and self._session is None

    @property
    def is_trained(self):
        """True if the model has made at least one update here."""
        return self._session is not None and self._session.progress().step > 0

    def _forget(self, what):
        if SESSION in what and self._session is not None:
            self._session.stop()
            if self._stream is None:  # a model written by hand: back to the weights it came with
                self._session.reset()
            self._session = None
        if MODEL in what or (SESSION in what and self._stream is not None):
            self._model = self._stream = None
        if ROWS in what:
            self._rows = None

    # Who listens

    def on_change(self, observer):
        """Call `observer(experiment, changed)` after every change; `changed` is the set of parts that are new.

        Returns:
            A function without arguments that ends it.
        """
        self._observers.append(observer)
        return lambda: self._observers.remove(observer) if observer in self._observers else None

    def on_session(self, observer):
        """Call `observer(session)` with the training that is there, and with every new one once it has been made.

        Returns:
            A function without arguments that ends it.
        """
        self._session_observers.append(observer)
        if self._session is not None:
            observer(self._session)
        return lambda: self._session_observers.remove(observer) if observer in self._session_observers else None

    def tell(self, changed):
        """Tell all who listen that these parts are new."""
        for observer in list(self._observers):
            try:
                observer(self, changed)
            except Exception as error:
                warnings.warn(f"A panel could not follow a change: {error!r}", stacklevel=2)
