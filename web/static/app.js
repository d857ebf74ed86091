// The reading room. It keeps nothing of its own: documents, threads and runs are the server's.

import { enter, get, whenLocked } from "./api.js";
import { byId } from "./dom.js";
import { onReadAgain, refresh, say } from "./documents.js";
import { again } from "./reading.js";
import { resume } from "./asking.js";
import { openNamed } from "./viewer.js";

let entering = null;

/** Ask for the token, once for all requests that wait for it. */
function unlock() {
  entering ??= new Promise((resolve) => {
    byId("door").showModal();
    byId("sign-in").onsubmit = async (event) => {
      event.preventDefault();
      try {
        await enter(byId("token").value);
      } catch (error) {
        byId("door-told").textContent = error.message;
        return;
      }
      byId("token").value = byId("door-told").textContent = "";
      byId("door").close();
      entering = null;
      resolve();
    };
  });
  return entering;
}

whenLocked(unlock);
// Without the token there is nothing behind the door, so Esc must not open it.
byId("door").addEventListener("cancel", (event) => event.preventDefault());
onReadAgain((one) => again(one).catch((error) => say(error.message)));
const show = () => openNamed().catch((error) => say(error.message));
window.addEventListener("hashchange", show);
await refresh();
await resume();
await show();
try {
  const { engine, suffixes } = await get("/health");
  byId("files").accept = suffixes.join(",");
  byId("engine").textContent = engine === "offline" ? "Offline engine: no key, nothing leaves this machine" : "Engine: chat models (llm)";
} catch (error) {
  say(error.message);
}
