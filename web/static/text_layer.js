// The words of a page over its image, invisible, so that they can be selected, copied and found with the browser's search.

import { make } from "./dom.js";

const GAP = 1.6; // heights of a line: a wider gap between two words is one between columns
const SAME_LINE = 0.5; // share of a word's height that two words of one line have in common
const pen = document.createElement("canvas").getContext("2d");
const PEN_PX = 100;
pen.font = `${PEN_PX}px sans-serif`;

/** Words of a page, each {text, box}, joined to the pieces of lines that they stand in, in reading order. */
export function linesOf(words, ratio = 1) {
  const lines = [];
  for (const { text, box: [x0, y0, x1, y1] } of words) {
    const line = lines.at(-1);
    const height = y1 - y0;
    const shared = line ? Math.min(line.y1, y1) - Math.max(line.y0, y0) : -1;
    const gap = line ? (x0 - line.x1) * ratio : 0; // in heights of the page, as `height` is
    if (line && shared > SAME_LINE * Math.min(height, line.y1 - line.y0) && gap > -0.5 * height && gap < GAP * height) {
      line.text += ` ${text}`;
      Object.assign(line, { x1: Math.max(line.x1, x1), y0: Math.min(line.y0, y0), y1: Math.max(line.y1, y1) });
    } else lines.push({ text, x0, y0, x1, y1 });
  }
  return lines;
}

/** The layer for a page whose image is `width` by `height`; it keeps its place at every zoom. */
export function textLayer(words, { width, height }) {
  const ratio = width / height;
  const layer = make("div", { className: "text-layer" });
  for (const { text, x0, y0, x1, y1 } of linesOf(words, ratio)) {
    const span = make("span", {}, text);
    // The font is as high as the line, and is stretched to its width: both are shares of the page, which zoom keeps.
    const natural = (pen.measureText(text).width / PEN_PX) * (y1 - y0);
    span.style.left = `${x0 * 100}%`;
    span.style.top = `${y0 * 100}%`;
    span.style.fontSize = `${(y1 - y0) * 100}cqh`;
    span.style.transform = `scaleX(${natural ? ((x1 - x0) * ratio) / natural : 1})`;
    layer.append(span, make("br"));
  }
  return layer;
}
