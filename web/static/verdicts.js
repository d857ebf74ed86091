// Verdicts: how far an answer and each of its statements are proven. The sentences are those of `graph/verdicts.py`.

export const SENTENCES = {
  proven: "Proven: the quote of every statement stands on its page.",
  partly_proven: "Partly proven: each statement that is not proven says so.",
  seen: "Not proven: only a model has read these words.",
  related: "Not answered: these quotes are on the subject, and are not claimed to answer.",
  refused: "Not answered.",
  catalog: "From the list of documents: nothing is quoted.",
};
const FORMER = { declined: "refused" }; // in conversations of the version before

/** The verdict of an answer, also one of an earlier version; "" for none. */
export const verdictOf = ({ verdict }) => FORMER[verdict] ?? verdict ?? "";

/** How far the statements that cite this are proven; citations of earlier versions say only `verified`. */
export const citationVerdict = ({ verdict, verified = true }) => verdict ?? (verified ? "proven" : "seen");

/** What is said of a citation that is not proven; "" for a proven one. */
export function citationLine(citation) {
  const verdict = citationVerdict(citation);
  if (verdict === "proven" || (verdict === "related" && citation.verified !== false)) return "";
  return `${verdict === "partly_proven" ? "Proven in part" : "Not proven"}: ${citation.reason ?? citation.read_from ?? "image"}`;
}

/** What follows the marker of a statement that is not proven, as in `graph/verdicts.py`. */
export const LABEL =
  /\((?:not proven|proven in part|nicht belegt|teils belegt|non prouvé|prouvé en partie|no probado|probado en parte) ?:[^\n]*\)$/;
const BEFORE_LABEL = new RegExp(`(?<=\\]) (?=${LABEL.source})`);

/** Split a paragraph before what says that it is not proven; there is one part if it is proven. */
export const splitAtLabel = (text) => text.split(BEFORE_LABEL);
