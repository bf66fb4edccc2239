// Points in the plane: shown, added and taken away by mouse or keyboard.
//
// The kernel sends four float32 per point: x, y, label, role (0 training, 1 held back). A click sends a message; the
// point appears when the kernel has taken it. Nothing is kept outside `el`.

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = { left: 40, right: 10, top: 8, bottom: 34 };
const SIZE = 380; // px, width and height of the plot
const REACH = 14; // px around a point in which it is found
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };
const RADIO = { type: "button", role: "radio", ...OWN_KEYS };
const SHAPES = ["square", "circle", "triangle", "diamond"];

function make(parent, tag, attributes = {}, text = "") {
  const inSvg = tag === "svg" || parent.namespaceURI === SVG;
  const node = inSvg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text) node.textContent = text;
  parent.appendChild(node);
  return node;
}

export function shapePath(shape, x, y, r) {
  if (shape === "square") return `M${x - r} ${y - r}h${2 * r}v${2 * r}h${-2 * r}Z`;
  if (shape === "circle") return `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0Z`;
  if (shape === "triangle") return `M${x} ${y - 1.2 * r}L${x + 1.15 * r} ${y + 0.8 * r}H${x - 1.15 * r}Z`;
  return `M${x} ${y - 1.3 * r}L${x + 1.3 * r} ${y}L${x} ${y + 1.3 * r}L${x - 1.3 * r} ${y}Z`;
}

const COLORS = [[245, 147, 34], [232, 234, 235], [8, 119, 189]]; // of -1, 0 and 1

export function colorOf(share) {
  const at = Math.min(1, Math.max(-1, share));
  const [from, to] = at < 0 ? [COLORS[1], COLORS[0]] : [COLORS[1], COLORS[2]];
  return `rgb(${from.map((c, i) => Math.round(c + (to[i] - c) * Math.abs(at))).join(" ")})`;
}

function niceTicks(low, high) {
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((f) => f * power >= rough * 0.8) * power;
  const found = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) found.push(Number((i * step).toPrecision(6)));
  return found;
}

function render({ model, el }) {
  const root = make(el, "div", { class: "kerasschool-points" });
  const plot = make(root, "div", { class: "plot", tabindex: "0", role: "application", ...OWN_KEYS });
  const svg = make(plot, "svg", { viewBox: `0 0 ${SIZE} ${SIZE}`, "aria-hidden": "true" });
  const axes = make(svg, "g", { class: "axes" });
  const marks = make(svg, "g");
  const cross = make(svg, "path", { class: "cross" });
  const side = make(root, "div", { class: "side" });
  const choice = make(side, "div", { class: "choice", role: "radiogroup", "aria-label": "Class to draw" });
  const help = make(side, "p", { class: "help" });
  const status = make(side, "p", { class: "status", role: "status" });
  const cursor = { x: SIZE / 2, y: SIZE / 2 };
  let points = [];
  let choiceKey = "";
  let entries = [];
  let held = null;

  const limits = () => model.get("limits");
  const toX = (v) => MARGIN.left + ((v - limits()[0]) / (limits()[1] - limits()[0])) * (SIZE - MARGIN.left - MARGIN.right);
  const toY = (v) => SIZE - MARGIN.bottom - ((v - limits()[2]) / (limits()[3] - limits()[2])) * (SIZE - MARGIN.top - MARGIN.bottom);
  const fromX = (p) => limits()[0] + ((p - MARGIN.left) / (SIZE - MARGIN.left - MARGIN.right)) * (limits()[1] - limits()[0]);
  const fromY = (p) => limits()[2] + ((SIZE - MARGIN.bottom - p) / (SIZE - MARGIN.top - MARGIN.bottom)) * (limits()[3] - limits()[2]);
  const inside = ({ x, y }) => x >= MARGIN.left && x <= SIZE - MARGIN.right && y >= MARGIN.top && y <= SIZE - MARGIN.bottom;

  function read() {
    const raw = model.get("points");
    points = [];
    for (let i = 0; i + 16 <= raw.byteLength; i += 16) {
      const [x, y, label, role] = [0, 4, 8, 12].map((offset) => raw.getFloat32(i + offset, true));
      points.push({ x, y, label, role });
    }
  }

  function draw() {
    read();
    const [names, classes, editable] = [model.get("names"), model.get("classes"), model.get("editable")];
    axes.replaceChildren();
    const [right, base] = [SIZE - MARGIN.right, SIZE - MARGIN.bottom];
    for (const at of niceTicks(limits()[0], limits()[1])) {
      const x = Math.round(toX(at)) + 0.5;
      make(axes, "path", { class: at === 0 ? "zero" : "grid", d: `M${x} ${MARGIN.top}V${base}` });
      make(axes, "text", { x, y: base + 15, "text-anchor": "middle" }, String(at));
    }
    for (const at of niceTicks(limits()[2], limits()[3])) {
      const y = Math.round(toY(at)) + 0.5;
      make(axes, "path", { class: at === 0 ? "zero" : "grid", d: `M${MARGIN.left} ${y}H${right}` });
      make(axes, "text", { x: MARGIN.left - 6, y: y + 4, "text-anchor": "end" }, String(at));
    }
    make(axes, "text", { class: "name", x: (MARGIN.left + right) / 2, y: SIZE - 3, "text-anchor": "middle" }, names[0]);
    const middle = (MARGIN.top + base) / 2;
    make(axes, "text", { class: "name", transform: `translate(10 ${middle}) rotate(-90)`, "text-anchor": "middle" }, names[1]);
    marks.replaceChildren();
    const most = Math.max(1e-9, ...points.map((p) => Math.abs(p.label)));
    for (const { x, y, label, role } of points) {
      const shape = classes.length ? SHAPES[label % SHAPES.length] : label < 0 ? "square" : "circle";
      const kind = classes.length ? `class-${label % SHAPES.length}` : "amount";
      const mark = make(marks, "path", { class: `mark ${kind}${role ? " held-back" : ""}`, d: shapePath(shape, toX(x), toY(y), 3.6) });
      if (!classes.length) mark.style.fill = mark.style.stroke = colorOf(label / most);
    }
    cross.setAttribute("d", `M${cursor.x - 8} ${cursor.y}h16M${cursor.x} ${cursor.y - 8}v16`);
    plot.classList.toggle("editable", editable);
    plot.setAttribute("aria-label", model.get("description") + (editable ? " Arrow keys move the cross, Enter adds." : ""));
    help.textContent = editable
      ? "Click to add a point, shift-click to take one away. Keys: arrows, Enter, Delete, 1 to 3."
      : "";
    offer(classes, editable);
  }

  function offer(classes, editable) {
    const key = JSON.stringify([classes, editable]);
    if (key !== choiceKey) {
      choiceKey = key;
      choice.replaceChildren();
      entries = classes.map((name, label) => {
        const entry = make(choice, editable ? "button" : "span", { class: "entry", ...(editable ? RADIO : {}) });
        const sample = make(entry, "svg", { width: 14, height: 14, "aria-hidden": "true" });
        const shape = SHAPES[label % SHAPES.length];
        make(sample, "path", { class: `mark class-${label % SHAPES.length}`, d: shapePath(shape, 7, 7, 4.5) });
        make(entry, "span", {}, name);
        if (editable) entry.addEventListener("click", () => pick(label));
        return { entry, count: make(entry, "span", { class: "count" }) };
      });
      if (!classes.length) make(choice, "span", { class: "entry" }, "■ orange: below 0, ● blue: above 0");
      held = make(choice, "span", { class: "entry hollow" }, "hollow: held back");
    }
    entries.forEach(({ entry, count }, label) => {
      if (editable) entry.setAttribute("aria-checked", String(model.get("brush") === label));
      count.textContent = String(points.filter((p) => p.label === label && !p.role).length);
    });
    held.hidden = !points.some((p) => p.role);
  }

  function pick(label) {
    model.set("brush", label);
    model.save_changes();
  }

  const round = (v) => Number(v.toPrecision(4));
  function add(at) {
    if (!model.get("editable") || !inside(at)) return;
    const numbers = [round(fromX(at.x)), round(fromY(at.y)), model.get("brush")];
    model.send({ kind: "add", numbers });
    status.textContent = `Added a point at ${numbers[0]}, ${numbers[1]}.`;
  }
  function remove(at) {
    const near = points
      .filter((p) => !p.role)
      .map((p) => ({ p, far: Math.hypot(toX(p.x) - at.x, toY(p.y) - at.y) }))
      .sort((a, b) => a.far - b.far)[0];
    if (!model.get("editable") || !near || near.far > REACH) {
      status.textContent = "No point is near.";
      return;
    }
    model.send({ kind: "remove", numbers: [near.p.x, near.p.y] });
    status.textContent = `Took away the point at ${round(near.p.x)}, ${round(near.p.y)}.`;
  }

  function place(event) {
    const box = svg.getBoundingClientRect();
    return { x: ((event.clientX - box.left) / box.width) * SIZE, y: ((event.clientY - box.top) / box.height) * SIZE };
  }
  plot.addEventListener("click", (event) => {
    const at = place(event);
    if (event.shiftKey) remove(at);
    else add(at);
    Object.assign(cursor, at);
    cross.setAttribute("d", `M${cursor.x - 8} ${cursor.y}h16M${cursor.x} ${cursor.y - 8}v16`);
  });
  plot.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = event.shiftKey ? 30 : 6;
    const move = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const label = Number(event.key) - 1;
    if (move) {
      cursor.x = Math.min(SIZE - MARGIN.right, Math.max(MARGIN.left, cursor.x + move[0]));
      cursor.y = Math.min(SIZE - MARGIN.bottom, Math.max(MARGIN.top, cursor.y + move[1]));
      cross.setAttribute("d", `M${cursor.x - 8} ${cursor.y}h16M${cursor.x} ${cursor.y - 8}v16`);
      status.textContent = `At ${round(fromX(cursor.x))}, ${round(fromY(cursor.y))}.`;
    } else if (event.key === "Enter" || event.key === " ") add(cursor);
    else if (event.key === "Delete" || event.key === "Backspace") remove(cursor);
    else if (label >= 0 && label < model.get("classes").length) pick(label);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  let frame = 0;
  const schedule = () => {
    if (!frame) frame = requestAnimationFrame(() => { frame = 0; draw(); });
  };
  const events = ["points", "limits", "names", "classes", "editable", "brush"].map((trait) => `change:${trait}`);
  for (const event of events) model.on(event, schedule);
  draw();
  return () => {
    for (const event of events) model.off(event, schedule);
    cancelAnimationFrame(frame);
    root.remove();
  };
}

export default { render };
