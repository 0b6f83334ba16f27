// Creates elements concisely. Text is always set as text, never as markup.

const byId = id => document.getElementById(id);

function withAttributes(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "text") element.textContent = value;
    else if (value !== null) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

// make("a", {class: "x", text: "y", href: "#z"}, child, ...). Attributes that are null are left out.
const make = (tag, attributes = {}, ...children) =>
  withAttributes(document.createElement(tag), attributes, children);

// The same for the elements of an SVG image.
const makeSvg = (tag, attributes = {}, ...children) =>
  withAttributes(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

const makeButton = (text, onClick, attributes = {}) => {
  const button = make("button", { type: "button", text, ...attributes });
  button.addEventListener("click", onClick);
  return button;
};

// What a section shows instead of an empty plot.
const makeNote = text => make("p", { class: "note", text });

const paperWidth = 1150; // px, so that text is as small on paper as that around the plots

// Calls `draw(width)` now and whenever the width of the element changes.
function drawAtWidth(element, draw) {
  let width = 0;
  const look = () => {
    if (element.clientWidth === width || element.clientWidth === 0) return;
    width = element.clientWidth;
    draw(width);
  };
  new ResizeObserver(look).observe(element);
  look();
}
