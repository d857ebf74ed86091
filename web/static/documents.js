// The list of documents: their page ledgers, reading again, deleting, and the choice of documents to ask.

import { get, remove } from "./api.js";
import { button, byId, make, plural } from "./dom.js";
import { open } from "./viewer.js";

const STATUS = { complete: ["good", "complete"], partial: ["warn", "incomplete"], failed: ["bad", "could not be read"] };
const PAGE = { read: "read", fallback: "read by fallback", blank: "blank", failed: "failed", pending: "not read yet" };
const excluded = new Set(); // ids of documents that are not to be asked
let shown = [];
let readAgain = () => {};

/** Set the handler of "Read again". */
export const onReadAgain = (handler) => (readAgain = handler);

/** The ids of the documents to search; empty where all are ticked. */
export const chosenDocuments = () => (shown.some(({ id }) => excluded.has(id)) ? shown.map(({ id }) => id).filter((id) => !excluded.has(id)) : []);
export const noneChosen = () => shown.length > 0 && shown.every(({ id }) => excluded.has(id));
export const pagesOf = (id) => shown.find((document) => document.id === id)?.pages;

/** Fetch the list and show it. */
export async function refresh() {
  try {
    shown = (await get("/documents")).documents;
    showMessage("");
  } catch (error) {
    showMessage(error.message);
    return;
  }
  byId("none").hidden = shown.length > 0;
  const opened = new Set([...document.querySelectorAll(".ledger")].map((ledger) => ledger.dataset.document));
  byId("documents").replaceChildren(...shown.map((one) => entry(one, opened.has(one.id))));
  showCount();
}

/** Show a message above the list; "" clears it. */
export const showMessage = (text) => (byId("message").textContent = text);

function showCount() {
  const asked = shown.filter(({ id }) => !excluded.has(id)).length;
  const all = asked === shown.length;
  byId("chosen").textContent = !shown.length ? "" : all ? `${plural(asked, "document")}, all asked` : `${asked} of ${shown.length} asked`;
}

function entry(one, opened) {
  const label = make("label", { className: "name" }, checkbox(one), make("span", {}, one.label));
  const [tone, word] = STATUS[one.status];
  const counts = Object.entries(one.ledger).filter(([status, count]) => count && !(status === "read"));
  const facts = make("p", { className: "facts" }, make("span", { className: tone }, word), ` · ${plural(one.pages, "page")}`,
    ...counts.map(([status, count]) => ` · ${count} ${PAGE[status]}`));
  const tools = make("div", { className: "tools" });
  const item = make("li", {}, label, facts, tools);
  const toggle = button("Pages", () => pages(item, one, toggle), { "aria-expanded": "false", "aria-label": `Pages of ${one.label}` });
  const transcript = `/documents/${encodeURIComponent(one.id)}/transcript`;
  tools.append(
    toggle,
    button(one.status === "complete" ? "Read again" : "Read the rest", () => readAgain(one), { "aria-label":
      one.status === "complete" ? `Read again all of ${one.label}` : `Read the rest of ${one.label}` }),
    button("Save text", () => make("a", { href: transcript, download: `${one.label}.md` }).click(), { "aria-label": `Save the text of ${one.label}` }),
    button("Delete", () => confirmDeletion(one), { "aria-label": `Delete ${one.label}` }),
  );
  if (opened) pages(item, one, toggle);
  return item;
}

function checkbox(one) {
  const box = make("input", { type: "checkbox", checked: !excluded.has(one.id), "aria-label": `Ask ${one.label}` });
  box.addEventListener("change", () => {
    box.checked ? excluded.delete(one.id) : excluded.add(one.id);
    showCount();
  });
  return box;
}

async function pages(item, one, toggle) {
  const opened = item.querySelector(".ledger");
  toggle.setAttribute("aria-expanded", String(!opened));
  if (opened) return opened.remove();
  try {
    const { ledger_pages: lines } = await get(`/documents/${encodeURIComponent(one.id)}`);
    const ledger = make("div", { className: "ledger", role: "group", "aria-label": `Pages of ${one.label}` });
    ledger.dataset.document = one.id;
    ledger.append(...lines.map((line) => button(String(line.page), () => open({ document: one.id, name: one.label, page: line.page, pages: one.pages }), {
      className: `plain ${line.status}`, title: [PAGE[line.status], line.reason, line.detail].filter(Boolean).join(": "),
      "aria-label": `Page ${line.page}${line.label ? ` (printed ${line.label})` : ""}, ${PAGE[line.status]}`,
    })));
    item.append(ledger);
  } catch (error) {
    showMessage(error.message);
    refresh();
  }
}

async function confirmDeletion(one) {
  const dialog = byId("confirm");
  byId("confirm-text").textContent = `“${one.label}”, its pages and everything read from them are removed from this server.`;
  dialog.returnValue = "no";
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  if (dialog.returnValue !== "yes") return;
  let problem = "";
  try {
    await remove(`/documents/${encodeURIComponent(one.id)}`);
  } catch (error) {
    problem = error.message;
  }
  excluded.delete(one.id);
  await refresh();
  if (problem) showMessage(problem);
  byId("choose").focus();
}
