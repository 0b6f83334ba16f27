// The picture of the conversation: chosen, dropped, pasted, taken with a camera, or an example.
import { byId, bytesText, make } from "./element.js";

const examples = [
  ["ducks.webp", "Ducks"],
  ["monkey.webp", "A monkey"],
  ["trophies.webp", "Trophies"],
];
const thumbnailSide = 96; // px, twice what is shown

let camera = null; // a MediaStream

const note = text => {
  byId("picture-note").textContent = text;
};

function endCamera() {
  camera?.getTracks().forEach(track => track.stop());
  camera = null;
  byId("shoot").hidden = true;
  byId("camera").textContent = "Camera";
}

function thumbnailOf(image) {
  const canvas = make("canvas", { width: thumbnailSide, height: thumbnailSide });
  const side = Math.min(image.naturalWidth, image.naturalHeight);
  canvas
    .getContext("2d")
    .drawImage(
      image,
      (image.naturalWidth - side) / 2,
      (image.naturalHeight - side) / 2,
      side,
      side,
      0,
      0,
      thumbnailSide,
      thumbnailSide,
    );
  return canvas.toDataURL("image/jpeg", 0.8);
}

// Calls chosen({blob, name, facts, thumbnail}); thumbnail: "" if this browser cannot show it.
function show(blob, name, chosen) {
  endCamera();
  note("");
  const image = make("img", { alt: `The picture: ${name}` });
  const url = URL.createObjectURL(blob);
  const done = (facts, thumbnail) => {
    URL.revokeObjectURL(url);
    chosen({ blob, name, facts, thumbnail });
  };
  image.onload = () => {
    byId("stage").replaceChildren(image);
    done(
      `${image.naturalWidth} × ${image.naturalHeight}, ${bytesText(blob.size)}`,
      thumbnailOf(image),
    );
  };
  image.onerror = () => {
    byId("stage").replaceChildren(
      make("p", {
        text: `${name}: this browser cannot show it. The server may be able to read it.`,
      }),
    );
    done(bytesText(blob.size), "");
  };
  image.src = url;
}

async function toggleCamera() {
  if (camera) {
    endCamera();
    byId("stage").replaceChildren(make("p", { text: "Drop or paste a picture here" }));
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
  byId("shoot").hidden = false;
  byId("shoot").focus();
}

function shoot(chosen) {
  const video = byId("stage").querySelector("video");
  const canvas = make("canvas", { width: video.videoWidth, height: video.videoHeight });
  canvas.getContext("2d").drawImage(video, 0, 0);
  canvas.toBlob(blob => show(blob, "camera.jpg", chosen), "image/jpeg", 0.92);
}

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
  byId("stage").onclick = () => camera || open();
  for (const id of ["file", "snapshot"]) {
    byId(id).onchange = event => {
      choose(event.target.files[0]);
      event.target.value = ""; // so that the same file can be chosen again
    };
  }
  byId("camera").onclick = toggleCamera;
  byId("shoot").onclick = () => shoot(chosen);
  addEventListener("paste", event => {
    const file = [...event.clipboardData.files].find(file => file.type.startsWith("image/"));
    if (file) {
      event.preventDefault();
      choose(file);
    }
  });
  acceptDrops(choose);
  addExamples(chosen);
}
