// Entry point of the reading room. It stores nothing in the browser: documents, threads and runs are on the server.

import { get, logIn, onUnauthorized } from "./api.js";
import { byId } from "./dom.js";
import { onReadAgain, refresh, showMessage } from "./documents.js";
import { readAgain } from "./reading.js";
import { resume } from "./asking.js";
import { openFromAddress } from "./viewer.js";

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

onUnauthorized(askForToken);
// Without the token the page cannot show anything, so Esc must not close the dialog.
byId("login").addEventListener("cancel", (event) => event.preventDefault());
onReadAgain((one) => readAgain(one).catch((error) => showMessage(error.message)));
const show = () => openFromAddress().catch((error) => showMessage(error.message));
window.addEventListener("hashchange", show);
await refresh();
await resume();
await show();
try {
  const { engine, suffixes } = await get("/health");
  byId("files").accept = suffixes.join(",");
  byId("engine").textContent = engine === "offline" ? "Offline engine: no key, nothing leaves this machine" : "Engine: chat models (llm)";
} catch (error) {
  showMessage(error.message);
}
