// Citation markers: the only module that knows how `[1]` and its link are written.

import { button } from "./dom.js";

/** Split a text so that each marker is a part of its own. */
export const splitAtMarkers = (text) => text.split(/(\[\d{1,3}\])/);

/** The number of a part that is a marker, or null. */
export const markerNumber = (part) => {
  const found = /^\[(\d{1,3})\]$/.exec(part);
  return found && Number(found[1]);
};

/** A button that opens the cited page. */
export function markerButton(citation, onClick) {
  const printed = citation.label ? ` (printed ${citation.label})` : "";
  const label = `Citation ${citation.marker}: ${citation.name}, page ${citation.page}${printed}`;
  return button(String(citation.marker), onClick, { className: "marker", "aria-label": label, title: label });
}

/** A chat reply without its links, which are for other chat pages: in the reading room a marker opens the page itself. */
export const withoutLinks = (reply) =>
  reply.replace(/\n\n\*\*Sources\*\*\n\n\d+\. [^]*$/, "").replace(/\[\[(\d+)\]\]\([^\s()]+\/room#page=[^\s()]+\)/g, "[$1]");
