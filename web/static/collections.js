// Collections of documents: whose library is open, the menu of them, and the dialog that puts documents into some. On a
// server without users the menu filters the list; with users it is what is asked and added to, too.

import { addTo, get, putIn } from "./api.js";
import { byId, make, plural, toast } from "./dom.js";

const DROP = "or drop them anywhere on this page";
let user = null; // whose library is open: "" on a server without users, null before the server was asked
let personal = "";
let shared = []; // the collections that the user is a member of: [{id, label, role}]

/** The collection that is chosen, or "": its name, with users its id. */
export const chosenCollection = () => byId("collection").value;

/** Whether the server keeps the documents of several users apart. */
export const hasUsers = () => Boolean(user);

/** What requests and runs are limited to: {collection}, or {} for all that may be read. */
export const limitedTo = () => (user && chosenCollection() ? { collection: chosenCollection() } : {});

/** What the chosen collection is called in a sentence; "" without users, and where all are open. */
export const openedName = () => (!limitedTo().collection ? "" : chosenCollection() === personal ? "your own collection" : `the collection ${chosen().label}`);

const chosen = () => shared.find(({ id }) => id === chosenCollection());

/** A sentence where nothing may be added to the chosen collection, else "". */
export const whyNotAdd = () => (user && chosen()?.role === "reader" ? `You may read ${openedName()}, not add to it: choose another collection to add files.` : "");

/** Fetch whose library is open and what its user may read; from a server without users only once. */
export async function lookForUser() {
  if (user === "") return;
  const told = await get("/collections");
  ({ user, personal } = told);
  const again = (name) => told.collections.filter((one) => one.name.toLowerCase() === name.toLowerCase()).length > 1;
  shared = user ? told.collections.map(({ id, name, role }) => ({ id, role, label: again(name) ? `${name} (${id.slice(0, 4)})` : name })) : [];
  byId("whose").hidden = !user;
  byId("user").textContent = user;
  const menu = byId("collection");
  if (user && !byId("whose").contains(menu)) byId("whose").append(menu); // it is needed where the list is empty, too
}

/** Offer these collections as filters, with users those that may be read; one that is gone is chosen no longer. */
export function showCollections(collections) {
  const offered = user ? [["", "All"], [personal, "Your own"], ...shared.map(({ id, label, role }) => [id, `${label} · ${role}`])]
    : [["", "All collections"], ...collections.map(({ name, count }) => [name, `${name} (${count.toLocaleString("en")})`])];
  const before = chosenCollection();
  byId("collection").replaceChildren(...offered.map(([value, label]) => make("option", { value }, label)));
  byId("collection").hidden = offered.length < 2;
  openCollection(before);
  const known = user ? shared.filter(mayWrite).map(({ label }) => label) : collections.map(({ name }) => name);
  byId("known-collections").replaceChildren(...known.map((value) => make("option", { value })));
}

/** Choose a collection, or all if it is not offered. */
export function openCollection(value) {
  byId("collection").value = [...byId("collection").options].some((one) => one.value === value) ? value : "";
  for (const id of ["choose", "choose-folder", "by-address"]) byId(id).disabled = Boolean(whyNotAdd());
  const said = whyNotAdd() || DROP;
  if (byId("drop-hint").textContent !== said) byId("drop-hint").textContent = said; // it is read aloud where it changes
}

const mayWrite = ({ role }) => role !== "reader";
/** Whether a document may be taken out of a collection: one that may only be read keeps it. */
const mayLeave = (name) => shared.every((one) => one.label !== name || mayWrite(one));

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
  field.value = single ? first.collections.filter(mayLeave).join(", ") : "";
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
