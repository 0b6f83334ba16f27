// The tip: a box beside the pointer or the focused element with a few lines about it.

const tipDistance = 12; // px

function showTip(lines, x, y) {
  const tip = byId("tip");
  tip.replaceChildren(
    ...lines.map((text, i) => make(i === 0 ? "b" : "span", { text, dir: "auto" })),
  );
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(x + tipDistance, document.documentElement.clientWidth - width - 4);
  const below = y + tipDistance;
  const top = below + height > innerHeight ? y - height - tipDistance : below;
  tip.style.left = `${Math.max(4, left)}px`;
  tip.style.top = `${Math.max(4, top)}px`;
}

const hideTip = () => {
  byId("tip").hidden = true;
};

// Shows the tip of the elements inside `container` for which `linesOf` returns some.
function showTipsIn(container, linesOf) {
  const show = event => {
    const lines = linesOf(event.target);
    if (lines === null) return hideTip();
    if (event.type !== "focusin") return showTip(lines, event.clientX, event.clientY);
    const box = event.target.getBoundingClientRect();
    showTip(lines, Math.max(0, box.left), box.bottom);
  };
  for (const type of ["pointermove", "click", "focusin"]) container.addEventListener(type, show);
  container.addEventListener("pointerleave", hideTip);
  container.addEventListener("focusout", hideTip);
}

function startTips() {
  document.addEventListener("keydown", event => {
    if (event.key === "Escape") hideTip();
  });
  document.addEventListener("pointerdown", hideTip, { capture: true });
  document.addEventListener("scroll", hideTip, { capture: true, passive: true });
}
