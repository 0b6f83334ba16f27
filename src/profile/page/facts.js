// The machine, the model, the request and the runs, in a few lines.

const joined = parts => parts.filter(part => part !== "" && part !== null).join(" · ");

const plural = (count, word) => `${integers.format(count)} ${word}${count === 1 ? "" : "s"}`;

function machineLines({ cpu, threads, instruction_set, limits }) {
  const peaks = [...limits].map(
    ([name, limit]) => `${name} ${numberText(limit)} ${name === "memory" ? "GB/s" : "GOP/s"}`,
  );
  return [
    joined([textOr(cpu), threads > 0 ? plural(threads, "thread") : "", textOr(instruction_set)]),
    peaks.length > 0 ? `Limits: ${joined(peaks)}` : "Its limits were not measured.",
  ];
}

function modelLines({ name, architecture, vision_encoder, projector, parameters, file_bytes }) {
  const parts = [vision_encoder, projector, architecture].map(textOr).filter(part => part !== "");
  return [
    textOr(name),
    joined([
      parts.join(" → "),
      parameters > 0 ? `${countText(parameters)} parameters` : "",
      file_bytes > 0 ? bytesText(file_bytes) : "",
    ]),
  ];
}

function tokensText({ image_tokens, prompt_tokens, reply_tokens }) {
  return joined(
    [
      [image_tokens, "image token"],
      [prompt_tokens, "prompt token"],
      [reply_tokens, "reply token"],
    ].map(([count, word]) => (Number.isFinite(count) ? plural(count, word) : "")),
  );
}

function measurementLines({ runs, summedRequests, timeline, cost }) {
  const lines = [
    summedRequests === null
      ? plural(runs.length, "run") + (runs.length > 1 ? "; all times are medians" : "")
      : `Sums over ${plural(summedRequests, "request")}; latencies are medians of the last ${runs.length}`,
  ];
  if (cost.zones > 0)
    lines.push(
      `Profiling itself: ${plural(cost.zones, "zone")} of ${numberText(numberOr(cost.ns_per_zone))} ns, ` +
        `${percentText(numberOr(cost.share))} of the time`,
    );
  if (timeline.dropped > 0)
    lines.push(
      `The timeline lacks ${plural(timeline.dropped, "event")} that no longer fit into memory.`,
    );
  return lines;
}

function makeFact(name, lines, attributes = {}) {
  const shown = lines.filter(line => line !== "");
  if (shown.length === 0) return [];
  const texts = shown.map(text => make("span", { text, dir: "auto" }));
  return [make("dt", { text: name }), make("dd", attributes, ...texts)];
}

const latencies = [
  ["e2e_ms", "end to end"],
  ["ttft_ms", "time to first token"],
  ["tpot_ms", "time per output token"],
  ["image_decode_ms", "image decode"],
  ["preprocess_ms", "preprocess"],
  ["encoder_forward_ms", "encoder forward"],
  ["prefill_ms", "prefill"],
  ["decode_ms", "decode"],
];

function makeLatencies(runs) {
  const list = make("dl", { class: "latencies", "aria-label": "Latencies" });
  for (const [field, name] of latencies) {
    const samples = numbersOr(runs.map(run => run?.[field]));
    if (samples.length === 0) continue;
    list.append(
      make(
        "div",
        {},
        make("dt", { text: name }),
        make("dd", { text: msText(median(samples)) }),
        make("dd", { class: "interval", text: intervalText(samples) }),
      ),
    );
  }
  return list;
}

function showFacts(section, profile) {
  const { request } = profile;
  const longText = { class: "long", tabindex: "0" };
  section.append(
    makeLatencies(profile.runs),
    make(
      "dl",
      { class: "facts" },
      ...makeFact("Machine", machineLines(profile.machine)),
      ...makeFact("Model", modelLines(profile.model), longText),
      ...makeFact("Images", [listOr(request.images).map(String).join(", ") || "none"], longText),
      ...makeFact("Question", [textOr(request.question) || "none"], longText),
      ...makeFact("Reply", [textOr(request.reply) || "empty"], longText),
      ...makeFact("Tokens", [tokensText(request)]),
      ...makeFact("Measurement", measurementLines(profile)),
    ),
  );
}
