// Rendering the Markdown of answers: paragraphs, lists, bold text, code and citation markers.

import { markerNumber, splitAtMarkers } from "./citations.js";
import { make } from "./dom.js";
import { splitAtLabel } from "./verdicts.js";

/** Render an answer; a marker becomes the element that `marker(number)` returns, or stays text if that is null. */
export function renderAnswer(text, marker) {
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

function inline(line, marker) {
  const [text, label] = splitAtLabel(line);
  const parts = marked(text, marker);
  return label ? [...parts, " ", make("span", { className: "unproven" }, label)] : parts;
}

function marked(text, marker) {
  return text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).flatMap((part) => {
    if (/^\*\*.+\*\*$/s.test(part)) return [make("strong", {}, part.slice(2, -2))];
    if (/^`.+`$/s.test(part)) return [make("code", {}, part.slice(1, -1))];
    return splitAtMarkers(part).map((piece) => {
      const number = markerNumber(piece);
      return number === null ? piece : marker(number) ?? piece;
    });
  });
}
