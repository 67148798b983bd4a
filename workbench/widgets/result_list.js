// A list of vehicles to choose from, by mouse and by keyboard. One element a row, however many there are, and no widget
// among them; the kernel sends the rows as HTML with every value escaped, and hears which one was chosen.

let lists = 0;

function render({ model, el }) {
  const name = `wbr-${(lists += 1)}-${Math.random().toString(36).slice(2, 7)}`;
  el.classList.add("wbr");
  const head = make("div", "wbr-head", { role: "status" });
  const list = make("div", "wbr-list", { role: "listbox", tabindex: "0", "aria-label": model.get("label") });
  const foot = make("div", "wbr-foot");
  el.replaceChildren(head, list, foot);

  let rows = [];
  let active = 0; // the row that the arrow keys are on; chosen is only what was clicked or confirmed

  function fill() {
    rows = model.get("rows").map(({ html, words }, at) => {
      const row = make("div", "wbr-row", { role: "option", id: `${name}-${at}`, "aria-label": words });
      row.innerHTML = html;
      row.addEventListener("click", () => choose(at));
      return row;
    });
    list.replaceChildren(...rows);
    list.scrollTop = 0;
    list.hidden = !rows.length;
    active = Math.max(0, model.get("chosen"));
    mark();
  }

  function mark() {
    const chosen = model.get("chosen");
    rows.forEach((row, at) => {
      row.setAttribute("aria-selected", String(at === chosen));
      row.classList.toggle("active", at === active);
    });
    if (rows[active]) list.setAttribute("aria-activedescendant", rows[active].id);
    else list.removeAttribute("aria-activedescendant");
  }

  function around() {
    head.innerHTML = model.get("head");
    foot.innerHTML = model.get("foot");
  }

  function off() {
    list.setAttribute("aria-disabled", String(model.get("disabled")));
  }

  function move(at) {
    active = Math.max(0, Math.min(at, rows.length - 1));
    mark();
    rows[active]?.scrollIntoView({ block: "nearest" });
  }

  function choose(at) {
    if (model.get("disabled") || !rows[at]) return;
    active = at;
    model.set("chosen", at);
    model.save_changes();
    mark();
  }

  list.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const page = Math.max(1, Math.floor(list.clientHeight / (rows[0]?.offsetHeight || 60)) - 1);
    const moves = {
      ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: rows.length - 1,
    };
    if (event.key in moves) move(moves[event.key]);
    else if (event.key === "Enter" || event.key === " ") choose(active);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  model.on("change:rows", fill);
  model.on("change:chosen", () => {
    const chosen = model.get("chosen");
    if (chosen >= 0) move(chosen);
    else mark();
  });
  model.on("change:head", around);
  model.on("change:foot", around);
  // A list that came after a search may lie below what is in sight; once it was shown, nobody is moved again.
  function reveal() {
    if (!model.get("reveal")) return;
    model.set("reveal", false);
    model.save_changes();
    requestAnimationFrame(() => el.scrollIntoView({ block: "nearest" }));
  }

  model.on("change:reveal", reveal);
  model.on("change:disabled", off);
  model.on("msg:custom", (message) => {
    if (message.do === "focus") list.focus();
  });
  around();
  fill();
  off();
  setTimeout(reveal, 100); // when it stands where it will stay
}

function make(name, kind, attributes = {}) {
  const node = document.createElement(name);
  node.className = kind;
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}

export default { render };
