// The same objects as events(), over a WebSocket. Browsers cannot send a key with it.
import { ApiError, checked } from "./api.js";

function opened(signal) {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/ws`);
    signal.addEventListener("abort", () => socket.close());
    socket.onopen = () => resolve(socket);
    socket.onerror = () => reject(new ApiError("The WebSocket cannot be opened.", 0));
  });
}

// body: {type: "caption" or "vqa", ...} with the fields of that endpoint.
export async function* messages(body, signal) {
  const socket = await opened(signal);
  const come = [];
  let wake = () => {};
  socket.onmessage = ({ data }) => {
    come.push(data);
    wake();
  };
  socket.onclose = () => {
    come.push(null);
    wake();
  };
  socket.send(JSON.stringify(body));
  try {
    for (;;) {
      while (come.length === 0)
        await new Promise(resolve => {
          wake = resolve;
        });
      const data = come.shift();
      if (signal.aborted) throw signal.reason;
      if (data === null) throw new ApiError("The reply broke off.", 0);
      if (data === "[DONE]") return;
      yield checked(JSON.parse(data));
    }
  } finally {
    socket.close();
  }
}
