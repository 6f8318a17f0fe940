// A battle while it is written: text nodes as they come, the finished page when both are complete.

import { add, clear } from "./arena-text.js";

const POLL_MS = 2000;
let source = null;
let poll = 0;

const battle = () => document.querySelector("#battle");

// The sentences stand on the announcer, in the language of the page.
function announce(event) {
  const announcer = document.querySelector("#announcer");
  announcer.textContent = announcer.dataset[event];
}

function onText(event) {
  const { side, text } = JSON.parse(event.data);
  add(side, text);
}

function startPolling() {
  poll ||= setInterval(refresh, POLL_MS);
}

function stopPolling() {
  clearInterval(poll);
  poll = 0;
}

// Take the battle from the page the server renders, once it says something new.
async function refresh() {
  const response = await fetch(location.href).catch(() => null);
  if (!response?.ok) return startPolling();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("#battle");
  if (!fresh || fresh.dataset.state === battle().dataset.state) return comeBack();
  stopPolling();
  source?.close();
  battle().replaceWith(document.adoptNode(fresh));
  window.htmx?.process(fresh);
  arrive();
}

// The browser comes back by itself, except to a server that answered with an error.
function comeBack() {
  startPolling();
  if (source?.readyState === EventSource.CLOSED) listen(source.url);
}

function arrive() {
  const state = battle()?.dataset.state;
  if (state === "ANSWERING") return listen(battle().dataset.stream);
  if (["ANSWERED", "READY", "FAILED"].includes(state)) announce(state.toLowerCase());
  if (state === "VOTED") document.querySelector("#reveal h1").focus();
}

function listen(address) {
  announce("writing");
  if (Number(battle().dataset.turn) > 1) battle().querySelector(".exchange:last-of-type").scrollIntoView();
  source?.close();
  clear();
  source = new EventSource(address);
  source.addEventListener("open", stopPolling);
  source.addEventListener("text", onText);
  source.addEventListener("anew", clear);
  source.addEventListener("end", () => source.close() || refresh());
  source.addEventListener("error", startPolling);
}

// Stop without leaving the page: what came stays, and the stream tells when it is over.
document.addEventListener("submit", (event) => {
  if (!("stop" in event.target.dataset)) return;
  event.preventDefault();
  fetch(event.target.action, { method: "POST", body: new FormData(event.target), redirect: "manual" }).catch(refresh);
});
document.addEventListener("htmx:sendError", () => announce("unreachable"));
document.addEventListener("htmx:afterSettle", ({ detail }) => detail.target === document.body && arrive());
if (battle()?.dataset.state === "ANSWERING") arrive();
