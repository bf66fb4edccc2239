"""The picture of a network: its units as circles, its weights as links. `plot_model` draws it, and so do panels.

A blue link is a positive weight, a dashed orange one a negative weight; the wider, the larger. Layers of up to 30
units are drawn exactly, unit by unit; of larger ones the first and last units are shown. A layer that treats every
number by itself, such as Dropout, is a gate that the numbers pass through.

Lesson: 02.
"""

import numpy as np

from kerasschool.errors import check_one_of, unknown_arguments
from kerasschool.utils.drawing import INK, Drawing, text_width
from kerasschool.utils.network_steps import network_steps

POSITIVE, NEGATIVE = "#0877bd", "#f59322"
EXACT = 30  # units that are drawn one by one
SHOWN = 4  # of a larger layer: so many at either end
MANY_LINKS = 600  # more have no words of their own to show under the mouse
MOST_LINKS = 6000  # with more, only small layers are drawn exactly: a page must hold the picture
HEIGHT = 380  # of the units, where there are many
GATE = 26  # the thickness of a gate
MARGIN = 18
LEGEND = (("negative weight", NEGATIVE, (5, 3)), ("positive", POSITIVE, None))  # from right to left


def plot_model(
    model,
    to_file=None,
    show_shapes=True,
    show_dtype=False,
    show_layer_names=True,
    rankdir="LR",
    expand_nested=False,
    dpi=200,
    show_layer_activations=True,
    show_trainable=False,
    splines="ortho",
    show_weights=True,
    **unknown,
):
    """Draw a model: its units, links and weights. Nothing needs to be installed for it.

    Args:
        model: a built `Sequential`.
        to_file: name of a `.svg`, `.png` or `.pdf` file to write; None for none.
        show_shapes, show_dtype, show_layer_names, show_layer_activations, show_trainable: what is written at a layer.
        rankdir: `"LR"` draws from left to right, `"TB"` from top to bottom.
        expand_nested: show the layers of models that are layers of this one.
        dpi: pixels per inch of a PNG.
        splines: accepted, and without effect: links are straight.
        show_weights: False draws all links alike, whatever their weight.

    Returns:
        A `Drawing`, which a notebook shows; `.svg()` gives its text, `.save(path)` writes it.

    Raises:
        ValueError: if the model is not built.

    >>> from kerasschool import Sequential, layers
    >>> model = Sequential([layers.Input((8,)), layers.Dense(12, activation="relu"), layers.Dense(1)])
    >>> plot_model(model)
    <Drawing: sequential: 8 inputs → 12 → 1, 121 parameters>

    Lesson: 02.
    """
    if unknown:
        raise unknown_arguments("plot_model", unknown, plot_model)
    check_one_of("rankdir", rankdir, ("LR", "TB"))
    written = [
        ("name", show_layer_names),
        ("kind", True),
        ("shape", show_shapes),
        ("dtype", show_dtype),
        ("params", True),
        ("trainable", show_trainable),
    ]
    labels = {what for what, is_wanted in written if is_wanted} | ({"activation"} if show_layer_activations else set())
    drawing = draw_network(model, labels, show_weights, rankdir == "TB", expand_nested, dpi)
    if to_file is not None:
        drawing.save(to_file)
    return drawing


def draw_network(model, labels=(), show_weights=True, downwards=False, expand_nested=False, dpi=200, height=HEIGHT):
    """What `plot_model` draws, as tall or small as a panel has room for.

    Args:
        model: a built `Sequential`.
        labels: what is written at a layer, beside its number of parameters: of `"name"`, `"kind"`, `"shape"`,
            `"dtype"`, `"trainable"` and `"activation"`.
        show_weights, expand_nested, dpi: as in `plot_model`.
        downwards: draw from top to bottom.
        height: of the largest layer's units, in CSS pixels.

    Returns:
        A `Drawing`.
    """
    steps = network_steps(model, expand_nested)
    return _Network(steps, set(labels), show_weights, downwards, height).draw(model.name, dpi)


class _Network:
    """The layout of one picture.

    Places are pairs `(along, across)`: along the flow from input to output, and across it. `_at` turns them into
    `(x, y)`, so that one set of rules draws from left to right and from top to bottom.
    """

    def __init__(self, steps, labels, show_weights, downwards, height=HEIGHT):
        self.steps, self.labels, self.show_weights, self.downwards = steps, labels, show_weights, downwards
        self.exact = EXACT
        if self._count_exact_links() > MOST_LINKS:
            self.exact = 2 * SHOWN
        most = max([step.units for step in steps if self._is_exact(step)], default=8)
        self.pitch = min(34.0, max(13.0, height / max(most, 1)))
        self.radius = min(12.0, 0.4 * self.pitch)
        self.reach = max(self._half(step) for step in steps)  # of the largest layer, from the middle line
        if any(step.kind == "each" for step in steps):
            self.reach = max(self.reach, *(self._gate_reach(step) for step in steps if step.kind == "each"))
        self.num_links = sum(step.kernel.size for step in steps if step.kernel is not None)
        self.has_weights = False

    # Sizes

    def _is_exact(self, step):
        return step.units is not None and step.units <= self.exact

    def _count_exact_links(self):
        pairs = zip(self.steps, self.steps[1:])
        return sum(
            step.kernel.size
            for before, step in pairs
            if step.kernel is not None and self._is_exact(before) and self._is_exact(step)
        )

    def _ports(self, step):
        """Where the units stand across, and which ones they are: `(place, number)`, only those that are shown."""
        if step.units is None:
            return []
        if self._is_exact(step):
            slots = [(slot, slot) for slot in range(step.units)]
            total = step.units
        else:
            total = 2 * SHOWN + 2
            slots = [(slot, slot) for slot in range(SHOWN)]
            slots += [(total - SHOWN + slot, step.units - SHOWN + slot) for slot in range(SHOWN)]
        return [((slot - (total - 1) / 2) * self.pitch, number) for slot, number in slots]

    def _half(self, step):
        """How far the units of a layer reach from the middle line."""
        ports = self._ports(step)
        return (
            ports[-1][0] + self.radius if ports else max(2.6 * self.pitch, text_width(_size(step), 13, True) / 2 + 10)
        )

    def _gate_reach(self, step):
        return max(self._half(step) + 4, text_width(_gate_words(step, self.labels), 12) / 2 + 12)

    def _lines(self, step):
        """What is written at a layer: `(words, bold)`."""
        found = []
        size = "" if step.units is None else f"{step.units} "
        if step.kind == "input":
            found.append((f"{size}inputs" if step.units != 1 else "1 input", True))
        elif "name" in self.labels:
            found.append((step.name, True))
        activation = step.activation if "activation" in self.labels else ""
        if step.kind != "input":
            kind = " ".join(part for part in (step.class_name, step.setting) if part)
            kind = ", ".join(part for part in (kind, activation if activation not in kind.split() else "") if part)
            found.append((kind, "name" not in self.labels))
        if "shape" in self.labels:
            found.append((str(step.shape), False))
        if "dtype" in self.labels and step.dtype:
            found.append((step.dtype, False))
        if step.params:
            found.append((f"{step.params:,} parameters", False))
        if "trainable" in self.labels and step.params:
            found.append(("trainable" if step.trainable else "frozen", False))
        return found

    def _gap(self, before, step):
        """The free way along the flow between two layers."""
        if step.kind == "each":
            return 46
        return 80 + min(90, 0.2 * self.reach + 6 * min(_shown(before), _shown(step)))

    def _thickness(self, step):
        return GATE if step.kind == "each" else 2 * self.radius if step.units is not None else 44

    # Drawing

    def draw(self, name, dpi):
        places = self._places()
        length = places[-1] + self._label_half(self.steps[-1]) + MARGIN
        total = sum(step.params for step in self.steps)
        sizes = " → ".join(_size(step) for step in self.steps[1:] if step.kind != "each")
        title = f"{name}: {self.steps[0]}{' → ' if sizes else ''}{sizes}, {total:,} parameters"
        if self.downwards:
            side = max(text_width(words, 12, bold) for step in self.steps for words, bold in self._lines(step))
            width, height = 2 * MARGIN + 2 * self.reach + 24 + side, places[-1] + 54
            self.origin = (MARGIN + self.reach, 0)
        else:
            self.foot = 70 + 2 * self.reach
            rows = max(len(self._lines(step)) for step in self.steps if step.kind != "each")
            width, height = length, self.foot + 20 + 17 * rows
            self.origin = (0, 58 + self.reach)
        about = "A network of layers. " + "; ".join(map(str, self.steps)) + "."
        head = [(name, 13, True), (f"{total:,} parameters", 12, False)]
        if self.show_weights and self.num_links:
            head += [(words, 11, False) for words, _, _ in LEGEND]
        width = max(width, 2 * MARGIN + sum(text_width(*each) for each in head) + 44 * len(head) - 60)
        self.sheet = Drawing(width, height, title, about, dpi)
        for index in range(1, len(self.steps)):
            self._link(index, places)
        for step, place in zip(self.steps, places, strict=True):
            self._draw_step(step, place)
            self._label(step, place)
        self._head(name, total)
        return self.sheet

    def _places(self):
        """Where the layers stand along the flow: the middle of each."""
        places = []
        for index, step in enumerate(self.steps):
            if index == 0:
                places.append(62 if self.downwards else MARGIN + self._label_half(step))
                continue
            before = self.steps[index - 1]
            apart = (self._thickness(before) + self._thickness(step)) / 2 + self._gap(before, step)
            if not self.downwards:
                apart = max(apart, self._label_half(before) + self._label_half(step) + 14)
            else:
                apart = max(apart, 17 * (len(self._lines(before)) + len(self._lines(step))) / 2 + 10)
            places.append(places[-1] + apart)
        return places

    def _label_half(self, step):
        if step.kind == "each":
            return max(GATE / 2, text_width(_gate_params(step), 11) / 2)
        return max(max(text_width(words, 12, bold) for words, bold in self._lines(step)) / 2, self._thickness(step) / 2)

    def _at(self, along, across):
        x, y = (across, along) if self.downwards else (along, across)
        return x + self.origin[0], y + self.origin[1]

    def _box(self, along, thickness, half, **options):
        x, y = self._at(along - thickness / 2, -half)
        width, height = (2 * half, thickness) if self.downwards else (thickness, 2 * half)
        self.sheet.box(x, y, width, height, **options)

    def _draw_step(self, step, along):
        if step.kind == "each":
            half = self._gate_reach(step)
            self._box(along, GATE, half, radius=8, fill_opacity=0.08, title=str(step))
            x, y = self._at(along, 0)
            words = _gate_words(step, self.labels)
            if self.downwards:
                self.sheet.text(x, y + 4, words, 12)
            else:
                self.sheet.text(x + 4, y, words, 12, turned=True)
            return
        if step.units is None:
            self._box(along, 44, self._half(step), radius=10, fill_opacity=0.08, title=str(step))
            x, y = self._at(along, 0)
            self.sheet.text(x, y + 5, _size(step), 13, bold=True, turned=not self.downwards)
            return
        if not self._is_exact(step):
            half = self._half(step)
            self._box(along, 2 * self.radius + 14, half + 8, radius=self.radius + 7, opacity=0.3, title=str(step))
            for dot in (-0.38, 0, 0.38):
                self.sheet.circle(*self._at(along, dot * self.pitch), 2, width=0.1, fill=INK, fill_opacity=0.7)
        for place, number in self._ports(step):
            self._draw_unit(step, *self._at(along, place), number)

    def _draw_unit(self, step, x, y, number):
        bias = None if step.bias is None else float(step.bias[number])
        fill, opacity = (INK, 0.05) if step.kind == "dense" else (None, 0)
        if bias and self.show_weights:
            largest = float(np.abs(step.bias).max())
            fill, opacity = (POSITIVE if bias > 0 else NEGATIVE), 0.12 + 0.5 * abs(bias) / largest
        words = f"input {number + 1}" if step.kind == "input" else f"{step.name}, unit {number + 1}"
        words += "" if bias is None else f": bias {bias:.4g}"
        self.sheet.circle(x, y, self.radius, fill=fill, fill_opacity=opacity, title=words)
        if step.curve and "activation" in self.labels and self.radius >= 7:
            size = 0.58 * self.radius
            self.sheet.line([(x + size * a, y - size * b) for a, b in step.curve], width=1.1, opacity=0.75)

    def _link(self, index, places):
        """The links from layer `index - 1` to layer `index`."""
        before, step = self.steps[index - 1], self.steps[index]
        start = places[index - 1] + self._thickness(before) / 2
        end = places[index] - self._thickness(step) / 2
        left, right = self._ports(before), self._ports(step)
        if step.kind == "each":
            for place, _ in left:
                self._line((start, place), (end, place), opacity=0.4)
            if not left:
                self._band(start, end, self._half(before), self._half(step))
        elif step.kernel is not None and self._is_exact(before) and self._is_exact(step):
            self._weights(step, [(start, place) for place, _ in left], [(end, place) for place, _ in right])
        else:
            rim = 0 if self._is_exact(before) or before.kind == "each" or before.units is None else 7
            margin = 0 if self._is_exact(step) or step.units is None else 7
            self._band(start + rim, end - margin, self._half(before), self._half(step))
            if step.kernel is not None:
                opacity = min(0.16, 16 / max(len(left) * len(right), 1))
                for a, _ in left:
                    for b, _ in right:
                        self._line((start + rim, a), (end - margin, b), opacity=opacity, width=0.8)

    def _weights(self, step, starts, ends):
        """A link for every weight, the small ones below the large ones."""
        kernel = step.kernel
        if not self.show_weights:
            opacity = 0.45 if kernel.size < 200 else 0.28
            for a in starts:
                for b in ends:
                    self._line(a, b, opacity=opacity, width=0.9)
            return
        self.has_weights = True
        largest = float(np.abs(kernel).max()) if np.isfinite(kernel).all() else np.inf
        widest = max(1.2, min(3.6, 40 / max(len(starts), len(ends))))
        for flat in np.argsort(np.abs(kernel), axis=None, kind="stable"):
            i, j = divmod(int(flat), kernel.shape[1])
            weight = float(kernel[i, j])
            share = abs(weight) / largest if largest and np.isfinite(largest) and np.isfinite(weight) else 0.0
            words = f"weight {weight:.4g}, from {i + 1} to {j + 1}" if self.num_links <= MANY_LINKS else None
            color = POSITIVE if weight > 0 else NEGATIVE if weight < 0 else INK
            dash = (5, 3) if weight < 0 else None
            self._line(starts[i], ends[j], color, 0.5 + widest * share, 0.18 + 0.72 * share, dash, words)

    def _line(self, start, end, color=INK, width=1.0, opacity=1.0, dash=None, title=None):
        self.sheet.line([self._at(*start), self._at(*end)], color, width, opacity, dash, title)

    def _band(self, start, end, left, right):
        """Everything on the left may reach everything on the right."""
        corners = [(start, -left), (end, -right), (end, right), (start, left)]
        self.sheet.line([self._at(*corner) for corner in corners], width=0, opacity=0.08, fill=INK)

    def _label(self, step, along):
        if step.kind == "each":
            words = _gate_params(step)
            x, y = self._at(along, self._gate_reach(step))
            if words and self.downwards:
                self.sheet.text(x + 8, y + 4, words, 11, anchor="start", opacity=0.75)
            elif words:
                self.sheet.text(x, y + 16, words, 11, opacity=0.75)
            return
        lines = self._lines(step)
        for row, (words, bold) in enumerate(lines):
            opacity = 1.0 if bold else 0.75
            if self.downwards:
                x, y = self._at(along, self.reach + 24)
                y += 17 * (row - (len(lines) - 1) / 2) + 4
                self.sheet.text(x, y, words, 12, bold, "start", opacity)
            else:
                self.sheet.text(self._at(along, 0)[0], self.foot + 14 + 17 * row, words, 12, bold, "middle", opacity)
        if not self.downwards and step.kind == "dense" and step.units is not None:
            x, y = self._at(along, -self._half(step))
            rim = 0 if self._is_exact(step) else 8
            self.sheet.text(x, y - 8 - rim, f"{step.units:,}", 13, bold=True, opacity=0.85)

    def _head(self, name, total):
        self.sheet.text(MARGIN, 24, name, 13, bold=True, anchor="start")
        place = MARGIN + text_width(name, 13, bold=True) + 10
        self.sheet.text(place, 24, f"{total:,} parameters", 12, anchor="start", opacity=0.75)
        if not self.has_weights:
            return
        x = self.sheet.width - MARGIN
        for words, color, dash in LEGEND:
            self.sheet.text(x, 24, words, 11, anchor="end", opacity=0.75)
            x -= text_width(words, 11) + 8
            self.sheet.line([(x - 24, 20), (x, 20)], color, 2.4, 1.0, dash)
            x -= 40


def _shown(step):
    return 0 if step.units is None else min(step.units, EXACT)


def _size(step):
    """`"12"`, or `"28 × 28"` where the numbers do not stand in one line."""
    return " × ".join("?" if each is None else f"{each:,}" for each in step.shape[1:])


def _gate_words(step, labels):
    words = " ".join(part for part in (step.class_name, step.setting) if part)
    return words if "name" not in labels or _has_usual_name(step) else f"{step.name}: {words}"


def _has_usual_name(step):
    """True for `dropout` and `dropout_1`: the name that a Dropout gets when nobody chooses one."""
    return step.name.rstrip("0123456789").rstrip("_").replace("_", "") == step.class_name.lower()


def _gate_params(step):
    return f"{step.params:,} parameters" if step.params else ""
