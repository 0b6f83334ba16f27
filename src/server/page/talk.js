// Shows the conversation.
import { byId, make } from "./element.js";
import { blocksOf } from "./markup.js";
import { timingsOf } from "./timings.js";
import { timeLineOf } from "./video.js";

const nearEnd = 80; // px
const stageWords = {
  videos: "Choosing frames of the video",
  queue: "Waiting in the queue",
  pictures: "Looking",
  prompt: "Reading",
};

// Scrolls to the end, unless the user has scrolled up.
function follow(change) {
  const talk = byId("talk");
  const end = talk.lastElementChild?.getBoundingClientRect().bottom ?? 0;
  change();
  if (end < innerHeight + nearEnd) talk.lastElementChild.scrollIntoView({ block: "nearest" });
}

export function showPicture({ name, facts, thumbnail }) {
  const image = thumbnail ? [make("img", { src: thumbnail, alt: "", width: 48, height: 48 })] : [];
  const text = make("span", {}, make("b", { text: name }), make("span", { text: facts }));
  follow(() => byId("talk").append(make("li", { class: "picture" }, ...image, text)));
}

// A question and its pending reply.
export class Turn {
  constructor(question) {
    this.said = make("div", { class: "said" });
    this.stage = make("progress", { "aria-label": "Progress", max: 1 });
    this.item = make(
      "li",
      { class: "turn", "aria-busy": "true" },
      make("p", { class: question ? "asked" : "asked task", text: question || "Caption" }),
      this.said,
      this.stage,
    );
    this.text = "";
    byId("talk").append(this.item);
    this.item.scrollIntoView({ block: "nearest" });
  }

  progress({ stage, done, total }) {
    if (this.text) return;
    const before = stage === "queue" ? `: place ${total - done} in the queue` : "";
    this.said.textContent = `${stageWords[stage]}${before}…`;
    this.said.classList.add("waits");
    if (total > 1 && stage !== "queue") {
      this.stage.max = total;
      this.stage.value = done;
    } else {
      this.stage.removeAttribute("value");
    }
  }

  add(piece) {
    this.text += piece;
    this.say(this.text);
  }

  say(text) {
    follow(() => {
      this.stage.remove();
      this.said.classList.remove("waits");
      this.said.replaceChildren(...blocksOf(text));
    });
  }

  close() {
    this.stage.remove();
    this.item.removeAttribute("aria-busy");
  }

  // about: the picture, or null.
  end(reply, about) {
    this.say(reply.text.trim() === "" ? "(no words)" : reply.text);
    for (const video of reply.videos ?? []) this.item.append(timeLineOf(video, about.blob));
    for (const details of byId("talk").querySelectorAll(".timings")) details.open = false;
    const timings = timingsOf(reply, about !== null);
    timings.open = true;
    follow(() => this.item.append(timings));
    this.close();
  }

  stop() {
    this.say(this.text);
    this.item.append(make("p", { class: "note", text: "Stopped" }));
    this.close();
  }

  fail(message) {
    this.say(this.text);
    this.item.append(make("p", { class: "wrong", role: "alert", text: message }));
    this.close();
  }
}
