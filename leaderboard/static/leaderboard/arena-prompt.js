// The prompt: Enter sends where there is a keyboard, a count appears near the limit.

const NEAR = 0.8;

function count(textarea) {
  const limit = Number(textarea.dataset.limit);
  const length = [...textarea.value.trim()].length;
  const form = textarea.form;
  const output = form.querySelector("[data-count]");
  output.hidden = length < NEAR * limit;
  const written = (number) => number.toLocaleString(document.documentElement.lang);
  const sentence = output.dataset.count;
  output.textContent = sentence.replace("[length]", written(length)).replace("[limit]", written(limit));
  output.classList.toggle("over", length > limit);
  form.querySelector("[data-send]").disabled = length > limit;
}

document.addEventListener("input", (event) => {
  if (event.target.matches("[data-limit]")) count(event.target);
});

document.addEventListener("keydown", (event) => {
  const textarea = event.target.closest("[data-limit]");
  if (!textarea || event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  if (!matchMedia("(pointer: fine)").matches) return;
  event.preventDefault();
  const send = textarea.form.querySelector("[data-send]");
  if (textarea.value.trim()) textarea.form.requestSubmit(send);
});

// One battle for one prompt, however often the button is pressed.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = "yes";
});

// Coming back with the browser's Back button, the form can be sent again.
addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  for (const textarea of document.querySelectorAll("[data-limit]")) count(textarea);
});
