// The page: connects its parts.
import { ApiError, getJson, request } from "./api.js";
import { ask } from "./ask.js";
import { byId } from "./element.js";
import { startLive } from "./live.js";
import { lock, startLock } from "./lock.js";
import { showModel } from "./model.js";
import { frameOfCamera, startPicture } from "./picture.js";
import { readSettings, refusalOf, startSettings } from "./settings.js";
import { note, startSound, transcribe } from "./sound.js";
import { showPicture, Turn } from "./talk.js";

let picture = null; // as picture.js describes it
let turns = []; // answered, about it or without a picture: {question, sound, answer}
let running = null; // an AbortController
let open = false; // the server has accepted the key, or needs none

function update() {
  const idle = open && running === null;
  byId("caption").disabled = !picture || !idle;
  byId("send").disabled = !idle || byId("question").value.trim() === "";
  byId("question").placeholder = picture ? "Ask about the picture" : "Ask something";
  byId("send").hidden = running !== null;
  byId("stop").hidden = running === null;
}

// about: the picture, or null. remembers: false for a look of its own. sound: a recording that asks,
// perhaps beside the question; or null.
async function reply(question, about = picture, remembers = true, sound = null) {
  const settings = readSettings();
  if (!settings) return;
  settings.remembers &&= remembers;
  const turn = new Turn(sound ? `${question} (spoken)`.trim() : question);
  const refusal = about ? refusalOf(about.blob, settings) : "";
  if (refusal) return turn.fail(refusal);
  running = new AbortController();
  update();
  const hear = { progress: progress => turn.progress(progress), text: piece => turn.add(piece) };
  const what = {
    picture: about && about.blob,
    moves: about !== null && about.moves,
    question,
    sound,
    turns: settings.remembers ? turns : null,
    settings,
  };
  try {
    const answer = await ask(what, hear, running.signal);
    turn.end(answer, about);
    if (remembers && about === picture) turns = [...turns, { question, sound, answer: answer.text }];
  } catch (error) {
    if (error.name === "AbortError") {
      turn.stop();
    } else {
      turn.fail(error.message);
      if (!(error instanceof ApiError)) console.error(error);
      if (error.status === 401) {
        open = false;
        lock("The key is no longer valid.");
      }
    }
  }
  running = null;
  update();
}

const watchPause = 2000; // ms, from a reply to the next look
const mostLooks = 20; // that the conversation keeps

// Replies about what the camera sees now, again and again: to the question in its field, or with a
// caption.
async function watch() {
  const button = byId("watch");
  const isOn = () => button.getAttribute("aria-pressed") === "true" && !button.hidden;
  const looks = [];
  while (isOn()) {
    const blob = document.hidden || running ? null : await frameOfCamera();
    if (blob && open) {
      await reply(byId("question").value.trim(), { blob, moves: false }, false);
      looks.push(byId("talk").lastElementChild);
      if (looks.length > mostLooks) looks.shift().remove();
    }
    await new Promise(resolve => setTimeout(resolve, watchPause));
  }
  button.setAttribute("aria-pressed", "false");
}

let isLive = false;

// Whether a model reads pictures.
const reads = model => model.image_size > 0;

let ear = ""; // who hears recordings: "model", the model itself; "whisper", another; "": nobody

async function findEar() {
  const { data } = await getJson("/v1/models");
  const reads = data.map(({ architecture }) => architecture?.input_modalities ?? []);
  if (reads.some(kinds => kinds.includes("audio") && kinds.includes("text"))) return "model";
  return reads.some(kinds => kinds.includes("audio")) ? "whisper" : "";
}

async function enter() {
  const about = await getJson("/");
  open = true;
  showModel(about);
  for (const part of document.querySelectorAll(".sees")) part.hidden = !reads(about.model);
  byId("blind").hidden = reads(about.model);
  if (!reads(about.model)) {
    byId("talk").dataset.empty = "What you ask, and the answers, appear here.";
  }
  startSettings(about);
  ear = await findEar();
  byId("record").hidden = ear === "";
  if (!isLive) startLive();
  isLive = true;
  update();
}

startPicture(chosen => {
  picture = chosen;
  turns = [];
  showPicture(chosen);
  update();
});
startSound(async sound => {
  const field = byId("question");
  if (ear === "model") {
    if (running) return note("Wait for the reply, and speak again.");
    const question = field.value.trim();
    field.value = "";
    return reply(question, picture, true, sound);
  }
  const text = await transcribe(sound);
  if (text === "") return;
  field.value = [field.value.trim(), text].filter(part => part !== "").join(" ");
  field.focus();
  update();
});
byId("caption").onclick = () => reply("");
byId("watch").onclick = () => {
  const starts = byId("watch").getAttribute("aria-pressed") !== "true";
  byId("watch").setAttribute("aria-pressed", String(starts));
  if (starts) watch();
};
byId("question").oninput = update;
byId("ask").onsubmit = event => {
  event.preventDefault();
  const question = byId("question").value.trim();
  if (byId("send").disabled || question === "") return;
  byId("question").value = "";
  reply(question);
};
byId("stop").onclick = () => {
  running.abort();
  byId("question").focus();
};
byId("forget").onclick = async () => {
  try {
    await request("/clear-cache", { method: "POST" });
    byId("forgotten").textContent = "Forgotten: the next reply looks again.";
  } catch (error) {
    byId("forgotten").textContent = error.message;
  }
};
startLock(enter, message => {
  byId("model").textContent = message;
});
