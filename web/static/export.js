// Answers and conversations as Markdown with their sources, as text to paste, and as a PDF of the cited pages.

import { addressOf } from "./address.js";
import { proofOf } from "./api.js";
import { plural, saveAs, toast } from "./dom.js";
import { pageLabel } from "./citations.js";
import { SENTENCES, citationLine, verdictOf } from "./verdicts.js";

const MAX_NAMED = 3;
const oneLine = (text) => String(text).replace(/\s+/g, " ").trim();

/** The address of a cited page with its quote marked. */
export const citedPage = ({ document, page, boxes = [] }) =>
  new URL(addressOf({ page: { document, page, boxes } }), location.href).href;

/** An answer with its sources as Markdown. */
export function answerMarkdown(result) {
  const verdict = verdictOf(result);
  const parts = [result.answer.trim()];
  const sources = (result.citations ?? []).map((one) => {
    const doubt = citationLine(one);
    return `[${one.marker}] [${oneLine(pageLabel(one))}](${citedPage(one)}): “${oneLine(one.quote)}”${doubt ? ` (${doubt})` : ""}`;
  });
  if (sources.length) parts.push(sources.join("\n\n"));
  if (SENTENCES[verdict] && verdict !== "catalog") parts.push(`*${SENTENCES[verdict]}*`);
  for (const { text } of result.notes ?? []) parts.push(`Note: ${oneLine(text)}`);
  return parts.join("\n\n");
}

/** The documents that a question was asked of, if not all. */
export const limitOf = ({ collection, names, count, of }) => `Asked of ${collection && !names.length ? collection : names.length < count ? `${count} of ${plural(of, "document")}` :
  `${names.slice(0, MAX_NAMED).join(", ")}${names.length > MAX_NAMED ? ` and ${names.length - MAX_NAMED} more` : ""}`}`;

/** A whole conversation as Markdown. */
export const conversationMarkdown = (name, turns) =>
  [`# ${oneLine(name)}`, ...turns.flatMap(({ question, askedOf, result }) =>
    [`## ${oneLine(question)}`, ...(askedOf ? [`*${oneLine(limitOf(askedOf))}*`] : []), result ? answerMarkdown(result) : "No answer was given."])].join("\n\n") + "\n";

/** Save a conversation as Markdown ("md") or its cited pages with the quotes marked ("pdf"). */
export async function saveConversation(kind, name, thread, turns) {
  const file = oneLine(name).replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "").slice(0, 60) || "conversation";
  if (kind === "md") return saveAs(`${file}.md`, conversationMarkdown(name, turns));
  const citations = turns.flatMap(({ result }) => result?.citations ?? []).map((one, at) => ({ ...one, marker: at + 1 }));
  if (!citations.length) return toast("No page is cited in this conversation.");
  try {
    saveAs(`${file}.pdf`, await proofOf({ question: name, citations }));
  } catch (error) {
    toast(error.message);
  }
}

/** Put text on the clipboard; pages that are not served safely (http from another machine) have only the old way. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.className = "off-screen";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}
