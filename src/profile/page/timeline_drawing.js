// Draws the timeline on a canvas: a time axis, one track per thread, one line per counter.

const axisHeight = 22; // px
const titleHeight = 17;
const counterHeight = 34;
const trackGap = 6;
const manyRows = 40; // more than this many rows are drawn lower
const leastEdge = 3; // px: narrower events have no edge
const leastText = 34; // px: narrower events have no name
const leastTextHeight = 12;

// {y, height, row or counter, title} of each strip from the top down, and the height of all.
function layStrips({ tracks, counters }) {
  const rowCount = tracks.reduce((sum, track) => sum + track.rows.length, 0);
  const rowHeight = rowCount > manyRows ? 9 : 17;
  const strips = [];
  let y = axisHeight;
  for (const track of tracks) {
    strips.push({ y, height: titleHeight, title: track.name });
    y += titleHeight;
    for (const row of track.rows) {
      strips.push({ y, height: rowHeight, row });
      y += rowHeight;
    }
    y += trackGap;
  }
  for (const counter of counters) {
    const most = counter.samples.reduce((most, sample) => Math.max(most, sample[1]), 0);
    strips.push({
      y,
      height: titleHeight,
      title: `${counter.name}, up to ${valueText(most, counter.unit)}`,
    });
    y += titleHeight;
    strips.push({ y, height: counterHeight, counter, most });
    y += counterHeight + trackGap;
  }
  return { strips, height: y };
}

// The distance of the marks of the axis in us: 1, 2 or 5 times a power of ten.
function stepOfAxis(span, width) {
  const least = (span / width) * 90;
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].map(factor => factor * power).find(step => step >= least) ?? 10 * power;
}

// "12.5 ms" with as many digits as tell this mark from the next.
function axisText(us, step) {
  if (step < 1000 && us < 1000) return `${numberText(us)} µs`;
  const digits = Math.max(0, -Math.floor(Math.log10(step / 1000)));
  const shown = Math.min(6, digits);
  const options = { minimumFractionDigits: shown, maximumFractionDigits: shown };
  return `${(us / 1000).toLocaleString("en-US", options)} ms`;
}

class TimelineDrawing {
  constructor(context, colors, view, size) {
    this.context = context;
    this.colors = colors;
    this.view = view; // {from, to, begin}
    this.size = size; // {width, height, scale}
    this.perUs = size.width / (view.to - view.from);
  }

  x(us) {
    return (us - this.view.from) * this.perUs;
  }

  draw(strips, names, hovered) {
    const { context, colors, size } = this;
    context.setTransform(size.scale, 0, 0, size.scale, 0, 0);
    context.fillStyle = colors.card;
    context.fillRect(0, 0, size.width, size.height);
    context.font = `12px ${colors.font}`;
    context.textBaseline = "middle";
    this.drawAxis();
    for (const strip of strips) {
      if (strip.title !== undefined) this.drawTitle(strip);
      else if (strip.row) this.drawRow(strip, names);
      else this.drawCounter(strip);
    }
    if (hovered) this.outline(hovered);
  }

  drawAxis() {
    const { context, colors, view, size } = this;
    const step = stepOfAxis(view.to - view.from, size.width);
    const first = Math.ceil((view.from - view.begin) / step) * step;
    for (let us = first; us <= view.to - view.begin; us += step) {
      const x = this.x(us + view.begin);
      context.fillStyle = colors.line;
      context.fillRect(Math.round(x), 0, 1, size.height);
      context.fillStyle = colors.faint;
      context.fillText(axisText(us, step), x + 4, axisHeight / 2);
    }
  }

  drawTitle({ y, height, title }) {
    const { context, colors, size } = this;
    context.fillStyle = colors.card;
    context.fillRect(0, y, Math.min(size.width, context.measureText(title).width + 8), height);
    context.fillStyle = colors.faint;
    context.fillText(title, 2, y + height / 2, size.width - 4);
  }

  // Narrow events less than a pixel apart are drawn as one, so the number of rectangles depends on the
  // width and not on the number of events.
  drawRow({ y, height, row }, names) {
    const { view, size } = this;
    let narrow = null; // what is not drawn yet
    const flush = () => {
      if (narrow !== null) this.fill(narrow, y, height);
      narrow = null;
    };
    for (let i = firstEndingAfter(row, view.from); i < row.length && row[i].begin < view.to; ++i) {
      const { begin, end, stage, name } = row[i];
      const left = Math.max(0, this.x(begin));
      const right = Math.max(left + 1, Math.min(size.width, this.x(end)));
      if (right - left >= leastEdge) {
        flush();
        this.drawWide({ left, right, stage }, y, height, names[name] ?? "?");
      } else if (narrow !== null && narrow.stage === stage && left < narrow.right + 1) {
        narrow.right = Math.max(narrow.right, right);
      } else {
        flush();
        narrow = { left, right, stage };
      }
    }
    flush();
  }

  fill({ left, right, stage }, y, height) {
    this.context.fillStyle = this.colors.stages.get(stage).fill;
    this.context.fillRect(left, y, right - left, height - 1);
  }

  drawWide(event, y, height, name) {
    this.fill(event, y, height);
    this.context.fillStyle = this.colors.stages.get(event.stage).edge;
    this.context.fillRect(event.left, y, 1, height - 1);
    const width = event.right - event.left;
    if (width >= leastText && height >= leastTextHeight)
      this.drawName(shortName(name), event.left + 6, y + height / 2, width - 8);
  }

  drawName(name, x, y, room) {
    const { context, colors } = this;
    context.fillStyle = colors.ink;
    const width = context.measureText(name).width;
    if (width <= room) return context.fillText(name, x, y);
    const length = Math.floor((name.length * room) / width) - 1;
    if (length >= 3) context.fillText(`${name.slice(0, length)}…`, x, y);
  }

  // Steps: a value holds until the next sample. Of several within one pixel, the largest is drawn.
  drawCounter({ y, height, counter, most }) {
    const { context, colors, size } = this;
    const topOf = value =>
      y + height - 1 - (most > 0 ? Math.max(0, value / most) * (height - 3) : 0);
    context.beginPath();
    context.moveTo(0, topOf(valueAt(counter.samples, this.view.from) ?? 0));
    let pixel = 0;
    let [largest, last] = [-Infinity, valueAt(counter.samples, this.view.from) ?? 0];
    const flush = () => {
      if (largest === -Infinity) return;
      context.lineTo(pixel, topOf(largest));
      context.lineTo(pixel, topOf(last));
    };
    for (const [us, value] of counter.samples) {
      if (us <= this.view.from) continue;
      if (us > this.view.to) break;
      const x = Math.floor(this.x(us));
      if (x > pixel) {
        flush();
        context.lineTo(x, topOf(last));
        [pixel, largest] = [x, -Infinity];
      }
      largest = Math.max(largest, value);
      last = value;
    }
    flush();
    context.lineTo(size.width, topOf(last));
    context.strokeStyle = colors.accent;
    context.lineWidth = 1.5;
    context.stroke();
    context.fillStyle = colors.line;
    context.fillRect(0, y + height - 1, size.width, 1);
  }

  outline({ event, strip }) {
    const left = Math.max(0, this.x(event.begin));
    const right = Math.min(this.size.width, this.x(event.end));
    this.context.strokeStyle = this.colors.ink;
    this.context.lineWidth = 1.5;
    this.context.strokeRect(left + 0.5, strip.y, Math.max(2, right - left - 1), strip.height - 1);
  }
}
