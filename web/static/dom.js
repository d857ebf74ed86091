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
