// Renders the Markdown of replies: paragraphs, lists and code only, everything else as it was
// written. No part of a reply is interpreted as HTML.
import { make } from "./element.js";

const fence = /^\s*(`{3,}|~{3,})[^`]*$/;
const item = /^\s*(?:[-*+•]|(\d{1,9})[.)])\s+(.*)$/;
const heading = /^#{1,6}\s+(.*)$/;
const inline = /(`{1,2})([^`]+)\1(?!`)|\*\*([^*\s](?:[^*]*[^*\s])?)\*\*/g;

// Text, <code> and <strong>.
function wordsOf(line) {
  const parts = [];
  let end = 0;
  for (const match of line.matchAll(inline)) {
    const [whole, , code, strong] = match;
    parts.push(line.slice(end, match.index));
    parts.push(code ? make("code", { text: code }) : make("strong", { text: strong }));
    end = match.index + whole.length;
  }
  return [...parts, line.slice(end)];
}

const linesOf = lines =>
  lines.flatMap((line, i) => (i === 0 ? wordsOf(line) : ["\n", ...wordsOf(line)]));

const isEmpty = line => line.trim() === "";
const indentOf = line => line.length - line.trimStart().length;

// The index of the next line that is not empty; -1: none.
const nextWords = lines => lines.findIndex(line => !isEmpty(line));

// Removes the first block from `lines` and returns its element.
function takeCode(lines) {
  const indent = indentOf(lines[0]);
  const [, mark] = lines.shift().match(fence);
  const end = new RegExp(`^\\s*${mark[0]}{${mark.length},}\\s*$`);
  const size = lines.findIndex(line => end.test(line));
  const code = lines.splice(0, size < 0 ? lines.length : size);
  lines.shift(); // the closing fence, if it has arrived
  const text = code.map(line => line.slice(Math.min(indent, indentOf(line)))).join("\n");
  return make("pre", { tabindex: "0" }, make("code", { text }));
}

// Lines indented more than an item's marker belong to the item.
function takeList(lines) {
  const indent = indentOf(lines[0]);
  const isNumbered = lines[0].match(item)[1] !== undefined;
  const list = make(isNumbered ? "ol" : "ul");
  for (;;) {
    const [, number, text] = lines.shift().match(item);
    const entry = make("li", isNumbered ? { value: number } : {}, ...wordsOf(text));
    list.append(entry);
    let next = nextWords(lines);
    for (; next >= 0 && indentOf(lines[next]) > indent; next = nextWords(lines)) {
      lines.splice(0, next);
      if (item.test(lines[0])) entry.append(takeList(lines));
      else if (fence.test(lines[0])) entry.append(takeCode(lines));
      else entry.append("\n", ...wordsOf(lines.shift().trim()));
    }
    const found = next < 0 ? null : lines[next].match(item);
    const isSameKind = found && (found[1] !== undefined) === isNumbered;
    if (!isSameKind || indentOf(lines[next]) < indent) return list;
    lines.splice(0, next);
  }
}

function takeParagraph(lines) {
  const isOver = line => isEmpty(line) || [fence, item, heading].some(form => form.test(line));
  const size = lines.findIndex(isOver);
  return make("p", {}, ...linesOf(lines.splice(0, size < 0 ? lines.length : size)));
}

// The elements of a text.
export function blocksOf(text) {
  const lines = text.split(/\r?\n/);
  const blocks = [];
  while (lines.length > 0) {
    if (isEmpty(lines[0])) lines.shift();
    else if (fence.test(lines[0])) blocks.push(takeCode(lines));
    else if (item.test(lines[0])) blocks.push(takeList(lines));
    else if (heading.test(lines[0]))
      blocks.push(make("p", { class: "heading" }, ...wordsOf(lines.shift().match(heading)[1])));
    else blocks.push(takeParagraph(lines));
  }
  return blocks;
}
