// The page view: the image of a page with the quote highlighted, the page as text, and the pages before and after it.

import { get, imageUrl } from "./api.js";
import { byId, make } from "./dom.js";

const WHY = { fallback: "Read by fallback", failed: "Could not be read", pending: "Not read yet", blank: "Nothing on it" };
const dialog = byId("viewer");
const sheet = byId("sheet");
let at = null; // the page that is shown
let shown = 0; // counts calls of show(), so that a late response of an earlier one is dropped

/** Open a page: {document, name, page, pages (how many there are, if known), quote, boxes}. */
export async function open(place) {
  at = { ...place, cited: place.page, text: false };
  if (!dialog.open) dialog.showModal();
  byId("viewer-title").focus();
  await show();
}

/** Open the page that the browser's address names, with its quote highlighted; links in chat replies have such addresses. */
export async function openFromAddress() {
  const [, document, page, boxes] = /^#page=([0-9a-f]{16})\/(\d{1,7})(?:&boxes=([\d.,;]*))?$/.exec(location.hash) ?? [];
  if (!document) return;
  const { name, pages } = await get(`/documents/${document}`);
  const rectangles = (boxes ?? "").split(";").map((box) => box.split(",").map(Number)).filter((box) => box.length === 4);
  await open({ document, name, page: Number(page), pages, quote: "", boxes: rectangles });
}

async function show() {
  const call = ++shown;
  const { document: id, name, page } = at;
  const cited = page === at.cited;
  byId("viewer-title").textContent = `${name}, page ${page}`;
  byId("quote").textContent = at.quote ? `“${at.quote}”` : "";
  byId("quote").hidden = !(cited && at.quote);
  byId("as-text").setAttribute("aria-pressed", String(at.text));
  byId("page-status").hidden = true;
  sheet.setAttribute("aria-busy", "true");
  try {
    at.pages ??= (await get(`/documents/${encodeURIComponent(id)}`)).pages;
    const line = await get(`/documents/${encodeURIComponent(id)}/pages/${page}`);
    if (call !== shown) return;
    count();
    if (line.label) byId("viewer-title").textContent = `${name}, page ${page} (printed ${line.label})`;
    if (line.status in WHY) {
      byId("page-status").textContent = [WHY[line.status], line.reason, line.detail].filter(Boolean).join(": ");
      byId("page-status").hidden = false;
    }
    sheet.replaceChildren(at.text ? text(line.blocks) : image(line, cited ? at.boxes ?? [] : []));
  } catch (error) {
    if (call === shown) sheet.replaceChildren(make("p", { className: "wrong", role: "alert" }, error.message));
  }
  if (call === shown) sheet.setAttribute("aria-busy", "false");
}

function count() {
  byId("count").textContent = `${at.page} of ${at.pages}`;
  byId("previous").disabled = at.page <= 1;
  byId("next").disabled = at.page >= at.pages;
}

function image(line, boxes) {
  if (!line.image) return make("p", {}, "There is no image of this page.");
  const highlighted = boxes.length ? `; highlighted on it: ${at.quote || "the cited words"}` : "";
  const element = make("img", {
    src: imageUrl(at.document, at.page, { boxes, hash: line.image }), width: line.width, height: line.height,
    alt: `Page ${at.page} of ${at.name}${highlighted}`,
  });
  element.addEventListener("load", () => {
    scrollTo(element, boxes);
    element.dataset.ready = "true";
  });
  element.addEventListener("error", () => sheet.append(make("p", { className: "wrong" }, "The image could not be loaded.")));
  return element;
}

/** Scroll to the highlighted rectangles. */
function scrollTo(image, boxes) {
  const edge = (index) => (boxes.length ? Math.min(...boxes.map((box) => box[index])) : 0);
  sheet.scrollTop = Math.max(0, edge(1) * image.clientHeight - sheet.clientHeight / 3);
  sheet.scrollLeft = Math.max(0, edge(0) * image.clientWidth - 16);
}

function text(blocks) {
  const out = make("article", { className: "reading" });
  for (const block of blocks) out.append(block.rows ? table(block) : paragraph(block));
  if (!blocks.length) out.append(make("p", {}, "Nothing was read on this page."));
  return out;
}

function paragraph(block) {
  const heading = block.level > 0;
  return make(heading ? (block.level > 1 ? "h4" : "h3") : "p", { className: block.kind }, block.text);
}

function table(block) {
  const cells = (tag, row, scope) => make("tr", {}, ...row.map((cell) => make(tag, scope ? { scope } : {}, cell)));
  const element = make("table", {},
    block.caption ? make("caption", {}, block.caption) : null,
    make("thead", {}, cells("th", block.columns, "col")),
    make("tbody", {}, ...block.rows.map((row) => cells("td", row))));
  return make("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "Table" }, element);
}

function go(step) {
  if (!at?.pages || at.page + step < 1 || at.page + step > at.pages) return;
  at.page += step;
  show();
}

byId("previous").addEventListener("click", () => go(-1));
byId("next").addEventListener("click", () => go(1));
byId("close").addEventListener("click", () => dialog.close());
byId("larger").addEventListener("click", () => {
  const large = sheet.classList.toggle("large");
  byId("larger").setAttribute("aria-pressed", String(large));
  const image = sheet.querySelector("img");
  if (image) scrollTo(image, at.page === at.cited ? at.boxes ?? [] : []);
});
byId("as-text").addEventListener("click", () => {
  at.text = !at.text;
  show();
});
dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
dialog.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  if (event.key === "ArrowLeft") go(-1);
  else if (event.key === "ArrowRight") go(1);
});
