// The settings of a request.
import { hasKey } from "./api.js";
import { byId, bytesText } from "./element.js";

const besidesPicture = 64 * 1024; // bytes of a request, more than enough
const base64Growth = 4 / 3;

let mostBytes = Infinity; // of a request

const option = value => byId("way").querySelector(`[value=${value}]`);

// Disables settings that have no effect.
export function updateSettings() {
  byId("seed").disabled = !(Number(byId("temperature").value) > 0);
  const remembers = !byId("remember").closest(".chat").hidden && byId("remember").checked;
  option("socket").disabled = hasKey() || remembers || byId("picture").hidden;
  if (option("socket").disabled && byId("way").value === "socket") byId("way").value = "events";
}

// Initializes them from the server's defaults and limits.
export function startSettings({ model, defaults, limits }) {
  mostBytes = limits.body_bytes;
  byId("tokens").max = limits.reply_tokens;
  byId("tokens").value = Math.min(defaults.max_tokens, limits.reply_tokens);
  byId("temperature").value = defaults.temperature;
  byId("seed").value = defaults.seed ?? "";
  for (const part of document.querySelectorAll(".chat")) part.hidden = model.chat_template === "";
  for (const name of ["temperature", "remember"]) byId(name).oninput = updateSettings;
  updateSettings();
}

// Nothing if a field is out of range; the browser shows which. seed: null for a random one.
export function readSettings() {
  const fields = ["tokens", "temperature", "seed"].map(byId);
  const wrong = fields.find(field => !field.disabled && !field.checkValidity());
  if (wrong) {
    wrong.closest("details").open = true;
    wrong.reportValidity();
    return null;
  }
  const [tokens, temperature, seed] = fields.map(field =>
    field.value === "" ? null : Number(field.value),
  );
  const remembers = !byId("remember").closest(".chat").hidden && byId("remember").checked;
  return { tokens, temperature, seed, way: byId("way").value, remembers };
}

// Why a picture cannot be sent; "" if it can. The server closes the connection on a request that is
// too large, and browsers then report no reason.
export function refusalOf(blob, { way, remembers }) {
  const most = (mostBytes - besidesPicture) / (way === "socket" || remembers ? base64Growth : 1);
  return blob.size <= most
    ? ""
    : `The file is too large: ${bytesText(blob.size)}, this server takes ${bytesText(most)}.`;
}
