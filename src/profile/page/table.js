// The table of modules: a tree whose rows open and close, with all that is known about each.

const leastOpen = 0.02; // of the request: modules that took less are closed at first

// [title, value of a node that is sorted by, text of the value]. Unknown values are null.
const positive = value => (value > 0 ? value : null);
const ratio = (a, b) => (a > 0 && b > 0 ? a / b : null);
const columns = [
  ["Calls", node => node.calls, value => integers.format(value)],
  ["Self ms", node => node.self, numberText],
  ["Total ms", node => node.total, numberText],
  ["Share", (node, whole) => node.total / whole, percentText],
  ["Mean ms", node => ratio(node.total, node.calls), numberText],
  ["GFLOP", node => positive(node.flop / 1e9), numberText],
  ["GFLOP/s", node => ratio(node.flop / 1e6, node.total), numberText],
  ["GB", node => positive(node.bytes / 1e9), numberText],
  ["GB/s", node => ratio(node.bytes / 1e6, node.total), numberText],
  [
    "Roofline",
    node => node.roofline,
    (value, node) => `${percentText(value)} ${node.limit}`.trim(),
  ],
  ["Allocated", node => positive(node.allocated), bytesText],
  ["Peak", node => positive(node.peak), bytesText],
];

class ModuleTable {
  constructor(modules, whole) {
    this.whole = whole;
    this.foldedModules = modules.map(folded);
    this.modules = modules;
    this.unfolded = false;
    this.sort = { column: -1, descending: true }; // -1: in the order of their first call
    this.open = new Map(); // path and stage -> whether the row is open
    this.headers = columns.map(([title], i) => this.makeHeader(title, i));
    this.body = make("tbody");
    const head = make("tr", {}, make("th", { scope: "col", text: "Module" }), ...this.headers);
    this.table = make("table", { class: "modules" }, make("thead", {}, head), this.body);
    this.fill();
  }

  makeHeader(title, column) {
    const button = makeButton(title, () => this.sortBy(column));
    return make("th", { scope: "col", "aria-sort": "none" }, button);
  }

  // A third click restores the order of the first calls.
  sortBy(column) {
    if (this.sort.column !== column) this.sort = { column, descending: true };
    else if (this.sort.descending) this.sort = { column, descending: false };
    else this.sort = { column: -1, descending: true };
    this.headers.forEach((header, i) => {
      const order = this.sort.descending ? "descending" : "ascending";
      header.setAttribute("aria-sort", i === this.sort.column ? order : "none");
    });
    this.fill();
  }

  sorted(nodes) {
    if (this.sort.column < 0) return nodes;
    const [, valueOf] = columns[this.sort.column];
    const sign = this.sort.descending ? -1 : 1;
    const key = node => valueOf(node, this.whole) ?? -Infinity;
    return [...nodes].sort((a, b) => sign * (key(a) - key(b)) || 0);
  }

  static keyOf = node => `${node.stage} ${node.path}`;

  isOpen(node) {
    if (this.forPaper && !this.unfolded) return true;
    const isEachLayer = this.unfolded && /^\d+$/.test(node.name);
    return (
      this.open.get(ModuleTable.keyOf(node)) ??
      (!isEachLayer && node.total >= leastOpen * this.whole)
    );
  }

  fill() {
    const rows = [];
    const add = (nodes, depth) => {
      for (const node of this.sorted(nodes)) {
        rows.push(this.makeRow(node, depth));
        if (this.isOpen(node)) add(node.children, depth + 1);
      }
    };
    add(this.unfolded ? this.modules : this.foldedModules, 0);
    this.body.replaceChildren(...rows);
  }

  toggle(node) {
    const key = ModuleTable.keyOf(node);
    this.open.set(key, !this.isOpen(node));
    this.fill();
    [...this.body.querySelectorAll("button")].find(button => button.dataset.key === key)?.focus();
  }

  makeRow(node, depth) {
    const label = [make("span", { text: node.name, dir: "auto" })];
    if (node.layers > 0) label.push(make("small", { text: ` × ${node.layers}` }));
    const title = make("th", { scope: "row", title: node.path });
    title.style.setProperty("--depth", depth);
    if (node.children.length > 0) {
      const button = makeButton("", () => this.toggle(node), {
        "aria-expanded": String(this.isOpen(node)),
      });
      button.dataset.key = ModuleTable.keyOf(node);
      button.append(...label);
      title.append(button);
    } else title.append(...label);
    const row = make("tr", { class: `stage-color ${node.stage}` }, title);
    for (const [name, valueOf, textOf] of columns) {
      const value = valueOf(node, this.whole);
      const cell = make("td", { text: value === null ? "" : textOf(value, node) });
      if (name === "Total ms" && node.samples.length > 1)
        cell.title = `${intervalText(node.samples)} in ${node.samples.length} runs`;
      if (name === "Share") {
        cell.className = "share";
        cell.style.setProperty("--share", `${Math.min(100, Math.max(0, value * 100))}%`);
      }
      row.append(cell);
    }
    return row;
  }
}

function showTable(section, profile) {
  if (profile.modules.length === 0) return section.append(makeNote("No module was recorded."));
  const table = new ModuleTable(profile.modules, wholeOf(profile));
  const unfold = make("input", { type: "checkbox", id: "unfold" });
  unfold.addEventListener("change", () => {
    table.unfolded = unfold.checked;
    table.fill();
  });
  const scroller = make(
    "div",
    { class: "scroller", tabindex: "0", role: "region", "aria-label": "Table of modules" },
    table.table,
  );
  const row = make("p", { class: "row controls" });
  if ([...allNodes(profile.modules)].some(holdsLayers))
    row.append(make("label", {}, unfold, " Show each layer on its own"));
  const forPaper = on => () => {
    table.forPaper = on;
    table.fill();
  };
  addEventListener("beforeprint", forPaper(true));
  addEventListener("afterprint", forPaper(false));
  section.append(row, scroller);
}
