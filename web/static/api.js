// The HTTP client: LangGraph's API for threads and runs, PageWitness's routes for files and pages.

export class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
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
  if (!response.ok) throw new ApiError(response.status, await errorText(response));
  return response;
}

async function errorText(response) {
  const body = await response.json().catch(() => ({}));
  return typeof body.detail === "string" ? body.detail : `The server answered ${response.status}.`;
}

export const get = async (path) => (await request(path)).json();
export const remove = async (path) => (await request(path, { method: "DELETE" })).json();

function post(path, body, options = {}) {
  return request(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options,
  });
}

export const newThread = async (metadata) => (await (await post("/threads", { metadata })).json()).thread_id;

/** Trade the server's token for a cookie. */
export async function logIn(token) {
  const response = await fetch("/session", { method: "POST", body: token, credentials: "same-origin" });
  if (!response.ok) throw new ApiError(response.status, await errorText(response));
}

/**
 * Run the `pagewitness` graph on a thread and yield its events as {event, inner, data}: `event` is the stream mode,
 * `inner` says whether the event comes from a subgraph. With `answer` a run that asked something back goes on.
 */
export async function* run(thread, input, { modes, disconnect, signal, answer, context = {} }) {
  const response = await post(`/threads/${thread}/runs/stream`, {
    assistant_id: "pagewitness", ...(answer === undefined ? { input } : { command: { resume: answer } }), context, stream_mode: modes, stream_subgraphs: true, on_disconnect: disconnect,
    multitask_strategy: "reject",
  }, { signal });
  for await (const { event, data } of translateErrors(frames(response.body), signal)) {
    const [name, ...from] = event.split("|");
    if (name === "error") throw new ApiError(0, data?.message || "The run failed; the server's log says why.");
    yield { event: name, inner: from.length > 0, data };
  }
}

async function* translateErrors(events, signal) {
  try {
    yield* events;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiError(0, "The connection to the server broke. Reading goes on there: reload this page to see how far it is.");
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
