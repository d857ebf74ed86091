// Clarifying questions: a run stops and asks which document or person is meant, or whether costly work may begin.

import { button, make } from "./dom.js";

/** What a run that stopped asks, or null: its last event of updates or values holds the interrupt. */
export const questionIn = (data) => data?.__interrupt__?.[0]?.value ?? null;

/**
 * Show the question with a button for each option, after the element `place`; resolves to the chosen option's id.
 * The buttons go away with the answer. Rejects if `signal` is aborted.
 */
export function askBack(place, back, signal) {
  return new Promise((resolve, reject) => {
    const buttons = back.options.map(({ id, label }) =>
      button(label, () => finish(() => resolve(id)), { className: id === back.assumed ? "plain usual" : "plain" }));
    const asked = make("p", {}, [back.problem, back.question].filter(Boolean).join(" "));
    const group = make("div", { className: "ask-back", role: "group", "aria-label": back.question }, asked, ...buttons);
    const finish = (then) => {
      group.remove();
      signal?.removeEventListener("abort", stopped);
      then();
    };
    const stopped = () => finish(() => reject(new DOMException("stopped", "AbortError")));
    signal?.addEventListener("abort", stopped);
    place.append(group);
    buttons[0]?.focus();
  });
}
