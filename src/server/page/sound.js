// Questions that are spoken: records them, and has them written down by the server's Whisper.
import { request } from "./api.js";
import { byId } from "./element.js";

let recorder = null; // a MediaRecorder

export const note = text => {
  byId("sound-note").textContent = text;
};

// What is said, or "" after a note that says why there is nothing.
export async function transcribe(blob) {
  note("Listening…");
  const form = new FormData();
  form.append("file", blob, "recording");
  try {
    const response = await request("/v1/audio/transcriptions", { method: "POST", body: form });
    const { text } = await response.json();
    note(text ? "" : "Nothing was said.");
    return text;
  } catch (error) {
    note(error.message);
    return "";
  }
}

async function record(use) {
  // Without https pages cannot use the microphone, but phones offer it in file inputs.
  if (!navigator.mediaDevices?.getUserMedia) return byId("recording").click();
  let microphone;
  try {
    microphone = await navigator.mediaDevices.getUserMedia({ audio: true });
  } catch (error) {
    return note(`The microphone cannot be used: ${error.message}.`);
  }
  const pieces = [];
  recorder = new MediaRecorder(microphone);
  recorder.ondataavailable = event => pieces.push(event.data);
  recorder.onstop = () => {
    microphone.getTracks().forEach(track => track.stop());
    recorder = null;
    byId("record").textContent = "Speak";
    note("");
    use(new Blob(pieces, { type: pieces[0]?.type }));
  };
  recorder.start();
  byId("record").textContent = "End";
  note("Recording…");
}

// Calls use(blob) with each recording.
export function startSound(use) {
  byId("record").onclick = () => (recorder ? recorder.stop() : record(use));
  byId("recording").onchange = event => {
    const [file] = event.target.files;
    event.target.value = ""; // so that the same file can be chosen again
    if (file) use(file);
  };
}
