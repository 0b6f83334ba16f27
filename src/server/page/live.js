// Live statistics: memory, speed and queue, polled while the page is visible.
import { getJson } from "./api.js";
import { byId, bytesText, make } from "./element.js";

const period = 1000; // ms
const length = 60; // samples in a line
const width = 72,
  height = 22;

class Line {
  constructor(name, meaning) {
    this.values = [];
    this.figure = make("dd", { text: "–" });
    this.path = make("svg:polyline");
    const picture = make(
      "svg:svg",
      { viewBox: `0 0 ${width} ${height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      this.path,
    );
    byId("live").append(
      make("div", { title: meaning }, make("dt", { text: name }), this.figure, picture),
    );
  }

  // least: minimum range of the vertical axis, so that small changes look small.
  add(value, text, least) {
    this.figure.textContent = text;
    this.values.push(value);
    if (this.values.length > length) this.values.shift();
    const bottom = Math.min(...this.values);
    const span = Math.max(least, Math.max(...this.values) - bottom);
    const points = this.values.map((value, i) => {
      const x = width - 1 - ((this.values.length - 1 - i) * (width - 2)) / (length - 1);
      const y = height - 2 - ((value - bottom) / span) * (height - 4);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    });
    this.path.setAttribute("points", points.join(" "));
  }
}

export function startLive() {
  const memory = new Line("Memory", "of this server, without the files it has mapped");
  const speed = new Line("Speed", "pieces of text a second, of all who are answered");
  const queue = new Line("Requests", "that are answered or wait");
  let heat = null; // not every machine has a sensor
  let before = null;

  async function look() {
    const { metrics, system } = await getJson("/metrics");
    const now = performance.now();
    const pieces = metrics.edgevlm_inter_token_latency_seconds.count;
    const rate =
      before === null ? 0 : Math.max(0, pieces - before.pieces) / ((now - before.now) / 1000);
    before = { pieces, now };
    const used = system.anonymous_bytes + system.swapped_bytes;
    memory.add(used, bytesText(used), used / 10);
    speed.add(rate, `${rate.toFixed(0)} tokens/s`, 1);
    const running = metrics.edgevlm_requests_running,
      waiting = metrics.edgevlm_queue_depth;
    queue.add(running + waiting, waiting > 0 ? `${running} + ${waiting} waiting` : `${running}`, 1);
    const degrees = system.temperature_celsius;
    if (degrees !== null) {
      heat ??= new Line("Heat", "of the hottest sensor");
      heat.add(degrees, `${degrees.toFixed(0)} °C`, 10);
    }
    byId("live").hidden = false;
    byId("live").classList.remove("lost");
  }

  (async () => {
    for (;;) {
      if (!document.hidden) await look().catch(() => byId("live").classList.add("lost"));
      await new Promise(resolve => setTimeout(resolve, period));
    }
  })();
}
