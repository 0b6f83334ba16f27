// The timeline: when each module ran, on which thread. Zoom and move with wheel, fingers or keys.

const leastSpan = 2; // us that the view can show
const zoomStep = 1.6;
const moveStep = 0.15; // of what the view shows
const mostSharp = 3000; // px: a canvas for paper that is higher has half the resolution
const tapDistance = 5; // px: a pointer that moved less was not dragged

class Timeline {
  constructor(data, whole) {
    this.data = data;
    this.whole = whole;
    this.view = { from: data.begin, to: data.end, begin: data.begin };
    this.hovered = null;
    this.pointers = new Map();
    this.waiting = false;
    Object.assign(this, layStrips(data));
    this.canvas = make("canvas", {
      tabindex: "0",
      role: "application",
      "aria-roledescription": "timeline",
      "aria-label":
        "Timeline of the modules by thread. Arrows move, plus and minus zoom, 0 shows all. The table of modules has the same times.",
    });
    this.canvas.style.height = `${this.height}px`;
    this.range = make("p", { class: "note", role: "status" });
    this.colors = readColors();
    this.listen();
    this.sayRange();
  }

  listen() {
    const on = (type, handle) => this.canvas.addEventListener(type, handle.bind(this));
    on("wheel", this.onWheel);
    on("keydown", this.onKey);
    on("pointerdown", this.onDown);
    on("pointermove", this.onMove);
    on("pointerup", this.onUp);
    on("pointercancel", this.onUp);
    // A finger leaves when it is lifted, but what it tapped stays.
    on("pointerleave", event => event.pointerType === "touch" || this.hover(null));
    const recolor = () => {
      this.colors = readColors();
      this.redraw();
    };
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", recolor);
  }

  redraw() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  draw(width = this.canvas.clientWidth) {
    const scale = Math.min(3, Math.max(1, devicePixelRatio));
    const size = { width, height: this.height, scale };
    const pixels = [Math.round(width * scale), Math.round(this.height * scale)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1])
      [this.canvas.width, this.canvas.height] = pixels;
    const drawing = new TimelineDrawing(this.canvas.getContext("2d"), this.colors, this.view, size);
    drawing.draw(this.strips, this.data.names, this.hovered);
  }

  // Shows [from, to], moved into the time of the request.
  show(from, to) {
    const { begin, end } = this.data;
    const span = Math.min(end - begin, Math.max(leastSpan, to - from));
    const middle = (from + to) / 2;
    const start = Math.min(end - span, Math.max(begin, middle - span / 2));
    Object.assign(this.view, { from: start, to: start + span });
    this.hovered = null;
    this.redraw();
    clearTimeout(this.saying);
    this.saying = setTimeout(() => this.sayRange(), 250);
  }

  showAll() {
    this.show(this.data.begin, this.data.end);
  }

  // Zooms so that the time at this share of the width stays where it is.
  zoom(factor, share = 0.5) {
    const { from, to } = this.view;
    const span = Math.min(
      this.data.end - this.data.begin,
      Math.max(leastSpan, (to - from) / factor),
    );
    const at = from + (to - from) * share;
    this.show(at - span * share, at + span * (1 - share));
  }

  move(share) {
    const { from, to } = this.view;
    this.show(from + (to - from) * share, to + (to - from) * share);
  }

  sayRange() {
    const { from, to, begin } = this.view;
    this.range.textContent = `${msText((from - begin) / 1000)} to ${msText((to - begin) / 1000)}`;
  }

  shareAt(event) {
    const box = this.canvas.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  }

  // At the widest view, the wheel scrolls the page as usual.
  onWheel(event) {
    const { from, to } = this.view;
    const showsAll = to - from >= this.data.end - this.data.begin;
    if (Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      if (showsAll) return;
      this.move(event.deltaX / this.canvas.clientWidth);
    } else {
      if (showsAll && event.deltaY > 0) return;
      this.zoom(Math.exp(-event.deltaY / 300), this.shareAt(event));
    }
    event.preventDefault();
  }

  onKey(event) {
    const actions = new Map([
      ["ArrowLeft", () => this.move(-moveStep)],
      ["ArrowRight", () => this.move(moveStep)],
      ["ArrowUp", () => this.zoom(zoomStep)],
      ["ArrowDown", () => this.zoom(1 / zoomStep)],
      ["+", () => this.zoom(zoomStep)],
      ["=", () => this.zoom(zoomStep)],
      ["-", () => this.zoom(1 / zoomStep)],
      ["0", () => this.showAll()],
      ["Home", () => this.showAll()],
    ]);
    if (event.ctrlKey || event.metaKey || event.altKey || !actions.has(event.key)) return;
    event.preventDefault();
    actions.get(event.key)();
  }

  onDown(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, event.clientX);
    this.dragged = this.pointers.size > 1 ? Infinity : 0;
  }

  onMove(event) {
    if (!this.pointers.has(event.pointerId)) return this.hover(event);
    const box = this.canvas.getBoundingClientRect();
    const before = [...this.pointers.values()];
    this.pointers.set(event.pointerId, event.clientX);
    const after = [...this.pointers.values()];
    if (after.length === 2) {
      const [spreadBefore, spreadAfter] = [before, after].map(([a, b]) =>
        Math.max(10, Math.abs(a - b)),
      );
      this.zoom(spreadAfter / spreadBefore, ((after[0] + after[1]) / 2 - box.left) / box.width);
    } else if (after.length === 1) {
      this.dragged += Math.abs(after[0] - before[0]);
      if (this.dragged < tapDistance) return;
      hideTip();
      this.move((before[0] - after[0]) / box.width);
    }
  }

  onUp(event) {
    const isTap = this.pointers.delete(event.pointerId) && this.dragged < tapDistance;
    if (isTap && event.type === "pointerup") this.hover(event);
  }

  find(event) {
    const box = this.canvas.getBoundingClientRect();
    const y = ((event.clientY - box.top) / box.height) * this.height;
    const time = this.view.from + this.shareAt(event) * (this.view.to - this.view.from);
    const strip = this.strips.find(strip => y >= strip.y && y < strip.y + strip.height);
    return { strip, time, event: strip?.row ? eventAt(strip.row, time) : null };
  }

  hover(pointer) {
    const found = pointer === null ? {} : this.find(pointer);
    const lines = this.describe(found);
    if (lines === null) hideTip();
    else showTip(lines, pointer.clientX, pointer.clientY);
    const changed = this.hovered?.event !== found.event;
    this.hovered = found.event ? found : null;
    if (changed) this.redraw();
  }

  describe({ strip, time, event }) {
    if (event) {
      const ms = (event.end - event.begin) / 1000;
      return [
        this.data.names[event.name] ?? "?",
        `${msText(ms)}, ${percentText(ms / this.whole)} of the request`,
        `begins at ${msText((event.begin - this.data.begin) / 1000)}`,
      ];
    }
    if (!strip?.counter) return null;
    const value = valueAt(strip.counter.samples, time);
    const shown = value === null ? "not known yet" : valueText(value, strip.counter.unit);
    return [strip.counter.name, `${shown} at ${msText((time - this.data.begin) / 1000)}`];
  }
}

// The whole timeline for paper, which is light and always of the same width. It is drawn now, because
// Chromium prints what is drawn at beforeprint a little too narrow.
function makePrintedTimeline(data) {
  const { strips, height } = layStrips(data);
  const size = { width: paperWidth, height, scale: height > mostSharp ? 1 : 2 };
  const canvas = make("canvas", {
    class: "printed",
    "aria-hidden": "true",
    width: size.width * size.scale,
    height: size.height * size.scale,
  });
  const view = { from: data.begin, to: data.end, begin: data.begin };
  const drawing = new TimelineDrawing(canvas.getContext("2d"), readLightColors(), view, size);
  drawing.draw(strips, data.names, null);
  return canvas;
}

function showTimeline(section, profile) {
  const data = layTracks(profile.timeline, profile.counters);
  if (data.tracks.length === 0 && data.counters.length === 0)
    return section.append(makeNote("No timeline was recorded."));
  const timeline = new Timeline(data, wholeOf(profile));
  const controls = make(
    "div",
    { class: "row controls" },
    makeButton("+", () => timeline.zoom(zoomStep), { "aria-label": "Zoom in" }),
    makeButton("−", () => timeline.zoom(1 / zoomStep), { "aria-label": "Zoom out" }),
    makeButton("Show all", () => timeline.showAll()),
    timeline.range,
  );
  const stages = new Set(data.tracks.flatMap(({ rows }) => rows.flat().map(event => event.stage)));
  section.append(
    make("p", {
      class: "hint screen",
      text: "The last run. Zoom with the wheel or two fingers, drag to move; with the keyboard: arrows, + and −, 0 for all.",
    }),
    controls,
    timeline.canvas,
    makePrintedTimeline(data),
    makeStageLegend(stages),
  );
  drawAtWidth(timeline.canvas, width => timeline.draw(width));
}
