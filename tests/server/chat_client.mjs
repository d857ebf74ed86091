// A chat page without its page: the calls that `useStream` and LangChain's agent-chat-ui make, by LangGraph's own client.
//
//   node chat_client.mjs URL TOKEN ASKED
//
// ASKED is a JSON list of contents of messages; one that is "history" reads the threads and the thread instead. Prints a
// JSON list with, for each, the `values` events as [event, messages or null] and the errors, or what was read.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [url, token, asked] = process.argv.slice(2);
const require = createRequire(process.env.NODE_CLIENTS + "/");
const { Client } = await import(pathToFileURL(require.resolve("@langchain/langgraph-sdk")).href);
const client = new Client({ apiUrl: url, apiKey: token || undefined, callerOptions: { maxRetries: 0 } });
const shown = (messages) => messages && messages.map(({ type, content, id }) => ({ type, content, id }));

async function ask(thread, content) {
  const events = [], errors = [];
  const stream = client.runs.stream(thread, "pagewitness", {
    input: { messages: [{ id: crypto.randomUUID(), type: "human", content }] },
    streamMode: ["values"], streamSubgraphs: true, streamResumable: true, onDisconnect: "continue",
  });
  for await (const { event, data } of stream) {
    if (event.startsWith("values")) events.push([event, shown(data.messages) ?? null]);
    if (event === "error") errors.push(data);
  }
  return { events, errors };
}

async function history(thread) {
  const threads = await client.threads.search({ metadata: { graph_id: "pagewitness" }, limit: 100 });
  const states = await client.threads.getHistory(thread, { limit: 10 });
  return {
    listed: threads.filter((one) => one.thread_id === thread).map((one) => shown(one.values.messages)),
    latest: shown(states[0].values.messages),
  };
}

const said = [];
try {
  const { thread_id: thread } = await client.threads.create();
  for (const content of JSON.parse(asked)) said.push(await (content === "history" ? history(thread) : ask(thread, content)));
} catch (error) {
  said.push({ refused: String(error.message ?? error) });
}
console.log(JSON.stringify(said));
