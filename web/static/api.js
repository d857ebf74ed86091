// Talking to the server: LangGraph's own API for threads and runs, our routes for files and pages.

export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

let signIn = async () => {};
/** What to do when the server asks for a token; resolves when one was given. */
export const whenLocked = (handler) => (signIn = handler);

async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { credentials: "same-origin", ...options });
  } catch {
    throw new Refused(0, "The server does not answer: is it still running?");
  }
  if (response.status === 401) {
    await signIn();
    return request(path, options);
  }
  if (!response.ok) throw new Refused(response.status, await sentence(response));
  return response;
}

async function sentence(response) {
  const said = await response.json().catch(() => ({}));
  return typeof said.detail === "string" ? said.detail : `The server answered ${response.status}.`;
}

export const get = async (path) => (await request(path)).json();
export const remove = async (path) => (await request(path, { method: "DELETE" })).json();

function post(path, body, options = {}) {
  return request(path, {
    method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), ...options,
  });
}

export const newThread = async (metadata) => (await (await post("/threads", { metadata })).json()).thread_id;

export async function enter(token) {
  const response = await fetch("/session", { method: "POST", body: token, credentials: "same-origin" });
  if (!response.ok) throw new Refused(response.status, await sentence(response));
}

/**
 * Run the `pagewitness` graph on a thread and yield its events as {event, data}: the names are LangGraph's, without the
 * subgraph that an event came from (`inner` says whether it came from one).
 */
export async function* run(thread, input, { modes, disconnect, signal, context = {} }) {
  const response = await post(`/threads/${thread}/runs/stream`, {
    assistant_id: "pagewitness", input, context, stream_mode: modes, stream_subgraphs: true, on_disconnect: disconnect,
    multitask_strategy: "reject",
  }, { signal });
  for await (const { event, data } of unbroken(frames(response.body), signal)) {
    const [name, ...from] = event.split("|");
    if (name === "error") throw new Refused(0, data?.message || "The run failed; the server's log says why.");
    yield { event: name, inner: from.length > 0, data };
  }
}

async function* unbroken(events, signal) {
  try {
    yield* events;
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refused(0, "The connection to the server broke. Reading goes on there: reload this page to see how far it is.");
  }
}

/** Server-sent events, read by hand: EventSource can neither post nor be told to stop. */
async function* frames(body) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    rest += decoder.decode(value, { stream: !done });
    const whole = rest.split(/\r?\n\r?\n/);
    rest = done ? "" : whole.pop();
    for (const frame of whole) {
      const lines = frame.split(/\r?\n/);
      const field = (name) =>
        lines.filter((line) => line.startsWith(`${name}:`)).map((line) => line.slice(name.length + 1).trim()).join("\n");
      const data = field("data");
      if (field("event")) yield { event: field("event"), data: data ? JSON.parse(data) : null };
    }
    if (done) return;
  }
}

/** Upload a file; `tell` hears how many bytes are over. Only XMLHttpRequest says that. */
export function upload(file, tell) {
  return new Promise((resolve, reject) => {
    const sending = new XMLHttpRequest();
    sending.open("POST", `/uploads?name=${encodeURIComponent(file.name)}`);
    sending.setRequestHeader("Content-Type", "application/octet-stream");
    sending.responseType = "json";
    sending.upload.addEventListener("progress", (event) => tell(event.loaded, event.total));
    sending.addEventListener("load", async () => {
      if (sending.status === 201) resolve(sending.response);
      else if (sending.status === 401) {
        await signIn();
        upload(file, tell).then(resolve, reject);
      } else reject(new Refused(sending.status, sending.response?.detail ?? `The server answered ${sending.status}.`));
    });
    sending.addEventListener("error", () => reject(new Refused(0, "The connection broke: send the file again.")));
    sending.send(file);
  });
}

/** Give the password of an upload: it goes into the request and nowhere else. */
export const openWith = (id, password) =>
  request(`/uploads/${encodeURIComponent(id)}/password`, { method: "POST", headers: { "Content-Type": "text/plain" }, body: password });

/** Where a page's picture is. */
export function pictureOf(document, page, { width = 1400, boxes = [], hash = "" } = {}) {
  const query = new URLSearchParams({ width, format: "webp" });
  if (boxes.length) query.set("highlight", boxes.map((box) => box.map(fraction).join(",")).join(";"));
  if (hash) query.set("hash", hash);
  return `/documents/${encodeURIComponent(document)}/pages/${page}/image?${query}`;
}

const fraction = (edge) => Math.min(1, Math.max(0, edge)).toFixed(4);
