"""The SixSteps panel from code: the rail, one experiment under six panels, only the open one at work."""

import asyncio
import html
import re

import numpy as np
import pytest

import kerasschool as keras
from kerasschool import layers, panels
from kerasschool.live.recipe import Recipe
from kerasschool.live.steps import NAMES
from kerasschool.panels.six_steps import PANELS

FOREVER = 100_000  # epochs
SHORT = Recipe(fit={"epochs": 3})


def text(widget):
    return html.unescape(" ".join(re.sub("<[^>]*>", " ", widget.value).split()))


def rail(panel, key):
    return [step[key] for step in panel.rail.steps]


def edit(panel, **arguments):
    panel.set(layers=panel.recipe.with_arguments(1, **arguments).layers)


def click(panel, name):
    """Choose a tab as the browser does."""
    panel.rail.set_state({"chosen": NAMES.index(name)})


def seen(panel):
    """The panels that are not hidden."""
    return [each.name for each in panel._body.children if "ks-hidden" not in each._dom_classes]


def test_one_step_is_seen_at_a_time_and_all_share_one_experiment():
    panel = panels.SixSteps(SHORT)
    assert seen(panel) == ["Data panel"] and len(panel._body.children) == 1
    for name in (*NAMES, "train", "data"):
        click(panel, name)
        assert panel.step == name and seen(panel) == [panel[name].name]
        assert panel[name].experiment is panel.experiment
        assert [each for each in NAMES if panel[each].is_awake] == [name]
    assert [type(panel[name]) for name in NAMES] == list(PANELS.values())


def test_the_walk_of_a_learner_on_the_rail():
    panel = panels.SixSteps(SHORT)
    assert rail(panel, "state") == ["done", "done", "done", "todo", "todo", "todo"]
    assert rail(panel, "word")[:3] == ["266 + 67 rows, scaled", "221 parameters", "adam, binary_crossentropy"]
    click(panel, "evaluate")
    assert rail(panel, "what")[4] == "the model is untrained"
    assert text(panel.message).startswith("! The model is untrained. Its weights")
    panel["train"].session.run()
    click(panel, "evaluate")
    assert text(panel.message) == "Step 5: how good is it on rows that it has never seen?"
    loss = panel["evaluate"].scores["validation"]["loss"]
    assert rail(panel, "word")[4] == f"validation loss {loss:.3f}".replace(" 0.", " .")
    click(panel, "layers")
    edit(panel, units=16)
    assert rail(panel, "state") == ["done", "done", "stale", "stale", "stale", "todo"]
    assert rail(panel, "what")[2:5] == [f"layers edited after {what}" for what in ("compile", "training", "evaluating")]
    assert rail(panel, "word")[1] == f"{panel.model.count_params()} parameters"
    click(panel, "compile")
    assert rail(panel, "state")[2] == "done"


def test_the_word_of_predict_is_the_row_that_is_shown():
    panel = panels.SixSteps(SHORT, step="predict")
    panel["train"].session.run()
    for row in (1, 5):
        panel["predict"].set(row=row)
        label = panel["predict"].label
        word = f"{label} {panel['predict'].answer[label]:.3f}".replace(" 0.", " .")
        assert rail(panel, "word")[5] == word


def test_the_program_and_the_line_to_share():
    panel = panels.SixSteps(SHORT)
    edit(panel, units=5)
    assert panel.code() == panel.recipe.code() and text(panel.code_view).startswith("import kerasschool as keras")
    line = re.search(r'SixSteps\("(ks1[^"]*)"\)', text(panel._share))[1]
    assert panels.SixSteps(line).recipe == panel.recipe
    panel._engine.value = "Keras 3"
    assert text(panel.code_view).startswith("import keras from") and panel.code() == panel.recipe.code("keras")
    program = {}
    exec(panel.code("kerasschool").replace("print(", "print_nothing = ("), program)
    assert panel.experiment.session.run().history == program["history"].history


def test_asleep_panels_do_nothing(monkeypatch):
    panel = panels.SixSteps(SHORT)
    for name in NAMES:
        click(panel, name)
    worked = []
    for name, kind in PANELS.items():
        real = kind.follow
        monkeypatch.setattr(kind, "follow", lambda self, changed, n=name, f=real: (worked.append(n), f(self, changed)))
    for name in ("evaluate", "predict"):
        monkeypatch.setattr(PANELS[name], "update", lambda self, n=name: worked.append(n))
    click(panel, "layers")
    worked.clear()
    edit(panel, units=3)
    curves = panel._open["train"].curves
    before = curves.table
    panel.experiment.session.run()
    assert set(worked) == {"layers"} and curves.table is before
    click(panel, "train")
    assert len(curves.table) == 4 * 3 * (len(curves.names) + 1)
    assert panel["train"].session is panel.experiment.session and "train" in worked


def test_training_goes_on_behind_other_steps_and_ends_with_the_panel():
    panel = panels.SixSteps(SHORT.replace(fit={"epochs": FOREVER}), step="train")

    async def check():
        panel["train"].play()
        await asyncio.sleep(0)
        click(panel, "data")
        session = panel.experiment.session
        epoch = session.progress().epoch
        while session.progress().epoch < epoch + 5:
            await asyncio.sleep(0)
        assert session.state == "running"
        panel.close()
        assert session.state == "stopped"
        panel.close()

    asyncio.run(asyncio.wait_for(check(), 60))
    assert panel.rail.comm is None


def test_play_and_wait_renew_the_picture(monkeypatch):
    panel = panels.SixSteps(SHORT)
    renewed = []
    monkeypatch.setattr(panel, "refresh_picture", lambda: renewed.append(panel.description()), raising=False)

    async def check():
        panel.play()
        return await panel.wait()

    history = asyncio.run(check()).history
    assert len(history["loss"]) == 3 and len(renewed) == 1 and "4 Train, epoch 3" in renewed[0]


def test_a_recipe_that_cannot_train_becomes_a_message_and_comes_back():
    panel = panels.SixSteps(SHORT)
    panel.set(data="wine")
    click(panel, "train")
    assert "Error" in text(panel.message)
    assert rail(panel, "what")[1] == "The data have 13 inputs, the first layer expects 8."
    for name in NAMES:  # each can be looked at
        click(panel, name)
    click(panel, "train")
    panel.set(data="penguins")
    assert seen(panel) == ["Train panel"] and "Error" not in text(panel.message)


def test_own_arrays_that_are_not_here():
    panel = panels.SixSteps(SHORT.replace(data="own"))
    for name in NAMES:
        click(panel, name)
    assert rail(panel, "what")[0] == "no rows yet" and rail(panel, "state")[0] == "wrong"


def test_set_chooses_and_refuses_as_a_whole():
    panel = panels.SixSteps(SHORT)
    assert panel.set(step="train", seed=3) is panel and panel.step == "train" and panel.recipe.seed == 3
    for bad, words in (({"step": "trian"}, "Did you mean 'train'"), ({"seed": -1}, "seed"), ({"data": "wien"}, "wine")):
        with pytest.raises(ValueError, match=words):
            panel.set(**{"step": "data", **bad})
        assert panel.step == "train" and panel.recipe.seed == 3
    with pytest.raises(ValueError, match="Unknown step 'tain'"):
        panels.SixSteps(step="tain")
    with pytest.raises(ValueError, match="Unknown step"):
        _ = panel["fit"]
    for hostile in (None, [], {}, 7, "x" * 10_000):
        with pytest.raises((ValueError, TypeError)):
            panels.SixSteps(step=hostile)


def test_a_model_written_by_hand():
    model = keras.Sequential([layers.Input((2,)), layers.Dense(3, activation="tanh"), layers.Dense(1)])
    model.compile(loss="mse", optimizer="sgd")
    x, y = np.arange(12.0).reshape(6, 2) / 12, np.arange(6.0) + 0.5
    panel = panels.SixSteps.from_model(model, x, y, fit={"epochs": 2})
    assert panel.model is model and rail(panel, "word")[0] == "6 rows, not scaled"
    for name in NAMES:
        click(panel, name)
    panel["train"].session.run()
    assert rail(panel, "word")[3].startswith("epoch 2: loss ")


def test_tabs_are_locked_and_hidden():
    panel = panels.SixSteps(SHORT).lock("tab_predict", state="hidden").lock("tab_compile", "units")
    assert rail(panel, "hidden") == [False] * 5 + [True] and rail(panel, "locked")[2]
    for name in ("predict", "compile"):
        click(panel, name)
        assert panel.step == "data"
    again = panels.SixSteps(panel.recipe.share())
    assert rail(again, "hidden")[5] and rail(again, "locked")[2]
    first_hidden = panels.SixSteps(panel.lock("tab_data", state="hidden").recipe)
    assert first_hidden.step == "layers" and seen(first_hidden) == ["Layers panel"]
    again.unlock()
    assert not any(rail(again, "hidden")) and not any(rail(again, "locked"))
    with pytest.raises(ValueError, match="Unknown control 'tab_comple'. Did you mean 'tab_compile'"):
        panel.lock("tab_comple")


@pytest.mark.parametrize("place", [-1, 6, 10**6])
def test_a_tab_that_is_not_there_is_not_opened(place):
    panel = panels.SixSteps(SHORT, step="layers")
    panel.rail.set_state({"chosen": place})
    assert panel.step == "layers" and panel.rail.chosen == 1


def test_picture_and_description():
    panel = panels.SixSteps(SHORT)
    assert panel.description().startswith("The six steps. 1 Data, 266 + 67 rows, scaled. 2 Layers, 221 parameters.")
    assert panel.picture().axes == []
    panel["train"].session.run()
    edit(panel, units=4)
    assert "4 Train, epoch 3: val accuracy" in panel.description()
    assert ": layers edited after training. 5 Evaluate, not yet." in panel.description()
    panel["train"].session.run()
    loss, _ = panel.picture().axes
    np.testing.assert_array_equal(loss.lines[0].get_ydata(), panel["train"].history.history["loss"])


def test_two_at_once_and_compare_beside_it():
    first, second = panels.SixSteps(SHORT), panels.SixSteps(SHORT)
    edit(first, units=4)
    assert second.recipe == SHORT
    third, compare = panels.SixSteps(first), panels.Compare(first)
    click(third, "compile")
    third.set(compile={"optimizer": "sgd"})
    assert "sgd" in rail(first, "word")[2]
    first["train"].session.run()
    assert [run.name for run in compare.ledger] == ["Run 1"]
    third.close()
    first.set(seed=1)
    assert first.recipe.seed == 1


def test_the_page_never_collapses_between_two_steps():
    panel, seen = panels.SixSteps(), []
    for name in NAMES:
        panel.set(step=name)
    for each in panel._open.values():
        each.observe(lambda _: seen.append([n for n in NAMES if not is_away(panel._open[n])]), "_dom_classes")
    for name in reversed(NAMES):
        panel.set(step=name)
    assert seen and all(seen) and max(map(len, seen)) == 2


def is_away(panel):
    return "ks-hidden" in panel._dom_classes
