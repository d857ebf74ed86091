// Ways to add documents: the file chooser, a folder, web addresses, and files or folders dropped anywhere on the page.

import { byId, plural } from "./dom.js";
import { ingest, ingestAddresses } from "./reading.js";
import { showMessage } from "./library.js";

const MAX_FILES = 5000; // in one drop: a folder may hold a whole disk
let suffixes = [];

/** Set the file name endings that the server reads. */
export function acceptOnly(known) {
  suffixes = known;
  byId("files").accept = known.join(",");
}

/** Read files; of a folder, those of a format that can be read. */
export async function add(files, { folder = false } = {}) {
  const wanted = folder ? files.filter((file) => suffixes.some((suffix) => file.name.toLowerCase().endsWith(suffix))) : files;
  const left = files.length - wanted.length;
  if (!wanted.length) return left ? showMessage("The folder holds no file of a format that can be read.") : undefined;
  const said = left ? `${plural(left, "file")} of other formats left out.` : "";
  const reading = ingest(wanted);
  if (said) setTimeout(() => showMessage(said), 50);
  await reading;
}

const start = (files, options) => add(files, options).catch((error) => showMessage(error.message));

/** All dropped files, including those in dropped folders. */
async function filesOf(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return { files: [...transfer.files], folder: false };
  const files = [];
  const walk = async (entry) => {
    if (files.length >= MAX_FILES) return;
    if (entry.isFile) return files.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    const reader = entry.createReader();
    for (;;) {
      const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
      if (!some.length) return;
      for (const one of some) await walk(one);
    }
  };
  for (const entry of entries) await walk(entry);
  return { files, folder: true };
}

// The browser would show a dropped file in place of the page, so every drop on the window is handled here.
const over = byId("over");
addEventListener("dragenter", (event) => event.dataTransfer?.types.includes("Files") && (over.hidden = false));
addEventListener("dragleave", (event) => event.relatedTarget ?? (over.hidden = true));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", async (event) => {
  event.preventDefault();
  over.hidden = true;
  const text = event.dataTransfer.getData("text/uri-list");
  const { files, folder } = await filesOf(event.dataTransfer);
  if (files.length) start(files, { folder });
  else if (/^https?:/.test(text)) ingestAddresses([text.split("\n")[0].trim()]).catch((error) => showMessage(error.message));
});
byId("choose").addEventListener("click", () => byId("files").click());
byId("choose-folder").addEventListener("click", () => byId("folder").click());
for (const id of ["files", "folder"]) {
  byId(id).addEventListener("change", ({ target }) => {
    start([...target.files], { folder: id === "folder" });
    target.value = "";
  });
}
byId("by-address").addEventListener("click", ({ currentTarget: pressed }) => {
  const form = byId("address-form");
  form.hidden = !form.hidden;
  pressed.setAttribute("aria-expanded", String(!form.hidden));
  if (!form.hidden) byId("address").focus();
});
byId("address-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const field = byId("address");
  const lines = field.value.split(/\s+/).filter(Boolean);
  const wrong = lines.find((line) => !/^https?:\/\/\S+\.\S+/.test(line) && !/^https?:\/\/\[?[\w:.]+/.test(line));
  field.setCustomValidity(wrong ? `“${wrong.slice(0, 60)}” is no web address: it must begin with http:// or https://.` : "");
  if (!field.reportValidity()) return;
  field.value = "";
  byId("by-address").click();
  ingestAddresses(lines).catch((error) => showMessage(error.message));
});
byId("address").addEventListener("input", ({ target }) => target.setCustomValidity(""));
