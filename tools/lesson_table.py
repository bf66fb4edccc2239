"""Write the table in lessons/README.md from the heads of the lessons' sources: `python -m tools.lesson_table`.

`make lessons` does it too. What a lesson covers of the tutorial that the course grew out of stands below, each with a
word that must be in the lesson.
"""

import re

from tools.build_lessons import LESSONS, STEPS, sources, target

README = LESSONS / "README.md"
HEAD = "| | Lesson | Step | In this lesson you will | Minutes | Panel | Of the tutorial |"
COVERS = {  # lesson → (what the tutorial says, a word of the lesson that takes it up)
    "00": (("S1 the six steps", "Six steps"),),
    "01": (("S2 the seed", "set_random_seed"), ("S3 data, `X` and `Y`", "load_csv")),
    "02": (
        ("S4 `Dense(12, input_dim=8, init='uniform')`", "input_dim"),
        ("S5 the diagram", "plot_model"),
        ("S6 initializers by name", "random_uniform"),
        ("S8 activations, inside `Dense` or alone", 'Activation("relu")'),
        ("S9 `get_weights()`", "get_weights"),
        ("S10 `add` three times", "model.add"),
        ("S11 `Sequential([…])`", "Sequential(["),
        ("S14 a function as activation", "activation=keras.activations.sigmoid"),
        ("S22 `summary()`", "summary()"),
    ),
    "03": (
        ("S15 `compile`", "model.compile("),
        ("S16 CPU, GPU, distributed", "KERAS_BACKEND"),
        ("S17 `reduce_mean(square(…))`", "reduce_mean"),
        ("S18 optimizers", "optimizers."),
        ("S19 CNTK's `sgd`", "gradient_clipping_threshold_per_sample"),
    ),
    "04": (("S20 `fit`, `nepochs`", "nepochs"),),
    "05": (("S21 `evaluate`", "evaluate("),),
    "06": (("S23 `predict`, rounding", ".round"),),
}


def row(source):
    """One line of the table."""
    text = source.read_text(encoding="utf-8")
    number, name = source.stem[:2], target(source, solved=False).name
    title = re.search(r"^# (.+)$", text, re.MULTILINE)[1]
    minutes = re.search(r"about (\d+) minutes\*\*", text)[1]
    objectives = re.findall(r"^\d\. (.+?)[,.]$", text.partition("[steps")[0], re.MULTILINE)
    bar = re.search(r"^\[steps ?(\d?)\]$", text, re.MULTILINE)[1]
    step = f"{bar} {STEPS[int(bar) - 1].lower()}" if bar else "all six"
    panels = sorted(
        {word for words in re.findall(r"from kerasschool\.panels import (.+)", text) for word in words.split(", ")}
    )
    covers = "; ".join(words for words, _ in COVERS.get(number, ()))
    cells = [number, f"[{title}]({name})", step, "; ".join(objectives), minutes, ", ".join(panels), covers]
    return "| " + " | ".join(cells) + " |"


def table():
    """The table of all lessons whose notebooks are built."""
    rows = [row(source) for source in sources() if target(source, solved=False).exists()]
    return "\n".join([HEAD, "|---|---|---|---|---|---|---|", *rows])


def replaced(text):
    """The README with its table made anew."""
    return re.sub(r"^\| \| Lesson .*\n(\|.*\n)*", lambda old: table() + "\n", text, count=1, flags=re.MULTILINE)


def main():
    text = README.read_text(encoding="utf-8")
    if replaced(text) != text:
        README.write_text(replaced(text), encoding="utf-8")


if __name__ == "__main__":
    main()
