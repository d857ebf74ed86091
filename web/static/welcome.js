// What the room shows before the first question: how to begin, or the newest document with questions to ask of it.

import { button, make } from "./dom.js";
import { documentCount, newest } from "./library.js";
import { overview } from "./overview.js";

const SAMPLE = "/room/sample.pdf";
// Of the sample: one whose answer is in a table, one in a scanned letter, and one that it does not answer.
const EXAMPLES = ["Which seabird fledged the most chicks per nest?", "What is the greatest load for the winch cable until it has been tested?",
  "Who is the captain of the ferry to Kelderness?"];
let handlers = { ask: () => {}, add: () => {}, choose: () => {} };

/** Set what the buttons do: `ask` a question, `add` files, `choose` files. */
export const onWelcome = (given) => (handlers = given);

/** The element to show in an empty conversation. */
export async function welcome() {
  const element = make("div", { className: "welcome", id: "welcome" }, make("h2", {}, documentCount() ? "What do you want to know?" : "Ask your documents, see the proof"),
    make("p", { className: "lead" }, "Each statement of an answer cites a quote that was found on a page: open the citation to see the words highlighted."));
  if (!documentCount()) {
    element.append(make("p", { className: "row begin" },
      button("Add documents", handlers.choose, { className: "primary" }), button("Try the sample", ({ currentTarget }) => trySample(currentTarget), { id: "try-sample" })),
      make("section", { className: "suggestions" }, make("h3", {}, "Or ask the sample"), ...EXAMPLES.map((question) =>
        button(question, ({ currentTarget }) => trySample(currentTarget, question), { className: "suggestion" }))));
    return element;
  }
  const document = newest();
  if (document && document.status !== "failed") {
    // The questions are an offer: without them the conversation is as good.
    const told = await overview(document.id, { ask: handlers.ask, outline: false }).catch(() => null);
    if (told) element.append(told);
  }
  return element;
}

/** Read the sample, then ask a question of it if one is given. */
async function trySample(pressed, question = "") {
  const buttons = document.querySelectorAll("#welcome button");
  buttons.forEach((one) => (one.disabled = true));
  try {
    const response = await fetch(SAMPLE);
    if (!response.ok) throw new Error("The sample is not on this server: add a document of yours.");
    await handlers.add([new File([await response.blob()], "sample.pdf", { type: "application/pdf" })]);
    const read = newest();
    if (question && read) return handlers.ask(question, read.id, read.label);
  } catch (error) {
    pressed.after(make("span", { className: "wrong", role: "alert" }, error.message));
  }
  buttons.forEach((one) => (one.disabled = false));
}
