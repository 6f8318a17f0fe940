// Shift and a click on a heading: sort by this column too, after those that sort already.

document.addEventListener(
  "click",
  (event) => {
    const link = event.target.closest("a[data-also]");
    if (!link || !event.shiftKey) return;
    event.preventDefault();
    event.stopPropagation();
    location.assign(link.dataset.also);
  },
  { capture: true },
);
