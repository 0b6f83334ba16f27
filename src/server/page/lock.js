// The field for a key, where the server asks for one.
import { getJson, hasKey, useKey } from "./api.js";
import { byId } from "./element.js";

// Shows the field; what needs a key can not be used without.
export function lock(note) {
  document.querySelector("main").inert = true;
  byId("lock").hidden = false;
  byId("lock-note").textContent = note;
  byId("key").focus();
}

// Calls enter() now if there is no lock, and again for each key that is given, until one fits.
// failed(message): for what has nothing to do with keys.
export function startLock(enter, failed) {
  async function start() {
    try {
      // Asked first: a request that is refused would look like a mistake of the page.
      const { needs_key } = await getJson("/health");
      if (needs_key && !hasKey()) return lock("");
      await enter();
      document.querySelector("main").inert = false;
      byId("lock").hidden = true;
    } catch (error) {
      if (error.status === 401) return lock("That is none of this server's keys.");
      failed(error.message);
    }
  }
  byId("lock").onsubmit = event => {
    event.preventDefault();
    useKey(byId("key").value.trim());
    start();
  };
  start();
}
