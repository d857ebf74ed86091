// Ingestion: uploads of files, then a run of the graph that reads them; each file has a progress bar.

import { get, newThread, sendPassword, run, upload } from "./api.js";
import { askBack, questionIn } from "./ask_back.js";
import { button, byId, make, plural } from "./dom.js";
import { refresh, showMessage } from "./documents.js";

const MAX_PARALLEL_UPLOADS = 3;
const STAGES = { survey: "pages looked at", read: "pages read", chunk: "pages cut into chunks", embed: "chunks indexed" };

/** Upload files, a few at a time, then read those that arrived in one run. */
export async function ingest(files) {
  showMessage("");
  const limit = (await get("/health")).upload_mb;
  const jobs = [...files].map((file) => ({ file, row: row(file.name) }));
  const waiting = [...jobs];
  const worker = async () => {
    for (let job; (job = waiting.shift()); ) await send(job, limit);
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL_UPLOADS }, worker));
  const arrived = jobs.filter((job) => job.source);
  if (arrived.length) await read(arrived);
}

/** Read the missing pages of a document, or all of them if none is missing. */
export const readAgain = (one) =>
  read([{ source: one.source, id: one.id, row: row(one.label) }], { reread: one.status === "complete" });

async function send(job, limit) {
  const { file, row: bar } = job;
  if (file.size > limit * 2 ** 20) return bar.fail(`is larger than ${limit} MB, the most that this server takes.`);
  bar.show("sending", 0, 1);
  try {
    const uploaded = await upload(file, (done, all) => bar.show("sending", done, all));
    Object.assign(job, { source: uploaded.source, id: uploaded.id });
    bar.show("waiting to be read", 0, 0);
  } catch (error) {
    bar.fail(error.message);
  }
}

async function read(jobs, context = {}) {
  const rows = new Map(jobs.map((job) => [job.id, job.row]));
  const sources = [...new Set(jobs.map((job) => job.source))];
  let report = null;
  jobs.forEach((job) => job.row.show("being opened", 0, 0));
  try {
    const thread = await newThread({ room: "reading" });
    let back = null;
    let answer;
    do {
      for await (const { event, inner, data } of run(thread, { sources }, { modes: ["custom", "values"], disconnect: "continue", context, answer })) {
        if (data?.event === "unusable") noteUnusable(jobs, data);
        else if (event === "custom") progress(rows, data);
        else if (event === "values" && !inner) {
          report = data.report ?? report;
          back = questionIn(data);
        }
      }
      if (back) answer = await askBack(jobs[0].row.element, back);
    } while (back);
    for (const document of report?.documents ?? []) finish(jobs, document, context);
  } catch (error) {
    jobs.forEach((job) => (job.locked ? askForPassword(job, context) : job.row.fail(error.message)));
  }
  if (report) jobs.forEach((job) => job.row.end());
  await refresh();
}

function progress(rows, data) {
  if (data.event === "waiting") {
    const until = new Date(data.until).toLocaleTimeString();
    rows.forEach((bar) => bar.show(`waiting for the model service until ${until}`, 0, 0));
  } else if (data.event === "progress") rows.get(data.document)?.show(STAGES[data.stage], data.done, data.of);
}

function finish(jobs, document, context) {
  const job = jobs.find((one) => one.id === document.id || one.source === document.source);
  if (!job) return;
  const why = document.failures.map((failure) => failure.detail)[0] ?? "";
  if (job.locked) askForPassword(job, context);
  else if (document.status === "failed") job.row.fail(why);
  else if (document.status === "partial") job.row.fail(`${plural(document.failures.length, "page")} could not be read. ${why}`);
  else if (document.status === "unchanged") job.row.note("Nothing was missing: every page had been read before.");
}

/** Remember that a file needs a password: if no file can be opened, the run fails without a report. */
function noteUnusable(jobs, { source, reason }) {
  const job = jobs.find((one) => one.source === source);
  if (job) job.locked = reason === "password";
}

/** Ask for the password of a file, then read it with the same settings. */
function askForPassword(job, context) {
  job.row.askForPassword(async (password) => {
    await sendPassword(job.id, password);
    job.row.remove();
    read([{ source: job.source, id: job.id, row: row(job.row.name) }], context);
  });
}

/** An item in the list of files that are being read. */
function row(name) {
  const bar = make("progress", { max: 1, value: 0, "aria-label": name });
  const facts = make("p", { className: "facts" });
  const item = make("li", {}, make("p", { className: "name" }, name), facts, bar);
  let closed = false;
  byId("jobs").append(item);
  const close = () => {
    bar.remove();
    if (!closed) item.append(button("Dismiss", () => item.remove(), { "aria-label": `Dismiss the note on ${name}` }));
    closed = true;
  };
  return {
    name,
    element: item,
    remove: () => item.remove(),
    /** Show a password field; `open` throws if the password is wrong. The field is emptied when it is sent. */
    askForPassword(open) {
      const problem = make("p", { className: "bad", role: "alert" });
      const field = make("input", { type: "password", autocomplete: "off", required: true, "aria-label": `Password of ${name}` });
      const form = make("form", { className: "unlock" }, field, make("button", {}, "Open"));
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
      item.append(form, problem);
      close();
      field.focus();
    },
    show(what, done, all) {
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
    end: () => closed || item.remove(),
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
  if (files.length) ingest(files).catch((error) => showMessage(error.message));
}
