// One request for a reply, over any of the transports.
//
// ask({picture, moves, question, sound, turns, settings}, listener, signal) resolves to {text, usage,
// timings, finish_reason, videos}. picture: null for a question without one. moves: whether it is a
// video, about which the reply has `videos`. question: "" for a caption, or if a recording, `sound`,
// asks. turns: earlier [{question, sound, answer}] that are sent along; null: no conversation. While
// the reply is generated, calls listener.text(piece) and listener.progress({stage, done, total}).
import { events, postJson, request } from "./api.js";
import { messages } from "./socket.js";

function readAs(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

function choices({ tokens, temperature, seed }) {
  return { max_tokens: tokens, temperature, ...(temperature > 0 && seed !== null ? { seed } : {}) };
}

const taskOf = question => (question ? { type: "vqa", question } : { type: "caption" });

async function askForm({ picture, question, settings }, listener, signal) {
  const streams = settings.way !== "whole";
  const form = new FormData();
  form.append("file", picture, "picture");
  if (question) form.append("question", question);
  const fields = { ...choices(settings), stream: streams, progress: streams };
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  const response = await request(question ? "/vqa" : "/caption", {
    method: "POST",
    body: form,
    signal,
  });
  return streams ? readReply(events(response), listener) : end(await response.json());
}

async function askSocket({ picture, moves, question, settings }, listener, signal) {
  const body = {
    ...taskOf(question),
    [moves ? "video" : "image"]: await readAs(picture),
    progress: true,
    ...choices(settings),
  };
  return readReply(messages(body, signal), listener);
}

// Reads the objects of /caption and /vqa up to the completed reply.
async function readReply(objects, listener) {
  let last = null;
  for await (const object of objects) {
    if (object.progress) listener.progress(object.progress);
    if (object.chunk) listener.text(object.chunk);
    if (object.completed) last = object;
  }
  return end(last);
}

const end = object => ({ ...object, text: object.caption ?? object.answer });

const textPart = text => ({ type: "text", text });

async function conversation({ picture, moves, question, sound, turns }) {
  // The default prompts of /caption for models with a chat template.
  const captions = moves ? "Describe the video." : "Describe the picture.";
  const contentOf = async turn => {
    if (!turn.sound) return [textPart(turn.question || captions)];
    const heard = { type: "input_audio", input_audio: { data: await readAs(turn.sound) } };
    return turn.question ? [heard, textPart(turn.question)] : [heard];
  };
  const list = [];
  for (const turn of turns ?? []) {
    list.push({ role: "user", content: await contentOf(turn) });
    list.push({ role: "assistant", content: [textPart(turn.answer)] });
  }
  list.push({ role: "user", content: await contentOf({ question, sound }) });
  if (picture) {
    const type = moves ? "video_url" : "image_url";
    list[0].content.unshift({ type, [type]: { url: await readAs(picture) } });
  }
  return list;
}

async function askChat(what, listener, signal) {
  const streams = what.settings.way !== "whole";
  const body = { messages: await conversation(what), ...choices(what.settings), stream: streams };
  if (!streams) {
    const reply = await (await postJson("/v1/chat/completions", body, signal)).json();
    const { message, finish_reason } = reply.choices[0];
    return { ...reply, text: message.content, finish_reason };
  }
  Object.assign(body, { return_progress: true, stream_options: { include_usage: true } });
  const reply = { text: "" };
  for await (const chunk of events(await postJson("/v1/chat/completions", body, signal))) {
    if (chunk.progress) listener.progress(chunk.progress);
    if (chunk.usage) Object.assign(reply, { usage: chunk.usage, timings: chunk.timings });
    if (chunk.videos) reply.videos = chunk.videos;
    const choice = chunk.choices[0];
    if (!choice) continue;
    if (choice.delta.content) {
      reply.text += choice.delta.content;
      listener.text(choice.delta.content);
    }
    reply.finish_reason = choice.finish_reason ?? reply.finish_reason;
  }
  return reply;
}

export function ask(what, listener, signal) {
  const isChat = what.turns !== null || what.picture === null || what.sound !== null;
  if (isChat) return askChat(what, listener, signal);
  return what.settings.way === "socket"
    ? askSocket(what, listener, signal)
    : askForm(what, listener, signal);
}
