// The library: the list of documents with their ledgers, reading again, deleting, and which of them are asked.

import { get, remove } from "./api.js";
import { button, byId, make, plural } from "./dom.js";
import { open } from "./viewer.js";

const STATUS = { complete: ["good", "complete"], partial: ["warn", "incomplete"], failed: ["bad", "could not be read"] };
const PAGE = { read: "read", fallback: "read a second way", blank: "blank", failed: "failed", pending: "not read yet" };
const left = new Set(); // ids of documents that are not to be asked
let shown = [];
let readAgain = () => {};

/** What "Read again" does. */
export const onReadAgain = (handler) => (readAgain = handler);

/** The ids to look in; none when all are meant. */
export const scope = () => (shown.some(({ id }) => left.has(id)) ? shown.map(({ id }) => id).filter((id) => !left.has(id)) : []);
export const nothingChosen = () => shown.length > 0 && shown.every(({ id }) => left.has(id));
export const pagesOf = (id) => shown.find((document) => document.id === id)?.pages;

/** Fetch the list and show it. */
export async function refresh() {
  try {
    shown = (await get("/documents")).documents;
    say("");
  } catch (error) {
    say(error.message);
    return;
  }
  byId("none").hidden = shown.length > 0;
  const opened = new Set([...document.querySelectorAll(".ledger")].map((ledger) => ledger.dataset.document));
  byId("documents").replaceChildren(...shown.map((one) => entry(one, opened.has(one.id))));
  tell();
}

export const say = (text) => (byId("told").textContent = text);

function tell() {
  const asked = shown.filter(({ id }) => !left.has(id)).length;
  const all = asked === shown.length;
  byId("scope").textContent = !shown.length ? "" : all ? `${plural(asked, "document")}, all asked` : `${asked} of ${shown.length} asked`;
}

function entry(one, opened) {
  const label = make("label", { className: "name" }, ask(one), make("span", {}, one.name));
  const [tone, word] = STATUS[one.status];
  const counts = Object.entries(one.ledger).filter(([status, count]) => count && !(status === "read"));
  const facts = make("p", { className: "facts" }, make("span", { className: tone }, word), ` · ${plural(one.pages, "page")}`,
    ...counts.map(([status, count]) => ` · ${count} ${PAGE[status]}`));
  const tools = make("div", { className: "tools" });
  const item = make("li", {}, label, facts, tools);
  const toggle = button("Pages", () => pages(item, one, toggle), { "aria-expanded": "false", "aria-label": `Pages of ${one.name}` });
  const transcript = `/documents/${encodeURIComponent(one.id)}/transcript`;
  tools.append(
    toggle,
    button(one.status === "complete" ? "Read again" : "Read the rest", () => readAgain(one), { "aria-label":
      one.status === "complete" ? `Read again all of ${one.name}` : `Read the rest of ${one.name}` }),
    button("Save text", () => make("a", { href: transcript, download: `${one.name}.md` }).click(), { "aria-label": `Save the text of ${one.name}` }),
    button("Delete", () => drop(one), { "aria-label": `Delete ${one.name}` }),
  );
  if (opened) pages(item, one, toggle);
  return item;
}

function ask(one) {
  const box = make("input", { type: "checkbox", checked: !left.has(one.id), "aria-label": `Ask ${one.name}` });
  box.addEventListener("change", () => {
    box.checked ? left.delete(one.id) : left.add(one.id);
    tell();
  });
  return box;
}

async function pages(item, one, toggle) {
  const there = item.querySelector(".ledger");
  toggle.setAttribute("aria-expanded", String(!there));
  if (there) return there.remove();
  try {
    const { ledger_pages: lines } = await get(`/documents/${encodeURIComponent(one.id)}`);
    const ledger = make("div", { className: "ledger", role: "group", "aria-label": `Pages of ${one.name}` });
    ledger.dataset.document = one.id;
    ledger.append(...lines.map((line) => button(String(line.page), () => open({ document: one.id, name: one.name, page: line.page, pages: one.pages }), {
      className: `plain ${line.status}`, title: [PAGE[line.status], line.reason, line.detail].filter(Boolean).join(": "),
      "aria-label": `Page ${line.page}, ${PAGE[line.status]}`,
    })));
    item.append(ledger);
  } catch (error) {
    say(error.message);
    refresh();
  }
}

async function drop(one) {
  const sure = byId("sure");
  byId("sure-text").textContent = `“${one.name}”, its pages and everything read from them are removed from this server.`;
  sure.returnValue = "no";
  sure.showModal();
  await new Promise((resolve) => sure.addEventListener("close", resolve, { once: true }));
  if (sure.returnValue !== "yes") return;
  let problem = "";
  try {
    await remove(`/documents/${encodeURIComponent(one.id)}`);
  } catch (error) {
    problem = error.message;
  }
  left.delete(one.id);
  await refresh();
  if (problem) say(problem);
  byId("choose").focus();
}
