// The character boxes. What happens between two keystrokes happens here, so that nobody waits for the kernel;
// what the boxes mean is worked out there (boxes.py), and comes back as `problems` and `words`.

const FEWEST = 8;
const JOINING = "~{,|"; // typed into an empty box, these belong to the character before it
const KNOWN = /^[A-Z0-9]/;
const KEYS = [
  [["?"], "or empty: unknown"],
  [["8", ",", "B"], "8 or B"],
  [["B", "~"], "not sure"],
  [["*"], "any number"],
  [["Ctrl", "V"], "plate or pattern"],
  [["Enter"], "search"],
];

function render({ model, el }) {
  el.classList.add("wbc");
  const row = make("div", "wbc-row", { role: "group", "aria-label": model.get("label") });
  const help = make("div", "wbc-help", { id: `wbc-${Math.random().toString(36).slice(2)}` });
  for (const [keys, words] of KEYS) help.append(make("span", "keys", {}, ...keys.map(key)), make("span", "", {}, `${words} `));
  const said = make("p", "wbc-words", { "aria-live": "polite" });
  const wrong = make("p", "wbc-wrong", { role: "alert" });
  const cells = make("div", "wbc-cells");
  const front = toggle("front", "More in front", "Further characters may stand in front of the first box");
  const behind = toggle("behind", "More may follow", "Further characters may follow the last filled box");
  const size = sizes();
  row.append(cells, front, behind, help);
  el.replaceChildren(row, make("div", "wbc-foot", {}, size, said, wrong));

  let boxes = [];
  draw();

  // -- drawing --------------------------------------------------------------------------------------------

  function draw() {
    const texts = model.get("texts");
    const count = Math.max(FEWEST, texts.length);
    if (boxes.length !== count) {
      boxes = Array.from({ length: count }, (_, at) => box(at, count));
      cells.replaceChildren(...boxes.map((each) => each.cell));
      cells.classList.toggle("many", count > 10);
    }
    boxes.forEach(({ input }, at) => {
      const given = texts[at] ?? "";
      if (input.value !== given) input.value = given;
    });
    marks();
    judged();
    ends();
  }

  function box(at, count) {
    const input = make("input", "wbc-box", {
      type: "text", maxlength: "80", autocomplete: "off", autocapitalize: "characters", spellcheck: "false",
      "aria-label": `Character ${at + 1} of ${count}`, "aria-describedby": help.id,
    });
    const short = make("span", "wbc-short", { "aria-hidden": "true" });
    const unsure = make("button", "wbc-unsure", {
      type: "button", tabindex: "-1", title: "Not sure of this character", "aria-label": `Not sure of character ${at + 1}`,
    }, make("i", "", { "aria-hidden": "true" }), "unsure");
    input.addEventListener("focus", () => input.select());
    input.addEventListener("input", (event) => typed(at, event));
    input.addEventListener("keydown", (event) => pressed(at, event));
    input.addEventListener("paste", (event) => pasted(at, event));
    input.addEventListener("blur", marks);
    unsure.addEventListener("mousedown", (event) => event.preventDefault()); // the caret stays where it is
    unsure.addEventListener("click", () => {
      const text = input.value;
      input.value = doubted(text) ? text.slice(0, -1) : `${text}~`;
      keep();
    });
    return { cell: make("div", "wbc-cell", {}, input, short, unsure), input, short, unsure };
  }

  function marks() {
    const last = boxes.reduce((found, { input }, at) => (input.value ? at : found), -1);
    boxes.forEach(({ cell, input, short, unsure }, at) => {
      const text = input.value;
      cell.dataset.long = Math.min(4, text.length);
      cell.classList.toggle("skipped", !text && at < last);
      const brief = abbreviated(text);
      short.replaceChildren(...brief);
      cell.classList.toggle("brief", brief.length > 0);
      cell.classList.toggle("unsure", doubted(text));
      const can = KNOWN.test(text) && (doubted(text) || !/[~{?]/.test(text));
      unsure.hidden = !can;
      unsure.setAttribute("aria-pressed", String(doubted(text)));
    });
  }

  function judged() {
    const problems = model.get("problems");
    const off = model.get("disabled");
    boxes.forEach(({ cell, input, unsure }, at) => {
      const problem = problems[at] ?? "";
      cell.classList.toggle("wrong", Boolean(problem));
      input.setAttribute("aria-invalid", String(Boolean(problem)));
      input.title = problem;
      input.disabled = unsure.disabled = off;
    });
    const lines = problems.map((problem, at) => [at, problem]).filter(([, problem]) => problem);
    wrong.textContent = lines.map(([at, problem]) => `Box ${at + 1}: ${problem}`).join(" ") || model.get("problem");
    said.textContent = wrong.textContent ? "" : model.get("words");
    front.disabled = behind.disabled = size.lastChild.disabled = off;
  }

  function ends() {
    for (const [name, button] of [["front", front], ["behind", behind]]) {
      button.setAttribute("aria-pressed", String(model.get(name)));
    }
    const given = model.get("length");
    const choice = size.lastChild;
    if (![...choice.options].some((option) => option.value === given)) choice.add(new Option(given, given));
    choice.value = given;
  }

  // -- typing ---------------------------------------------------------------------------------------------

  function typed(at, event) {
    const { input } = boxes[at];
    const caret = input.selectionStart;
    const before = input.value;
    const open = /[[({!]/.test(before); // inside a set or a certainty, points and hyphens mean something
    let text = before.toUpperCase().replace(open ? /[\s\u00b7]/g : /[\s.\u00b7]|^-/g, "");
    if (at > 0 && text && JOINING.includes(text[0]) && boxes[at - 1].input.value) {
      boxes[at - 1].input.value += text;
      input.value = "";
      keep();
      place(at - 1, "end");
      if (whole(boxes[at - 1].input.value)) place(at);
      return;
    }
    if (text !== input.value) {
      input.value = text;
      const moved = Math.max(0, caret - (before.length - text.length));
      input.setSelectionRange(moved, moved);
    }
    keep();
    const added = !event.inputType || event.inputType.startsWith("insert");
    if (added && text && whole(text) && !event.isComposing) place(at + 1);
  }

  function pressed(at, event) {
    const { input } = boxes[at];
    const [from, to, long] = [input.selectionStart, input.selectionEnd, input.value.length];
    if (event.key === "Enter") {
      event.preventDefault();
      // While the kernel is busy the last letters are held back, and this message is not: it brings them along.
      model.send({ do: "search", texts: boxes.map((each) => each.input.value) });
    } else if (event.key === "Backspace" && !long && at > 0) {
      event.preventDefault();
      boxes[at - 1].input.value = "";
      keep();
      place(at - 1);
    } else if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) {
      return;
    } else if (event.key === "ArrowLeft" && from === 0) {
      event.preventDefault();
      place(at - 1);
    } else if (event.key === "ArrowRight" && to === long) {
      event.preventDefault();
      place(at + 1);
    } else if (event.key === "Home" && long < 2) {
      event.preventDefault();
      place(0);
    } else if (event.key === "End" && long < 2) {
      event.preventDefault();
      place(boxes.length - 1);
    }
  }

  function pasted(at, event) {
    const text = event.clipboardData?.getData("text/plain").trim() ?? "";
    event.preventDefault();
    if (text) model.send({ do: "paste", at, text });
  }

  function place(at, caret = "all") {
    const found = boxes[Math.max(0, Math.min(at, boxes.length - 1))].input;
    found.focus();
    if (caret === "end") found.setSelectionRange(found.value.length, found.value.length);
    else found.select();
  }

  function keep() {
    model.set("texts", boxes.map(({ input }) => input.value));
    model.save_changes();
    marks();
  }

  // -- the ends of the row ----------------------------------------------------------------------------------

  function toggle(name, words, title) {
    const button = make("button", `wbc-end ${name}`, { type: "button", title, "aria-label": title });
    button.append(make("span", "wbc-dots", { "aria-hidden": "true" }, "\u22ef"), make("span", "", {}, words));
    button.addEventListener("click", () => {
      model.set(name, !model.get(name));
      model.save_changes();
      ends();
    });
    return button;
  }

  function sizes() {
    const choice = make("select", "", {});
    choice.add(new Option("any number", ""));
    for (const length of ["5", "6", "7", "8", "6-7", "5-6"]) choice.add(new Option(length.replace("-", " or "), length));
    choice.addEventListener("change", () => {
      model.set("length", choice.value);
      model.save_changes();
    });
    return make("label", "wbc-size", {}, "Characters in all ", choice);
  }

  model.on("change:texts", draw);
  for (const name of ["problems", "problem", "words", "disabled"]) model.on(`change:${name}`, judged);
  for (const name of ["front", "behind", "length"]) model.on(`change:${name}`, ends);
  model.on("msg:custom", (message) => {
    if (message.do === "focus" && el.isConnected) place(message.at ?? 0);
  });
}

// A text is whole when the next character typed belongs into the next box.
function whole(text) {
  if (/[,|]$/.test(text) || text.startsWith("!")) return false;
  return ["[]", "()", "{}"].every(([open, close]) => text.split(open).length === text.split(close).length);
}

function doubted(text) {
  return text.length > 1 && text.endsWith("~");
}

// What a box shows while nobody types in it: no mark of doubt, it has its own; of the weights of a photograph's reading,
// which do not fit, the characters alone, the most probable one large.
function abbreviated(text) {
  const pairs = [...text.matchAll(/([A-Z0-9])\{([\d.]+)\}/g)].map(([, name, weight]) => [name, Number(weight)]);
  if (!pairs.length) return doubted(text) ? [make("b", "", {}, text.slice(0, -1))] : [];
  pairs.sort((one, other) => other[1] - one[1]);
  const rest = pairs.slice(1, 4).map(([name]) => name).join("");
  const best = make("b", "", {}, pairs[0][0]);
  if (pairs.length === 1 && pairs[0][1] >= 0.995) return [best];
  return [best, make("small", "", {}, pairs.length > 1 ? rest : `${Math.round(100 * pairs[0][1])}%`)];
}

function make(name, kind, attributes = {}, ...inside) {
  const node = document.createElement(name);
  if (kind) node.className = kind;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...inside);
  return node;
}

function key(name) {
  return make("kbd", "", {}, name);
}

export default { render };
