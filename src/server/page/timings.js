// How long a reply took: a bar of its stages, and a table.
import { make } from "./element.js";

const stages = [
  ["queue", "queue_ms", "waiting for its turn"],
  ["decode", "decode_ms", "the picture's file to pixels"],
  ["preprocess", "preprocess_ms", "pixels to the size that the eye sees"],
  ["encode", "encode_ms", "looking: the eye and its projector"],
  ["prefill", "prefill_ms", "reading the prompt"],
  ["generate", "predicted_ms", "writing the reply"],
];
const leastShown = 0.05; // ms

function milliseconds(time) {
  if (time >= 10_000) return `${(time / 1000).toFixed(1)} s`;
  return `${time >= 100 ? time.toFixed(0) : time.toFixed(1)} ms`;
}

function figures({ timings, usage, finish_reason }) {
  // The first token comes with the prompt.
  const speed = ((usage.completion_tokens - 1) * 1000) / timings.predicted_ms;
  const parts = [`${milliseconds(timings.ttft_ms)} to the first word`];
  if (usage.completion_tokens > 2) parts.push(`${speed.toFixed(speed < 10 ? 1 : 0)} tokens/s`);
  parts.push(`${usage.completion_tokens} tokens`);
  if (finish_reason === "length") parts.push("cut at the longest reply");
  return parts.join(" · ");
}

// A <details> with the bar, and the table when it is open. showed: whether there was a picture.
export function timingsOf(reply, showed) {
  const { timings, usage } = reply;
  const bar = make("span", { class: "bar", "aria-hidden": "true" });
  const legend = make("dl", { class: "legend" });
  for (const [name, field, meaning] of stages) {
    const time = timings[field];
    if (!(time > leastShown)) continue;
    const part = make("span", { class: name, title: `${name}: ${milliseconds(time)}` });
    part.style.flexGrow = time;
    bar.append(part);
    legend.append(
      make("dt", {}, make("i", { class: name }), name),
      make("dd", { text: milliseconds(time) }),
      make("dd", { text: meaning }),
    );
  }
  const known = usage.prompt_tokens_details.cached_tokens;
  const notes = [
    `${usage.prompt_tokens} tokens read` + (known > 0 ? `, ${known} of them known before` : ""),
  ];
  if (showed && !(timings.encode_ms > 0)) notes.push("the picture was cached and not encoded again");
  return make(
    "details",
    { class: "timings" },
    make("summary", {}, bar, make("span", { class: "figures", text: figures(reply) })),
    legend,
    make("p", { text: `${milliseconds(timings.total_ms)} in all; ${notes.join("; ")}.` }),
  );
}
