// What a model says to itself, folded while it comes as it is in the finished answer: from <think>
// to </think>, on both sides alike. A thought that was opened before the answer is known by its end.
// Tags come in pieces.

const TAG = /<\/?think>/;
const HALF = /<(\/?(t(h(i(nk?)?)?)?)?)?$/; // what may become a tag with the next text

function part(answer) {
  answer.place ??= answer.appendChild(document.createElement("div"));
  return answer.place;
}

function fold(answer) {
  const thought = part(answer);
  const details = document.createElement("details");
  const summary = details.appendChild(document.createElement("summary"));
  summary.textContent = document.querySelector("#announcer").dataset.thinking;
  thought.replaceWith(details);
  details.append(thought);
}

// Go on after a tag: a thought within a thought is text of it, and only the first may lack its opening.
function turn(answer, tag) {
  const isThinking = answer.place?.parentElement !== answer && Boolean(answer.place);
  if (tag === "<think>" && isThinking) return;
  if (tag === "</think>" && !isThinking && !answer.querySelector("details")) fold(answer);
  answer.place = null;
  if (tag === "<think>") fold(answer);
}

// Give each run of text to the part of the answer that it belongs to.
export function share(answer, text, append) {
  let rest = (answer.half ?? "") + text;
  for (let tag = TAG.exec(rest); tag; tag = TAG.exec(rest)) {
    if (tag.index) append(part(answer), rest.slice(0, tag.index));
    turn(answer, tag[0]);
    rest = rest.slice(tag.index + tag[0].length);
  }
  answer.half = HALF.exec(rest)?.[0] ?? "";
  rest = rest.slice(0, rest.length - answer.half.length);
  if (rest) append(part(answer), rest);
}

export function forget(answer) {
  answer.replaceChildren();
  answer.place = answer.half = null;
}
