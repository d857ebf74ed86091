// Rendering the Markdown of answers: paragraphs, headings, lists, tables, code, formulas and citation markers.

import { markerNumber, splitAtMarkers } from "./citations.js";
import { make } from "./dom.js";
import { withFormulas } from "./formulas.js";
import { splitAtLabel } from "./verdicts.js";

const ITEM = /^(\s*)(?:[-*+]|(\d{1,3})[.)]) (.*)$/s;
const RULE = /^\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$/;

/** Render an answer; a marker becomes the element that `marker(number)` returns, or stays text if that is null. */
export function renderAnswer(text, marker) {
  const out = make("div", { className: "answer" });
  for (const part of text.split(/\n{2,}/)) {
    const lines = part.split("\n").filter((line) => line.trim());
    if (!lines.length) continue;
    if (lines.length > 1 && lines[0].includes("|") && RULE.test(lines[1])) out.append(table(lines, marker));
    else if (lines[0].startsWith("```")) out.append(make("pre", {}, make("code", {}, lines.slice(1).filter((line) => !line.startsWith("```")).join("\n"))));
    else addLines(out, lines, marker);
  }
  return out;
}

/** Add lines as headings, items of a list, or one paragraph; a list goes on over empty lines. */
function addLines(out, lines, marker) {
  let rest = [];
  const flush = () => {
    if (rest.length) out.append(make("p", {}, ...inline(rest.join("\n").trim(), marker)));
    rest = [];
  };
  for (const line of lines) {
    const item = ITEM.exec(line);
    const heading = /^#{1,6} (.*)$/.exec(line);
    if (item) {
      flush();
      const tag = item[2] ? "OL" : "UL";
      let list = out.lastElementChild;
      if (list?.tagName !== tag) out.append((list = make(tag)));
      if (item[2] && !list.childElementCount) list.start = Number(item[2]);
      const element = make("li", {}, ...inline(item[3], marker));
      if (item[1].length > 1) element.className = "nested";
      list.append(element);
    } else if (heading) {
      flush();
      out.append(make("h3", {}, ...inline(heading[1], marker)));
    } else rest.push(line);
  }
  flush();
}

const cellsOf = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\|", "|"));

function table(lines, marker) {
  const [head, , ...rows] = lines.map(cellsOf);
  const cells = (tag, row) => make("tr", {}, ...row.map((cell) => make(tag, tag === "th" ? { scope: "col" } : {}, ...inline(cell, marker))));
  return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "Table" },
    make("table", {}, make("thead", {}, cells("th", head)), make("tbody", {}, ...rows.map((row) => cells("td", row)))));
}

function inline(line, marker) {
  const [text, label] = splitAtLabel(line);
  const parts = marked(text, marker);
  return label ? [...parts, " ", make("span", { className: "unproven" }, label)] : parts;
}

function marked(text, marker) {
  return text.split(/(\*\*[^*\n]+\*\*|`[^`\n]+`|(?<![\w*])\*[^*\s](?:[^*\n]*[^*\s])?\*(?![\w*]))/).flatMap((part) => {
    if (/^\*\*.+\*\*$/s.test(part)) return [make("strong", {}, ...marked(part.slice(2, -2), marker))];
    if (/^`.+`$/s.test(part)) return [make("code", {}, part.slice(1, -1))];
    if (/^\*.+\*$/s.test(part)) return [make("em", {}, ...marked(part.slice(1, -1), marker))];
    return splitAtMarkers(part).flatMap((piece) => {
      const number = markerNumber(piece);
      if (number !== null) return [marker(number) ?? piece];
      return withFormulas(piece).map((one) => (typeof one === "string" ? unescaped(one) : one));
    });
  });
}

/** A text without the backslashes that keep its signs from being markup in chat pages. */
const unescaped = (text) => text.replace(/\\([*_`#[\]<>|~$])/g, "$1");
