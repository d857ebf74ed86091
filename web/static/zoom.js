// Zoom of the page: by buttons, by the wheel with Ctrl (as touchpads send a pinch), and by two fingers.

const LEAST = 0.4;
const MOST = 5;

/**
 * Make what is in `sheet` zoomable: the style value `--zoom` is 1 where the page fits the width. `label` shows the zoom, and
 * `changed` is called after each change.
 */
export function zoomable(sheet, label, changed) {
  let scale = 1;
  const fingers = new Map();
  let spread = 0;

  /** Zoom so that the point under (x, y) of the window stays there. */
  function to(wanted, x, y) {
    const next = Math.min(MOST, Math.max(LEAST, wanted));
    if (next === scale) return;
    const frame = sheet.getBoundingClientRect();
    const [left, top] = [(x ?? frame.left + frame.width / 2) - frame.left, (y ?? frame.top + frame.height / 3) - frame.top];
    const ratio = next / scale;
    scale = next;
    apply();
    sheet.scrollLeft = (sheet.scrollLeft + left) * ratio - left;
    sheet.scrollTop = (sheet.scrollTop + top) * ratio - top;
    changed();
  }

  function apply() {
    sheet.style.setProperty("--zoom", scale);
    label.textContent = `${Math.round(scale * 100)} %`;
  }

  sheet.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    to(scale * Math.exp(-event.deltaY / 300), event.clientX, event.clientY);
  }, { passive: false });
  sheet.addEventListener("pointerdown", (event) => event.pointerType === "touch" && fingers.set(event.pointerId, event));
  sheet.addEventListener("pointermove", (event) => {
    if (!fingers.has(event.pointerId)) return;
    fingers.set(event.pointerId, event);
    if (fingers.size !== 2) return;
    const [one, other] = [...fingers.values()];
    const now = Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    if (spread) to((scale * now) / spread, (one.clientX + other.clientX) / 2, (one.clientY + other.clientY) / 2);
    spread = now;
  });
  for (const name of ["pointerup", "pointercancel"]) {
    sheet.addEventListener(name, (event) => {
      fingers.delete(event.pointerId);
      spread = 0;
    });
  }
  apply();
  return { by: (factor) => to(scale * factor), rest: () => ((scale = 1), apply(), changed()), get scale() { return scale; } };
}
