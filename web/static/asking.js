// Conversations: asking, showing a stored one, following one that continues in another window.

import { go, here } from "./address.js";
import { cancel, changeOf, get, join, newThread, note, run, runOf } from "./api.js";
import { askBack } from "./ask_back.js";
import { limitedTo } from "./collections.js";
import { KIND, actions, nameOf, refreshConversations, shortened } from "./conversations.js";
import { button, byId, make, menu } from "./dom.js";
import { askedOf, chosenDocuments, keptChoice, noneChosen, restoreChoice } from "./library.js";
import { makeTurn, messagesOf, resultOf, turnsOf } from "./turns.js";
import { welcome } from "./welcome.js";

const MODES = ["custom", "updates"]; // `values` would hold the whole conversation, three times a question
const MAX_KEPT = 2000; // characters of the questions that a conversation can be found by
const FOLLOW_MS = 4000;
const LOST_MS = 60_000; // how long a server that does not answer is looked for: it may be starting again
const AGAIN_MS = 1000;
const channel = new BroadcastChannel("pagewitness");
// Steps are stored where a model takes its time, so that a page loaded meanwhile shows the question. An offline answer
// takes 30 ms, and 8 to 10 % less of the server without them.
let durability = "async";
let thread = null; // the id of the conversation's thread, once there is one
let shownTurns = []; // the turns on the screen: {question, askedOf, result}
let changed = null; // when the thread was last changed, as the server says
let running = null; // {controller, id} of the question that is being answered here
let carried = []; // messages of a conversation that the server does not have any more, with which a new one begins
let opened = Promise.resolve(); // settled when the conversation is on the screen
let opening = 0; // counts calls of show(), so that a late response of an earlier one is dropped

/** The citations of the conversation on this page, to show what is quoted there. */
export const citationsOn = (document, page) =>
  shownTurns.flatMap(({ result }) => result?.citations ?? []).filter((one) => one.document === document && (one.pages ?? [one.page]).includes(page))
    .map((one) => ({ ...one, turn: shownTurns.find(({ result }) => result?.citations?.includes(one)) }));

/** Set how often conversations are stored, by the engine: "offline", or one with chat models. */
export const storeFor = (engine) => void (durability = engine === "offline" ? "exit" : "async");

/** Ask a question in the conversation, or begin one. */
export async function ask(question) {
  if (thread) await opened;
  if (running) return;
  const context = limitedTo();
  const asked = { question, askedOf: await askedOf(), result: null };
  const documents = await chosenDocuments();
  const turn = add(asked);
  const begun = performance.now();
  byId("gone")?.remove();
  const before = carried;
  await follow(turn, asked, async function* (signal) {
    if (!thread) {
      const questions = shownTurns.map((one) => one.question);
      const metadata = { ...KIND, name: shortened(questions[0]), asked: questions.join("\n").slice(-MAX_KEPT), chosen: keptChoice() };
      thread = await newThread(metadata);
      go({ thread, turn: null }, { replace: true, silent: true });
      nameIt({ thread_id: thread, metadata });
    } else remember({ asked: `${known.metadata?.asked ?? ""}\n${question}`.slice(-MAX_KEPT), chosen: keptChoice() });
    const message = { role: "user", content: question, ...(asked.askedOf ? { additional_kwargs: { asked_of: asked.askedOf } } : {}) };
    let answer;
    for (;;) {
      yield* run(thread, { messages: [...before, message], documents }, { modes: MODES, signal, answer, context, durability });
      const back = turn.asked();
      if (!back) return;
      answer = await askBack(turn.element, back, signal);
    }
  }, { waited: () => (performance.now() - begun) / 1000 });
  if (before.length && asked.result) await redraw().catch(() => {}); // its links name the new conversation
}

/** Show the events of a run in a turn until it ends; a question that failed goes back into the field. */
async function follow(turn, asked, eventsOf, { waited = () => undefined, id = null } = {}) {
  const mine = (running = { controller: new AbortController(), id });
  byId("send").textContent = "Stop";
  let question = asked.question;
  try {
    for await (const part of eventsOf(mine.controller.signal)) {
      if (part.event === "metadata") {
        mine.id = part.data?.run_id ?? null;
        carried = [];
      } else {
        turn.handle(part);
        asked.result = resultOf(part) ?? asked.result;
      }
    }
    if (!asked.result && mine.id && (await foundAgain(turn, mine))) return; // a server that ends closes its streams
    const low = atEnd();
    turn.end(undefined, waited());
    if (low) turn.element.scrollIntoView({ block: "start" }); // when it was asked there was nothing below it to show
    if (asked.result) {
      question = "";
      if (running === mine) remember({ said: wordsOf(asked.result.answer) });
    }
  } catch (error) {
    asked.result = null; // the first values of a run hold the answer before it
    if (error.broke && mine.id && (await foundAgain(turn, mine))) return;
    turn.fail(mine.controller.signal.aborted ? "Stopped." : error.message);
  }
  if (question && running === mine && !byId("question").value) fill(question);
  if (running === mine) done();
}

/**
 * Look for a question whose stream ended without an answer: follow it again while it is answered, then show the
 * conversation as it was stored. Returns whether there is nothing more to do.
 */
async function foundAgain(turn, mine) {
  const { signal } = mine.controller;
  turn.say("The connection to the server broke: looking for the answer");
  for (let answered = performance.now(); performance.now() - answered < LOST_MS && running === mine && !signal.aborted; ) {
    try {
      const one = await changeOf(thread);
      if (running !== mine || !one) break;
      answered = performance.now();
      if (one.status !== "busy") {
        await redraw();
        if (running === mine) done();
        return true;
      }
      for await (const part of join(thread, mine.id, { signal })) turn.handle(part);
    } catch {
      // it does not answer yet
    }
    await new Promise((wait) => setTimeout(wait, AGAIN_MS));
  }
  return running !== mine;
}

/** Say below the conversation that the server does not have it; what is shown stays, and can go on in a new one. */
function tellGone() {
  if (byId("gone") || !shownTurns.length) return;
  const goOn = button("Go on in a new conversation", () => {
    byId("gone").remove();
    carried = messagesOf(shownTurns);
    go({ thread: (thread = null), turn: null }, { replace: true, silent: true });
    nameIt(null);
    byId("question").focus();
  });
  byId("talk").append(make("section", { id: "gone", className: "gone", role: "alert" },
    make("p", { className: "wrong" }, "The server that answers now does not have this conversation: it was deleted, or the server that has it does not answer. What is shown here stays until you leave it."), goOn));
}

/** Whether the end of the conversation is in view; if not, the reader is further up and the page does not scroll. */
function atEnd() {
  const { scrollTop, clientHeight, scrollHeight } = byId("talk");
  return scrollTop + clientHeight > scrollHeight - 40;
}

function done() {
  running = null;
  byId("send").textContent = "Ask";
  if (!thread) return;
  channel.postMessage(thread);
  const ended = thread;
  changeOf(ended).then((one) => {
    if (thread !== ended) return;
    changed = one?.updated_at ?? changed;
    if (!one) tellGone();
  }).catch(() => {});
  refreshConversations().catch(() => {});
}

function add(asked) {
  if (!shownTurns.length) byId("talk").replaceChildren();
  shownTurns.push(asked);
  const turn = makeTurn(asked, { number: shownTurns.length, thread: () => thread, again: (question) => retry(question, asked), everywhere: (question) => restoreChoice(null).then(() => retry(question, asked)) });
  byId("talk").append(turn.element);
  turn.element.scrollIntoView({ block: "start" });
  return turn;
}

function retry(question, asked) {
  if (running) return;
  if (!asked.result) shownTurns = shownTurns.filter((one) => one !== asked);
  if (byId("question").value === question) fill("");
  ask(question);
}

export function fill(question) {
  const field = byId("question");
  field.value = question;
  field.dispatchEvent(new Event("input"));
}

let known = {};
function nameIt(one) {
  known = one;
  const name = one ? nameOf(one) : "";
  byId("title").textContent = name;
  document.title = name ? `${name} · PageWitness` : "PageWitness";
  byId("conversation-menu").hidden = !one;
  byId("conversation-menu").replaceChildren(...(one ? [menu("More on this conversation", () => actions(known))] : []));
}

/** Store the words by which the conversation is found, and the chosen documents. */
function remember(values) {
  known = { ...known, metadata: { ...known.metadata, ...values } };
  note(thread, values).catch(() => {}); // the search misses these words, the conversation does not
}

/** The different words of this conversation's answers, the last ones first. */
function wordsOf(answer) {
  const words = `${answer} ${known.metadata?.said ?? ""}`.toLowerCase().split(/\s+/).filter(Boolean);
  return [...new Set(words)].join(" ").slice(0, MAX_KEPT);
}

/** Show the conversation that the address names; without one, the first steps. */
export async function show() {
  const { thread: named, turn } = here();
  if (named !== thread || !byId("talk").hasChildNodes()) {
    running?.controller.abort();
    running = null;
    byId("send").textContent = "Ask";
    thread = named;
    carried = [];
    await (opened = open().then(() => thread && restoreChoice(known?.metadata?.chosen)).catch(() => {})); // else the choice stays as it is
  }
  if (turn) {
    const element = byId(`turn-${turn}`);
    element?.scrollIntoView({ block: "start" });
    element?.focus({ preventScroll: true });
  }
}

async function open() {
  const call = ++opening;
  shownTurns = [];
  if (!thread) {
    nameIt(null);
    byId("talk").replaceChildren();
    const greeting = await welcome();
    if (call === opening && !shownTurns.length) byId("talk").replaceChildren(greeting); // a question may have come meanwhile
    return;
  }
  byId("talk").replaceChildren(make("p", { className: "step" }, "Opening the conversation"));
  try {
    await redraw(call);
  } catch (error) {
    if (call !== opening) return;
    nameIt(null);
    byId("talk").replaceChildren(make("p", { className: "wrong", role: "alert" }, error.message));
  }
}

/** Show the conversation as the server has it now; if it cannot be fetched, what is on the screen stays. */
async function redraw(call = ++opening) {
  const [state, one] = await Promise.all([get(`/threads/${thread}/state`), get(`/threads/${thread}`)]);
  if (call !== opening) return;
  changed = one.updated_at;
  const turns = turnsOf(state.values?.messages ?? []);
  nameIt({ ...one, extracted: { first: turns[0]?.question } });
  await drawTurns(turns, state, one.status === "busy");
}

async function drawTurns(turns, state, busy) {
  const call = opening;
  byId("talk").replaceChildren();
  shownTurns = [];
  const id = busy ? await runOf(thread) : null;
  const back = state.tasks?.flatMap((task) => task.interrupts ?? [])[0]?.value;
  turns.forEach((asked, at) => {
    const turn = add(asked);
    if (asked.result) return turn.end(asked.result);
    const last = at === turns.length - 1;
    if (last && id) rejoin(turn, asked, id, call);
    else if (last && back?.options) goOn(turn, asked, back);
    else turn.fail("No answer was given.");
  });
  if (busy && id && turns.at(-1)?.result) await rejoin(add({ question: "…", askedOf: null, result: null }), {}, id, call);
  byId("talk").scrollTop = byId("talk").scrollHeight;
}

/** Follow a question that was asked before this page was loaded, or in another window, then show it as it was stored. */
async function rejoin(turn, asked, id, call) {
  await follow(turn, asked, (signal) => join(thread, id, { signal }), { id });
  if (call === opening) await redraw().catch(() => {}); // the next look shows it
}

/** Show again the question that a run asked back before this page was loaded. */
function goOn(turn, asked, back) {
  const { collection } = known.metadata?.chosen ?? {};
  const context = collection ? { collection } : {};
  follow(turn, asked, async function* (signal) {
    for (let question = back; question; question = turn.asked()) {
      const answer = await askBack(turn.element, question, signal);
      yield* run(thread, null, { modes: MODES, signal, answer, context, durability });
    }
  });
}

/** Show turns that were added elsewhere. */
async function lookForNews() {
  if (!thread || running || document.hidden) return;
  const looked = thread;
  const one = await changeOf(looked);
  if (running || thread !== looked) return;
  if (!one) return tellGone();
  byId("gone")?.remove();
  if (one.updated_at === changed) return;
  const turns = turnsOf((await get(`/threads/${thread}/state`)).values?.messages ?? []);
  if (turns.length !== shownTurns.length || Boolean(turns.at(-1)?.result) !== Boolean(shownTurns.at(-1)?.result) || one.status === "busy") await redraw();
  else changed = one.updated_at;
}

const look = () => lookForNews().catch(() => {}); // the server may be down for a while: the next look tries again
channel.addEventListener("message", ({ data }) => {
  if (data === thread) look();
  refreshConversations().catch(() => {});
});
setInterval(look, FOLLOW_MS);
addEventListener("focus", look);
addEventListener("conversation-changed", ({ detail }) => {
  refreshConversations().catch(() => {});
  channel.postMessage(detail);
  if (detail === thread) get(`/threads/${thread}`).then((one) => nameIt({ ...one, extracted: known.extracted })).catch(() => {});
});

byId("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  if (running) return stop();
  const field = byId("question");
  const question = field.value.trim();
  field.setCustomValidity(noneChosen() ? "Tick at least one document to ask." : "");
  if (!question || !field.reportValidity()) return;
  fill("");
  ask(question);
});
function stop() {
  if (running.id && thread) cancel(thread, running.id).catch(() => {}); // it may have ended meanwhile
  running.controller.abort();
}
byId("question").addEventListener("input", ({ target }) => {
  target.setCustomValidity("");
  target.style.height = "auto";
  target.style.height = `${Math.min(target.scrollHeight + 2, 200)}px`;
});
byId("question").addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  if (!running) byId("ask").requestSubmit();
});
byId("new-conversation").addEventListener("click", () => {
  go({ thread: null, turn: null, page: null });
  byId("question").focus();
});
