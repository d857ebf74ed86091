// Citation markers: the only module that knows how `[1]` and its link are written.

import { button } from "./dom.js";
import { LABEL, citationVerdict } from "./verdicts.js";

/** Split a text at its markers; each marker is a separate part. */
export const splitAtMarkers = (text) => text.split(/(\[\d{1,3}\])/);

/** Return the number of a marker, or null for other text. */
export const markerNumber = (part) => {
  const found = /^\[(\d{1,3})\]$/.exec(part);
  return found && Number(found[1]);
};

/** The document and page of a citation or passage, as readers see them. */
export const pageLabel = ({ name, page, pages, label }) =>
  `${name}, page ${pages?.length > 1 ? pages.join("–") : page}${label ? ` (printed ${label})` : ""}`;

/** A button that opens the cited page. */
export function markerButton(citation, onClick) {
  const printed = citation.label ? ` (printed ${citation.label})` : "";
  const label = `Citation ${citation.marker}: ${citation.name}, page ${citation.page}${printed}`;
  return button(String(citation.marker), onClick, { className: `marker ${citationVerdict(citation)}`, "aria-label": label, title: label });
}

/** A chat reply without its links, which are for other chat pages: in the reading room a marker opens the page itself. */
export const withoutLinks = (reply) =>
  reply.replace(/\n\n\*\*Sources\*\*\n\n\d+\. [^]*$/, "").replace(/\[\[(\d+)\]\]\([^\s()]+\/room#page=[^\s()]+\)/g, "[$1]")
    .replace(/\\([$~<])/g, "$1");

const letters = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "");

/** Whether a paragraph of an answer already says its quote word for word. */
export const saysQuote = (answer, { marker, quote }) =>
  answer.split(/\n{2,}/).some((part) => part.includes(`[${marker}]`) && letters(part.replace(LABEL, "").replace(/\[\d{1,3}\]/g, "")) === letters(quote));
