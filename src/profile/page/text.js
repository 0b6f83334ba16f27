// Numbers as text.

const integers = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

// 1234.5 -> "1,235", 12.345 -> "12.3", 0.012345 -> "0.0123".
function numberText(value) {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 99.95) return integers.format(value);
  if (size >= 9.995) return value.toFixed(1);
  if (size >= 0.9995) return value.toFixed(2);
  if (size >= 0.0005) return value.toFixed(3);
  return value.toExponential(0);
}

function msText(ms) {
  if (ms >= 10_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms >= 0.9995 || ms <= 0) return `${numberText(ms)} ms`;
  return `${numberText(ms * 1000)} µs`;
}

// 0.567 -> "57 %", 0.0567 -> "5.7 %".
function percentText(share) {
  const percent = share * 100;
  if (percent >= 9.95) return `${percent.toFixed(0)} %`;
  if (percent >= 0.05 || percent <= 0) return `${percent.toFixed(1)} %`;
  return "<0.1 %";
}

const byteUnits = ["bytes", "KiB", "MiB", "GiB", "TiB"];

// 38010880 -> "36 MiB".
function bytesText(bytes) {
  const step = Math.min(
    byteUnits.length - 1,
    Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10),
  );
  const size = bytes / 1024 ** step;
  const digits = step > 0 && Math.abs(size) < 10 ? 1 : 0;
  return `${size.toFixed(digits)} ${byteUnits[step]}`;
}

// 1400000000 -> "1.4 billion".
function countText(count) {
  if (count >= 1e9) return `${numberText(count / 1e9)} billion`;
  if (count >= 1e6) return `${numberText(count / 1e6)} million`;
  return integers.format(count);
}

// The smallest and the largest of several runs; empty if there is only one.
function intervalText(samples) {
  if (samples.length < 2) return "";
  const [least, most] = [msText(Math.min(...samples)), msText(Math.max(...samples))];
  if (least === most) return `always ${most}`;
  const [number, unit] = least.split(" ");
  return most.endsWith(` ${unit}`) ? `${number} to ${most}` : `${least} to ${most}`;
}

const valueText = (value, unit) =>
  unit === "bytes" ? bytesText(value) : `${numberText(value)} ${unit}`.trim();

// "vision_tower.layers.0.self_attn.q_proj" -> "q_proj", "vision_tower.layers.0" -> "layers.0".
function shortName(path) {
  const parts = path.split(".");
  const count = /^[\d*]+$/.test(parts.at(-1)) ? 2 : 1;
  return parts.slice(-count).join(".");
}
