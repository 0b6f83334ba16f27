// The picture or video of the conversation: chosen, dropped, pasted, taken with a camera, or an
// example.
import { byId, bytesText, make } from "./element.js";
import { isVideo, playerOf, timeText } from "./video.js";

const examples = [
  ["ducks.webp", "Ducks"],
  ["monkey.webp", "A monkey"],
  ["turtle.webp", "A turtle"],
];
const thumbnailSide = 96; // px, twice what is shown

let camera = null; // a MediaStream

const note = text => {
  byId("picture-note").textContent = text;
};

function endCamera() {
  camera?.getTracks().forEach(track => track.stop());
  camera = null;
  byId("shoot").hidden = byId("watch").hidden = true;
  byId("camera").textContent = "Camera";
}

// image: or a video, whose current frame is taken.
function thumbnailOf(image) {
  const canvas = make("canvas", { width: thumbnailSide, height: thumbnailSide });
  const width = image.naturalWidth ?? image.videoWidth;
  const height = image.naturalHeight ?? image.videoHeight;
  const side = Math.min(width, height);
  canvas
    .getContext("2d")
    .drawImage(
      image,
      (width - side) / 2,
      (height - side) / 2,
      side,
      side,
      0,
      0,
      thumbnailSide,
      thumbnailSide,
    );
  return canvas.toDataURL("image/jpeg", 0.8);
}

function cannotShow(name) {
  const text = `${name}: this browser cannot show it. The server may be able to read it.`;
  byId("stage").replaceChildren(make("p", { text }));
}

async function showVideo(blob, name, chosen) {
  const size = bytesText(blob.size);
  try {
    const player = await playerOf(blob);
    byId("stage").replaceChildren(player);
    const { videoWidth: width, videoHeight: height, duration } = player;
    const facts = `${width} × ${height}, ${timeText(duration)}, ${size}`;
    chosen({ blob, name, facts, thumbnail: thumbnailOf(player), moves: true });
  } catch {
    cannotShow(name);
    chosen({ blob, name, facts: size, thumbnail: "", moves: true });
  }
}

// Calls chosen({blob, name, facts, thumbnail, moves}); thumbnail: "" if this browser cannot show
// it. moves: whether it is a video.
function show(blob, name, chosen) {
  endCamera();
  note("");
  if (isVideo(blob)) return showVideo(blob, name, chosen);
  const image = make("img", { alt: `The picture: ${name}` });
  const url = URL.createObjectURL(blob);
  const done = (facts, thumbnail) => {
    URL.revokeObjectURL(url);
    chosen({ blob, name, facts, thumbnail, moves: false });
  };
  image.onload = () => {
    byId("stage").replaceChildren(image);
    done(
      `${image.naturalWidth} × ${image.naturalHeight}, ${bytesText(blob.size)}`,
      thumbnailOf(image),
    );
  };
  image.onerror = () => {
    cannotShow(name);
    done(bytesText(blob.size), "");
  };
  image.src = url;
}

async function toggleCamera() {
  if (camera) {
    endCamera();
    byId("stage").replaceChildren(make("p", { text: "Drop or paste a picture or video here" }));
    return;
  }
  // Without https pages cannot use the camera, but phones offer it in file inputs.
  if (!navigator.mediaDevices?.getUserMedia) return byId("snapshot").click();
  try {
    camera = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
  } catch (error) {
    return note(`The camera cannot be used: ${error.message}.`);
  }
  const video = make("video", { "aria-label": "What the camera sees" });
  video.autoplay = video.playsInline = video.muted = true;
  video.srcObject = camera;
  byId("stage").replaceChildren(video);
  byId("camera").textContent = "Camera off";
  byId("shoot").hidden = byId("watch").hidden = false;
  byId("shoot").focus();
}

// What the camera sees now; null if it is off.
export async function frameOfCamera() {
  const video = byId("stage").querySelector("video");
  if (!camera || !video.videoWidth) return null;
  const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  return new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.92));
}

const shoot = async chosen => show(await frameOfCamera(), "camera.jpg", chosen);

function addExamples(chosen) {
  for (const [file, title] of examples) {
    const button = make(
      "button",
      { type: "button", title: `Example: ${title}` },
      make("img", { src: `/page/${file}`, alt: `Example: ${title}`, width: 44, height: 44 }),
    );
    button.onclick = async () => show(await (await fetch(`/page/${file}`)).blob(), file, chosen);
    byId("examples").append(button);
  }
}

function acceptDrops(choose) {
  const over = on => byId("stage").classList.toggle("over", on);
  addEventListener("dragover", event => {
    event.preventDefault();
    over(true);
  });
  addEventListener("dragleave", () => over(false));
  addEventListener("drop", event => {
    event.preventDefault();
    over(false);
    choose(event.dataTransfer.files[0]);
  });
}

export function startPicture(chosen) {
  const choose = file =>
    file && !byId("picture").hidden && show(file, file.name || "picture", chosen);
  const open = () => byId("file").click();
  byId("choose").onclick = open;
  byId("stage").onclick = event => camera || event.target.localName === "video" || open();
  for (const id of ["file", "snapshot"]) {
    byId(id).onchange = event => {
      choose(event.target.files[0]);
      event.target.value = ""; // so that the same file can be chosen again
    };
  }
  byId("camera").onclick = toggleCamera;
  byId("shoot").onclick = () => shoot(chosen);
  addEventListener("paste", event => {
    const file = [...event.clipboardData.files].find(file => /^(image|video)\//.test(file.type));
    if (file) {
      event.preventDefault();
      choose(file);
    }
  });
  acceptDrops(choose);
  addExamples(chosen);
}
