// The tree of modules: its stages, and its layers folded into one.

// The stages of a request, which have the same color in all views.
const stageNames = new Map([
  ["image", "image"],
  ["vision", "vision encoder"],
  ["sound", "spectrogram"],
  ["audio", "audio encoder"],
  ["projector", "projector"],
  ["prefill", "prefill"],
  ["decode", "decode"],
  ["other", "other"],
]);

const stagesOfModules = new Map([
  ["image", "image"],
  ["vision_tower", "vision"],
  ["sound", "sound"],
  ["audio_tower", "audio"],
  ["multi_modal_projector", "projector"],
  ["prefill", "prefill"],
  ["decode", "decode"],
]);

// Of a module's path or name; null if it does not tell.
const stageByName = name => stagesOfModules.get(name.split(".")[0]) ?? null;

// Of a part of the verdict.
function stageOfPart(name) {
  for (const [stage, title] of stageNames) if (title === name) return stage;
  return "other";
}

// The elements of a legend that explains the colors of these stages.
function makeStageLegend(stages) {
  const legend = make("ul", { class: "legend" });
  for (const [stage, title] of stageNames)
    if (stages.has(stage))
      legend.append(make("li", {}, make("i", { class: `stage ${stage}` }), title));
  return legend;
}

const holdsLayers = node =>
  node.children.length > 0 && node.children.every(child => /^\d+$/.test(child.name));

// Values that cannot be added: those of the node that takes longest.
const ofLongest = (nodes, field) =>
  nodes.reduce((longest, node) => (node.total > longest.total ? node : longest))[field];

// The mean over the time: how close all of them together come to the roofline.
function meanRoofline(nodes) {
  const known = nodes.filter(node => node.roofline !== null);
  if (known.length === 0) return null;
  const time = sumOf(known, "total");
  if (time === 0) return known[0].roofline;
  return known.reduce((sum, node) => sum + node.roofline * node.total, 0) / time;
}

function mergedChildren(nodes) {
  const groups = new Map();
  for (const child of nodes.flatMap(node => node.children))
    groups.set(child.name, [...(groups.get(child.name) ?? []), child]);
  return [...groups.values()].map(merged);
}

// One node for the same module of all layers.
function merged(nodes) {
  const runs = Math.min(...nodes.map(node => node.samples.length));
  return {
    ...nodes[0],
    path: nodes[0].path.replace(/(^|\.)\d+(?=\.|$)/, "$1*"),
    calls: sumOf(nodes, "calls"),
    total: sumOf(nodes, "total"),
    self: sumOf(nodes, "self"),
    samples: Array.from({ length: runs }, (_, run) =>
      nodes.reduce((sum, node) => sum + node.samples[run], 0),
    ),
    flop: sumOf(nodes, "flop"),
    bytes: sumOf(nodes, "bytes"),
    arithmetic: ofLongest(nodes, "arithmetic"),
    limit: ofLongest(nodes, "limit"),
    roofline: meanRoofline(nodes),
    allocated: sumOf(nodes, "allocated"),
    peak: Math.max(...nodes.map(node => node.peak)),
    children: mergedChildren(nodes),
  };
}

// The tree with all layers as one: the children of "layers" are then the modules of a layer.
function folded(node) {
  if (!holdsLayers(node)) return { ...node, children: node.children.map(folded) };
  const layer = merged(node.children);
  return {
    ...node,
    self: node.self + layer.self,
    layers: node.children.length,
    children: layer.children.map(folded),
  };
}

// All nodes below these, parents first.
function* allNodes(nodes) {
  for (const node of nodes) {
    yield node;
    yield* allNodes(node.children);
  }
}

// The lines of a tip: what is known about a node. whole: the time of the request in ms.
function describeNode(node, whole) {
  const lines = [
    node.path,
    `${msText(node.total)}, ${percentText(node.total / whole)} of the request`,
  ];
  if (node.children.length > 0) lines.push(`${msText(node.self)} outside its parts`);
  if (node.calls > 1)
    lines.push(`${integers.format(node.calls)} calls, ${msText(node.total / node.calls)} each`);
  if (node.flop > 0 && node.total > 0)
    lines.push(`${numberText(node.flop / node.total / 1e6)} GFLOP/s ${node.arithmetic}`.trim());
  if (node.roofline !== null) {
    const limit = node.limit === "" ? "roofline" : `${node.limit} limit`;
    lines.push(`${percentText(node.roofline)} of the ${limit}`);
  }
  return lines;
}
