// Building the page. Text only ever goes in as text: nothing here takes markup, and the page's policy forbids it.

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

/** A button that does something. */
export function button(label, act, properties = {}) {
  const made = make("button", { type: "button", className: "plain", ...properties }, label);
  made.addEventListener("click", act);
  return made;
}

export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

/** An answer: paragraphs, lists, bold and code of Markdown; `[1]` becomes what `marker(1)` makes. */
export function prose(text, marker) {
  const out = make("div", { className: "answer" });
  let list = null;
  for (const part of text.split(/\n{2,}|\n(?=\s*[-*] )/)) {
    const line = part.trim();
    if (!line) continue;
    const item = /^[-*] (.*)$/s.exec(line);
    if (item) {
      if (!list) out.append((list = make("ul")));
      list.append(make("li", {}, ...inline(item[1], marker)));
    } else {
      list = null;
      out.append(make("p", {}, ...inline(line.replace(/^#{1,6} /, ""), marker)));
    }
  }
  return out;
}

function inline(text, marker) {
  return text.split(/(\[\d{1,3}\]|\*\*[^*]+\*\*|`[^`]+`)/).map((piece) => {
    const number = /^\[(\d+)\]$/.exec(piece);
    if (number) return marker(Number(number[1])) ?? piece;
    if (/^\*\*.+\*\*$/s.test(piece)) return make("strong", {}, piece.slice(2, -2));
    if (/^`.+`$/s.test(piece)) return make("code", {}, piece.slice(1, -1));
    return piece;
  });
}
