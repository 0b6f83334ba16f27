// The roofline plot: how fast each module computes, and which limit of the machine it is near.
//
// Williams, Waterman, Patterson: "Roofline: an insightful visual performance model for multicore
// architectures", Communications of the ACM 52(4), 2009.

const plotMargin = { left: 46, right: 24, top: 14, bottom: 38 };
const labeledDots = 5;
const narrowPlot = 500; // px: labels have no room for the stage, which the color tells too

// One dot per folded module that computes something: the innermost modules with known work.
function rooflineDots(modules) {
  const computes = node => node.flop > 0 && node.bytes > 0 && node.total > 0;
  return [...allNodes(modules.map(folded))]
    .filter(node => computes(node) && !node.children.some(computes))
    .map(node => ({ node, intensity: node.flop / node.bytes, speed: node.flop / node.total / 1e6 }))
    .sort((a, b) => b.node.total - a.node.total);
}

// The decades that hold all of these values.
function decadesOf(values) {
  const logs = values.map(Math.log10);
  const from = Math.floor(Math.min(...logs) - 0.1);
  return { from, to: Math.max(from + 1, Math.ceil(Math.max(...logs) + 0.1)) };
}

const decadeText = power =>
  power >= 0 ? integers.format(10 ** power) : (10 ** power).toFixed(-power);

class RooflinePlot {
  constructor(dots, limits, width) {
    const memory = limits.get("memory");
    this.roofs = [...limits].filter(([name]) => name !== "memory").sort((a, b) => b[1] - a[1]);
    this.memory = memory;
    const ridges = memory ? this.roofs.map(([, limit]) => limit / memory) : [];
    this.x = decadesOf([...dots.map(dot => dot.intensity), ...ridges]);
    this.y = decadesOf([...dots.map(dot => dot.speed), ...this.roofs.map(([, limit]) => limit)]);
    this.dots = dots;
    this.width = width;
    this.height = Math.round(Math.min(460, Math.max(280, width * 0.5)));
    this.svg = makeSvg("svg", {
      viewBox: `0 0 ${width} ${this.height}`,
      role: "group",
      "aria-label": "Roofline plot: GFLOP/s by flop per byte, both logarithmic",
    });
    this.drawAxes();
    this.drawRoofs();
    this.drawDots();
  }

  left(intensity) {
    const share = (Math.log10(intensity) - this.x.from) / (this.x.to - this.x.from);
    return plotMargin.left + share * (this.width - plotMargin.left - plotMargin.right);
  }

  top(speed) {
    const share = (Math.log10(speed) - this.y.from) / (this.y.to - this.y.from);
    return (
      this.height - plotMargin.bottom - share * (this.height - plotMargin.top - plotMargin.bottom)
    );
  }

  line(kind, from, to) {
    this.svg.append(
      makeSvg("line", {
        class: kind,
        x1: this.left(from[0]),
        y1: this.top(from[1]),
        x2: this.left(to[0]),
        y2: this.top(to[1]),
      }),
    );
  }

  text(kind, x, y, text, anchor = "start") {
    const element = makeSvg("text", { class: kind, x, y, text, "text-anchor": anchor });
    this.svg.append(element);
    return element;
  }

  drawAxes() {
    const bottom = this.height - plotMargin.bottom;
    const [xFrom, xTo, yFrom, yTo] = [this.x.from, this.x.to, this.y.from, this.y.to];
    for (let power = xFrom; power <= xTo; ++power) {
      this.line("grid", [10 ** power, 10 ** yFrom], [10 ** power, 10 ** yTo]);
      this.text("tick", this.left(10 ** power), bottom + 16, decadeText(power), "middle");
    }
    for (let power = yFrom; power <= yTo; ++power) {
      this.line("grid", [10 ** xFrom, 10 ** power], [10 ** xTo, 10 ** power]);
      this.text("tick", plotMargin.left - 6, this.top(10 ** power) + 4, decadeText(power), "end");
    }
    this.text("axis", this.width - 2, this.height - 6, "flop per byte", "end");
    this.text("axis", plotMargin.left + 4, plotMargin.top + 10, "GFLOP/s");
  }

  drawRoofs() {
    const right = 10 ** this.x.to;
    const left = 10 ** this.x.from;
    this.roofs.forEach(([name, limit]) => {
      const ridge = this.memory ? Math.max(left, limit / this.memory) : left;
      this.line("roof", [ridge, limit], [right, limit]);
      const text = `${name} ${numberText(limit)}`;
      this.text("roof-name", this.left(ridge) + 6, this.top(limit) + 14, text);
    });
    if (this.memory) this.drawMemoryRoof();
  }

  drawMemoryRoof() {
    const highest = this.roofs.length > 0 ? this.roofs[0][1] : 10 ** this.y.to;
    const from = Math.max(10 ** this.x.from, 10 ** this.y.from / this.memory);
    const to = Math.min(10 ** this.x.to, highest / this.memory);
    if (to <= from) return;
    this.line("roof", [from, from * this.memory], [to, to * this.memory]);
    const [x, y] = [this.left(to), this.top(to * this.memory)];
    const slope = Math.atan2(y - this.top(from * this.memory), x - this.left(from));
    const text = `memory ${numberText(this.memory)} GB/s`;
    const name = this.text("roof-name", x - 8, y - 6, text, "end");
    name.setAttribute("transform", `rotate(${(slope * 180) / Math.PI} ${x} ${y})`);
  }

  drawDots() {
    const longest = this.dots[0]?.node.total ?? 1;
    const boxes = [];
    // The largest first, so that the smaller ones lie above them.
    this.dots.forEach(({ node, intensity, speed }, i) => {
      const [cx, cy] = [this.left(intensity), this.top(speed)];
      const r = 4 + 14 * Math.sqrt(node.total / longest);
      const dot = makeSvg("circle", { class: `stage ${node.stage}`, cx, cy, r, role: "img" });
      // With the keyboard, only these can be reached: the table has all.
      if (i < labeledDots) dot.setAttribute("tabindex", "0");
      dot.setAttribute("aria-label", describeDot(node, intensity, speed).join(", "));
      this.svg.append(dot);
      if (i < labeledDots)
        boxes.push({
          x: cx,
          y: cy,
          r,
          text: this.width < narrowPlot ? shortName(node.path) : dotLabel(node),
        });
    });
    for (const label of spread(boxes, this.width, this.height)) {
      this.text("dot-name", label.x, label.y, label.text, label.anchor);
    }
  }
}

// "prefill: mlp.up_proj". The stage tells the two passes of the decoder apart.
function dotLabel(node) {
  const parts = node.path
    .split(".")
    .filter(part => !["layers", "*", "language_model"].includes(part));
  return `${stageNames.get(node.stage)}: ${parts.slice(-1)[0]}`;
}

function describeDot(node, intensity, speed) {
  const lines = [
    node.path,
    `${msText(node.total)} in ${stageNames.get(node.stage)}`,
    `${numberText(speed)} GFLOP/s ${node.arithmetic}`.trim(),
    `${numberText(intensity)} flop per byte`,
  ];
  if (node.roofline !== null) lines.push(`${percentText(node.roofline)} of its roofline`);
  return lines;
}

// Whether one of two dots hides the other, for example those of matrices of the same size.
const isNear = (a, b) =>
  Math.abs(Math.log10(a.intensity / b.intensity)) < 0.02 &&
  Math.abs(Math.log10(a.speed / b.speed)) < 0.03;

// Labels beside their dots, moved down where they would overlap another. Each move is by a pixel or
// more, so this ends.
function spread(boxes, width, height) {
  const lineHeight = 15;
  const labels = [];
  for (const { x, y, r, text } of boxes) {
    const toLeft = x + r + text.length * 7 > width;
    const label = {
      x: toLeft ? x - r - 4 : x + r + 4,
      y: y + 4,
      text,
      anchor: toLeft ? "end" : "start",
    };
    const near = other =>
      Math.abs(other.y - label.y) < lineHeight - 1 &&
      Math.abs(other.x - label.x) < 7 * Math.max(text.length, other.text.length);
    for (let other = labels.find(near); other; other = labels.find(near))
      label.y = other.y + lineHeight;
    label.y = Math.min(label.y, height - plotMargin.bottom - 2);
    labels.push(label);
  }
  return labels;
}

function showRoofline(section, profile) {
  const dots = rooflineDots(profile.modules);
  const { limits } = profile.machine;
  if (dots.length === 0)
    return section.append(
      makeNote("The work of no module is known, so there is no roofline plot."),
    );
  if (limits.size === 0)
    section.append(
      makeNote("The limits of this machine were not measured, so the plot has no roofs."),
    );
  section.append(
    make("p", {
      class: "hint",
      text: "One dot per module, all its layers together; the larger, the longer it took. A dot on its roof cannot become faster with this arithmetic.",
    }),
  );
  const place = make("div", { class: "plot" });
  section.append(place, makeStageLegend(new Set(dots.map(dot => dot.node.stage))));
  const draw = width => place.replaceChildren(new RooflinePlot(dots, limits, width).svg);
  drawAtWidth(place, draw);
  addEventListener("beforeprint", () => draw(paperWidth));
  addEventListener("afterprint", () => draw(place.clientWidth));
  showTipsIn(place, target => {
    const circles = [...place.querySelectorAll("circle")];
    const dot = dots[circles.indexOf(target)];
    if (dot === undefined) return null;
    const others = dots.filter(other => other !== dot && isNear(other, dot));
    const lines = describeDot(dot.node, dot.intensity, dot.speed);
    if (others.length > 0)
      lines.push(`At the same point: ${others.map(other => dotLabel(other.node)).join(", ")}`);
    return lines;
  });
}
