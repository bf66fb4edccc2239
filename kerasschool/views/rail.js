// A rail of steps: a tablist whose tabs say what each step has produced, and what is stale.

const SIGNS = { todo: "○", done: "✓", stale: "!", wrong: "✗" };
const WORDS = { todo: "not yet", done: "done", stale: "stale", wrong: "does not work" };
const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

function make(parent, tag, attributes = {}, text = "") {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.textContent = text;
  parent.appendChild(node);
  return node;
}

function render({ model, el }) {
  const root = make(el, "div", { class: "kerasschool-rail", role: "tablist" });
  const spoken = make(el, "p", { class: "kerasschool-rail-spoken", role: "status" });
  let tabs = [];
  let chosen = model.get("chosen");
  let frame = 0;

  function build(count) {
    root.replaceChildren();
    tabs = Array.from({ length: count }, (_, place) => {
      // JupyterLab's own keys (arrows: next cell) are not for elements with this attribute.
      const tab = make(root, "button", { type: "button", role: "tab", "data-lm-suppress-shortcuts": "true" });
      const head = make(tab, "span", { class: "head" });
      const parts = {
        number: make(head, "span", { class: "number", "aria-hidden": "true" }, String(place + 1)),
        title: make(head, "span", { class: "title" }),
        sign: make(head, "span", { class: "sign", "aria-hidden": "true" }),
        word: make(tab, "span", { class: "word" }),
        what: make(tab, "span", { class: "what" }),
      };
      tab.addEventListener("click", () => choose(place));
      tab.addEventListener("keydown", (event) => press(event, place));
      return { tab, ...parts };
    });
  }

  function draw() {
    const steps = model.get("steps");
    root.setAttribute("aria-label", model.get("label"));
    if (steps.length !== tabs.length) build(steps.length);
    steps.forEach((step, place) => {
      const { tab, title, sign, word, what } = tabs[place];
      tab.className = `step ${step.state}`;
      tab.hidden = step.hidden;
      title.textContent = step.title;
      sign.textContent = SIGNS[step.state];
      word.textContent = step.word;
      what.textContent = step.what;
      tab.title = [step.word, step.what].filter(Boolean).join("\n");
      const said = [`Step ${place + 1}: ${step.title}`, step.word, WORDS[step.state], step.what];
      tab.setAttribute("aria-label", said.filter(Boolean).join(", "));
      tab.setAttribute("aria-disabled", String(step.locked));
    });
    mark();
  }

  function mark() {
    tabs.forEach(({ tab }, place) => {
      tab.setAttribute("aria-selected", String(place === chosen));
      tab.tabIndex = place === chosen ? 0 : -1;
    });
    if (!frame) frame = requestAnimationFrame(name);
  }

  // What the tabs open lies beside the rail, in the same box: another widget, so it is found by its class.
  function name() {
    frame = 0;
    const body = model.get("body") && root.closest(".widget-box")?.querySelector(`.${model.get("body")}`);
    const step = model.get("steps")[chosen];
    if (!body || !step) return;
    body.setAttribute("role", "tabpanel");
    body.setAttribute("aria-label", step.title);
  }

  function can(place) {
    const step = model.get("steps")[place];
    return step && !step.locked && !step.hidden;
  }

  function choose(place) {
    if (!can(place) || place === chosen) return;
    chosen = place;
    mark();
    model.set("chosen", place);
    model.save_changes();
  }

  function press(event, place) {
    const count = tabs.length;
    let to = { Home: 0, End: count - 1 }[event.key];
    let by = event.key === "End" ? -1 : 1;
    if (event.key in KEYS) {
      by = KEYS[event.key];
      to = place + by;
    }
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    for (let tries = 0; tries < count; tries++, to += by) {
      const next = (to + count) % count;
      if (can(next)) {
        choose(next);
        tabs[next].tab.focus();
        return;
      }
    }
  }

  function follow() {
    chosen = model.get("chosen");
    mark();
    const step = model.get("steps")[chosen];
    if (step) spoken.textContent = `${step.title}. ${step.what}`;
  }

  model.on("change:steps", draw);
  model.on("change:chosen", follow);
  draw();
  return () => {
    model.off("change:steps", draw);
    model.off("change:chosen", follow);
    cancelAnimationFrame(frame);
    root.remove();
    spoken.remove();
  };
}

export default { render };
