// A video as the picture of the conversation, and the time line of its frames.
import { byId, make } from "./element.js";

const kinds = /\.(mp4|m4v|mov|mkv|webm|avi|mpe?g|ts|flv|gif|ogv|wmv)$/i;
const frameHeight = 72; // px, of the time line

export const isVideo = ({ type, name = "" }) =>
  type.startsWith("video/") || type === "image/gif" || kinds.test(name);

// 62.54 -> "1:02.5".
export function timeText(seconds) {
  const tenths = Math.round(seconds * 10);
  const rest = String(tenths % 600).padStart(3, "0");
  return `${Math.floor(tenths / 600)}:${rest.slice(0, 2)}.${rest.slice(2)}`;
}

// Resolves to the loaded element; rejects if this browser cannot play it.
export function playerOf(blob) {
  const player = make("video", { "aria-label": "The video", preload: "auto" });
  player.controls = player.muted = player.playsInline = true;
  return new Promise((resolve, reject) => {
    player.onloadeddata = () => (player.videoWidth > 0 ? resolve(player) : player.onerror());
    player.onerror = () => {
      URL.revokeObjectURL(player.src);
      reject(new Error("cannot be played"));
    };
    player.src = URL.createObjectURL(blob);
  });
}

async function seek(player, seconds) {
  const sought = new Promise(resolve => player.addEventListener("seeked", resolve, { once: true }));
  player.currentTime = seconds;
  await sought;
}

// Draws the frames of the marks, one after the other; none if this browser cannot play the video.
async function drawFrames(blob, marks) {
  let player;
  try {
    player = await playerOf(blob);
  } catch {
    return;
  }
  const width = Math.round((frameHeight * player.videoWidth) / player.videoHeight);
  for (const { seconds, button } of marks) {
    await seek(player, seconds);
    const canvas = make("canvas", { width, height: frameHeight, "aria-hidden": "true" });
    canvas.getContext("2d").drawImage(player, 0, 0, width, frameHeight);
    button.prepend(canvas);
  }
  URL.revokeObjectURL(player.src);
}

// The frames that a reply was given about, as `videos` of the reply has them: marks on a line, and
// a button for each, which shows that moment.
export function timeLineOf({ seconds: length, selector, frames }, blob) {
  const bar = make("svg:svg", {
    class: "marks",
    viewBox: "0 0 1000 8",
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const row = make("div", { class: "frames" });
  const marks = frames.map(({ seconds, text }) => {
    const x = Math.min(996, Math.max(0, (1000 * seconds) / (length || 1) - 2));
    bar.append(make("svg:rect", { x, y: 0, width: 4, height: 8 }));
    const button = make(
      "button",
      { type: "button", title: text ?? null },
      make("span", { text: timeText(seconds) }),
    );
    button.onclick = () => {
      const player = byId("stage").querySelector("video");
      if (player) player.currentTime = seconds;
    };
    row.append(button);
    return { seconds, button };
  });
  drawFrames(blob, marks);
  const found = `${frames.length} frames of ${timeText(length)}, chosen by ${selector}`;
  return make("div", { class: "timeline" }, bar, row, make("p", { class: "note", text: found }));
}
