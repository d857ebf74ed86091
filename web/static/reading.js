// Ingestion: a batch of files is sent, then read by one run. The server keeps the batch, so that a reload loses no file.

import { changeOf, get, join, newThread, note, remove, run, runOf, sendPassword, threads, upload } from "./api.js";
import { askBack, questionIn } from "./ask_back.js";
import { limitedTo, whyNotAdd } from "./collections.js";
import { button, byId, confirmed, plural } from "./dom.js";
import { jobRow } from "./job_row.js";
import { lookForDocuments, onBeingRead, refresh, showMessage } from "./library.js";

const MAX_PARALLEL_UPLOADS = 3;
const MAX_WAITING = 30; // files waiting to be read that are listed one by one
const LOOK_MS = 5000;
const REST = 20; // times as long as a look took
const NOTE_MS = 1000;
const AGAIN_MS = 1000;
const LOST = "The server that was reading does not answer any more. What it had read is kept: read the rest again.";
const MODES = ["custom", "values"];
const OPEN = { room: "reading" };
// The label of each stage, and its beginning and end as shares of the work on a file: nearly all of it is reading.
const STAGES = {
  sending: ["sending", 0, 0.15], survey: ["pages looked at", 0.15, 0.2], read: ["pages read", 0.2, 0.8],
  chunk: ["pages cut into chunks", 0.8, 0.85], embed: ["chunks indexed", 0.85, 1],
};
let beginning = 0; // batches whose thread is being made: the server may have it before this page knows its id
const batches = new Map(); // by thread: {thread, jobs, context}; a job is {name, id, source, file, problem, row, locked}
let unreadRows = new Map(); // by id: the rows of uploads that were never read
let unread = []; // the uploads that were never read and are not being read

/** Upload files, a few at a time, then read those that arrived in one run. */
export async function ingest(files) {
  showMessage("");
  checkMayAdd();
  const limit = (await get("/health")).upload_mb;
  const batch = await begin([...files].map((file) => ({ name: file.webkitRelativePath || file.name, file })));
  const waiting = [...batch.jobs];
  const worker = async () => {
    for (let job; (job = waiting.shift()); ) {
      await send(job, limit);
      keep(batch);
    }
  };
  await Promise.all(Array.from({ length: MAX_PARALLEL_UPLOADS }, worker));
  await keep(batch, true);
  await read(batch);
}

/** Read documents at web addresses. */
export async function ingestAddresses(addresses) {
  checkMayAdd();
  await read(await begin(addresses.map((source) => ({ name: source, source }))));
}

function checkMayAdd() {
  if (whyNotAdd()) throw new Error(whyNotAdd());
}

/** Read the missing pages of a document, or all of them if none is missing. */
export const readAgain = async (one) =>
  read(await begin([{ name: one.label, source: one.source, id: one.id, again: true }]), { reread: one.status === "complete" });

async function begin(jobs) {
  const context = limitedTo();
  const batch = { jobs, context };
  beginning++;
  try {
    batch.thread = await newThread({ ...OPEN, ...context, files: jobs.map(({ name, id, source }) => ({ name, id, source })) });
    batches.set(batch.thread, batch);
  } finally {
    beginning--;
  }
  jobs.forEach((job, at) => addRow(batch, job, jobs.length <= MAX_WAITING || at < MAX_WAITING));
  return batch;
}

function addRow(batch, job, listed = true) {
  job.row = jobRow(job.name, { dismiss: () => forget(batch, job) });
  if (listed) job.row.progress("waiting", 0, 0);
  return job;
}

/** Show how far a stage of the work on a file is. */
function tell(row, stage, done, all) {
  const [said, begin, end] = STAGES[stage] ?? [stage, 0, 0];
  row.progress(said, done, all, all ? begin + ((end - begin) * done) / all : begin);
}

/** Write the state of a batch's files to the server, at most once a second unless it must be now. */
async function keep(batch, now = false) {
  if (!now && Date.now() - (batch.kept ?? 0) < NOTE_MS) return;
  batch.kept = Date.now();
  await note(batch.thread, { files: batch.jobs.map(({ name, id, source, problem }) => ({ name, id, source, problem })) }).catch(() => {}); // the next note holds it too
}

/** Drop a file from its batch: the user has seen its outcome. */
async function forget(batch, job) {
  batch.jobs = batch.jobs.filter((one) => one !== job);
  if (batch.jobs.some((one) => one.problem)) await keep(batch, true);
  else await close(batch);
}

async function close(batch) {
  batches.delete(batch.thread);
  await note(batch.thread, { room: "read", files: [] }).catch(() => {}); // it is looked at again after the next reload
}

async function send(job, limit) {
  const { file, row } = job;
  try {
    if (file.size > limit * 2 ** 20) throw new Error(`It is larger than ${limit} MB, the most that this server takes: split it.`);
    tell(row, "sending", 0, 1);
    const uploaded = await upload(file, (done, all) => tell(row, "sending", done, all));
    Object.assign(job, { source: uploaded.source, id: uploaded.id });
    row.progress("waiting to be read", 0, 0);
  } catch (error) {
    job.problem = error.message;
    row.fail(error.message);
  }
}

async function read(batch, settings = {}) {
  const context = { ...batch.context, ...settings };
  const jobs = batch.jobs.filter((job) => job.source && !job.problem);
  const sources = [...new Set(jobs.map((job) => job.source))];
  if (!sources.length) return batch.jobs.some((job) => job.problem) ? null : close(batch);
  jobs.forEach((job) => job.row.element.isConnected && job.row.progress("being opened", 0, 0));
  await follow(batch, jobs, context, (answer) => run(batch.thread, { sources }, { modes: MODES, context, answer }));
}

/** Show the events of a batch's run until it ends, and the outcome of each file. */
async function follow(batch, jobs, context, eventsOf, asked = null) {
  const byDocument = new Map(jobs.map((job) => [job.id, job]));
  let report = null;
  let back = asked;
  try {
    do {
      const answer = back ? await askBack(jobs[0].row.element, back) : undefined;
      back = null;
      for await (const { event, inner, data } of eventsOf(answer)) {
        if (data?.event === "unusable") noteUnusable(jobs, data);
        else if (event === "custom") progress(byDocument, jobs, data);
        else if (event === "values" && !inner) {
          report = data.report ?? report;
          back = questionIn(data);
        }
      }
    } while (back);
    if (!report) throw Object.assign(new Error(LOST), { broke: true }); // a server that ends closes its streams
    for (const document of report?.documents ?? []) finish(jobs, document, context);
    for (const { source, detail } of report?.skipped ?? []) jobs.find((job) => job.source === source)?.row.note(`It was left out. ${detail}`);
    for (const { source } of report?.duplicates ?? []) jobs.find((job) => job.source === source)?.row.note("It is the same document as another one of these.");
  } catch (error) {
    if (error.broke && (await foundAgain(batch, jobs))) return;
    const why = error.broke ? LOST : error.message;
    if (error.broke) showMessage(LOST); // a row goes away where some of its pages were read
    for (const job of jobs) {
      if (job.locked) unlock(job, context);
      else fail(job, job.why ?? why);
    }
  }
  jobs.forEach((job) => job.row.end());
  if (batch.jobs.some((job) => job.problem)) await keep(batch, true); // before the list is fetched: the page may be reloaded
  else await close(batch);
  await refresh();
  await lookForUnread();
}

/** Look for a batch whose stream ended without a report until a server answers; show it again, or return false if it is gone. */
async function foundAgain(batch, jobs) {
  for (const { row } of jobs) if (row.element.isConnected) row.progress("the connection to the server broke: looking for it", 0, 0);
  for (;;) {
    const one = await changeOf(batch.thread).catch(() => undefined); // it does not answer yet
    if (one) {
      jobs.forEach(({ row }) => row.remove());
      batches.delete(batch.thread);
      await adopt(one).then(refresh).then(lookForUnread).catch((error) => showMessage(error.message));
      return true;
    }
    if (one === null) return false;
    await new Promise((wait) => setTimeout(wait, AGAIN_MS));
  }
}

function progress(byDocument, jobs, data) {
  if (data.event === "waiting") {
    const until = new Date(data.until).toLocaleTimeString();
    jobs.forEach(({ row }) => row.element.isConnected && row.progress(`waiting for the model service until ${until}`, 0, 0));
  } else if (data.event === "progress") {
    let job = byDocument.get(data.document);
    if (!job) {
      // A source at an address has no id before it is fetched; a file may hold other files.
      job = jobs.find((one) => !one.id && !one.row.closed);
      if (!job) return;
      byDocument.set(data.document, Object.assign(job, { id: data.document }));
    }
    tell(job.row, data.stage, data.done, data.of);
  }
}

function fail(job, text) {
  // What was uploaded stays in the server's list of unread uploads, with what is wrong with it; an address only here.
  if (job.source?.startsWith("upload:")) isUnread(job);
  else job.problem = text;
  job.row.fail(text);
}

/** Take the row of a file for that of the unread upload which it is, in place of an earlier row: it may be sent again. */
function isUnread(job) {
  if (unreadRows.get(job.id) !== job.row) unreadRows.get(job.id)?.remove();
  job.row.erasable(() => erase(job));
  unreadRows.set(job.id, job.row);
}

function finish(jobs, document, context) {
  const job = jobs.find((one) => one.id === document.id || one.source === document.source);
  if (!job) return;
  const why = document.failures.map((failure) => failure.detail)[0] ?? "";
  if (job.locked || document.failures[0]?.reason === "password") unlock(job, context);
  else if (document.status === "failed" && !document.pages) fail(job, why);
  else if (document.status === "failed") job.row.fail(why);
  else if (document.status === "partial") job.row.fail(`${plural(document.failures.length, "page")} could not be read. ${why}`);
  else if (document.status === "unchanged") job.row.note("Nothing was missing: every page had been read before.");
}

/** Remember what is wrong with a file: if none can be opened, the run fails without a report, with one text for all. */
function noteUnusable(jobs, { source, reason, detail }) {
  const job = jobs.find((one) => one.source === source);
  if (job) Object.assign(job, { locked: reason === "password", why: detail });
}

/** Ask for the password of a file, then read it with the same settings. */
function unlock(job, context) {
  if (!job.again) isUnread(job);
  job.row.askForPassword(async (password) => {
    await sendPassword(job.id, password);
    job.row.remove();
    read(await begin([{ name: job.name, source: job.source, id: job.id }]), context).catch((error) => showMessage(error.message));
  });
}

/** Show the batches that the server has: those that are being read, and what needs attention. */
export async function lookForBatches() {
  for (const one of await threads(OPEN, { limit: 50 })) {
    if (!beginning && !batches.has(one.thread_id)) await adopt(one).catch((error) => showMessage(error.message));
  }
  await lookForUnread();
}

async function adopt({ thread_id: thread, status, metadata }) {
  const { files = [], collection } = metadata;
  const batch = { thread, jobs: files.map((file) => ({ ...file })), context: collection ? { collection } : {} };
  batches.set(thread, batch);
  // The last file that arrived before a reload may not be noted yet: it is an unread upload.
  if (batch.jobs.some((job) => !job.source && !job.problem)) {
    const arrived = new Set((await get("/uploads")).uploads.map(({ name }) => name));
    batch.jobs = batch.jobs.filter((job) => job.source || job.problem || !arrived.has(job.name.split("/").at(-1)));
  }
  const sent = batch.jobs.filter((job) => job.source && !job.problem);
  for (const job of batch.jobs.filter((one) => !sent.includes(one))) {
    job.problem ??= "It was not sent completely: choose it again.";
    addRow(batch, job, false).row.fail(job.problem);
  }
  if (status === "busy" || status === "interrupted") {
    const id = status === "busy" ? await runOf(thread) : null;
    const state = await get(`/threads/${thread}/state`);
    const back = state.tasks?.flatMap((task) => task.interrupts ?? [])[0]?.value ?? null;
    sent.forEach((job, at) => addRow(batch, job, at < MAX_WAITING));
    await fill(sent);
    const { context } = batch;
    follow(batch, sent, context, (answer) => (answer === undefined && id ? join(thread, id) : run(thread, null, { modes: MODES, context, answer })), id ? null : back);
  } else {
    const failed = status === "error" ? await failedAddresses(thread, sent) : [];
    for (const [job, text] of failed) fail(addRow(batch, job, false), text);
    if (!batch.jobs.some((job) => job.problem)) await close(batch);
  }
}

/** Show how far files have been read before this page was loaded. */
async function fill(jobs) {
  const unread = new Set((await get("/uploads")).uploads.map(({ id }) => id));
  await Promise.all(jobs.slice(0, MAX_WAITING).filter(({ id }) => id && !unread.has(id)).map(async (job) => {
    const told = await get(`/documents/${job.id}`).catch(() => null); // an address of which nothing was read yet
    if (told) tell(job.row, "read", told.pages - told.ledger.pending, told.pages);
  }));
}

/** The addresses among the files of a failed run, each with what was wrong: the error has a line for each file. */
async function failedAddresses(thread, jobs) {
  const { error } = await get(`/threads/${thread}`);
  const text = String((typeof error === "object" ? error?.message : error) ?? "It could not be read: try again.").split("\nDuring task")[0];
  const lines = text.split("\n");
  const told = jobs.map((job, at) => [job, lines.length === jobs.length ? lines[at] : text]);
  return told.filter(([job]) => !job.source.startsWith("upload:"));
}

const idsBeingRead = () => new Set([...batches.values()].flatMap(({ jobs }) => jobs.filter((job) => job.row && !job.row.done).map((job) => job.id)));
onBeingRead(idsBeingRead);

/** Show the uploads that were never read and are not being read, each with what can be done. */
async function lookForUnread() {
  const before = idsBeingRead();
  const { uploads } = await get("/uploads");
  const beingRead = new Set([...before, ...idsBeingRead()]); // what was begun or ended meanwhile is no unread upload
  unread = uploads.filter(({ id }) => !beingRead.has(id));
  const left = new Map(unread.map((one) => [one.id, one]));
  for (const [id, row] of unreadRows) {
    if (left.has(id) || beingRead.has(id)) continue;
    row.remove();
    unreadRows.delete(id);
  }
  for (const one of [...left.values()].reverse()) { // each row is put before the others
    if (unreadRows.get(one.id)?.element.isConnected) continue;
    const row = jobRow(one.name, { erase: () => erase(one) });
    unreadRows.set(one.id, row);
    if (one.problem === "password") unlock({ ...one, row }, {});
    else if (one.problem) row.fail(one.detail);
    else row.note("It was sent, and not read.", button("Read it", () => (row.remove(), readUpload(one)), { className: "primary", "aria-label": `Read ${one.name}` }));
  }
  summary();
}

const readUpload = (one) => readUploads([one]);

/** Read uploads in one run. */
async function readUploads(uploads) {
  const ids = new Set(uploads.map(({ id }) => id));
  unread = unread.filter(({ id }) => !ids.has(id));
  await read(await begin(uploads.map(({ name, id, source }) => ({ name, id, source })))).catch((error) => showMessage(error.message));
}

const readable = () => unread.filter(({ problem }) => !problem);
byId("read-all").addEventListener("click", () => {
  const uploads = readable();
  uploads.forEach(({ id }) => unreadRows.get(id)?.remove());
  readUploads(uploads).catch((error) => showMessage(error.message));
});
byId("delete-all").addEventListener("click", async () => {
  const uploads = unread;
  if (!(await confirmed(`Delete ${plural(uploads.length, "file")}?`, "They were sent, and none of their pages was read. Documents that were read stay."))) return;
  for (const one of uploads) {
    unreadRows.get(one.id)?.remove();
    await erase(one);
  }
  await lookForUnread().catch((error) => showMessage(error.message)); // there may be more than one list shows
});

async function erase({ id, name }) {
  unreadRows.delete(id);
  unread = unread.filter((one) => one.id !== id);
  summary();
  try {
    await remove(`/uploads/${id}`);
  } catch (error) {
    showMessage(`${name}: ${error.message}`);
  }
}

/** Show how far all files that are being read are together. */
function summary() {
  const jobs = [...batches.values()].flatMap((batch) => batch.jobs);
  const open = jobs.filter((job) => job.row && !job.row.done);
  const rows = byId("jobs").childElementCount;
  byId("batch").hidden = !rows;
  byId("batch-progress").hidden = open.length < 2;
  byId("batch-progress").value = jobs.length ? jobs.reduce((sum, job) => sum + (job.row?.share ?? 0), 0) / jobs.length : 0;
  const done = jobs.length - open.length;
  byId("read-all").hidden = open.length > 0 || readable().length < 2;
  byId("delete-all").hidden = open.length > 0 || unread.length < 2;
  byId("batch-title").textContent = !open.length ? `Needs attention${rows > 1 ? ` · ${rows}` : ""}` : jobs.length < 2 ? "Being read" : `Being read · ${Math.min(done, jobs.length)} of ${plural(jobs.length, "file")} done`;
}
addEventListener("jobs-changed", summary);

let rested = 0; // until when the server is left alone: the list of 10,000 documents takes it 0.2 s each time
async function look() {
  if (document.hidden || Date.now() < rested) return;
  const begun = Date.now();
  await lookForBatches();
  await lookForDocuments();
  rested = Date.now() + REST * (Date.now() - begun);
}
setInterval(() => look().catch(() => {}), LOOK_MS); // the server may be down: the next look tries again
