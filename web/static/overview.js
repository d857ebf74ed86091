// The overview of a document: its title, a few quoted lines, its outline, and questions to ask.

import { go } from "./address.js";
import { get } from "./api.js";
import { button, make, plural } from "./dom.js";
import { withFormulas } from "./formulas.js";

/** Fetch and build the overview; `ask` is called with a question that is clicked. With `outline` the headings are there too. */
export async function overview(id, { ask, outline = true }) {
  const told = await get(`/documents/${encodeURIComponent(id)}/overview`);
  const to = (page) => go({ page: { document: id, page, boxes: [], as: "" } });
  const facts = [told.authors.join(", "), told.date, plural(told.pages, "page"), told.title ? told.name : ""].filter(Boolean).join(" · ");
  return make("article", { className: "overview" },
    make("h3", { className: "overview-title" }, told.title || told.name), make("p", { className: "quiet" }, facts),
    told.quotes.length ? make("ul", { className: "excerpts", "aria-label": "From the document" }, ...told.quotes.map(({ text, page }) =>
      make("li", {}, excerpt(text, page, to)))) : null,
    told.questions.length ? make("section", { className: "suggestions" }, make("h3", {}, "Ask"), ...told.questions.map((question) =>
      button(question, () => ask(question, id, told.name), { className: "suggestion" }))) : null,
    outline && told.outline.length ? make("nav", { className: "outline", "aria-label": "Outline" }, make("h3", {}, "Outline"), make("ol", {}, ...told.outline.map((entry) =>
      make("li", { className: `level-${Math.min(entry.level, 4)}` }, button(entry.text, () => to(entry.page), { className: "entry" }), make("span", { className: "quiet" }, String(entry.page)))))) : null);
}

function excerpt(text, page, to) {
  const element = button("“", () => to(page), { className: "excerpt" });
  element.append(...withFormulas(text), "” ", make("span", { className: "quiet" }, `page ${page}`));
  return element;
}
