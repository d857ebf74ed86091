// Formulas: the LaTeX that models write for them as MathML, which browsers typeset themselves. Money stays money.

const SPACE = "http://www.w3.org/1998/Math/MathML";
const GREEK = Object.fromEntries(("alpha α beta β gamma γ delta δ epsilon ϵ varepsilon ε zeta ζ eta η theta θ vartheta ϑ iota ι kappa κ lambda λ mu μ nu ν xi ξ pi π rho ρ sigma σ tau τ upsilon υ phi ϕ varphi φ chi χ psi ψ omega ω " +
  "Gamma Γ Delta Δ Theta Θ Lambda Λ Xi Ξ Pi Π Sigma Σ Phi Φ Psi Ψ Omega Ω infty ∞ partial ∂ nabla ∇ ell ℓ hbar ℏ emptyset ∅ Re ℜ Im ℑ").split(" ").map((one, at, all) => [one, all[at + 1]]).filter((_, at) => at % 2 === 0));
const SIGNS = Object.fromEntries(("cdot · times × div ÷ pm ± mp ∓ le ≤ leq ≤ ge ≥ geq ≥ ne ≠ neq ≠ approx ≈ sim ∼ simeq ≃ equiv ≡ propto ∝ to → rightarrow → leftarrow ← Rightarrow ⇒ Leftrightarrow ⇔ leftrightarrow ↔ mapsto ↦ in ∈ notin ∉ subset ⊂ subseteq ⊆ cup ∪ cap ∩ setminus ∖ " +
  "forall ∀ exists ∃ neg ¬ land ∧ lor ∨ sum ∑ prod ∏ int ∫ oint ∮ ldots … dots … cdots ⋯ vdots ⋮ langle ⟨ rangle ⟩ mid | vert | Vert ‖ | ‖ ast ∗ star ⋆ circ ∘ bullet • oplus ⊕ otimes ⊗ perp ⊥ parallel ∥ angle ∠ degree ° prime ′ ll ≪ gg ≫ lfloor ⌊ rfloor ⌋ lceil ⌈ rceil ⌉ { { } } % % $ $ & & # # _ _").split(" ").map((one, at, all) => [one, all[at + 1]]).filter((_, at) => at % 2 === 0));
const SPACES = { ",": "0.17em", ":": "0.22em", ";": "0.28em", "!": "0em", " ": "0.33em", quad: "1em", qquad: "2em" };
const NAMES = /^(?:sin|cos|tan|cot|sec|csc|arcsin|arccos|arctan|sinh|cosh|tanh|log|ln|lg|exp|lim|max|min|sup|inf|det|dim|ker|gcd|arg|Pr)$/;
const ACCENTS = { hat: "^", widehat: "^", bar: "¯", overline: "¯", tilde: "~", widetilde: "~", vec: "→", dot: "˙", ddot: "¨" };
const FONTS = ["mathrm", "text", "mathbf", "mathit", "operatorname", "mathsf", "mathtt", "textbf", "textit", "mathbb", "mathcal", "boldsymbol", "mbox", "textrm"];
const IGNORED = ["left", "right", "displaystyle", "textstyle", "limits", "nolimits", "big", "Big", "bigg", "Bigg", "bigl", "bigr", "Bigl", "Bigr", "middle", "nonumber"];
const MATRICES = { matrix: ["", ""], pmatrix: ["(", ")"], bmatrix: ["[", "]"], vmatrix: ["|", "|"], cases: ["{", ""], aligned: ["", ""], array: ["", ""], align: ["", ""] };

function node(tag, ...children) {
  const element = document.createElementNS(SPACE, tag);
  element.append(...children);
  return element;
}
const row = (children) => (children.length === 1 ? children[0] : node("mrow", ...children));

/** Cut LaTeX into commands, single signs and runs of digits. */
const tokensOf = (latex) => latex.match(/\\[a-zA-Z]+\*?|\\.|\d+(?:[.,]\d+)*|\s+|./gsu)?.filter((one) => one.trim() || one === "\\ ") ?? [];

class Parser {
  constructor(latex) {
    this.tokens = tokensOf(latex);
    this.at = 0;
  }
  peek = () => this.tokens[this.at];
  next = () => this.tokens[this.at++];

  /** Everything up to one of these tokens, which is left for the caller. */
  until(...ends) {
    const out = [];
    while (this.at < this.tokens.length && !ends.includes(this.peek())) {
      const one = this.scripted();
      if (one) out.push(one);
    }
    return out;
  }

  /** An item with its superscript and subscript. */
  scripted() {
    let base = "^_".includes(this.peek()) ? node("mrow") : this.item();
    if (!base) return null;
    let [low, high] = [null, null];
    while (this.peek() === "^" || this.peek() === "_" || this.peek() === "'") {
      const sign = this.next();
      if (sign === "'") high = node("mo", "′");
      else if (sign === "^") high = this.argument();
      else low = this.argument();
    }
    const big = /^[∑∏]$/.test(base.textContent) || base.textContent === "lim";
    if (low && high) return node(big ? "munderover" : "msubsup", base, low, high);
    if (low) return node(big ? "munder" : "msub", base, low);
    return high ? node(big ? "mover" : "msup", base, high) : base;
  }

  argument() {
    if (this.peek() !== "{") return this.item() ?? node("mrow");
    this.next();
    const inside = this.until("}");
    this.next();
    return row(inside);
  }

  /** The words of an argument as they are written. */
  words() {
    if (this.peek() !== "{") return this.next() ?? "";
    this.next();
    let text = "";
    for (let depth = 1; this.at < this.tokens.length; ) {
      const one = this.next();
      depth += one === "{" ? 1 : one === "}" ? -1 : 0;
      if (!depth) break;
      text += one.startsWith("\\") ? (SIGNS[one.slice(1)] ?? " ") : /^\p{L}$/u.test(one) ? one : `${one}`;
    }
    return text;
  }

  item() {
    const one = this.next();
    if (one === undefined) return null;
    if (one === "{") {
      this.at--;
      return this.argument();
    }
    if (one.startsWith("\\") && one.length > 1) return this.command(one.slice(1).replace(/\*$/, ""));
    if (/^\d/.test(one)) return node("mn", one);
    if (/^\p{L}$/u.test(one)) return node("mi", one);
    return one === "&" || one === "~" ? null : node("mo", one === "-" ? "−" : one);
  }

  command(name) {
    if (["frac", "dfrac", "tfrac"].includes(name)) return node("mfrac", this.argument(), this.argument());
    if (name === "binom") return row([node("mo", "("), this.unruled(), node("mo", ")")]);
    if (name === "sqrt") return this.root();
    if (name in ACCENTS) return node("mover", this.argument(), node("mo", ACCENTS[name]));
    if (name === "underline") return node("munder", this.argument(), node("mo", "_"));
    if (FONTS.includes(name)) return name.startsWith("text") || name === "mbox" ? node("mtext", this.words()) : this.named();
    if (name in GREEK) return node("mi", GREEK[name]);
    if (name in SIGNS) return node("mo", SIGNS[name]);
    if (name in SPACES) return this.space(SPACES[name]);
    if (NAMES.test(name)) return node("mi", name);
    if (name === "begin") return this.matrix();
    if (IGNORED.includes(name)) return this.peek() === "." ? (this.next(), null) : null;
    return name === "\\" ? null : node("mtext", `\\${name}`);
  }

  named() {
    const inside = this.argument();
    const text = inside.textContent;
    if (!/^[\p{L}\d]+$/u.test(text)) return inside;
    const one = node("mi", text);
    one.setAttribute("mathvariant", "normal");
    return one;
  }

  unruled() {
    const fraction = node("mfrac", this.argument(), this.argument());
    fraction.setAttribute("linethickness", "0");
    return fraction;
  }

  root() {
    if (this.peek() !== "[") return node("msqrt", this.argument());
    this.next();
    const degree = row(this.until("]"));
    this.next();
    return node("mroot", this.argument(), degree);
  }

  space(width) {
    const one = node("mspace");
    one.setAttribute("width", width);
    return one;
  }

  matrix() {
    const kind = this.words().replace("*", "");
    if (kind === "array") this.words();
    const rows = [[[]]];
    while (this.at < this.tokens.length && this.peek() !== "\\end") {
      if (this.peek() === "&") (this.next(), rows.at(-1).push([]));
      else if (this.peek() === "\\\\") (this.next(), rows.push([[]]));
      else rows.at(-1).at(-1).push(...this.until("&", "\\\\", "\\end"));
    }
    this.next();
    this.words();
    const table = node("mtable", ...rows.filter((cells) => cells.some((cell) => cell.length)).map((cells) => node("mtr", ...cells.map((cell) => node("mtd", ...cell)))));
    const [before, after] = MATRICES[kind] ?? ["", ""];
    return row([before ? node("mo", before) : null, table, after ? node("mo", after) : null].filter(Boolean));
  }
}

/** LaTeX as a MathML element; copied as text it is the LaTeX again. */
export function formula(latex, block = false) {
  const math = node("math");
  if (block) math.setAttribute("display", "block");
  math.setAttribute("aria-label", latex);
  try {
    math.append(row(new Parser(latex).until()));
  } catch {
    return document.createTextNode(latex); // a formula that cannot be parsed is shown as it was written
  }
  return math;
}

// Between single dollar signs only what looks like a formula is one: "$17,846 … $16,200" is money.
const MARKED = /(\$\$[^$]+\$\$|\\\[[^]+?\\\]|\\\([^]+?\\\)|(?<![\w\\$])\$(?![\s\d,.]+[^$\\^_]*\$)[^\s$](?:[^$\n]{0,200}[^\s$\\])?\$(?![\w$]))/;
const LOOKS = /[\\^_{}=<>+]|^\p{L}$/u;

/** A text with its formulas typeset; `whole` says that all of it is one. */
export function withFormulas(text, whole = false) {
  if (whole && /\\[a-zA-Z]|[_^]/.test(text)) return [formula(text.replace(/^\s*(?:\$\$?|\\\[|\\\()|(?:\$\$?|\\\]|\\\))\s*$/g, ""), true)];
  return text.split(MARKED).filter(Boolean).map((part) => {
    const found = /^(?:\$\$([^]+)\$\$|\\\[([^]+)\\\]|\\\(([^]+)\\\)|\$([^]+)\$)$/.exec(part);
    if (!found) return part;
    const latex = found[1] ?? found[2] ?? found[3] ?? found[4];
    if (found[4] !== undefined && !LOOKS.test(latex)) return part;
    return formula(latex, found[1] !== undefined || found[2] !== undefined);
  });
}
