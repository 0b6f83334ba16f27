// The colors of the style sheet, for canvases, which do not know its variables.

function readColors() {
  const probe = make("span", { hidden: "" });
  document.body.append(probe);
  const resolved = value => {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  };
  const colors = { font: getComputedStyle(document.body).fontFamily, stages: new Map() };
  for (const name of ["ink", "faint", "line", "card", "accent"])
    colors[name] = resolved(`var(--${name})`);
  for (const stage of stageNames.keys()) {
    const fill = resolved(`color-mix(in srgb, var(--${stage}) var(--mix), var(--card))`);
    colors.stages.set(stage, { fill, edge: resolved(`var(--${stage})`) });
  }
  probe.remove();
  return colors;
}

function readLightColors() {
  document.documentElement.classList.add("light");
  const colors = readColors();
  document.documentElement.classList.remove("light");
  return colors;
}
