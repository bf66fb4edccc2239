// JupyterLab takes keys from lists and sliders: arrows go to the next cell, "m" turns the cell into text, "b" adds
// one. An element with this attribute keeps its keys. The mark is set when the element gets the focus, so that
// controls which come later have it as well. Typed fields keep their keys without it, and Ctrl+S still saves there.

const KEEPS_ITS_KEYS = "select, [role=slider]";

function mark(event) {
  const { target } = event;
  if (target.closest?.(".kerasschool-panel") && target.matches(KEEPS_ITS_KEYS)) {
    target.setAttribute("data-lm-suppress-shortcuts", "true");
    nameSlider(target);
  }
}

// The handle of a slider has no name of its own, and a screen reader would read a bare number.
function nameSlider(handle) {
  const label = handle.closest(".widget-slider")?.querySelector(".widget-label");
  if (label && handle.matches("[role=slider]") && !handle.hasAttribute("aria-label")) {
    handle.setAttribute("aria-label", label.textContent);
  }
}

function render() {
  document.addEventListener("focusin", mark);
  return () => document.removeEventListener("focusin", mark);
}

export default { render };
