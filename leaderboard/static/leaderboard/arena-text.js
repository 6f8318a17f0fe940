// Text of answers as it comes: gathered for a frame, then appended as text nodes.
// Long answers are written in blocks, so that new text lays out the last block only.

import { forget, share } from "./arena-thoughts.js";

const BLOCK = 1500; // characters
const pending = new Map();
let frame = 0;

const answers = () => document.querySelectorAll("#battle [data-side]");

function append(part, text) {
  const last = part.lastElementChild ?? part.appendChild(document.createElement("div"));
  last.size ??= 0;
  const end = last.size > BLOCK ? text.indexOf("\n") : -1;
  last.append(end < 0 ? text : text.slice(0, end));
  last.size += text.length;
  if (end < 0) return;
  part.appendChild(document.createElement("div"));
  if (end + 1 < text.length) append(part, text.slice(end + 1));
}

function flush() {
  frame = 0;
  for (const answer of answers()) {
    const text = pending.get(answer.dataset.side);
    if (text) share(answer, text, append);
  }
  pending.clear();
}

export function add(side, text) {
  pending.set(side, (pending.get(side) ?? "") + text);
  frame ||= requestAnimationFrame(flush);
}

export function clear() {
  pending.clear();
  for (const answer of answers()) forget(answer);
}
