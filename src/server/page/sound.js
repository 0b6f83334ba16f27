// Questions that are spoken: records them, and writes what is said into the question.
import { request } from "./api.js";
import { byId } from "./element.js";

let recorder = null; // a MediaRecorder

const note = text => {
  byId("sound-note").textContent = text;
};

// Calls heard(text).
async function transcribe(blob, heard) {
  note("Listening…");
  const form = new FormData();
  form.append("file", blob, "recording");
  try {
    const response = await request("/v1/audio/transcriptions", { method: "POST", body: form });
    const { text } = await response.json();
    note(text ? "" : "Nothing was said.");
    if (text) heard(text);
  } catch (error) {
    note(error.message);
  }
}

async function record(heard) {
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
    transcribe(new Blob(pieces, { type: pieces[0]?.type }), heard);
  };
  recorder.start();
  byId("record").textContent = "End";
  note("Recording…");
}

export function startSound(heard) {
  byId("record").onclick = () => (recorder ? recorder.stop() : record(heard));
  byId("recording").onchange = event => {
    const [file] = event.target.files;
    event.target.value = ""; // so that the same file can be chosen again
    if (file) transcribe(file, heard);
  };
}
