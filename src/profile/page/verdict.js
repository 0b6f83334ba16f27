// The verdict: the latency, its parts as one bar, and the bottleneck.

// The time of a part in each run, as far as the profile has it.
function samplesOfPart(name, profile) {
  if (profile.summedRequests !== null) return [];
  const fields = new Map([
    ["vision encoder", "encoder_forward_ms"],
    ["prefill", "prefill_ms"],
    ["decode", "decode_ms"],
  ]);
  const field = fields.get(name);
  if (field !== undefined) return numbersOr(profile.runs.map(run => run?.[field]));
  const stage = stageOfPart(name);
  return profile.modules.find(node => stage !== "other" && node.stage === stage)?.samples ?? [];
}

const titleOfInterval = (samples, runs) =>
  samples.length < 2 ? null : `${intervalText(samples)} in ${runs} runs`;

function makeBar(parts) {
  const bar = make("div", { class: "bar", "aria-hidden": "true" });
  for (const part of parts) {
    const segment = make(
      "div",
      { class: `${stageOfPart(part.name)}${part.isBottleneck ? " bottleneck" : ""}` },
      make("span", { text: part.name }),
      make("span", { text: `${msText(part.ms)}, ${percentText(part.share)}` }),
    );
    segment.style.flexGrow = Math.max(0, part.ms);
    bar.append(segment);
  }
  showTipsIn(bar, target => {
    const part = parts[[...bar.children].indexOf(target.closest(".bar > *"))];
    return part ? [part.name, `${msText(part.ms)}, ${percentText(part.share)}`] : null;
  });
  return bar;
}

function makePart(part, profile) {
  const samples = samplesOfPart(part.name, profile);
  const interval = intervalText(samples);
  const item = make(
    "li",
    { class: part.isBottleneck ? "bottleneck" : null },
    make("i", { class: `stage ${stageOfPart(part.name)}` }),
    make("span", { text: part.name }),
    make("span", {
      class: "number",
      text: msText(part.ms),
      title: titleOfInterval(samples, samples.length),
    }),
    make("span", { class: "number", text: percentText(part.share) }),
    make("span", { class: "interval", text: interval }),
  );
  const reason = make("span", { class: "reason" });
  if (part.isBottleneck) reason.append(make("b", { class: "badge", text: "bottleneck" }));
  reason.append(part.reason);
  if (reason.textContent !== "") item.append(reason);
  return item;
}

function showVerdict(section, profile) {
  const { total, text, parts } = profile.verdict;
  const samples = numbersOr(profile.runs.map(run => run?.e2e_ms));
  const latency = make("p", { class: "latency" }, make("b", { text: msText(total) }));
  const interval = intervalText(samples);
  if (profile.summedRequests !== null)
    latency.append(
      make("span", { text: `in modules, ${plural(profile.summedRequests, "request")}` }),
    );
  else if (interval !== "")
    latency.append(make("span", { text: `${interval} in ${samples.length} runs` }));
  section.append(latency);
  if (text !== "") section.append(make("p", { class: "sentence", text }));
  if (parts.length === 0)
    section.append(makeNote("The profile does not name the parts of this time."));
  else
    section.append(
      makeBar(parts),
      make("ul", { class: "parts" }, ...parts.map(part => makePart(part, profile))),
    );
}
