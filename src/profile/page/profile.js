// Shows the profile that stands in the page. This file comes after all others.

// What shares are relative to, in ms.
function wholeOf(profile) {
  return profile.verdict.total || sumOf(profile.modules, "total") || 1;
}

const views = [
  ["verdict", showVerdict],
  ["facts", showFacts],
  ["timeline", showTimeline],
  ["flame", showFlame],
  ["roofline", showRoofline],
  ["layers", showHeatMaps],
  ["modules", showTable],
];

function showProfile(profile) {
  const name = textOr(profile.model.name);
  if (name !== "") document.title = `Profile of ${name}`;
  byId("model").textContent = name;
  const main = document.querySelector("main");
  // The views measure their width, so they must be visible.
  main.hidden = false;
  document.querySelector("nav").hidden = false;
  for (const [id, show] of views) show(byId(id), profile);
}

function showProblem(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = false;
  document.querySelector("main").remove();
}

try {
  startTips();
  showProfile(readProfile(byId("profile").textContent));
} catch (error) {
  const isKnown = error instanceof ProfileError;
  showProblem(isKnown ? error.message : `This profile cannot be shown: ${error.message}.`);
}
