// The heat maps: for each stage with layers, the modules of a layer (rows) by layer (columns).

// {stage, path, layers} of each list of layers in the tree.
const findLayers = modules => [...allNodes(modules)].filter(holdsLayers);

const partOfLayer = (layer, module) => module.path.slice(layer.path.length + 1) || module.name;

// Each innermost module of a layer: its name and its node in each layer, null where there is none.
function heatRows(layers) {
  const rows = new Map();
  layers.forEach((layer, column) => {
    const nodes = layer.children.length > 0 ? [...allNodes(layer.children)] : [layer];
    for (const node of nodes.filter(node => node.children.length === 0)) {
      const name = partOfLayer(layer, node);
      if (!rows.has(name)) rows.set(name, Array(layers.length).fill(null));
      rows.get(name)[column] = node;
    }
  });
  return rows;
}

// Numbers above every column would not fit.
function stepOfNumbers(count) {
  if (count <= 8) return 1;
  return count <= 32 ? 4 : 10;
}

function makeHeatHead(layers) {
  const step = stepOfNumbers(layers.length);
  const head = make("tr", {}, make("td"));
  layers.forEach((layer, i) => {
    const seen = i % step === 0;
    head.append(
      make(
        "th",
        { scope: "col" },
        make("span", { class: seen ? "seen" : "unseen", text: layer.name }),
      ),
    );
  });
  return make("thead", {}, head);
}

function makeHeatRow(name, nodes, most, nodeOfCell) {
  const row = make("tr", {}, make("th", { scope: "row", text: name }));
  for (const node of nodes) {
    const cell = make(
      "td",
      {},
      make("span", { class: "unseen", text: node ? msText(node.total) : "none" }),
    );
    if (node !== null) {
      cell.style.setProperty("--heat", `${most > 0 ? Math.max(0, (node.total / most) * 100) : 0}%`);
      nodeOfCell.set(cell, node);
    } else cell.className = "missing";
    row.append(cell);
  }
  return row;
}

function makeHeatMap(node, whole) {
  const rows = heatRows(node.children);
  const most = Math.max(...[...rows.values()].flat().map(module => module?.total ?? 0));
  const nodeOfCell = new Map();
  const table = make("table", { class: "heat" }, makeHeatHead(node.children));
  const body = make("tbody");
  for (const [name, nodes] of rows) body.append(makeHeatRow(name, nodes, most, nodeOfCell));
  table.append(body);
  showTipsIn(table, target => {
    const cell = target.closest("td");
    return nodeOfCell.has(cell) ? describeNode(nodeOfCell.get(cell), whole) : null;
  });
  const title = stageNames.get(node.stage);
  const name = node.stage === "other" ? node.path : title[0].toUpperCase() + title.slice(1);
  const scroller = make("div", { class: "scroller", tabindex: "0", role: "region" }, table);
  scroller.setAttribute("aria-label", `${name}: time of each module by layer`);
  return make(
    "div",
    { class: `heat-map stage-color ${node.stage}` },
    make(
      "h3",
      {},
      name,
      make("small", { text: ` ${plural(node.children.length, "layer")}, ${msText(node.total)}` }),
    ),
    scroller,
    make("p", { class: "scale" }, "0 ms", make("i"), msText(most)),
  );
}

function showHeatMaps(section, profile) {
  const found = findLayers(profile.modules);
  if (found.length === 0) return section.append(makeNote("No layer was timed on its own."));
  section.append(
    make("p", {
      class: "hint",
      text: "Each cell is one module of one layer; the stronger its color, the longer it took.",
    }),
    ...found.map(node => makeHeatMap(node, wholeOf(profile))),
  );
}
