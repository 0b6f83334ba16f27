// The flame graph: the tree of modules from the top down; the width of a module is its time.
//
// One module at a time can be focused (a roving tabindex), so that Tab does not stop at hundreds.

const leastWidth = 0.0004; // of the graph; narrower modules are not shown

// {node, parent, left, width (1 is the whole), depth} of each module and of the request above them.
function placeModules(modules) {
  const root = { name: "request", path: "request", stage: "other", children: modules, self: 0 };
  root.total = sumOf(modules, "total");
  const places = [];
  const add = (node, parent, left, width) => {
    const place = {
      node,
      parent,
      left,
      width,
      depth: parent === null ? 0 : parent.depth + 1,
      children: [],
    };
    places.push(place);
    parent?.children.push(place);
    // Medians of several runs, or children on other threads, can add up to more than their parent.
    const whole = Math.max(node.total, sumOf(node.children, "total"));
    let at = left;
    for (const child of node.children) {
      const share = whole > 0 ? (child.total / whole) * width : 0;
      add(child, place, at, share);
      at += share;
    }
  };
  add(root, null, 0, 1);
  return places;
}

class FlameGraph {
  constructor(places, whole) {
    this.places = places;
    this.whole = whole;
    this.history = []; // of zooms, the oldest first
    this.zoomed = places[0];
    this.current = places[0];
    this.buttons = new Map(places.map(place => [place, this.makeButton(place)]));
    this.placeOfButton = new Map([...this.buttons].map(([place, button]) => [button, place]));
    const rows = Math.max(...places.map(place => place.depth)) + 1;
    this.graph = make("div", {
      class: "flame",
      role: "group",
      "aria-label": "Flame graph of the modules",
    });
    this.graph.style.setProperty("--rows", rows);
    this.graph.append(...this.buttons.values());
    this.back = makeButton("Back", () => this.zoomOut(), { title: "Escape" });
    this.status = make("p", { class: "note", role: "status" });
    this.graph.addEventListener("keydown", event => this.onKey(event));
    showTipsIn(this.graph, target => {
      const place = this.placeOfButton.get(target.closest("button"));
      return place === undefined || place.parent === null
        ? null
        : describeNode(place.node, this.whole);
    });
    this.arrange();
  }

  makeButton(place) {
    const { node } = place;
    const share = this.whole > 0 ? `, ${percentText(node.total / this.whole)}` : "";
    const button = makeButton("", () => this.zoomTo(place), {
      class: `stage ${node.stage}`,
      tabindex: place.parent === null ? "0" : "-1",
      "aria-label": `${node.path}, ${msText(node.total)}${share}`,
    });
    button.append(make("span", { text: node.name }), make("small", { text: msText(node.total) }));
    button.style.setProperty("--row", place.depth);
    return button;
  }

  arrange() {
    const { left, width, depth } = this.zoomed;
    for (const [place, button] of this.buttons) {
      const from = width > 0 ? Math.max(0, (place.left - left) / width) : 0;
      const to = width > 0 ? Math.min(1, (place.left + place.width - left) / width) : 0;
      button.hidden = to - from < leastWidth && place !== this.zoomed;
      button.classList.toggle("above", place.depth < depth);
      button.style.left = `${from * 100}%`;
      button.style.width = `${(to - from) * 100}%`;
    }
    this.back.disabled = this.history.length === 0;
  }

  zoomTo(place) {
    this.focus(place);
    if (place === this.zoomed) return;
    this.history.push(this.zoomed);
    this.zoomed = place;
    this.arrange();
  }

  zoomOut() {
    if (this.history.length === 0) return;
    this.zoomed = this.history.pop();
    this.arrange();
    this.focus(this.zoomed);
  }

  focus(place) {
    this.buttons.get(this.current).tabIndex = -1;
    this.current = place;
    this.buttons.get(place).tabIndex = 0;
    this.buttons.get(place).focus({ preventScroll: true });
  }

  onKey(event) {
    if (event.key === "Escape") return this.zoomOut();
    const shown = places => places.filter(place => !this.buttons.get(place).hidden);
    const siblings = shown(this.current.parent?.children ?? [this.current]);
    const at = siblings.indexOf(this.current);
    const targets = new Map([
      ["ArrowLeft", siblings[at - 1]],
      ["ArrowRight", siblings[at + 1]],
      ["ArrowUp", this.current.parent],
      ["ArrowDown", shown(this.current.children)[0]],
    ]);
    if (!targets.has(event.key)) return;
    event.preventDefault();
    const target = targets.get(event.key);
    if (target) this.focus(target);
  }

  search(text) {
    const wanted = text.trim().toLowerCase();
    const matches = place => wanted !== "" && place.node.path.toLowerCase().includes(wanted);
    let count = 0;
    let time = 0;
    for (const [place, button] of this.buttons) {
      const found = matches(place);
      button.classList.toggle("found", found);
      button.classList.toggle("dim", wanted !== "" && !found);
      if (!found) continue;
      ++count;
      // The time of a module inside another match is already counted.
      let above = place.parent;
      while (above !== null && !matches(above)) above = above.parent;
      if (above === null) time += place.node.total;
    }
    this.status.textContent =
      wanted === ""
        ? ""
        : `${plural(count, "module")}, ${msText(time)}, ${percentText(time / this.whole)}`;
  }
}

function showFlame(section, profile) {
  const places = placeModules(profile.modules);
  if (places.length === 1 || !(places[0].node.total > 0))
    return section.append(makeNote("No module was timed, so there is no flame graph."));
  const graph = new FlameGraph(places, wholeOf(profile));
  const field = make("input", {
    type: "search",
    placeholder: "Find a module",
    "aria-label": "Find a module in the flame graph",
  });
  field.addEventListener("input", () => graph.search(field.value));
  section.append(
    make("p", {
      class: "hint screen",
      text: "Click a module to zoom in; Escape goes back. With the keyboard: arrows and Enter.",
    }),
    make("div", { class: "row controls" }, graph.back, field, graph.status),
    graph.graph,
    makeStageLegend(new Set(profile.modules.map(node => node.stage))),
  );
}
