// Collections of documents: the filter by one, and the dialog that puts documents into some.

import { addTo, putIn } from "./api.js";
import { byId, make, plural, toast } from "./dom.js";

let known = []; // [{name, count}]

/** The collection that the list is filtered by, or "". */
export const chosenCollection = () => byId("collection").value;

/** Offer these collections as filters; one that is gone is chosen no longer. */
export function showCollections(collections) {
  known = collections;
  const before = chosenCollection();
  byId("collection").replaceChildren(make("option", { value: "" }, "All collections"),
    ...known.map(({ name, count }) => make("option", { value: name }, `${name} (${count.toLocaleString("en")})`)));
  byId("collection").value = known.some(({ name }) => name === before) ? before : "";
  byId("collection").hidden = !known.length;
  byId("known-collections").replaceChildren(...known.map(({ name }) => make("option", { value: name })));
}

const namesIn = (text) => text.split(",").map((name) => name.trim()).filter(Boolean);

/**
 * Ask which collections these documents, each {id, label, collections}, are to be in, and put them there. One document
 * shows where it is and may leave; several are added. Resolves to whether anything was changed.
 */
export async function collect(documents) {
  const [first] = documents;
  const single = documents.length === 1;
  const dialog = byId("collect");
  const field = byId("collection-names");
  byId("collect-title").textContent = single ? "Collections of this document" : `Add ${plural(documents.length, "document")} to collections`;
  byId("collect-of").textContent = single ? first.label : documents.slice(0, 3).map(({ label }) => label).join(", ") + (documents.length > 3 ? " …" : "");
  byId("collect-error").textContent = "";
  field.value = single ? first.collections.join(", ") : "";
  field.required = !single;
  byId("collect-cancel").onclick = () => dialog.close();
  dialog.showModal();
  return new Promise((resolve) => {
    let changed = false;
    byId("collect-form").onsubmit = async (event) => {
      event.preventDefault();
      const names = namesIn(field.value);
      try {
        await (single ? putIn(first.id, names) : addTo(documents.map(({ id }) => id), names));
        changed = true;
        dialog.close();
        toast(names.length ? `In ${names.join(", ")}.` : "In no collection.");
      } catch (error) {
        byId("collect-error").textContent = error.message;
      }
    };
    dialog.addEventListener("close", () => resolve(changed), { once: true });
  });
}
