// The list of conversations: names, search, rename, delete. A conversation is a thread of the server.

import { addressOf, go, here } from "./address.js";
import { get, note, remove, threads } from "./api.js";
import { byId, confirmed, debounced, make, menu, plural } from "./dom.js";
import { saveConversation } from "./export.js";
import { turnsOf } from "./turns.js";

const PAGE = 100;
const MAX_SEARCHED = 2000;
const MAX_NAME = 80;
const FIRST = { extract: { first: "values.messages[0].content" } };
export const KIND = { room: "conversation" };
let listed = [];
let complete = false;
let lost = []; // the ids of conversations that were listed, and that the server which answers now does not have

/** The name of a conversation: given by the user, else its first question. */
export function nameOf({ metadata = {}, extracted }) {
  const first = typeof extracted?.first === "string" ? extracted.first : "";
  return metadata.name || shortened(first) || "Without a question";
}

/** A name from a question. */
export function shortened(question) {
  const line = question.replace(/\s+/g, " ").trim();
  return line.length > MAX_NAME ? `${line.slice(0, MAX_NAME).replace(/\s+\S*$/, "")} …` : line;
}

/** Fetch the list and show it; where all that was listed is missing at once, another server answers now. */
export async function refreshConversations() {
  const before = listed.map((one) => one.thread_id);
  listed = await threads(KIND, { limit: PAGE, more: FIRST });
  const here = new Set(listed.map((one) => one.thread_id));
  if (before.length > 1 && !before.some((id) => here.has(id))) lost.push(...before);
  lost = lost.filter((id) => !here.has(id));
  complete = listed.length < PAGE;
  draw();
}

async function fetchMore() {
  const more = await threads(KIND, { limit: PAGE, offset: listed.length, more: FIRST });
  const known = new Set(listed.map((one) => one.thread_id));
  listed.push(...more.filter((one) => !known.has(one.thread_id)));
  complete = more.length < PAGE;
}

function draw() {
  const words = byId("search-conversations").value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = listed.filter((one) => {
    const text = `${nameOf(one)} ${one.extracted?.first ?? ""} ${one.metadata?.asked ?? ""} ${one.metadata?.said ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const groups = new Map();
  for (const one of found) {
    const day = dayOf(new Date(one.updated_at));
    if (!groups.has(day)) groups.set(day, []);
    groups.get(day).push(item(one));
  }
  byId("conversations").replaceChildren(...[...groups].flatMap(([day, items]) =>
    [make("h2", { className: "day" }, day), make("ul", { "aria-label": day }, ...items)]));
  if (!complete && !words.length) byId("conversations").append(make("button", { type: "button", className: "plain", id: "more-conversations" }, "Older ones"));
  byId("more-conversations")?.addEventListener("click", async () => (await fetchMore(), draw()));
  byId("conversations-note").textContent = words.length ? plural(found.length, "conversation") + (found.length ? "" : " with these words") : lost.length ? `${plural(lost.length, "conversation")} listed before: the server that answers now does not have them. They were deleted, or are with a server that does not answer.` : listed.length ? "" : "Your conversations will be listed here.";
}

function item(one) {
  const name = nameOf(one);
  const open = make("a", { href: addressOf({ thread: one.thread_id }), className: "conversation", title: name }, make("span", {}, name),
    make("time", { dateTime: one.updated_at }, timeOf(new Date(one.updated_at))));
  if (one.thread_id === here().thread) open.setAttribute("aria-current", "page");
  open.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    go({ thread: one.thread_id, turn: null, page: null });
  });
  return make("li", {}, open, menu(`More on ${name}`, () => actions(one)));
}

/** What can be done with a conversation: [label, handler]. */
export const actions = (one) => [
  ["Rename", () => rename(one)],
  ["Save as Markdown", () => save(one, "md")],
  ["Save the cited pages as PDF", () => save(one, "pdf")],
  ["Open in Studio", () => window.open(`https://smith.langchain.com/studio/thread/${one.thread_id}?baseUrl=${encodeURIComponent(location.origin)}`, "_blank", "noopener")],
  ["Delete", () => erase(one), "bad"],
];

async function save(one, kind) {
  const state = await get(`/threads/${one.thread_id}/state`);
  await saveConversation(kind, nameOf(one), one.thread_id, turnsOf(state.values?.messages ?? []));
}

function rename(one) {
  const dialog = byId("rename");
  byId("name").value = nameOf(one);
  dialog.showModal();
  byId("name").select();
  byId("rename-cancel").onclick = () => dialog.close();
  byId("rename-form").onsubmit = async (event) => {
    event.preventDefault();
    await note(one.thread_id, { name: byId("name").value.trim() });
    dialog.close();
    dispatchEvent(new CustomEvent("conversation-changed", { detail: one.thread_id }));
  };
}

async function erase(one) {
  if (!(await confirmed("Delete this conversation?", `“${nameOf(one)}”, its questions and answers are removed from this server. The documents stay.`))) return;
  await remove(`/threads/${one.thread_id}`);
  if (here().thread === one.thread_id) go({ thread: null, turn: null, page: null }, { replace: true });
  dispatchEvent(new CustomEvent("conversation-changed", { detail: one.thread_id }));
}

const DAY = 86_400_000;
function dayOf(date) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const back = Math.ceil((midnight - date) / DAY);
  if (back <= 0) return "Today";
  if (back === 1) return "Yesterday";
  if (back < 7) return "Last seven days";
  return date.toLocaleDateString("en", { month: "long", year: "numeric" });
}

/** The hour for today and yesterday, the day for older conversations; the heading of the group says the rest. */
function timeOf(date) {
  const back = Math.ceil((new Date().setHours(0, 0, 0, 0) - date) / DAY);
  if (back <= 1) return date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return date.toLocaleDateString("en", back < 7 ? { weekday: "long" } : { day: "numeric", month: "short" });
}

byId("search-conversations").addEventListener("input", debounced(async () => {
  while (byId("search-conversations").value && !complete && listed.length < MAX_SEARCHED) await fetchMore();
  draw();
}));
