// Text of answers as it comes: gathered for a frame, then appended as text nodes.
// Long answers are written in blocks, so that new text lays out the last block only.

const BLOCK = 1500; // characters
const pending = new Map();
let frame = 0;

const answers = () => document.querySelectorAll("#battle [data-side]");

function append(answer, text) {
  const last = answer.lastElementChild ?? answer.appendChild(document.createElement("div"));
  last.size ??= 0;
  const end = last.size > BLOCK ? text.indexOf("\n") : -1;
  last.append(end < 0 ? text : text.slice(0, end));
  last.size += text.length;
  if (end < 0) return;
  answer.appendChild(document.createElement("div"));
  if (end + 1 < text.length) append(answer, text.slice(end + 1));
}

function flush() {
  frame = 0;
  for (const answer of answers()) {
    const text = pending.get(answer.dataset.side);
    if (text) append(answer, text);
  }
  pending.clear();
}

export function add(side, text) {
  pending.set(side, (pending.get(side) ?? "") + text);
  frame ||= requestAnimationFrame(flush);
}

export function clear() {
  pending.clear();
  for (const answer of answers()) answer.replaceChildren();
}
