// Functions that build elements. Text is only inserted as text, never as markup; the page's security policy forbids that too.

export const byId = (id) => document.getElementById(id);

/** An element with properties and children; strings among the children become text. */
export function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

/** A button with a click handler. */
export function button(label, onClick, properties = {}) {
  const element = make("button", { type: "button", className: "plain", ...properties }, label);
  element.addEventListener("click", onClick);
  return element;
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

const PATHS = {
  panel: "M4 5h16v14H4zM10 5v14", plus: "M12 5v14M5 12h14", minus: "M5 12h14", left: "M15 5l-7 7 7 7", right: "M9 5l7 7-7 7",
  close: "M6 6l12 12M18 6L6 18", more: "M5 12h.01M12 12h.01M19 12h.01", copy: "M9 9h10v11H9zM5 15V4h10", link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  save: "M12 4v11M7 11l5 5 5-5M5 20h14", again: "M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5", check: "M5 13l4 4L19 7", edit: "M4 20h4L19 9l-4-4L4 16z", trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13", file: "M6 3h8l5 5v13H6zM14 3v5h5",
};

/** A line drawing, hidden from screen readers. */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  for (const [key, value] of Object.entries({ viewBox: "0 0 24 24", class: `glyph glyph-${name}`, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows a drawing; its label is its name and its tooltip. */
export const iconButton = (name, label, onClick, properties = {}) =>
  withIcon(button("", onClick, { className: "icon", "aria-label": label, title: label, ...properties }), name);

export function withIcon(element, name) {
  element.prepend(icon(name));
  return element;
}

/** Draw the icons of the buttons in the page; a button of class `icon` keeps its text as its name only. */
export function drawIcons() {
  for (const element of document.querySelectorAll("[data-icon]")) {
    if (element.classList.contains("icon")) {
      element.setAttribute("aria-label", element.textContent);
      element.title = element.textContent;
      element.textContent = "";
    }
    withIcon(element, element.dataset.icon);
  }
}

/** A button that opens a list of actions, each [label, handler]; arrow keys, Esc and a click elsewhere work as in menus. */
export function menu(label, actions, properties = {}) {
  const list = make("div", { className: "menu", role: "menu", "aria-label": label, hidden: true });
  const opener = iconButton("more", label, () => (list.hidden ? show() : hide()), { "aria-haspopup": "menu", "aria-expanded": "false", ...properties });
  const holder = make("div", { className: "menu-holder" }, opener, list);
  const hide = (focus = false) => {
    list.hidden = true;
    opener.setAttribute("aria-expanded", "false");
    document.removeEventListener("pointerdown", away);
    if (focus) opener.focus();
  };
  const away = (event) => holder.contains(event.target) || hide();
  const show = () => {
    list.replaceChildren(...actions().map(([text, run, tone = ""]) =>
      button(text, () => (hide(true), run()), { className: `item ${tone}`, role: "menuitem", tabIndex: -1 })));
    list.hidden = false;
    opener.setAttribute("aria-expanded", "true");
    document.addEventListener("pointerdown", away);
    list.scrollIntoView({ block: "nearest" }); // the last document's actions lie below the edge of its list
    list.firstElementChild?.focus({ preventScroll: true });
  };
  holder.addEventListener("keydown", (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") hide(true);
    else if (event.key === "Tab") return hide();
    else if (step) {
      const items = [...list.children];
      items[(items.indexOf(document.activeElement) + step + items.length) % items.length]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return holder;
}

let fading;
/** Show a message for a few seconds. */
export function toast(text) {
  byId("toast").textContent = text;
  clearTimeout(fading);
  fading = setTimeout(() => (byId("toast").textContent = ""), 4000);
}

/** Ask before something is removed; resolves to whether it is to be done. */
export async function confirmed(title, text, action = "Delete") {
  const dialog = byId("confirm");
  byId("confirm-title").textContent = title;
  byId("confirm-text").textContent = text;
  dialog.querySelector(".danger").textContent = action;
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  return dialog.returnValue === "yes";
}

/** Save text or a blob as a file. */
export function saveAs(name, content, type = "text/markdown;charset=utf-8") {
  const address = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  make("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Call a function once after the last of several calls within `ms`. */
export function debounced(run, ms = 200) {
  let timer;
  return (...given) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...given), ms);
  };
}
