// Addresses of the views: `#thread=<id>&turn=2&page=<document>/3&boxes=x0,y0,x1,y1;...&as=text`. Back and Forward follow them.

const ID = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const PAGE = /^([0-9a-f]{16})\/(\d{1,7})$/;
const AS = ["text", "contents", "all"];

/** Return the view of the browser's address: {thread, turn, page: {document, page, boxes, as} or null}. */
export function here() {
  const given = new Map(location.hash.slice(1).split("&").map((part) => part.split("=")));
  const [, document, page] = PAGE.exec(given.get("page") ?? "") ?? [];
  const rectangles = (given.get("boxes") ?? "").split(";").map((box) => box.split(",").map(Number));
  const boxes = rectangles.filter((box) => box.length === 4 && box.every((edge) => edge >= 0 && edge <= 1));
  return {
    thread: ID.test(given.get("thread") ?? "") ? given.get("thread") : null,
    turn: /^\d{1,4}$/.test(given.get("turn") ?? "") ? Number(given.get("turn")) : null,
    page: document ? { document, page: Number(page), boxes, as: AS.includes(given.get("as")) ? given.get("as") : "" } : null,
  };
}

/** The address of a view. */
export function addressOf({ thread, turn, page }) {
  const parts = [];
  if (thread) parts.push(`thread=${thread}`);
  if (thread && turn) parts.push(`turn=${turn}`);
  if (page) {
    parts.push(`page=${page.document}/${page.page}`);
    if (page.boxes?.length) parts.push(`boxes=${page.boxes.map((box) => box.map((edge) => Number(edge.toFixed(4))).join(",")).join(";")}`);
    if (page.as) parts.push(`as=${page.as}`);
  }
  return `${location.pathname}${parts.length ? `#${parts.join("&")}` : ""}`;
}

let onMove = () => {};
let last = location.href;

/** Set the function that shows the view of the address. */
export function whenMoved(handler) {
  onMove = handler;
  for (const name of ["popstate", "hashchange"]) {
    addEventListener(name, () => {
      if (location.href === last) return;
      last = location.href;
      onMove();
    });
  }
}

/** Go to the view with these changes; with `replace` the view before is not kept for Back. */
export function go(changes, { replace = false, silent = false } = {}) {
  const address = addressOf({ ...here(), ...changes });
  const kept = { paged: !replace ? Boolean(changes.page) : history.state?.paged && changes.page !== null };
  if (new URL(address, location.href).href !== location.href) history[replace ? "replaceState" : "pushState"](kept, "", address);
  last = location.href;
  if (!silent) onMove();
}

/** Leave the page for the view before it was opened, as Back does. */
export function closePage() {
  if (history.state?.paged) history.back();
  else go({ page: null }, { replace: true });
}
