// A page as text: headings, paragraphs, tables and formulas as they were read, with the quote marked.

import { make } from "./dom.js";
import { withFormulas } from "./formulas.js";

/** The blocks of a page as elements; the words of `quote` are marked. */
export function pageText(blocks, quote = "") {
  const out = make("article", { className: "reading" });
  for (const block of blocks) out.append(block.rows ? table(block, quote) : paragraph(block, quote));
  if (!blocks.length) out.append(make("p", {}, "Nothing was read on this page."));
  return out;
}

function paragraph(block, quote) {
  const heading = block.level > 0;
  return make(heading ? (block.level > 1 ? "h4" : "h3") : "p", { className: block.kind }, ...marked(block.text, quote, block.kind === "formula"));
}

function table(block, quote) {
  const wanted = letters(quote);
  const row = (cells) => {
    const text = letters(cells.join(" "));
    const cited = wanted && text && (text === wanted || (wanted.length > 5 && (text.includes(wanted) || wanted.includes(text))));
    return make("tr", {}, ...cells.map((cell) => make("td", {}, ...(cited && cell ? [make("mark", {}, cell)] : withFormulas(cell)))));
  };
  const element = make("table", {},
    block.caption ? make("caption", {}, ...marked(block.caption, quote)) : null,
    make("thead", {}, make("tr", {}, ...block.columns.map((cell) => make("th", { scope: "col" }, ...withFormulas(cell))))),
    make("tbody", {}, ...block.rows.map(row)));
  return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "Table" }, element);
}

const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** A text with the quote in it marked: only letters and digits are compared, so that spaces, signs and line ends may differ. */
function marked(text, quote, formula = false) {
  const range = rangeOf(text, quote);
  if (!range) return withFormulas(text, formula);
  const [start, end] = range;
  return [...withFormulas(text.slice(0, start)), make("mark", {}, text.slice(start, end)), ...withFormulas(text.slice(end))];
}

/** Where a quote, or the part of it that is in this text, begins and ends; null where it is not. Whole words only. */
export function rangeOf(text, quote) {
  const wanted = letters(quote);
  if (!wanted) return null;
  const at = []; // the place in the text of each of its letters
  let bare = "";
  for (let index = 0; index < text.length; index++) {
    const sign = letters(text[index]);
    for (const one of sign) (bare += one), at.push(index);
  }
  let start = bare.indexOf(wanted);
  let length = wanted.length;
  if (start < 0 && bare.length >= 12 && wanted.includes(bare)) [start, length] = [0, bare.length]; // a quote of several blocks
  if (start < 0) return null;
  let [first, last] = [at[start], at[start + length - 1] + 1];
  while (first > 0 && /[\p{L}\p{N}]/u.test(text[first - 1])) first--;
  while (last < text.length && /[\p{L}\p{N}%.!?]/u.test(text[last])) last++;
  return [first, last];
}
