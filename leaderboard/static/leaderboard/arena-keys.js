// Keys press what is on the page: data-key="a" is pressed by A, data-key="n enter" by N or Enter.
// In a field keys write; Escape leaves it.

const TYPING = "input, textarea, select, [contenteditable]";
const PRESSABLE = "a, button, summary";

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || event.isComposing) return;
  const key = event.key.toLowerCase();
  const field = event.target.closest(TYPING);
  if (field && key === "escape") return field.blur();
  if (field && !field.matches("[type=checkbox]")) return;
  if (key === "enter" && event.target.closest(PRESSABLE)) return;
  const target = document.querySelector(`[data-key~="${CSS.escape(key)}"]:not(:disabled)`);
  if (!target) return;
  event.preventDefault();
  target.click();
});
