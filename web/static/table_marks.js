// Marks of a quoted table row: the cells that the answer states, and the heads of the columns, which stay in view.

import { make } from "./dom.js";

const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");
const NUMBER = /(?<![\p{L}\d])\d(?:[\d.,\u00a0\u202f]*\d)?(?!\p{L})/gu; // not the one in a name such as "A7"
const numbersIn = (text) => new Set([...text.matchAll(NUMBER)].map(([one]) => bare(one)));
const bare = (number) => number.replace(/[^\d.,]/g, "").replace(/[.,]$/, "");
const NEAR = 0.02; // of the page's height: a head is cut with this much around its words at most
const MAX_HEAD = 0.12; // heads higher than this share of the page would cover what they explain

/** The table of a page that a quote is a row of, or null. */
export function tableOf(blocks, quote) {
  const wanted = letters(quote);
  if (!wanted) return null;
  return blocks.find(({ rows }) => rows?.some((row) => {
    const text = letters(row.join(""));
    return text.length > 2 && (text.includes(wanted) || wanted.includes(text));
  })) ?? null;
}

const within = ([x0, y0, x1, y1], boxes) => boxes.some(([left, top, right, bottom]) => {
  const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
  return x >= left && x <= right && y >= top && y <= bottom;
});

/** The boxes of the words in the marked rows that hold a number of the statement. */
export function citedCells(words, boxes, statement) {
  const stated = numbersIn(statement);
  return words.filter(({ text, box }) => within(box, boxes) && [...numbersIn(text)].some((number) => stated.has(number))).map(({ box }) => box);
}

/** The top and bottom of the heads of a table's columns above the marked rows, as shares of the page; null if not found. */
export function headsOf(words, boxes, columns) {
  const top = Math.min(...boxes.map((box) => box[1]));
  const wanted = columns.map(letters).filter(Boolean);
  const above = words.filter(({ text, box }) => box[3] <= top + 0.005 && wanted.some((column) => column === letters(text) || (letters(text).length > 1 && column.includes(letters(text)))));
  if (!above.length) return null;
  // The heads stand on the nearest line that has most of them; a head of several lines is taken with its neighbours.
  const lines = new Map();
  for (const { box } of above) {
    const middle = Math.round(((box[1] + box[3]) / 2) / 0.008);
    lines.set(middle, [...(lines.get(middle) ?? []), box]);
  }
  const most = Math.max(...[...lines.values()].map((line) => line.length));
  const chosen = [...lines].filter(([, line]) => line.length === most).sort(([one], [other]) => other - one)[0][1];
  const [from, to] = [Math.min(...chosen.map((box) => box[1])), Math.max(...chosen.map((box) => box[3]))];
  const near = above.filter(({ box }) => box[3] > from - NEAR && box[1] < to + NEAR).map(({ box }) => box);
  const [first, last] = [Math.min(...near.map((box) => box[1])), Math.max(...near.map((box) => box[3]))];
  return last - first > MAX_HEAD ? [from, to] : [first, last];
}

/** Mark the stated cells on a page, and keep the heads of the columns in view while the rows are read. */
export function markTable(leaf, sheet, { words, boxes, blocks, quote, statement }) {
  const table = boxes.length ? tableOf(blocks, quote) : null;
  if (!table) return;
  for (const [x0, y0, x1, y1] of citedCells(words, boxes, statement)) {
    const cell = make("span", { className: "cell", "aria-hidden": "true" });
    Object.assign(cell.style, { left: `${x0 * 100}%`, top: `${y0 * 100}%`, width: `${(x1 - x0) * 100}%`, height: `${(y1 - y0) * 100}%` });
    leaf.append(cell);
  }
  const heads = headsOf(words, boxes, table.columns);
  if (!heads) return;
  const [top, bottom] = [Math.max(0, heads[0] - 0.004), Math.min(1, heads[1] + 0.004)];
  const strip = make("div", { className: "heads", "aria-hidden": "true", hidden: true });
  const image = leaf.querySelector("img");
  Object.assign(strip.style, { height: `${(bottom - top) * 100}cqh`, marginBottom: `${(top - bottom) * 100}cqh`, backgroundPosition: `0 ${-top * 100}cqh` });
  leaf.prepend(strip);
  const end = Math.max(...boxes.map((box) => box[3]));
  const look = () => {
    if (!strip.isConnected) return sheet.removeEventListener("scroll", look);
    const from = sheet.scrollTop - leaf.offsetTop;
    strip.hidden = !(from > top * leaf.clientHeight && from < end * leaf.clientHeight);
    if (!strip.hidden) strip.style.backgroundImage = `url("${image.currentSrc}")`;
  };
  sheet.addEventListener("scroll", look);
  look();
}
