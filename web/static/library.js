// The list of documents: filter, order, pages of the list, the choice of documents to ask, and what can be done with each.

import { go } from "./address.js";
import { get, remove } from "./api.js";
import { chosenCollection, collect, hasUsers, limitedTo, lookForUser, openCollection, openedName, showCollections } from "./collections.js";
import { button, byId, confirmed, debounced, make, menu, plural, saveAs, toast } from "./dom.js";

const PAGE = 50;
const MOST = 500; // documents of one response
const STATUS = { complete: ["good", "complete"], partial: ["warn", "incomplete"], failed: ["bad", "could not be read"] };
export const PAGE_STATUS = { read: "read", fallback: "read by fallback", blank: "blank", failed: "failed", pending: "not read yet" };
const MAX_NAMED = 5;
const MAX_KEPT = 100; // documents of a choice that a conversation keeps: 2 kB
let listed = { documents: [], total: 0, all: 0, unfinished: 0 };
let calls = 0; // of refresh()
let shown = 0; // the number of the call whose list is shown: a late response of an earlier one is dropped
let seen = ""; // the newest document and the numbers of documents, at the last look
let offset = 0;
let unfinishedOnly = false;
let tickedOnly = false;
// The choice: all documents but those of `except`, or only those of `only`; each id with the document's label.
let except = new Map();
let only = null;
let readAgain = () => {};

/** Set the handler of "Read again". */
export const onReadAgain = (handler) => (readAgain = handler);
let beingRead = () => new Set();
/** Set the function that returns the ids of the documents that are being read. */
export const onBeingRead = (ids) => (beingRead = ids);
export const documentCount = () => listed.all;
export const newest = () => ready()[0] ?? null;

/** The documents of this page of the list that can be asked; those being read for the first time are listed above. */
function ready() {
  const ids = beingRead();
  return listed.documents.filter((one) => one.chunks || !ids.has(one.id));
}

/** Whether a document is asked. */
const isChosen = (id) => (only ? only.has(id) : !except.has(id));
const chosenCount = () => (only ? only.size : listed.all - except.size);
export const noneChosen = () => listed.all > 0 && chosenCount() <= 0;

/** The ids of the documents to search; empty where all are ticked. */
export async function chosenDocuments() {
  if (only) return [...only.keys()];
  if (!except.size) return [];
  return (await everything()).map(({ id }) => id).filter((id) => !except.has(id));
}

/** The documents that an answer was asked of: {names, count, of}, with `collection` for all of one, or null for all documents. */
export async function askedOf() {
  if (!only && !except.size) return openedName() ? { collection: openedName(), names: [], count: listed.all, of: listed.all } : null;
  const names = only ? [...only.values()] : (await everything()).filter(({ id }) => !except.has(id)).map(({ label }) => label);
  return { names: names.slice(0, MAX_NAMED), count: names.length, of: listed.all };
}

/** All documents that a query of the list matches, in the collection that is open. */
async function everything(query = {}) {
  const all = [];
  for (;;) {
    const { documents } = await get(`/documents?${new URLSearchParams({ ...limitedTo(), ...query, limit: MOST, offset: all.length })}`);
    all.push(...documents);
    if (documents.length < MOST) return all;
  }
}

/** Ask only these documents: {id: label}. */
export function askOnly(documents) {
  only = new Map(documents);
  except = new Map();
  drawChoice();
}

/** Ask only this document, of the collection that is open if it is there, else of all. */
export async function askOnlyThis(id, label) {
  const there = !limitedTo().collection || (await get(`/documents?${new URLSearchParams({ ...limitedTo(), ids: id })}`)).total;
  if (!there) await restoreChoice(null);
  askOnly([[id, label]]);
}

/** The query of the filter that is set. */
function filterOf() {
  tickedOnly &&= Boolean(only?.size && only.size <= MOST);
  const words = byId("filter").value.trim();
  const collection = chosenCollection();
  return { ...(words ? { q: words } : {}), ...(collection ? { collection } : {}), ...(unfinishedOnly ? { unfinished: "1" } : {}), ...(tickedOnly ? { ids: [...only.keys()].join(",") } : {}) };
}

/** Fetch the page of the list and show it; return whether it was shown. `patient` does not replace a list with an open menu. */
export async function refresh(patient = false) {
  const call = ++calls;
  try {
    await lookForUser();
    const found = await get(`/documents?${new URLSearchParams({ ...filterOf(), limit: PAGE, offset, order: byId("order").value })}`);
    if (call < shown) return true;
    if (patient && byId("documents").querySelector(".menu:not([hidden])")) return false; // it would go from under the pointer
    listed = found;
    shown = call;
    showMessage("");
  } catch (error) {
    showMessage(error.message);
    return true;
  }
  if (offset && offset >= listed.total) {
    offset = Math.max(0, offset - PAGE);
    return refresh();
  }
  const before = chosenCollection();
  showCollections(listed.collections);
  if (before !== chosenCollection()) return otherCollection();
  draw();
  dispatchEvent(new CustomEvent("library-changed"));
  return true;
}

/** Show documents that were added, read or removed elsewhere. */
export async function lookForDocuments() {
  const { documents: [first], all, unfinished } = await get("/documents?limit=1&order=newest");
  const now = `${first?.id} ${all} ${unfinished}`;
  // At the first look too: a document may have come since the page was loaded.
  if (seen === now || (await refresh(true)) !== false) seen = now;
}

/** Show a message above the list; "" clears it. */
export const showMessage = (text) => (byId("message").textContent = text);

function draw() {
  const { total, all, unfinished } = listed;
  const documents = ready();
  byId("none").hidden = all > 0;
  byId("find").hidden = all === 0;
  const filtered = Object.keys(filterOf()).length > Object.keys(limitedTo()).length;
  byId("choose-shown").hidden = !filtered || !total;
  const opened = new Set([...document.querySelectorAll(".ledger")].map((ledger) => ledger.dataset.document));
  byId("documents").replaceChildren(...documents.map((one) => entry(one, opened.has(one.id))));
  if (!documents.length && filtered) byId("documents").append(make("li", { className: "quiet" }, "No document matches."));
  byId("paging").hidden = total <= PAGE;
  byId("earlier").disabled = offset === 0;
  byId("later").disabled = offset + PAGE >= total;
  byId("range").textContent = `${offset + 1}–${Math.min(offset + PAGE, total)} of ${total.toLocaleString("en")}`;
  byId("only-unfinished").hidden = !unfinished && !unfinishedOnly;
  byId("only-unfinished").textContent = `${unfinished} incomplete`;
  byId("only-unfinished").setAttribute("aria-pressed", String(unfinishedOnly));
  showCount();
}

function showCount() {
  const { all } = listed;
  const asked = chosenCount();
  const told = `${asked.toLocaleString("en")} of ${all.toLocaleString("en")} asked`;
  // What is ticked is listed where it is a few of many; the server takes as many ids as it lists documents.
  const few = only?.size && only.size <= MOST && asked < all;
  byId("chosen").replaceChildren(!all ? "" : asked === all ? `${plural(all, "document")}, all asked` : !few ? told :
    button(told, showTicked, { className: "link", title: tickedOnly ? "Show all documents" : "Show only these", "aria-pressed": String(tickedOnly) }));
  byId("choose-all").disabled = asked === all;
  byId("choose-none").disabled = asked === 0;
  byId("collect-chosen").hidden = asked === all || asked === 0;
  byId("asked-of").textContent = !all ? "" : asked === all ? openedName() && `Asks ${openedName()}. ` : asked ? `Asks ${asked} of ${plural(all, "document")}. ` : "No document is ticked. ";
}

/** Show the choice; if only ticked documents are listed, fetch the list again. */
const drawChoice = () => (tickedOnly ? fromStart() : draw());

/** List only the documents that are ticked, or all again. */
function showTicked() {
  tickedOnly = !tickedOnly;
  fromStart().then(() => byId("chosen").querySelector("button")?.focus());
}

function entry(one, opened) {
  const [tone, word] = STATUS[one.status];
  const counts = Object.entries(one.ledger).filter(([status, count]) => count && status !== "read" && !(status === "pending" && one.status === "failed"));
  const open = () => go({ page: { document: one.id, page: 1, boxes: [], as: "contents" } });
  const name = button(one.label, open, { className: "name", title: one.title ? `${one.label} · ${one.title}` : one.label });
  const facts = make("p", { className: "facts" }, one.status === "complete" ? "" : make("span", { className: tone }, `${word} · `), plural(one.pages, "page"),
    ...counts.map(([status, count]) => ` · ${count} ${PAGE_STATUS[status]}`), one.collections?.length ? ` · ${one.collections.join(", ")}` : "", one.title ? ` · ${one.title}` : "",
    one.older_pages ? ` · ${plural(one.older_pages, "page")} read by an earlier version: “Read again” reads more` : "");
  const item = make("li", { className: "document" }, checkbox(one), make("div", { className: "lines" }, name, facts), menu(`More on ${one.label}`, () => actions(one, item)));
  if (opened) pages(item, one);
  return item;
}

const actions = (one, item) => [
  ["Ask only this one", () => askOnly([[one.id, one.label]])],
  ["Contents", () => go({ page: { document: one.id, page: 1, boxes: [], as: "contents" } })],
  [item.querySelector(".ledger") ? "Hide the pages" : "State of the pages", () => pages(item, one)],
  ["Collections", () => collectAll([one])],
  [one.status === "complete" ? "Read again" : "Read the rest", () => readAgain(one)],
  ["Save the text", () => make("a", { href: `/documents/${encodeURIComponent(one.id)}/transcript`, download: `${one.label}.md` }).click()],
  ["Save the PDF", () => saveFile(one)],
  ["Delete", () => erase(one), "bad"],
];

/** Put documents into collections, then show the list again. */
async function collectAll(documents) {
  if (await collect(documents)) await refresh();
}

/** The choice of documents as a conversation keeps it: {only} or {except} with ids unless too many are named, {collection}; null for all. */
export function keptChoice() {
  const ids = [...(only ?? except).keys()];
  const kept = { ...limitedTo(), ...(!ids.length || ids.length > MAX_KEPT ? {} : only ? { only: ids } : { except: ids }) };
  return Object.keys(kept).length ? kept : null;
}

/** Tick what was ticked when a conversation was last asked; documents that are gone are left out. */
export async function restoreChoice(kept) {
  const before = chosenCollection();
  if (hasUsers()) openCollection(kept?.collection ?? "");
  const ids = kept?.only ?? kept?.except ?? [];
  const there = ids.length ? (await get(`/documents?${new URLSearchParams({ ...limitedTo(), ids: ids.join(",") })}`)).documents.map(({ id, label }) => [id, label]) : [];
  only = kept?.only && there.length ? new Map(there) : null;
  except = kept?.except ? new Map(there) : new Map();
  if (before !== chosenCollection()) await fromStart();
  else drawChoice();
}

/** Save a document's own file. */
export async function saveFile({ id, label }) {
  try {
    const response = await fetch(`/documents/${encodeURIComponent(id)}/file?download=1`);
    if (!response.ok) throw new Error((await response.json()).detail);
    saveAs(/\.pdf$/i.test(label) ? label : `${label}.pdf`, await response.blob());
  } catch (error) {
    toast(error.message);
  }
}

function checkbox(one) {
  const box = make("input", { type: "checkbox", checked: isChosen(one.id), "aria-label": `Ask ${one.label}` });
  box.addEventListener("change", () => {
    if (only) box.checked ? only.set(one.id, one.label) : only.delete(one.id);
    else box.checked ? except.delete(one.id) : except.set(one.id, one.label);
    if (only?.size === listed.all) only = null;
    if (tickedOnly && !only?.size) drawChoice();
    else showCount();
  });
  return box;
}

async function pages(item, one) {
  const opened = item.querySelector(".ledger");
  if (opened) return opened.remove();
  try {
    const { ledger_pages: lines } = await get(`/documents/${encodeURIComponent(one.id)}`);
    const ledger = make("div", { className: "ledger", role: "group", "aria-label": `Pages of ${one.label}` });
    ledger.dataset.document = one.id;
    ledger.append(...lines.map((line) => button(String(line.page), () => go({ page: { document: one.id, page: line.page, boxes: [], as: "" } }), {
      className: `plain ${line.status}`, title: [PAGE_STATUS[line.status], line.reason, line.detail].filter(Boolean).join(": "),
      "aria-label": `Page ${line.page}${line.label ? ` (printed ${line.label})` : ""}, ${PAGE_STATUS[line.status]}`,
    })));
    item.append(ledger);
    ledger.firstElementChild?.focus();
  } catch (error) {
    showMessage(error.message);
    refresh();
  }
}

async function erase(one) {
  const text = hasUsers() ? `“${one.label}” is removed from every collection that you may change. Where others have it too, it stays theirs.`
    : `“${one.label}”, its pages and everything read from them are removed from this server.`;
  if (!(await confirmed("Delete this document?", text))) return;
  let problem = "";
  try {
    await remove(`/documents/${encodeURIComponent(one.id)}`);
  } catch (error) {
    problem = error.message;
  }
  only?.delete(one.id);
  except.delete(one.id);
  if (only && !only.size) only = null;
  await refresh();
  if (problem) showMessage(problem);
  byId("choose").focus();
}

const fromStart = () => {
  offset = 0;
  return refresh();
};
/** Show the collection that is chosen now; with users all of it is asked. */
function otherCollection() {
  if (hasUsers()) [only, except] = [null, new Map()];
  return fromStart();
}
byId("filter").addEventListener("input", debounced(fromStart));
byId("order").addEventListener("change", fromStart);
byId("collection").addEventListener("change", ({ target }) => (openCollection(target.value), otherCollection()));
byId("collect-chosen").addEventListener("click", async () => {
  try {
    const ticked = only?.size > 1 ? [...only].map(([id, label]) => ({ id, label })) : (await everything()).filter(({ id }) => isChosen(id));
    await collectAll(ticked);
  } catch (error) {
    showMessage(error.message);
  }
});
byId("only-unfinished").addEventListener("click", () => {
  unfinishedOnly = !unfinishedOnly;
  fromStart();
});
byId("earlier").addEventListener("click", () => ((offset = Math.max(0, offset - PAGE)), refresh()));
byId("later").addEventListener("click", () => ((offset += PAGE), refresh()));
byId("choose-all").addEventListener("click", () => ((only = null), except.clear(), drawChoice()));
byId("choose-none").addEventListener("click", () => askOnly([]));
byId("choose-shown").addEventListener("click", async () => {
  try {
    askOnly((await everything(filterOf())).map(({ id, label }) => [id, label]));
  } catch (error) {
    showMessage(error.message);
  }
});
