// Buttons that copy: an address of this site (data-copy) or the text of an element (data-copy-from).

function textOf(button) {
  const from = button.dataset.copyFrom;
  if (from) return document.getElementById(from).textContent.trim();
  return new URL(button.dataset.copy, location.href).href;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy], [data-copy-from]");
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(textOf(button));
    button.textContent = document.body.dataset.copied;
  } catch {
    button.textContent = document.body.dataset.notCopied;
  }
  setTimeout(() => (button.textContent = label), 1600);
});
