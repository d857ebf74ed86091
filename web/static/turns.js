// Turns of a conversation: the question, what of it is asked, the step it is at, the answer with its proof or the refusal.

import { addressOf, go } from "./address.js";
import { proofOf } from "./api.js";
import { questionIn } from "./ask_back.js";
import { markerButton, pageLabel, saysQuote, withoutLinks } from "./citations.js";
import { button, iconButton, make, plural, saveAs, toast, withIcon } from "./dom.js";
import { answerMarkdown, copy, limitOf } from "./export.js";
import { renderAnswer } from "./markdown.js";
import { SENTENCES, citationLine, citationVerdict, verdictOf } from "./verdicts.js";

const REFUSALS = {
  nothing_ingested: "There is no document to ask", nothing_relevant: "The documents do not say",
  fact_absent: "No statement could be confirmed", page_unreadable: "Some pages could not be read",
  model_failed: "The model gave no usable reply",
};
const WORDS = { proven: "Proven", partly_proven: "Proven in part", seen: "Not proven", related: "Related", refused: "Not answered" };
const MAX_CLOSEST_PAGES = 4;

/** The turns of a stored conversation: {question, askedOf, result}, without a result where none was given. */
export function turnsOf(messages) {
  const turns = [];
  for (const { type, content, additional_kwargs: more = {} } of messages) {
    if (type === "human") turns.push({ question: wordsOf(content), askedOf: more.asked_of ?? null, result: null });
    else if (type === "ai" && turns.length) {
      turns.at(-1).result = { citations: [], ...more, answer: withoutLinks(wordsOf(content)), question: turns.at(-1).question };
    }
  }
  return turns;
}

/** The messages of turns that were answered, from which a new conversation can go on. */
export const messagesOf = (turns) => turns.filter(({ result }) => result).flatMap(({ question, askedOf, result: { answer, messages, question: asked, ...more } }) => [
  { role: "user", content: question, ...(askedOf ? { additional_kwargs: { asked_of: askedOf } } : {}) },
  { role: "assistant", content: answer, additional_kwargs: messages?.at(-1)?.additional_kwargs ?? more },
]);

const wordsOf = (content) =>
  typeof content === "string" ? content : (content ?? []).map((part) => (part.type === "text" ? part.text : part.name ? `[${part.name}]` : "")).filter(Boolean).join("\n");

/** The answer that an event of a run holds, or null: a node's update, or the values of a run that another client began. */
export function resultOf({ event, inner, data }) {
  const parts = inner ? [] : event === "values" ? [data] : event === "updates" ? Object.values(data ?? {}) : [];
  const found = parts.find((one) => typeof one?.answer === "string");
  return found ? { citations: [], ...found } : null;
}

/** A turn on the screen. `end` puts the answer in place of the step, `fail` what went wrong, with a way to ask again. */
export function makeTurn({ question, askedOf = null }, { number, thread, again, everywhere }) {
  const step = make("p", { className: "step" }, "Reading the question");
  const limited = askedOf ? make("p", { className: "limited" }, limitOf(askedOf)) : null;
  const element = make("article", { className: "turn", id: `turn-${number}`, tabIndex: -1, "aria-label": question }, make("h2", { className: "asked" }, question), limited, step);
  let draft = null;
  let result = null;
  let back = null;
  const clear = () => {
    step.remove();
    draft?.remove();
  };
  return {
    element,
    /** Show what is being done. */
    say(label) {
      step.textContent = label;
    },
    /** What the run asks back, once. */
    asked() {
      const one = back;
      back = null;
      return one;
    },
    handle(part) {
      const { event, inner, data } = part;
      if (event === "custom" && data?.event === "step") step.textContent = data.label;
      else if (event === "custom" && data?.event === "draft") {
        if (!draft) element.append((draft = make("p", { className: "draft", "aria-hidden": "true" })));
        draft.textContent = data.text;
      } else if (!inner && ["updates", "values"].includes(event)) {
        back = questionIn(data);
        result = resultOf(part) ?? result;
      }
    },
    end(known, waited) {
      result = known ?? result;
      clear();
      if (!result) return this.fail("No answer was given.");
      element.append(...(verdictOf(result) === "refused" ? refusal(result) : answer(result)), notes(result), footer({ ...result, question, seconds: waited ?? result.seconds }, { number, thread: thread(), again, everywhere: askedOf ? everywhere : null }));
    },
    fail(message) {
      clear();
      element.append(make("p", { className: "wrong", role: "alert" }, message),
        make("p", { className: "foot" }, withIcon(button("Try again", () => (element.remove(), again(question))), "again")));
    },
  };
}

function answer(result) {
  const verdict = verdictOf(result);
  const said = SENTENCES[verdict] ? [badge(verdict)] : [];
  const cited = new Map(result.citations.map((citation) => [citation.marker, citation]));
  const marker = (number) => (cited.has(number) ? markerButton(cited.get(number), () => show(cited.get(number))) : null);
  const text = renderAnswer(result.answer, marker);
  if (!result.citations.length) return [...said, text];
  const listed = result.citations.map((one) => citationButton(one.marker, pageLabel(one),
    saysQuote(result.answer, one) ? "" : `“${one.quote}”`, () => show(one), citationLine(one), citationVerdict(one)));
  return [...said, text, citations("Sources", listed)];
}

function badge(verdict) {
  const [first, rest] = WORDS[verdict] ? [`${WORDS[verdict]}`, SENTENCES[verdict]] : ["", SENTENCES[verdict]];
  return make("p", { className: `verdict ${verdict}`, title: rest }, make("span", { className: "dot", "aria-hidden": "true" }), first && !rest.startsWith(first) ? `${first}. ${rest}` : rest);
}

function refusal(result) {
  const closest = (result.closest ?? result.retrieved ?? []).slice(0, MAX_CLOSEST_PAGES);
  const text = renderAnswer(withoutClosest(result.answer, closest), () => null);
  text.classList.add("refused");
  text.prepend(make("p", { className: "why" }, REFUSALS[result.reason] ?? "Not answered"));
  if (!closest.length) return [text];
  return [text, citations("The closest pages", closest.map((chunk) =>
    citationButton("", pageLabel(chunk), shorten(chunk.text), () => show({ ...chunk, quote: "", boxes: [] }), "", "closest")))];
}

/** A refusal without its last sentence where that names the closest pages, which are listed below it. */
function withoutClosest(answer, [first]) {
  const named = first ? answer.lastIndexOf(`: ${first.name}, `) : -1;
  const begin = answer.lastIndexOf(". ", named);
  return named < 0 || begin < 0 || answer.slice(named).includes(". ") ? answer : answer.slice(0, begin + 1);
}

const shorten = (markdown) => {
  const text = markdown.replace(/^#{1,6} /gm, "").replace(/[|*]+/g, " ").replace(/\s+/g, " ");
  return text.length > 160 ? `${text.slice(0, 160).replace(/\s+\S*$/, "")} …` : text;
};
const show = ({ document, page, boxes = [] }) => go({ page: { document, page, boxes, as: "" } });

function citations(title, items) {
  return make("section", { className: "citations" }, make("h3", {}, title), ...items);
}

function citationButton(number, at, quote, onClick, doubt, verdict) {
  const element = button("", onClick, { className: `citation ${verdict}` });
  element.replaceChildren(
    number ? make("span", { className: "number" }, String(number)) : "", make("span", { className: "at" }, at),
    quote ? make("span", { className: "quoted" }, quote) : "", doubt ? make("span", { className: "doubt" }, doubt) : "");
  return element;
}

/** Notes on an answer, but for those that a citation already says. */
function notes(result) {
  const said = new Set((result.citations ?? []).map((one) => one.reason).filter(Boolean));
  const kept = (result.notes ?? []).filter(({ text }) => ![...said].some((reason) => text.includes(reason)));
  return kept.length ? make("ul", { className: "notes", "aria-label": "Notes" }, ...kept.map(({ text }) => make("li", {}, text))) : "";
}

function footer(result, { number, thread, again, everywhere }) {
  const facts = [];
  if (typeof result.seconds === "number") facts.push(`${result.seconds.toFixed(result.seconds < 1 ? 2 : 1)} s`);
  if (result.usage?.requests) facts.push(plural(result.usage.requests, "request"));
  if (typeof result.questions_left === "number") facts.push(`${result.questions_left} more today`);
  const link = new URL(addressOf({ thread, turn: number }), location.href).href;
  const tools = [
    iconButton("copy", "Copy the answer with its sources", async () => (await copy(answerMarkdown(result)), toast("Copied with its sources."))),
    iconButton("link", "Copy a link to this answer", async () => (await copy(link), toast("The link is copied."))),
    result.citations?.length ? iconButton("save", "Save the cited pages as PDF", (event) => saveProof(event.currentTarget, result)) : null,
    iconButton("again", "Ask this again", () => again(result.question)),
    everywhere && ["refused", "related"].includes(verdictOf(result)) ? button("Ask all documents", () => everywhere(result.question), { className: "plain" }) : null,
  ];
  return make("p", { className: "foot" }, ...tools, make("span", { className: "facts" }, facts.join(" · ")));
}

/** Download the pages that an answer cites, with its quotes marked. */
export async function saveProof(pressed, { question = "", citations }) {
  pressed.disabled = true;
  try {
    saveAs("proof.pdf", await proofOf({ question, citations }));
  } catch (error) {
    toast(error.message);
  }
  pressed.disabled = false;
}
