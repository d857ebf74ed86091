// The HTTP client: LangGraph's API for threads and runs, PageWitness's routes for files and pages.

/** A request that failed: `status` is 0 where no response came, and `broke` says that it ended in the middle. */
export class ApiError extends Error {
  constructor(status, message, { broke = false } = {}) {
    super(message);
    Object.assign(this, { status, broke });
  }
}

let signIn = async () => {};
/** Set the function that asks the user for the server's token; its promise resolves when the token was accepted. */
export const onUnauthorized = (handler) => (signIn = handler);

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new ApiError(0, "The server does not answer: is it still running?");
  }
  if (response.status === 401) {
    await signIn();
    return request(path, options);
  }
  if (!response.ok) throw new ApiError(response.status, await errorText(response, path));
  return response;
}

/** The sentence about an error for the user; messages of the server's library are replaced, since users cannot know their terms. */
async function errorText(response, path) {
  const ofLibrary = /^\/(threads|runs)/.test(path);
  if (ofLibrary && response.status === 404) return "This conversation is not on the server any more: it was deleted, or the server that has it does not answer.";
  if (ofLibrary && response.status === 409) return "Another question is being answered in this conversation: wait until it is done.";
  const body = await response.json().catch(() => ({}));
  if (typeof body.detail === "string" && !(ofLibrary && /\b(thread|run|assistant|graph)s?\b/i.test(body.detail))) return body.detail;
  if ([502, 503, 504].includes(response.status)) return `The server does not answer just now (${response.status}): try again in a moment.`;
  return `The server could not do this (${response.status}): its log says why.`;
}

export const get = async (path) => (await request(path)).json();
export const remove = async (path) => {
  const response = await request(path, { method: "DELETE" });
  return response.status === 204 ? null : response.json().catch(() => null);
};

function send(method, path, body, options = {}) {
  return request(path, {
    method, headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options,
  });
}
const post = (path, body, options) => send("POST", path, body, options);

const FIELDS = ["thread_id", "metadata", "updated_at", "created_at", "status"];

export const newThread = async (metadata) => (await (await post("/threads", { metadata })).json()).thread_id;
/** Change some values of a thread's metadata. */
export const note = async (thread, metadata) => (await send("PATCH", `/threads/${thread}`, { metadata })).json();
/** Threads with this metadata, the last changed first, each with its first message as `extracted.first`. */
export const threads = async (metadata, { limit = 100, offset = 0, more = {} } = {}) =>
  (await post("/threads/search", { metadata, limit, offset, sort_by: "updated_at", sort_order: "desc", select: FIELDS, ...more })).json();
/** The time of a thread's last change and its status, or null if it is gone. */
export const changeOf = async (thread) => (await (await post("/threads/search", { ids: [thread], limit: 1, select: FIELDS })).json())[0] ?? null;
/** The id of the run that a thread is at, or null. */
export async function runOf(thread) {
  for (const status of ["running", "pending"]) {
    const [one] = await get(`/threads/${thread}/runs?limit=1&status=${status}`);
    if (one) return one.run_id;
  }
  return null;
}
export const cancel = (thread, id) => post(`/threads/${thread}/runs/${id}/cancel`, {});

/** Exchange the server's token for a cookie. */
export async function logIn(token) {
  const response = await fetch("/session", { method: "POST", body: token, credentials: "same-origin" });
  if (!response.ok) throw new ApiError(response.status, await errorText(response, "/session"));
}

/**
 * Run the `pagewitness` graph on a thread and yield its events as {event, inner, data}: `event` is the stream mode, or
 * `metadata` with the run's id, and `inner` says whether it comes from a subgraph. With `answer` a run that asked
 * something back continues. The run continues if this page is closed. With `durability` "exit" the thread's state is
 * stored when the run ends or asks back, not after each step.
 */
export async function* run(thread, input, { modes, signal, answer, context = {}, durability = "async" }) {
  const response = await post(`/threads/${thread}/runs/stream`, {
    assistant_id: "pagewitness", ...(answer === undefined ? { input } : { command: { resume: answer } }), context, stream_mode: modes, on_disconnect: "continue",
    multitask_strategy: "reject", durability,
  }, { signal });
  yield* events(response, signal);
}

/** Yield the events of a run that is under way, from now on. */
export async function* join(thread, id, { signal } = {}) {
  yield* events(await request(`/threads/${thread}/runs/${id}/stream`, { signal }), signal);
}

async function* events(response, signal) {
  for await (const { event, data } of translateErrors(frames(response.body), signal)) {
    const [name, ...from] = event.split("|");
    if (name === "error") throw new ApiError(0, said(data?.message) || "It failed; the server's log says why.");
    yield { event: name, inner: from.length > 0, data };
  }
}

/** The sentence of an error without what the server's library adds below it. */
const said = (message) => String(message ?? "").split("\nDuring task with name")[0];

async function* translateErrors(events, signal) {
  try {
    yield* events;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "The connection to the server broke.", { broke: true });
  }
}

/** Parse server-sent events; EventSource can neither post nor be aborted. */
async function* frames(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const complete = rest.split(/\r?\n\r?\n/);
    rest = done ? "" : complete.pop();
    for (const frame of complete) {
      const lines = frame.split(/\r?\n/);
      const field = (name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join("\n");
      const data = field("data");
      if (field("event")) yield { event: field("event"), data: data ? JSON.parse(data) : null };
    }
    if (done) return;
  }
}

/** Upload a file; `onProgress` is called with the bytes sent and the size, which only XMLHttpRequest reports. */
export function upload(file, onProgress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/uploads?name=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.responseType = "json";
    request.upload.addEventListener("progress", (event) => onProgress(event.loaded, event.total));
    request.addEventListener("load", async () => {
      if (request.status === 201) resolve(request.response);
      else if (request.status === 401) {
        await signIn();
        upload(file, onProgress).then(resolve, reject);
      } else reject(new ApiError(request.status, request.response?.detail ?? `The server answered ${request.status}.`));
    });
    request.addEventListener("error", () => reject(new ApiError(0, "The connection broke: send the file again.")));
    request.send(file);
  });
}

/** Put a document into these collections, and into no other. */
export const putIn = (id, names) => send("PUT", `/documents/${encodeURIComponent(id)}/collections`, names);

/** Add documents to collections; they stay in those that they are in. */
export const addTo = (documents, names) => post("/collections", { documents, names });

/** The pages that an answer cites as a PDF, with its quotes marked. */
export const proofOf = async (answer) => (await post("/proof", answer)).blob();

/** Give the password of an encrypted upload; it is not stored here. */
export const sendPassword = (id, password) =>
  request(`/uploads/${encodeURIComponent(id)}/password`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: password });

/** The address of a page's image. */
export function imageUrl(document, page, { width = 1400, boxes = [], hash = "" } = {}) {
  const query = new URLSearchParams({ width, format: "webp" });
  if (boxes.length) query.set("highlight", boxes.map((box) => box.map(fraction).join(",")).join(";"));
  if (hash) query.set("hash", hash);
  return `/documents/${encodeURIComponent(document)}/pages/${page}/image?${query}`;
}

const fraction = (edge) => Math.min(1, Math.max(0, edge)).toFixed(4);
