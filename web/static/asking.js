// Conversations: questions, draft answers, answers with citations. A conversation is a thread of the server.

import { get, newThread, proofOf, run } from "./api.js";
import { askBack, questionIn } from "./ask_back.js";
import { markerButton, withoutLinks } from "./citations.js";
import { chosenDocuments, noneChosen, pagesOf } from "./documents.js";
import { button, byId, make } from "./dom.js";
import { renderAnswer } from "./markdown.js";
import { SENTENCES, citationLine, verdictOf } from "./verdicts.js";
import { open } from "./viewer.js";

const REFUSALS = {
  nothing_ingested: "There is no document to ask", nothing_relevant: "The documents do not say",
  fact_absent: "No statement could be confirmed", page_unreadable: "Some pages could not be read",
  model_failed: "The model gave no usable reply",
};
const MAX_CLOSEST_PAGES = 4;
let thread = null; // the id of the conversation's thread, once there is one
let running = null; // the AbortController of the question that is being answered

async function ask(question) {
  const turn = addTurn(question);
  running = new AbortController();
  byId("send").textContent = "Stop";
  try {
    thread ??= await newThread({ room: "conversation" });
    linkToStudio();
    const input = { messages: [{ role: "user", content: question }], documents: chosenDocuments() };
    const modes = ["custom", "values"];
    const { signal } = running;
    let answer;
    for (;;) {
      for await (const part of run(thread, input, { modes, disconnect: "cancel", signal, answer })) turn.handle(part);
      const back = turn.asked();
      if (!back) break;
      answer = await askBack(turn.element, back, signal);
    }
    turn.end();
  } catch (error) {
    turn.fail(error.name === "AbortError" ? "Stopped." : error.message);
  }
  running = null;
  byId("send").textContent = "Ask";
}

/** Show the conversation that the browser's address names; it is on the server, so a reload loses nothing. */
export async function resume() {
  const named = /^#thread=([0-9a-f-]{36})$/.exec(location.hash)?.[1];
  if (!named) return;
  const state = await get(`/threads/${named}/state`).catch(() => null);
  if (!state?.values?.messages?.length) return history.replaceState(null, "", location.pathname);
  thread = named;
  linkToStudio();
  let turn = null;
  for (const { type, content, additional_kwargs: more } of state.values.messages) {
    if (type === "human") turn = addTurn(String(content));
    else turn?.end({ answer: withoutLinks(String(content)), citations: more?.citations ?? [], verdict: more?.verdict });
  }
}

/** Add a turn to the conversation: the question and the current step; `end` puts the answer in place of the step. */
function addTurn(question) {
  byId("welcome")?.remove();
  byId("new-conversation").hidden = false;
  const step = make("p", { className: "step" }, "Reading the question");
  const turn = make("article", { className: "turn" }, make("h3", { className: "asked" }, question), step);
  byId("talk").append(turn);
  turn.scrollIntoView({ block: "nearest" });
  let draft = null;
  let result = null;
  let back = null;
  return {
    element: turn,
    asked: () => back,
    handle({ event, inner, data }) {
      if (event === "custom" && data?.event === "step") step.textContent = data.label;
      else if (event === "custom" && data?.event === "draft") {
        if (!draft) turn.append((draft = make("p", { className: "draft", "aria-hidden": "true" })));
        draft.textContent = data.text;
      } else if (event === "values" && !inner) {
        back = questionIn(data);
        if (typeof data?.answer === "string") result = data;
      }
    },
    end(known) {
      result = known ?? result;
      step.remove();
      draft?.remove();
      if (!result) return this.fail("The run ended without an answer.");
      turn.append(...(verdictOf(result) === "refused" ? refusal(result) : answer(result)), footer(result));
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
  const verdict = verdictOf(result);
  const said = SENTENCES[verdict] ? [make("p", { className: `verdict ${verdict}` }, SENTENCES[verdict])] : [];
  if (!result.citations.length) return [...said, renderAnswer(result.answer, () => null)];
  const cited = new Map(result.citations.map((citation) => [citation.marker, citation]));
  const marker = (number) => {
    const citation = cited.get(number);
    return citation ? markerButton(citation, () => show(citation)) : null;
  };
  return [...said, renderAnswer(result.answer, marker), citations("Citations", result.citations.map((citation) =>
    citationButton(citation.marker, pageLabel(citation), citation.quote, () => show(citation), citationLine(citation)))),
    button("Save the cited pages as PDF", (event) => saveProof(event.currentTarget, result), { className: "plain proof" })];
}

/** Download the pages that an answer cites, with its quotes marked. */
async function saveProof(pressed, { question = "", citations }) {
  pressed.disabled = true;
  try {
    const address = URL.createObjectURL(await proofOf({ question, citations }));
    make("a", { href: address, download: "proof.pdf" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  } catch (error) {
    pressed.after(make("p", { className: "wrong", role: "alert" }, error.message));
  }
  pressed.disabled = false;
}

function refusal(result) {
  const text = renderAnswer(result.answer, () => null);
  text.classList.add("refused");
  text.prepend(make("p", { className: "why" }, REFUSALS[result.reason] ?? "Not answered"));
  const closest = (result.retrieved ?? []).slice(0, MAX_CLOSEST_PAGES);
  if (!closest.length) return [text];
  return [text, citations("The closest pages", closest.map((chunk) =>
    citationButton("?", pageLabel(chunk), shorten(chunk.text), () => show({ ...chunk, quote: "", boxes: [] }))))];
}

const pageLabel = ({ name, page, pages, label }) =>
  `${name}, page ${pages?.length > 1 ? pages.join("–") : page}${label ? ` (printed ${label})` : ""}`;
const shorten = (markdown) => {
  const text = markdown.replace(/^#{1,6} /gm, "");
  return text.length > 200 ? `${text.slice(0, 200).replace(/\s+\S*$/, "")} …` : text;
};
const show = ({ document, name, page, quote, boxes }) => open({ document, name, page, pages: pagesOf(document), quote, boxes });

function citations(title, items) {
  return make("section", { className: "citations" }, make("h3", {}, title), ...items);
}

function citationButton(number, at, quote, onClick, doubt = "") {
  const element = button("", onClick, { className: "citation" });
  element.replaceChildren(
    make("span", { className: "number" }, String(number)), make("span", { className: "at" }, at), make("span", { className: "quoted" }, quote),
    doubt ? make("span", { className: "doubt" }, doubt) : "");
  return element;
}

function footer(result) {
  if (!result.engine) return "";
  const requests = result.usage?.requests ? ` · ${result.usage.requests} requests` : "";
  const left = typeof result.questions_left === "number" ? ` · ${result.questions_left} more today` : "";
  return make("p", { className: "foot" }, `${result.engine} · ${(result.seconds ?? 0).toFixed(1)} s${requests}${left}`);
}

function linkToStudio() {
  history.replaceState(null, "", `#thread=${thread}`);
  const link = byId("studio");
  link.href = `https://smith.langchain.com/studio/thread/${thread}?baseUrl=${encodeURIComponent(location.origin)}`;
  link.hidden = false;
}

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) return running.abort();
  const field = byId("question");
  const question = field.value.trim();
  field.setCustomValidity(noneChosen() ? "Tick at least one document to ask." : "");
  if (!question || !field.reportValidity()) return;
  field.value = "";
  ask(question);
});
byId("question").addEventListener("input", (event) => event.target.setCustomValidity(""));
byId("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!running) byId("ask").requestSubmit();
});
byId("new-conversation").addEventListener("click", () => {
  running?.abort();
  thread = null;
  history.replaceState(null, "", location.pathname);
  byId("talk").replaceChildren();
  byId("studio").hidden = byId("new-conversation").hidden = true;
  byId("question").focus();
});
