// Entry point of the reading room. It stores nothing in the browser: documents, conversations and batches are on the server.

import { get, logIn, onUnauthorized } from "./api.js";
import { acceptOnly, add } from "./adding.js";
import { go, here, whenMoved } from "./address.js";
import { ask, show as showConversation, storeFor } from "./asking.js";
import { whyNotAdd } from "./collections.js";
import { refreshConversations } from "./conversations.js";
import { byId, drawIcons, toast } from "./dom.js";
import { askOnlyThis, onReadAgain, refresh, showMessage } from "./library.js";
import { lookForBatches, readAgain } from "./reading.js";
import { onAsk, show as showPage } from "./viewer.js";
import { onWelcome, welcome } from "./welcome.js";

const NARROW = matchMedia("(max-width: 56rem)");
const MIDDLE = matchMedia("(max-width: 80rem)"); // too narrow for three places side by side
let put = false; // whether the library was hidden to show a page
let login = null;

/** Ask for the token, once for all requests that wait for it. */
function askForToken() {
  login ??= new Promise((resolve) => {
    byId("login").showModal();
    byId("sign-in").onsubmit = async (event) => {
      event.preventDefault();
      try {
        await logIn(byId("token").value);
      } catch (error) {
        byId("login-error").textContent = error.message;
        return;
      }
      byId("token").value = byId("login-error").textContent = "";
      byId("login").close();
      login = null;
      resolve();
    };
  });
  return login;
}

/** Show or hide the library; on a narrow screen it lies over the conversation. */
function showLibrary(shown) {
  document.body.classList.toggle("library-open", shown && NARROW.matches);
  document.body.classList.toggle("library-closed", !shown && !NARROW.matches);
  byId("toggle-library").setAttribute("aria-expanded", String(shown));
  byId("desk").inert = shown && NARROW.matches;
}
const libraryShown = () => byId("toggle-library").getAttribute("aria-expanded") === "true";

function selectTab(name) {
  for (const one of ["documents", "conversations"]) {
    const chosen = one === name;
    byId(`tab-${one}`).setAttribute("aria-selected", String(chosen));
    byId(`tab-${one}`).tabIndex = chosen ? 0 : -1;
    byId(`${one}-panel`).hidden = !chosen;
  }
  if (name === "conversations") refreshConversations().catch((error) => (byId("conversations-note").textContent = error.message));
}

/** Ask a question of one document that was clicked in its overview. */
async function askOf(question, id, label) {
  try {
    await askOnlyThis(id, label);
  } catch (error) {
    return showMessage(error.message);
  }
  if (NARROW.matches && here().page) go({ page: null }, { replace: true });
  ask(question);
}

async function moved() {
  if (NARROW.matches) showLibrary(false);
  else if (here().page && MIDDLE.matches && libraryShown()) showLibrary(!(put = true));
  else if (!here().page && put) showLibrary(!(put = false));
  await showConversation();
  await showPage();
  for (const link of document.querySelectorAll(".conversation")) {
    if (link.hash.includes(here().thread)) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

drawIcons();
showLibrary(!NARROW.matches);
NARROW.addEventListener("change", () => showLibrary(!NARROW.matches));
byId("toggle-library").addEventListener("click", () => showLibrary(!libraryShown()));
for (const name of ["documents", "conversations"]) {
  byId(`tab-${name}`).addEventListener("click", () => selectTab(name));
  byId(`tab-${name}`).addEventListener("keydown", (event) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    const other = name === "documents" ? "conversations" : "documents";
    selectTab(other);
    byId(`tab-${other}`).focus();
  });
}
byId("skip").addEventListener("click", () => byId("question").focus());
byId("library").addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !NARROW.matches) return;
  showLibrary(false);
  byId("toggle-library").focus();
});

onUnauthorized(askForToken);
// Without the token the page cannot show anything, so Esc must not close the dialog.
byId("login").addEventListener("cancel", (event) => event.preventDefault());
onReadAgain((one) => readAgain(one).catch((error) => showMessage(error.message)));
onAsk(askOf);
onWelcome({ ask: askOf, add, choose: () => (whyNotAdd() ? toast(whyNotAdd()) : byId("files").click()) });
const show = () => moved().catch((error) => showMessage(error.message));
whenMoved(show);
await refresh();
await show();
addEventListener("library-changed", async () => {
  if (!here().thread && byId("welcome")) byId("welcome").replaceWith(await welcome());
});
lookForBatches().catch((error) => showMessage(error.message));
refreshConversations().catch(() => {}); // the list shows its own error when it is opened
try {
  const { engine, suffixes } = await get("/health");
  acceptOnly(suffixes);
  storeFor(engine);
  byId("engine").textContent = engine === "offline" ? "Offline engine: no key, nothing leaves this machine" : "Engine: chat models";
} catch (error) {
  showMessage(error.message);
}
