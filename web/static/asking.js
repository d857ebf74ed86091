// Questions: a conversation is a thread of the server, so that it can be opened in Studio; each answer with its witnesses.

import { get, newThread, run } from "./api.js";
import { button, byId, make, prose } from "./dom.js";
import { nothingChosen, pagesOf, scope } from "./documents.js";
import { open } from "./viewer.js";

const STEPS = {
  route_request: "Understanding the question", contextualize: "Searching the pages", retrieve_chunks: "Weighing what was found",
  rewrite_question: "Searching in other words", grade_chunks: "Writing an answer", generate_answer: "Checking every quote on its page",
};
const WHY = {
  nothing_ingested: "There is no document to ask", nothing_relevant: "The documents do not say",
  fact_absent: "Nothing could be proven", page_unreadable: "Some pages could not be read",
};
const CLOSEST = 4;
let thread = null;
let busy = null;

async function ask(question) {
  const turn = begin(question);
  busy = new AbortController();
  byId("send").textContent = "Stop";
  try {
    thread ??= await newThread({ room: "conversation" });
    studio();
    const input = { messages: [{ role: "user", content: question }], documents: scope() };
    const modes = ["updates", "custom", "values"];
    for await (const part of run(thread, input, { modes, disconnect: "cancel", signal: busy.signal })) turn.hear(part);
    turn.end();
  } catch (error) {
    turn.fail(error.name === "AbortError" ? "Stopped." : error.message);
  }
  busy = null;
  byId("send").textContent = "Ask";
}

/** Show again the conversation that the address names; it lies on the server, so a reload loses nothing. */
export async function resume() {
  const named = /^#thread=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  if (!named) return;
  const state = await get(`/threads/${named}/state`).catch(() => null);
  if (!state?.values?.messages?.length) return history.replaceState(null, "", location.pathname);
  thread = named;
  studio();
  let turn = null;
  for (const { type, content, additional_kwargs: more } of state.values.messages) {
    if (type === "human") turn = begin(String(content));
    else turn?.end({ answer: unlinked(String(content)), citations: more?.citations ?? [] });
  }
}

/** A reply as it was before it got links, which are for other chat pages: here its markers open the page. */
const unlinked = (reply) =>
  reply.replace(/\n\n\*\*Sources\*\*\n\n\d+\. [^]*$/, "").replace(/\[\[(\d+)\]\]\([^\s()]+\/room#page=[^\s()]+\)/g, "[$1]");

/** A turn of the conversation: what was asked, what is being done, then the answer. */
function begin(question) {
  byId("welcome")?.remove();
  byId("anew").hidden = false;
  const step = make("p", { className: "step" }, "Reading the question");
  const turn = make("article", { className: "turn" }, make("h3", { className: "asked" }, question), step);
  byId("talk").append(turn);
  turn.scrollIntoView({ block: "nearest" });
  let draft = null;
  let said = "";
  let result = null;
  return {
    hear({ event, inner, data }) {
      if (event === "updates") {
        const next = Object.keys(data ?? {}).map((node) => STEPS[node]).find(Boolean);
        if (next) step.textContent = next;
      } else if (event === "custom" && data?.event === "draft") {
        if (!draft) turn.append((draft = make("p", { className: "draft", "aria-hidden": "true" })));
        said = data.text.startsWith(said) && said ? data.text : said + data.text;
        draft.textContent = said;
      } else if (event === "values" && !inner && typeof data?.answer === "string") result = data;
    },
    end(known) {
      result = known ?? result;
      step.remove();
      draft?.remove();
      if (!result) return this.fail("The run ended without an answer.");
      turn.append(...(result.refused ? refusal(result) : answer(result)), foot(result));
      turn.scrollIntoView({ block: "nearest" });
    },
    fail(message) {
      step.remove();
      draft?.remove();
      turn.append(make("p", { className: "wrong", role: "alert" }, message));
    },
  };
}

function answer(result) {
  if (!result.citations.length) return [prose(result.answer, () => null)];
  const cited = new Map(result.citations.map((citation) => [citation.marker, citation]));
  const marker = (number) => {
    const citation = cited.get(number);
    const label = citation && `Witness ${number}: ${citation.name}, page ${citation.page}`;
    return citation && button(String(number), () => show(citation), { className: "marker", "aria-label": label, title: label });
  };
  return [prose(result.answer, marker), witnesses("Witnesses", result.citations.map((citation) =>
    witness(citation.marker, place(citation), citation.quote, () => show(citation))))];
}

function refusal(result) {
  const said = prose(result.answer, () => null);
  said.classList.add("refused");
  said.prepend(make("p", { className: "why" }, WHY[result.reason] ?? "Not answered"));
  const closest = (result.retrieved ?? []).slice(0, CLOSEST);
  if (!closest.length) return [said];
  return [said, witnesses("The closest pages", closest.map((passage) =>
    witness("?", place(passage), shortened(passage.text), () => show({ ...passage, quote: "", boxes: [] }))))];
}

const place = ({ name, page, pages }) => `${name}, page ${pages?.length > 1 ? pages.join("–") : page}`;
const shortened = (passage) => {
  const text = passage.replace(/^#{1,6} /gm, "");
  return text.length > 200 ? `${text.slice(0, 200).replace(/\s+\S*$/, "")} …` : text;
};
const show = ({ document, name, page, quote, boxes }) => open({ document, name, page, pages: pagesOf(document), quote, boxes });

function witnesses(title, items) {
  return make("section", { className: "witnesses" }, make("h3", {}, title), ...items);
}

function witness(number, at, said, act) {
  const made = button("", act, { className: "witness" });
  made.replaceChildren(
    make("span", { className: "number" }, String(number)), make("span", { className: "at" }, at), make("span", { className: "said" }, said));
  return made;
}

function foot(result) {
  if (!result.engine) return "";
  const spent = result.usage?.requests ? ` · ${result.usage.requests} requests` : "";
  return make("p", { className: "foot" }, `${result.engine} · ${(result.seconds ?? 0).toFixed(1)} s${spent}`);
}

function studio() {
  history.replaceState(null, "", `#thread=${thread}`);
  const link = byId("studio");
  link.href = `https://smith.langchain.com/studio/thread/${thread}?baseUrl=${encodeURIComponent(location.origin)}`;
  link.hidden = false;
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (busy) return busy.abort();
  const field = byId("question");
  const question = field.value.trim();
  field.setCustomValidity(nothingChosen() ? "Tick at least one document to ask." : "");
  if (!question || !field.reportValidity()) return;
  field.value = "";
  ask(question);
});
byId("question").addEventListener("input", (event) => event.target.setCustomValidity(""));
byId("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!busy) byId("ask").requestSubmit();
});
byId("anew").addEventListener("click", () => {
  busy?.abort();
  thread = null;
  history.replaceState(null, "", location.pathname);
  byId("talk").replaceChildren();
  byId("studio").hidden = byId("anew").hidden = true;
  byId("question").focus();
});
