// From files to documents: uploads, then a run of the graph that reads them, each with a bar that says how far it is.

import { get, newThread, openWith, run, upload } from "./api.js";
import { button, byId, make, plural } from "./dom.js";
import { refresh, say } from "./documents.js";

const AT_ONCE = 3;
const STAGES = { survey: "pages looked at", read: "pages read", chunk: "pages cut into passages", embed: "passages indexed" };

/** Take files: upload them a few at a time, then have those that arrived read in one run. */
export async function take(files) {
  say("");
  const most = (await get("/health")).upload_mb;
  const jobs = [...files].map((file) => ({ file, row: row(file.name) }));
  const waiting = [...jobs];
  const worker = async () => {
    for (let job; (job = waiting.shift()); ) await send(job, most);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const arrived = jobs.filter((job) => job.source);
  if (arrived.length) await read(arrived);
}

/** Read what is missing of a document that is there already; all of it where nothing is. */
export const again = (one) =>
  read([{ source: one.source, id: one.id, row: row(one.name) }], { reread: one.status === "complete" });

async function send(job, most) {
  const { file, row: bar } = job;
  if (file.size > most * 2 ** 20) return bar.fail(`is larger than ${most} MB, the most that this server takes.`);
  bar.say("sending", 0, 1);
  try {
    const kept = await upload(file, (done, all) => bar.say("sending", done, all));
    Object.assign(job, { source: kept.source, id: kept.id });
    bar.say("waiting to be read", 0, 0);
  } catch (error) {
    bar.fail(error.message);
  }
}

async function read(jobs, context = {}) {
  const rows = new Map(jobs.map((job) => [job.id, job.row]));
  const sources = [...new Set(jobs.map((job) => job.source))];
  let report = null;
  jobs.forEach((job) => job.row.say("being opened", 0, 0));
  try {
    const thread = await newThread({ room: "reading" });
    for await (const { event, inner, data } of run(thread, { sources }, { modes: ["custom", "values"], disconnect: "continue", context })) {
      if (data?.event === "unusable") note(jobs, data);
      else if (event === "custom") progress(rows, data);
      else if (event === "values" && !inner) report = data.report ?? report;
    }
    for (const document of report?.documents ?? []) finish(jobs, document, context);
  } catch (error) {
    jobs.forEach((job) => (job.locked ? unlock(job, context) : job.row.fail(error.message)));
  }
  if (report) jobs.forEach((job) => job.row.end());
  await refresh();
}

function progress(rows, data) {
  if (data.event === "waiting") {
    const until = new Date(data.until).toLocaleTimeString();
    rows.forEach((bar) => bar.say(`waiting for the model service until ${until}`, 0, 0));
  } else if (data.event === "progress") rows.get(data.document)?.say(STAGES[data.stage], data.done, data.of);
}

function finish(jobs, document, context) {
  const job = jobs.find((one) => one.id === document.id || one.source === document.source);
  if (!job) return;
  const why = document.failures.map((failure) => failure.detail)[0] ?? "";
  if (job.locked) unlock(job, context);
  else if (document.status === "failed") job.row.fail(why);
  else if (document.status === "partial") job.row.fail(`${plural(document.failures.length, "page")} could not be read. ${why}`);
  else if (document.status === "unchanged") job.row.note("Nothing was missing: every page had been read before.");
}

/** That a file cannot be opened is an event of its own: where none can, the run fails without a report. */
function note(jobs, { source, reason }) {
  const job = jobs.find((one) => one.source === source);
  if (job) job.locked = reason === "password";
}

/** Ask for the password of a file, then read it as it was to be read. */
function unlock(job, context) {
  job.row.ask(async (password) => {
    await openWith(job.id, password);
    job.row.remove();
    read([{ source: job.source, id: job.id, row: row(job.row.name) }], context);
  });
}

/** A line in the list of what is being read. */
function row(name) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": name });
  const facts = make("p", { className: "facts" });
  const item = make("li", {}, make("p", { className: "name" }, name), facts, bar);
  let over = false;
  byId("jobs").append(item);
  const close = () => {
    bar.remove();
    if (!over) item.append(button("Dismiss", () => item.remove(), { "aria-label": `Dismiss the note on ${name}` }));
    over = true;
  };
  return {
    name,
    remove: () => item.remove(),
    /** Ask for the password; `open` throws where it is wrong. The field is emptied as soon as it was read. */
    ask(open) {
      const told = make("p", { className: "bad", role: "alert" });
      const field = make("input", { type: "password", autocomplete: "off", required: true, "aria-label": `Password of ${name}` });
      const form = make("form", { className: "unlock" }, field, make("button", {}, "Open"));
      form.addEventListener("submit", async (event) => {
        event.preventDefault();
        const given = field.value;
        field.value = told.textContent = "";
        try {
          await open(given);
        } catch (error) {
          told.textContent = error.message;
          field.focus();
        }
      });
      facts.textContent = "It is encrypted. The password is used to read it, and not kept.";
      item.append(form, told);
      close();
      field.focus();
    },
    say(what, done, all) {
      if (all) Object.assign(bar, { max: all, value: done });
      else bar.removeAttribute("value");
      facts.textContent = all > 1 ? `${what} · ${what === "sending" ? `${Math.round((100 * done) / all)} %` : `${done} of ${all}`}` : what;
    },
    fail(text) {
      facts.replaceChildren(make("span", { className: "bad", role: "alert" }, text));
      close();
    },
    note(text) {
      facts.textContent = text;
      close();
    },
    end: () => over || item.remove(),
  };
}

const drop = byId("drop");
drop.addEventListener("dragover", (event) => {
  event.preventDefault();
  drop.classList.add("over");
});
drop.addEventListener("dragleave", () => drop.classList.remove("over"));
drop.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  start(event.dataTransfer.files);
});
byId("choose").addEventListener("click", () => byId("files").click());
byId("files").addEventListener("change", (event) => {
  start([...event.target.files]);
  event.target.value = "";
});
// A file dropped beside the field would replace the page with itself.
for (const name of ["dragover", "drop"]) window.addEventListener(name, (event) => event.preventDefault());

function start(files) {
  if (files.length) take(files).catch((error) => say(error.message));
}
