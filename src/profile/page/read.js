// Reads the profile from its JSON. What a file leaves out gets a neutral value, so that the views
// need not ask.

const knownFormat = "edgevlm profile";
const knownVersion = 1;

const numberOr = (value, otherwise = 0) => (Number.isFinite(value) ? value : otherwise);
const textOr = value => (typeof value === "string" ? value : "");
const listOr = value => (Array.isArray(value) ? value : []);
const numbersOr = value => listOr(value).filter(Number.isFinite);
const median = values => {
  if (values.length === 0) return 0;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
};

const sumOf = (items, field) => items.reduce((sum, item) => sum + item[field], 0);

function readNode(given, outerStage) {
  const node = given ?? {};
  const name = textOr(node.name);
  const stage = outerStage ?? stageByName(name);
  const children = listOr(node.children).map(child => readNode(child, stage));
  const total = numberOr(node.total_ms);
  return {
    name,
    path: textOr(node.path) || name,
    stage: stage ?? "other",
    calls: numberOr(node.calls),
    total,
    self: numberOr(node.self_ms),
    samples: numbersOr(node.samples_ms),
    flop: numberOr(node.flop) || sumOf(children, "flop"),
    bytes: numberOr(node.bytes) || sumOf(children, "bytes"),
    arithmetic: textOr(node.arithmetic),
    limit: textOr(node.limit),
    roofline: numberOr(node.roofline_share, null),
    allocated: numberOr(node.allocated_bytes),
    peak: numberOr(node.peak_bytes),
    layers: 0, // more if layers were folded into this node
    children,
  };
}

function readTimeline(timeline) {
  const isEvent = event =>
    Array.isArray(event) && event.length >= 4 && event.every(Number.isFinite);
  return {
    names: listOr(timeline?.names).map(String),
    threads: listOr(timeline?.threads).map(String),
    events: listOr(timeline?.events).filter(isEvent),
    dropped: numberOr(timeline?.dropped),
  };
}

function readCounter(counter) {
  const isSample = sample =>
    Array.isArray(sample) && sample.length >= 2 && sample.every(Number.isFinite);
  return {
    name: textOr(counter?.name),
    unit: textOr(counter?.unit),
    samples: listOr(counter?.samples)
      .filter(isSample)
      .sort((a, b) => a[0] - b[0]),
  };
}

function readVerdict(verdict) {
  return {
    total: numberOr(verdict?.total_ms),
    text: textOr(verdict?.text),
    parts: listOr(verdict?.parts).map(part => ({
      name: textOr(part?.name),
      ms: numberOr(part?.ms),
      share: numberOr(part?.share),
      isBottleneck: part?.is_bottleneck === true,
      reason: textOr(part?.reason),
    })),
  };
}

// The message is one line for people.
class ProfileError extends Error {}

// Throws a ProfileError.
function readProfile(text) {
  let file;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new ProfileError(`The profile in this page is not valid JSON: ${error.message}.`);
  }
  if (file?.format !== knownFormat)
    throw new ProfileError("The JSON in this page is not a profile of EdgeVLM.");
  if (file.version !== knownVersion)
    throw new ProfileError(
      `This profile has version ${file.version}; this page shows only version ${knownVersion}.`,
    );
  const limits = Object.entries(file.machine?.limits ?? {}).filter(
    ([, limit]) => Number.isFinite(limit) && limit > 0,
  );
  return {
    machine: { ...file.machine, limits: new Map(limits) },
    model: file.model ?? {},
    request: file.request ?? {},
    runs: listOr(file.runs),
    summedRequests: numberOr(file.summed_requests, null), // of a server: times are sums over them
    verdict: readVerdict(file.verdict),
    modules: listOr(file.modules).map(node => readNode(node, null)),
    timeline: readTimeline(file.timeline),
    counters: listOr(file.counters)
      .map(readCounter)
      .filter(counter => counter.samples.length > 0),
    cost: file.cost ?? {},
  };
}
