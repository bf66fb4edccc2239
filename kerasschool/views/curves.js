// The loss and metric curves of a training run.
//
// The kernel sends one array: row 0 is x (in epochs), then one row per name. Each display of the widget draws its own
// two charts under `el`, redraws at most once per animation frame, and keeps nothing outside `el`.

const SVG = "http://www.w3.org/2000/svg";
const HEIGHT = 226;
const MARGIN = { top: 12, right: 58, bottom: 38, left: 52 };
const STACKED_BELOW = 560; // px of the widget's own width
const LABEL_GAP = 15; // px between two value labels

// ---- numbers and words ---------------------------------------------------------------------------------------------

export function formatValue(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e5 || size < 1e-3) return value.toExponential(2).replace("e+", "e");
  return size >= 100 ? value.toFixed(1) : size >= 10 ? value.toFixed(2) : size >= 1 ? value.toFixed(3) : value.toFixed(4);
}

const formatEpoch = (x) => (Number.isInteger(x) ? String(x) : x.toFixed(2));

const pretty = (name) => {
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

export function niceStep(span, count) {
  const rough = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(rough));
  const factor = [1, 2, 5, 10].find((f) => f * power >= rough * 0.999);
  return factor * power;
}

function linearTicks(low, high, count, whole) {
  let step = niceStep(high - low, count);
  if (whole) step = Math.max(1, step);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) ticks.push(i * step);
  const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const big = Math.max(Math.abs(low), Math.abs(high)) >= 1e5 || (digits > 4 && high !== 0);
  return ticks.map((at) => ({ at, text: big ? (at === 0 ? "0" : at.toExponential(1).replace("e+", "e")) : at.toFixed(digits) }));
}

function logTicks(low, high) {
  const decades = Math.log10(high / low);
  const factors = decades > 4 ? [1] : decades > 2 ? [1, 3] : decades > 1 ? [1, 2, 5] : [1, 2, 3, 5, 7];
  const skip = Math.ceil(decades / 6);
  const ticks = [];
  for (let p = Math.floor(Math.log10(low)); p <= Math.ceil(Math.log10(high)); p++) {
    if (decades > 6 && p % skip) continue;
    for (const f of factors) {
      const at = f * 10 ** p;
      if (at < low * 0.999 || at > high * 1.001) continue;
      ticks.push({ at, text: p < -3 || p > 4 ? `${f}e${p}` : String(Number(at.toPrecision(1))) });
    }
  }
  return ticks;
}

// ---- scales --------------------------------------------------------------------------------------------------------

function yDomain(values, isShare, isLog) {
  let low = Infinity;
  let high = -Infinity;
  for (const row of values) {
    for (const v of row) {
      if (!Number.isFinite(v) || (isLog && v <= 0)) continue;
      if (v < low) low = v;
      if (v > high) high = v;
    }
  }
  if (low > high) return isLog ? [0.1, 1] : [0, 1];
  if (isLog) {
    if (high / low < 1.5) return [low / 1.5, high * 1.5];
    return [low * 0.9, high * 1.1];
  }
  if (isShare && low >= 0 && high <= 1) return [0, 1];
  if (low >= 0) low = 0;
  if (high <= 0 && low < 0) high = 0;
  if (high === low) high = low + 1;
  const step = niceStep(high - low, 4);
  const top = Math.ceil(high / step - 1e-9) * step;
  // Room above the highest point, but not a whole empty step: the axis ends a little above it.
  return [low === 0 ? 0 : Math.floor(low / step) * step, Math.min(top, high + (high - low) * 0.06)];
}

// Names that are shares of one: their axis is 0..1, always the same, so that two runs look alike.
const isShareName = (name) => /accuracy|auc|precision|recall|f1|iou|sensitivity|specificity/i.test(name);

// JupyterLab's own keys (b: new cell, arrows: next cell) are not for elements that carry this attribute.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// ---- small DOM helpers ---------------------------------------------------------------------------------------------

function make(parent, tag, attributes = {}, text = "") {
  const inSvg = tag === "svg" || parent.namespaceURI === SVG;
  const node = inSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  parent.appendChild(node);
  return node;
}

function place(node, attributes) {
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
}

function sample(parent, role) {
  const svg = make(parent, "svg", { class: "sample", width: 26, height: 10, "aria-hidden": "true" });
  make(svg, "line", { class: `line ${role}`, x1: 1, x2: 25, y1: 5, y2: 5 });
  make(svg, "circle", { class: `mark ${role}`, cx: 13, cy: 5, r: 3 });
}

// ---- one chart -----------------------------------------------------------------------------------------------------

class Chart {
  constructor(parent, { label, onHover, onLog, onMetric }) {
    this.isLoss = Boolean(onLog);
    this.onHover = onHover;
    this.root = make(parent, "div", { class: "chart", role: "group", "aria-label": label });
    const head = make(this.root, "div", { class: "head" });
    this.title = make(head, "span", { class: "title" }, label);
    if (onMetric) {
      this.choice = make(head, "select", { class: "choice", "aria-label": "Metric", hidden: "", ...OWN_KEYS });
      this.choice.addEventListener("change", () => onMetric(this.choice.value));
    }
    const legend = make(head, "span", { class: "legend" });
    this.legend = {};
    for (const [role, word] of [["train", "train"], ["validation", "validation"]]) {
      this.legend[role] = make(legend, "span", { class: "entry" });
      sample(this.legend[role], role);
      make(this.legend[role], "span", {}, word);
    }
    if (onLog) {
      const log = make(head, "button", { class: "log", type: "button", title: "Logarithmic loss axis", ...OWN_KEYS }, "log");
      log.addEventListener("click", onLog);
      this.log = log;
    }
    const slider = { class: "plot", tabindex: "0", role: "slider", "aria-label": `${label} by epoch` };
    this.plot = make(this.root, "div", { ...slider, ...OWN_KEYS });
    this.svg = make(this.plot, "svg", { height: HEIGHT, "aria-hidden": "true" });
    this.grid = make(this.svg, "g", { class: "grid" });
    this.axes = make(this.svg, "g", { class: "axes" });
    this.unit = make(this.svg, "text", { class: "unit", "text-anchor": "middle" }, "epoch");
    this.lines = {};
    this.marks = {};
    this.labels = {};
    this.leads = {};
    for (const role of ["validation", "train"]) {
      this.lines[role] = make(this.svg, "path", { class: `line ${role}` });
      this.leads[role] = make(this.svg, "path", { class: `lead ${role}` });
    }
    for (const role of ["validation", "train"]) {
      this.marks[role] = make(this.svg, "circle", { class: `mark ${role}`, r: 4 });
      this.labels[role] = make(this.svg, "text", { class: `label ${role}` });
    }
    this.cross = make(this.svg, "line", { class: "cross" });
    this.dots = {};
    for (const role of ["validation", "train"]) this.dots[role] = make(this.svg, "circle", { class: `mark ${role}`, r: 4.5 });
    this.hint = make(this.svg, "text", { class: "hint", "text-anchor": "middle" });
    this.tip = make(this.plot, "div", { class: "tip", "aria-hidden": "true" });
    this.tipEpoch = make(this.tip, "div", { class: "tip-epoch" });
    this.tipRows = {};
    for (const role of ["train", "validation"]) {
      const row = make(this.tip, "div", { class: "tip-row" });
      sample(row, role);
      make(row, "span", { class: "tip-name" }, role);
      this.tipRows[role] = { row, value: make(row, "span", { class: "tip-value" }) };
    }
    this.x = [];
    this.series = { train: [], validation: [] };
    this.listen();
  }

  listen() {
    this.plot.addEventListener("pointermove", (event) => {
      const at = event.clientX - this.svg.getBoundingClientRect().left;
      this.onHover(this.nearest((at - MARGIN.left) / this.xScale));
    });
    this.plot.addEventListener("pointerleave", () => this.onHover(null));
    this.plot.addEventListener("blur", () => this.onHover(null));
    this.plot.addEventListener("focus", () => {
      if (this.plot.matches(":focus-visible") && this.x.length) this.onHover(this.x.length - 1);
    });
    this.plot.addEventListener("keydown", (event) => {
      const last = this.x.length - 1;
      const from = this.hover ?? last;
      const to = {
        ArrowLeft: from - 1, ArrowDown: from - 1, ArrowRight: from + 1, ArrowUp: from + 1,
        PageDown: from - 10, PageUp: from + 10, Home: 0, End: last, Escape: null,
      }[event.key];
      if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      event.stopPropagation();
      this.onHover(to === null || last < 0 ? null : Math.min(last, Math.max(0, to)));
    });
  }

  nearest(x) {
    if (!this.x.length) return null;
    let low = 0;
    let high = this.x.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (this.x[middle] < x) low = middle;
      else high = middle;
    }
    return x - this.x[low] < this.x[high] - x ? low : high;
  }

  draw({ width, x, series, name, epochs, isLog, hint, hasTip }) {
    Object.assign(this, { x, series, width, name });
    this.finished = hasTip && x.length > 1 ? x.length - 1 : x.length; // the columns of finished epochs, or the only one
    this.isLog = isLog;
    const inner = { width: Math.max(40, width - MARGIN.left - MARGIN.right), height: HEIGHT - MARGIN.top - MARGIN.bottom };
    this.bottom = MARGIN.top + inner.height;
    this.right = MARGIN.left + inner.width;
    const xMax = Math.max(epochs, x.length ? x[x.length - 1] : 0, 1);
    const [low, high] = yDomain([series.train, series.validation], isShareName(name), isLog);
    this.xScale = inner.width / xMax;
    const toY = isLog ? (v) => Math.log(v / low) / Math.log(high / low) : (v) => (v - low) / (high - low);
    this.toX = (value) => MARGIN.left + value * this.xScale;
    this.toY = (value) => this.bottom - toY(value) * inner.height;
    this.svg.setAttribute("width", width);
    const yTicks = isLog ? logTicks(low, high) : linearTicks(low, high, 5);
    this.drawAxes(linearTicks(0, xMax, inner.width > 300 ? 6 : 4, true), yTicks);
    for (const role of ["train", "validation"]) {
      const path = this.path(series[role], 0, this.finished);
      this.lines[role].setAttribute("d", path);
      this.leads[role].setAttribute("d", this.finished < x.length ? this.path(series[role], this.finished - 1, x.length) : "");
      this.legend[role].hidden = role === "validation" && !path && x.length > 0;
    }
    this.drawLabels();
    this.hint.textContent = x.length ? "" : hint;
    place(this.hint, { x: (MARGIN.left + this.right) / 2, y: MARGIN.top + inner.height / 2 + 4 });
    place(this.unit, { x: (MARGIN.left + this.right) / 2, y: HEIGHT - 4 });
    this.drawHover();
  }

  drawAxes(xTicks, yTicks) {
    const key = JSON.stringify([xTicks, yTicks, this.right]);
    if (key === this.axesKey) return;
    this.axesKey = key;
    this.grid.replaceChildren();
    this.axes.replaceChildren();
    for (const { at, text } of yTicks) {
      const y = Math.round(this.toY(at)) + 0.5;
      make(this.grid, "line", { x1: MARGIN.left, x2: this.right, y1: y, y2: y });
      make(this.axes, "text", { x: MARGIN.left - 8, y: y + 4, "text-anchor": "end" }, text);
    }
    const base = Math.round(this.bottom) + 0.5;
    make(this.axes, "line", { class: "base", x1: MARGIN.left, x2: this.right, y1: base, y2: base });
    for (const { at, text } of xTicks) {
      const x = Math.round(this.toX(at)) + 0.5;
      make(this.axes, "line", { class: "base", x1: x, x2: x, y1: base, y2: base + 4 });
      make(this.axes, "text", { x, y: base + 16, "text-anchor": "middle" }, text);
    }
  }

  path(values, from, to) {
    let path = "";
    let pen = false;
    for (let i = from; i < Math.min(to, values.length); i++) {
      const v = values[i];
      if (!Number.isFinite(v) || (this.isLog && v <= 0)) {
        pen = false;
        continue;
      }
      path += `${pen ? "L" : "M"}${this.toX(this.x[i]).toFixed(1)} ${this.toY(v).toFixed(1)}`;
      pen = true;
    }
    return path;
  }

  lastIndex(role) {
    const values = this.series[role];
    let i = Math.min(this.finished, values.length) - 1;
    while (i >= 0 && (!Number.isFinite(values[i]) || (this.isLog && values[i] <= 0))) i--;
    return i;
  }

  drawLabels() {
    const shown = [];
    for (const role of ["train", "validation"]) {
      const i = this.lastIndex(role);
      this.marks[role].style.display = this.labels[role].style.display = i < 0 ? "none" : "";
      if (i < 0) continue;
      const [x, y] = [this.toX(this.x[i]), this.toY(this.series[role][i])];
      place(this.marks[role], { cx: x, cy: y });
      this.labels[role].textContent = formatValue(this.series[role][i]);
      shown.push({ role, x, y });
    }
    shown.sort((a, b) => a.y - b.y);
    if (shown.length === 2 && shown[1].y - shown[0].y < LABEL_GAP) {
      const middle = Math.min(this.bottom - LABEL_GAP / 2, Math.max(MARGIN.top + LABEL_GAP / 2, (shown[0].y + shown[1].y) / 2));
      shown[0].y = middle - LABEL_GAP / 2;
      shown[1].y = middle + LABEL_GAP / 2;
    }
    for (const { role, x, y } of shown) place(this.labels[role], { x: x + 9, y: y + 4 });
  }

  setHover(index) {
    this.hover = index === null ? null : Math.min(index, this.x.length - 1);
    this.drawHover();
  }

  drawHover() {
    const i = this.hover;
    const on = i !== null && i !== undefined && i >= 0 && this.x.length > 0;
    this.cross.style.display = on ? "" : "none";
    this.tip.style.display = on ? "" : "none";
    if (on) {
      const x = this.toX(this.x[i]);
      place(this.cross, { x1: x, x2: x, y1: MARGIN.top, y2: this.bottom });
      this.tipEpoch.textContent = `epoch ${formatEpoch(this.x[i])}`;
      const onLeft = x > (MARGIN.left + this.right) / 2;
      this.tip.style.left = onLeft ? "" : `${x + 10}px`;
      const [train, validation] = [this.series.train[i], this.series.validation[i]];
      const onTop = this.toY(Number.isFinite(train) ? train : validation) > (MARGIN.top + this.bottom) / 2;
      this.tip.style.top = onTop ? `${MARGIN.top + 2}px` : "";
      this.tip.style.bottom = onTop ? "" : `${HEIGHT - this.bottom + 8}px`;
      this.tip.style.right = onLeft ? `${this.width - x + 10}px` : "";
    }
    for (const role of ["train", "validation"]) {
      const value = on ? this.series[role][i] : NaN;
      const drawn = Number.isFinite(value) && !(this.isLog && value <= 0);
      this.dots[role].style.display = drawn ? "" : "none";
      if (drawn) place(this.dots[role], { cx: this.toX(this.x[i]), cy: this.toY(value) });
      this.tipRows[role].row.hidden = !Number.isFinite(value);
      this.tipRows[role].value.textContent = formatValue(value);
    }
    const at = on ? i : this.x.length - 1;
    place(this.plot, {
      "aria-valuemin": this.x.length ? this.x[0] : 0,
      "aria-valuemax": this.x.length ? this.x[this.x.length - 1] : 0,
      "aria-valuenow": at >= 0 ? this.x[at] : 0,
      "aria-valuetext": at >= 0 ? this.say(at) : "no values yet",
    });
  }

  say(i) {
    const parts = [`epoch ${formatEpoch(this.x[i])}`];
    for (const role of ["train", "validation"]) {
      if (Number.isFinite(this.series[role][i])) parts.push(`${role} ${formatValue(this.series[role][i])}`);
    }
    return parts.join(", ");
  }
}

// ---- the widget ----------------------------------------------------------------------------------------------------

function readTable(model) {
  const names = model.get("names");
  const raw = model.get("table"); // a DataView
  const length = Math.floor(raw.byteLength / 4 / (names.length + 1));
  const row = (r) => {
    const values = new Array(length);
    for (let i = 0; i < length; i++) values[i] = raw.getFloat32(4 * (r * length + i), true);
    return values;
  };
  const columns = Object.fromEntries(names.map((name, r) => [name, row(r + 1)]));
  return { x: length ? row(0) : [], columns, names };
}

function render({ model, el }) {
  const root = make(el, "div", { class: "kerasschool-curves" });
  const charts = make(root, "div", { class: "charts" });
  const summary = make(root, "p", { class: "for-screen-readers" });
  const announcement = make(root, "p", { class: "for-screen-readers", role: "status" });
  let metric = null; // what the second chart shows, once the reader has chosen
  let frame = 0;

  const hover = (index) => [loss, second].forEach((chart) => chart.setHover(index));
  const loss = new Chart(charts, {
    label: "Loss",
    onHover: hover,
    onLog: () => {
      model.set("log_scale", !model.get("log_scale"));
      model.save_changes();
    },
  });
  const second = new Chart(charts, {
    label: "Accuracy",
    onHover: hover,
    onMetric: (name) => {
      metric = name;
      schedule();
    },
  });

  function draw() {
    frame = 0;
    const total = root.clientWidth;
    if (!total) return;
    const { x, columns, names } = readTable(model);
    const metrics = names.filter((name) => name !== "loss" && !name.startsWith("val_"));
    const planned = model.get("metrics");
    const known = metrics.length ? metrics : planned;
    const chosen = known.includes(metric) ? metric : known[0];
    const stacked = total < STACKED_BELOW;
    const single = !chosen;
    root.classList.toggle("stacked", stacked);
    second.root.hidden = single;
    const width = stacked || single ? total : Math.floor((total - 20) / 2);
    const shared = { width, x, epochs: model.get("epochs"), hasTip: model.get("has_tip") };
    const isLog = model.get("log_scale");
    const of = (name) => ({ train: columns[name] ?? [], validation: columns[`val_${name}`] ?? [] });
    loss.draw({ ...shared, series: of("loss"), name: "loss", isLog, hint: model.get("hint") });
    loss.log.setAttribute("aria-pressed", String(isLog));
    if (!single) {
      second.draw({ ...shared, series: of(chosen), name: chosen, isLog: false, hint: "" });
      second.title.textContent = pretty(chosen);
      second.root.setAttribute("aria-label", pretty(chosen));
      second.plot.setAttribute("aria-label", `${pretty(chosen)} by epoch`);
      offer(known, chosen);
    }
    place(root, { "data-points": x.length, "data-epoch": x.length ? formatEpoch(x[x.length - 1]) : "0" });
    summary.textContent = x.length
      ? `Loss at ${loss.say(x.length - 1)}.` + (single ? "" : ` ${pretty(chosen)} at ${second.say(x.length - 1)}.`)
      : "No training yet.";
  }

  function offer(known, chosen) {
    second.title.hidden = known.length > 1;
    second.choice.hidden = known.length < 2;
    const key = known.join();
    if (second.choiceKey !== key) {
      second.choiceKey = key;
      second.choice.replaceChildren();
      for (const name of known) make(second.choice, "option", { value: name }, pretty(name));
    }
    second.choice.value = chosen;
  }

  function schedule() {
    if (!frame) frame = requestAnimationFrame(draw);
  }
  function announce() {
    announcement.textContent = model.get("announcement");
  }

  const events = ["table", "names", "has_tip", "epochs", "log_scale", "hint", "metrics"].map((trait) => `change:${trait}`);
  for (const event of events) model.on(event, schedule);
  model.on("change:announcement", announce);
  const sizes = new ResizeObserver(schedule);
  sizes.observe(root);
  schedule();

  return () => {
    for (const event of events) model.off(event, schedule);
    model.off("change:announcement", announce);
    sizes.disconnect();
    cancelAnimationFrame(frame);
    root.remove();
  };
}

export default { render };
