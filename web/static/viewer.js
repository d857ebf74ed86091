// The page view: a page of a document as an image with the quote highlighted and its words to select, or as text.

import { closePage, go, here } from "./address.js";
import { get, imageUrl, proofOf } from "./api.js";
import { citationsOn } from "./asking.js";
import { byId, make, menu, saveAs, toast } from "./dom.js";
import { PAGE_STATUS, saveFile } from "./library.js";
import { overview } from "./overview.js";
import { pageText } from "./page_text.js";
import { markTable } from "./table_marks.js";
import { textLayer } from "./text_layer.js";
import { zoomable } from "./zoom.js";

const WHY = { fallback: "Read by fallback", failed: "Could not be read", pending: "Not read yet", blank: "Nothing on it" };
const WIDTHS = [900, 1400, 2000, 3000];
const NARROW = matchMedia("(max-width: 56rem)");
const OTHERS = ["top", "library", "desk"];
const viewer = byId("viewer");
const sheet = byId("sheet");
const zoom = zoomable(sheet, byId("fit"), () => refine());
let known = null; // the document that is shown: {id, label, pages, ledger_pages}
let at = null; // the page that is shown: {document, page, boxes, as}
let shown = 0; // counts calls of show(), so that a late response of an earlier one is dropped
let opener = null; // what had the focus before the page was opened
let askHandler = () => {};

/** Set what a click on a question of a document's overview does. */
export const onAsk = (handler) => (askHandler = handler);

/** Show the page that the address names, or none. */
export async function show() {
  const { page } = here();
  if (!page) return hide();
  const opened = viewer.hidden;
  if (opened) {
    opener = document.activeElement;
    viewer.hidden = false;
    document.body.classList.add("page-open");
    cover();
    byId("viewer-title").focus({ preventScroll: true });
  }
  const before = at;
  at = page;
  const call = ++shown;
  if (before?.document !== page.document) known = null;
  if (!before || before.document !== page.document || before.page !== page.page || before.as !== page.as) zoom.rest();
  sheet.setAttribute("aria-busy", "true");
  byId("page-status").hidden = byId("quote").hidden = true;
  for (const [id, as] of [["as-text", "text"], ["about", "contents"], ["overview", "all"]]) byId(id).setAttribute("aria-pressed", String(page.as === as));
  try {
    const details = known ?? (await get(`/documents/${page.document}`));
    if (call !== shown) return;
    known = details;
    title();
    await { contents, all, text, "": picture }[page.as](call);
  } catch (error) {
    if (call !== shown) return;
    byId("viewer-title").textContent = known?.label ?? "Page";
    sheet.replaceChildren(make("p", { className: "wrong", role: "alert" }, error.message));
  }
  if (call === shown) sheet.setAttribute("aria-busy", "false");
}

function hide() {
  shown++;
  at = known = null;
  if (viewer.hidden) return;
  viewer.hidden = true;
  document.body.classList.remove("page-open");
  cover();
  sheet.replaceChildren();
  const back = opener?.isConnected ? opener : byId("question");
  back.focus({ preventScroll: true });
}

/** Close the page at once: the browser goes back a moment later. */
function close() {
  hide();
  closePage();
}

/** On a narrow screen the page covers everything else, which the keyboard must not reach then. */
function cover() {
  for (const id of OTHERS) byId(id).inert = NARROW.matches && !viewer.hidden;
}
NARROW.addEventListener("change", cover);

const labelOf = (page) => known.ledger_pages[page - 1]?.label ?? "";
function title() {
  const label = labelOf(at.page);
  byId("viewer-title").textContent = `${known.label}, page ${at.page}${label ? ` (printed ${label})` : ""}`;
  byId("number").value = at.page;
  byId("count").replaceChildren(make("span", { className: "unseen" }, `${at.page} `), `of ${known.pages}`);
  byId("previous").disabled = at.page <= 1;
  byId("next").disabled = at.page >= known.pages;
  byId("file-menu").replaceChildren(menu("More on this page", () => [
    ["Open the PDF", () => window.open(`/documents/${known.id}/file`, "_blank", "noopener")],
    ["Save the PDF", () => saveFile(known)],
    ...(quoted().length ? [["Save this page with the quotes marked", saveMarked]] : []),
    ["Save the text of this page", () => make("a", { href: `/documents/${known.id}/transcript?page=${at.page}`, download: `${known.label}, page ${at.page}.md` }).click()],
  ]));
}

const sameBoxes = (one, other) => JSON.stringify(one.map((box) => box.map((edge) => edge.toFixed(3)))) === JSON.stringify(other.map((box) => box.map((edge) => edge.toFixed(3))));
const boxesOn = (citation, page) => (citation.pages?.[1] === page ? citation.next_boxes : citation.boxes) ?? [];
/** The citations of the conversation that the marked rectangles belong to. */
const quoted = () => (at.boxes.length ? citationsOn(at.document, at.page).filter((one) => sameBoxes(boxesOn(one, at.page), at.boxes)) : []);

/** What the answer says with the quote that is marked. */
function statement() {
  const [one] = quoted();
  return one?.turn?.result.answer.split(/\n{2,}/).filter((part) => part.includes(`[${one.marker}]`)).join(" ").replaceAll(/\[\d+\]/g, " ") ?? "";
}

async function saveMarked() {
  try {
    saveAs("proof.pdf", await proofOf({ question: byId("title").textContent, citations: quoted().slice(0, 1).map(({ turn, ...citation }) => citation) }));
  } catch (error) {
    toast(error.message);
  }
}

function tell(line) {
  const [citation] = quoted();
  byId("quote").hidden = !citation;
  byId("quote").textContent = citation ? `“${citation.quote}”` : "";
  const other = line.status in WHY ? [WHY[line.status], line.reason, line.detail].filter(Boolean).join(": ") : "";
  byId("page-status").textContent = other;
  byId("page-status").hidden = !other;
  return citation?.quote ?? "";
}

async function picture(call) {
  const line = await get(`/documents/${at.document}/pages/${at.page}`);
  if (call !== shown) return;
  const quote = tell(line);
  if (!line.image) return sheet.replaceChildren(make("p", {}, "There is no image of this page."));
  const leaf = make("div", { className: "leaf" });
  leaf.style.aspectRatio = `${line.width} / ${line.height}`;
  const image = make("img", { width: line.width, height: line.height,
    alt: `Page ${at.page} of ${known.label}${at.boxes.length ? `; highlighted on it: ${quote || "the cited words"}` : ""}` });
  image.addEventListener("load", () => {
    if (!image.dataset.ready) scrollToMark(leaf);
    image.dataset.ready = "true";
  });
  image.addEventListener("error", () => sheet.append(make("p", { className: "wrong" }, "The image could not be loaded.")));
  leaf.append(image);
  sheet.replaceChildren(leaf);
  Object.assign(leaf, { line, boxes: at.boxes });
  refine();
  const { words } = await get(`/documents/${at.document}/pages/${at.page}/words`);
  if (call !== shown) return;
  markTable(leaf, sheet, { words, boxes: at.boxes, blocks: line.blocks, quote, statement: statement() });
  leaf.append(textLayer(words, line));
}

/** Load the image as large as it is shown, no larger than needed. */
function refine() {
  const leaf = sheet.querySelector(".leaf");
  if (!leaf?.line) return;
  const wanted = leaf.clientWidth * devicePixelRatio;
  const width = WIDTHS.find((one) => one >= wanted) ?? WIDTHS.at(-1);
  if (leaf.loaded >= width) return;
  leaf.loaded = width;
  leaf.querySelector("img").src = imageUrl(at.document, at.page, { width, boxes: leaf.boxes, hash: leaf.line.image });
}

function scrollToMark(leaf) {
  const edge = (index) => (leaf.boxes.length ? Math.min(...leaf.boxes.map((box) => box[index])) : 0);
  sheet.scrollTop = Math.max(0, edge(1) * leaf.clientHeight - sheet.clientHeight / 3);
  sheet.scrollLeft = Math.max(0, edge(0) * leaf.clientWidth - 16);
}

async function text(call) {
  const line = await get(`/documents/${at.document}/pages/${at.page}`);
  if (call !== shown) return;
  sheet.replaceChildren(pageText(line.blocks, tell(line)));
  sheet.querySelector("mark")?.scrollIntoView({ block: "center" });
}

async function contents(call) {
  const told = await overview(at.document, { ask: askHandler });
  if (call !== shown) return;
  sheet.replaceChildren(told);
  sheet.scrollTop = 0;
}

function all() {
  const leaves = known.ledger_pages.map((line) => {
    const label = `Page ${line.page}${line.label ? ` (printed ${line.label})` : ""}${line.status === "read" ? "" : `, ${PAGE_STATUS[line.status]}`}`;
    const image = line.image ? make("img", { src: imageUrl(known.id, line.page, { width: 160, hash: line.image }), loading: "lazy", alt: "", width: 120 }) : make("span", { className: "no-image" });
    const opening = make("button", { type: "button", className: `thumbnail ${line.status}`, "aria-label": label }, image, make("span", {}, line.label ? `${line.page} (${line.label})` : String(line.page)));
    if (line.page === at.page) opening.setAttribute("aria-current", "page");
    opening.addEventListener("click", () => turnTo(line.page));
    return make("li", {}, opening);
  });
  sheet.replaceChildren(make("ul", { className: "thumbnails", "aria-label": "All pages" }, ...leaves));
  sheet.querySelector("[aria-current]")?.scrollIntoView({ block: "center" });
}

/** Turn to a page of this document; the quote's marks come back with its page. */
let marks = null;
function turnTo(page) {
  if (!known || page < 1 || page > known.pages) return;
  if (at.boxes.length) marks = { document: at.document, page: at.page, boxes: at.boxes };
  const boxes = marks?.document === at.document && marks.page === page ? marks.boxes : [];
  go({ page: { document: at.document, page, boxes, as: at.as === "text" ? "text" : "" } }, { replace: true });
}

/** Turn to the page that the user typed: a number that is printed on one comes first where it is no page's own. */
function jump() {
  const given = byId("number").value.trim().toLowerCase();
  const printed = known.ledger_pages.find((line) => line.label.toLowerCase() === given);
  const number = /^\d+$/.test(given) ? Number(given) : NaN;
  const page = number >= 1 && number <= known.pages ? number : printed?.page;
  if (!page) return toast(`There is no page “${given.slice(0, 20)}”: the pages are 1 to ${known.pages}.`);
  turnTo(page);
}

const press = (id, as) => byId(id).addEventListener("click", () => at && go({ page: { ...at, as: at.as === as ? "" : as } }, { replace: true }));
press("as-text", "text");
press("about", "contents");
press("overview", "all");
byId("jump").addEventListener("submit", (event) => (event.preventDefault(), jump()));
byId("previous").addEventListener("click", () => turnTo(at.page - 1));
byId("next").addEventListener("click", () => turnTo(at.page + 1));
byId("close").addEventListener("click", close);
byId("larger").addEventListener("click", () => zoom.by(1.25));
byId("smaller").addEventListener("click", () => zoom.by(0.8));
byId("fit").addEventListener("click", () => zoom.rest());
viewer.addEventListener("keydown", (event) => {
  if (event.altKey || event.metaKey || event.target.matches("input, textarea")) return;
  if (event.key === "Escape") close();
  else if (event.ctrlKey) return;
  else if (event.key === "ArrowLeft") turnTo(at.page - 1);
  else if (event.key === "ArrowRight") turnTo(at.page + 1);
  else if (event.key === "+") zoom.by(1.25);
  else if (event.key === "-") zoom.by(0.8);
});
addEventListener("resize", () => refine());
