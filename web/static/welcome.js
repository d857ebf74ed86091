// What the room shows before the first question: how to begin, or the newest document with questions to ask of it.

import { button, make } from "./dom.js";
import { documentCount, newest } from "./library.js";
import { overview } from "./overview.js";

const SAMPLE = "/room/sample.pdf";
let handlers = { ask: () => {}, add: () => {}, choose: () => {} };

/** Set what the buttons do: `ask` a question, `add` files, `choose` files. */
export const onWelcome = (given) => (handlers = given);

/** The element to show in an empty conversation. */
export async function welcome() {
  const element = make("div", { className: "welcome", id: "welcome" }, make("h2", {}, documentCount() ? "What do you want to know?" : "Ask your documents, see the proof"),
    make("p", { className: "lead" }, "Each statement of an answer cites a quote that was found on a page: open the citation to see the words highlighted."));
  if (!documentCount()) {
    element.append(make("p", { className: "row begin" },
      button("Add documents", handlers.choose, { className: "primary" }), button("Try the sample", trySample, { id: "try-sample" })));
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

async function trySample({ currentTarget: pressed }) {
  pressed.disabled = true;
  try {
    const response = await fetch(SAMPLE);
    if (!response.ok) throw new Error("The sample is not on this server: add a document of yours.");
    await handlers.add([new File([await response.blob()], "sample.pdf", { type: "application/pdf" })]);
  } catch (error) {
    pressed.after(make("span", { className: "wrong", role: "alert" }, error.message));
  }
  pressed.disabled = false;
}
