// Shows the model and the settings of the server.
import { byId, make } from "./element.js";

const megabytes = text => (text === "0" ? "off" : `${text} MiB`);

const optimisations = [
  ["precision", "Precision", text => text],
  ["cache", "Keys and values", text => text],
  ["tome", "Token merging in the encoder", text => (text === "0" ? "off" : `${text} per block`)],
  ["keep_tokens", "Picture tokens kept", text => text],
  ["early_exit", "Early exit", text => (text === "exit" ? "on" : text)],
  ["image_cache_mib", "Pictures remembered", megabytes],
  ["prompt_cache_mib", "Prompts remembered", megabytes],
  ["running", "Decoded together", text => `up to ${text}`],
  ["prefill_tokens", "Prompt tokens per step", text => text],
];

const millions = count =>
  count >= 1e9 ? `${(count / 1e9).toFixed(1)} billion` : `${(count / 1e6).toFixed(1)} million`;

export function showModel({ model, optimisations: switches, version }) {
  byId("model").textContent = `${model.name} · ${millions(model.parameters)} parameters`;
  byId("notice").textContent = model.notice;
  byId("notice").hidden = !model.notice;
  const facts = [
    ["Decoder", `${model.architecture}, ${millions(model.parameters)} parameters`],
    [
      "Eye",
      model.vision_encoder
        ? `${model.vision_encoder}, ` +
          (model.has_image_grid
            ? `images of any size, at most ${model.image_tokens} tokens`
            : `${model.image_size} px, ${model.image_tokens} tokens`)
        : "none",
    ],
    ...(model.sound_projector
      ? [["Ear", `${model.sound_projector}, at most ${Math.floor(model.sound_seconds)} s`]]
      : []),
    ["Context", `${model.context_tokens} tokens`],
    ["Chat template", model.chat_template || "none: each question stands alone"],
    ["Threads", `${model.threads}, ${model.instruction_set}`],
  ];
  for (const [name, title, write] of optimisations) {
    if (name in switches) facts.push([title, write(switches[name])]);
  }
  facts.push(["Version", version]);
  byId("facts").replaceChildren(
    ...facts.flatMap(([name, value]) => [make("dt", { text: name }), make("dd", { text: value })]),
  );
}
