// The events of the timeline, arranged so that drawing and finding one are fast.

// Times are rounded to whole microseconds, so that an event can seem to begin in the one before it.
const rounding = 1; // us

// The events of one thread, which nest, in rows by their depth. Events of a row do not overlap.
function rowsOfThread(events) {
  events.sort((a, b) => a.begin - b.begin || b.end - a.end);
  const rows = [];
  const outer = [];
  for (const event of events) {
    const isOver = last =>
      last.end <= event.begin || (event.end > last.end && last.end <= event.begin + rounding);
    while (outer.length > 0 && isOver(outer.at(-1))) outer.pop();
    (rows[outer.length] ??= []).push(event);
    outer.push(event);
  }
  return rows;
}

// The index of the first event of a row that ends after this time.
function firstEndingAfter(row, time) {
  let [low, high] = [0, row.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (row[middle].end > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

function eventAt(row, time) {
  const event = row[firstEndingAfter(row, time)];
  return event && event.begin <= time ? event : null;
}

// The decoder has the same names in both of its passes: the pass around an event, on any thread,
// tells which it is.
function setStages(tracks, names) {
  const stages = names.map(stageByName);
  const passes = [];
  for (const { rows } of tracks)
    for (const event of rows.flat())
      if (["prefill", "decode"].includes(names[event.name])) passes.push(event);
  passes.sort((a, b) => a.begin - b.begin);
  for (const { rows } of tracks)
    for (const row of rows)
      for (const event of row) {
        const pass = () => eventAt(passes, (event.begin + event.end) / 2);
        const name = stages[event.name] === null ? pass()?.name : event.name;
        event.stage = stages[name] ?? "other";
      }
}

// {tracks: [{name, rows}], counters, names, begin, end}. Times in us.
function layTracks({ names, threads, events }, counters) {
  const byThread = new Map();
  for (const [name, thread, begin, duration] of events) {
    if (!byThread.has(thread)) byThread.set(thread, []);
    byThread.get(thread).push({ name, begin, end: begin + Math.max(0, duration), stage: "other" });
  }
  let [begin, end] = [Infinity, -Infinity];
  const tracks = [...byThread]
    .sort(([a], [b]) => a - b)
    .map(([thread, own]) => ({
      name: threads[thread] ?? `thread ${thread}`,
      rows: rowsOfThread(own),
    }));
  for (const { rows } of tracks)
    for (const event of rows[0]) {
      begin = Math.min(begin, event.begin);
      end = Math.max(end, event.end);
    }
  if (tracks.length === 0 && counters.length > 0) {
    begin = Math.min(...counters.map(({ samples }) => samples[0][0]));
    end = Math.max(...counters.map(({ samples }) => samples.at(-1)[0]));
  }
  setStages(tracks, names);
  return { tracks, counters, names, begin, end: Math.max(end, begin + 1) };
}

// The value of a counter at a time: that of the last sample before it.
function valueAt(samples, time) {
  let [low, high] = [0, samples.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (samples[middle][0] > time) high = middle;
    else low = middle + 1;
  }
  return low > 0 ? samples[low - 1][1] : null;
}
