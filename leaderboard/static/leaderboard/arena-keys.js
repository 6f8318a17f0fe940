// Keys press what is on the page: data-key="a" is pressed by A, data-key="n enter" by N or Enter.

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSABLE = "a, button, summary";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  if (event.target.closest(TYPING)) return;
  const key = event.key.toLowerCase();
  if (key === "enter" && event.target.closest(PRESSABLE)) return;
  const target = document.querySelector(`[data-key~="${CSS.escape(key)}"]:not(:disabled)`);
  if (!target) return;
  event.preventDefault();
  target.click();
});
