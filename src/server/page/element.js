// Creates elements concisely.

export const byId = id => document.getElementById(id);

const svg = "http://www.w3.org/2000/svg";

// make("a", {class: "x", text: "y", href: "/"}, child, ...); "svg:rect" for elements of images.
// Attributes that are null are left out.
export function make(tag, attributes = {}, ...children) {
  const element = tag.startsWith("svg:")
    ? document.createElementNS(svg, tag.slice("svg:".length))
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const sizes = ["bytes", "KiB", "MiB", "GiB"];

// 38010880 -> "36 MiB".
export function bytesText(bytes) {
  const step = Math.min(sizes.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const size = bytes / 1024 ** step;
  return `${size < 10 && step > 0 ? size.toFixed(1) : size.toFixed(0)} ${sizes[step]}`;
}
