// The field for a key, if the server requires one.
import { getJson, hasKey, useKey } from "./api.js";
import { byId } from "./element.js";

// Shows the field and disables what needs a key.
export function lock(note) {
  document.querySelector("main").inert = true;
  byId("lock").hidden = false;
  byId("lock-note").textContent = note;
  byId("key").focus();
}

// Calls enter() now if no key is needed, else once an entered key is valid.
// failed(message): for errors other than a wrong key.
export function startLock(enter, failed) {
  async function start() {
    try {
      // Checked first: browsers log a rejected request as an error of the page.
      const { needs_key } = await getJson("/health");
      if (needs_key && !hasKey()) return lock("");
      await enter();
      document.querySelector("main").inert = false;
      byId("lock").hidden = true;
    } catch (error) {
      if (error.status === 401) return lock("That is not one of this server's keys.");
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
