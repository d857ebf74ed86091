// An item in the list of files that are being read or need attention.

import { button, byId, make } from "./dom.js";

/** Add an item; `dismiss` is called when the user has done with it, `erase`, if given, offers to delete the file. */
export function jobRow(name, { dismiss = () => {}, erase = null } = {}) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": name });
  const facts = make("p", { className: "facts" });
  const tools = make("p", { className: "row tight tools" });
  const element = make("li", {}, make("p", { className: "name", title: name }, name), facts, bar, tools);
  let closed = false;
  let put = false;
  let ended = false;
  let reached = 0; // how much was done at the last report
  /** Put the item after those that are being read and before those that need attention: the latest of them comes first. */
  const place = () => {
    const first = [...byId("jobs").children].find((one) => one !== element && one.classList.contains("closed"));
    if (first) first.before(element);
    else byId("jobs").append(element);
  };
  const show = () => {
    if (!put || closed) place();
    put = true;
    dispatchEvent(new CustomEvent("jobs-changed"));
  };
  const remove = () => {
    ended = true;
    element.remove();
    dispatchEvent(new CustomEvent("jobs-changed"));
  };
  const close = (...more) => {
    bar.remove();
    element.classList.add("closed");
    if (!closed) {
      const leave = erase
        ? button("Delete", () => (remove(), erase()), { "aria-label": `Delete ${name}, which was not read` })
        : button("Dismiss", () => (remove(), dismiss()), { "aria-label": `Dismiss the note on ${name}` });
      tools.append(...more, leave);
    }
    closed = true;
    show();
  };
  return {
    name, element, remove, show, close,
    /** Offer to delete the file in place of dismissing the note. */
    erasable: (how) => (erase = how),
    get closed() {
      return closed;
    },
    /** Whether nothing more will be done with the file. */
    get done() {
      return closed || ended;
    },
    /** How much is done, from 0 to 1. */
    get share() {
      return closed || ended ? 1 : reached;
    },
    /** Show a password field; `open` throws if the password is wrong. The field is emptied when it is sent. */
    askForPassword(open) {
      if (element.querySelector(".unlock")) return;
      const problem = make("p", { className: "bad", role: "alert" });
      const field = make("input", { type: "password", autocomplete: "off", required: true, placeholder: "Password", "aria-label": `Password of ${name}` });
      const form = make("form", { className: "unlock" }, field, make("button", { className: "primary" }, "Open"));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const given = field.value;
        field.value = problem.textContent = "";
        try {
          await open(given);
        } catch (error) {
          problem.textContent = error.message;
          field.focus();
        }
      });
      facts.textContent = "It is encrypted. The password is used to read it and is not stored.";
      tools.before(form, problem);
      close();
    },
    /** Show a step of the work, `done` of `all`; `share`, from 0 to 1, is how much of the whole work is done by then. */
    progress(what, done, all, share = null) {
      if (closed) return;
      reached = Math.max(reached, share ?? 0);
      if (share === null) bar.removeAttribute("value");
      else bar.value = reached;
      facts.textContent = all > 1 ? `${what} · ${what === "sending" ? `${Math.round((100 * done) / all)} %` : `${done} of ${all}`}` : what;
      show();
    },
    fail(text, ...more) {
      facts.replaceChildren(make("span", { className: "bad", role: "alert" }, text));
      close(...more);
    },
    note(text, ...more) {
      facts.textContent = text;
      close(...more);
    },
    end: () => closed || remove(),
  };
}
