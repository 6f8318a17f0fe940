// A refusal that passes (too often, storage busy) is shown, where htmx would drop it in silence.
// Only for what was sent: a page that merely looks again keeps what it has.

const PASSING = [429, 503];

document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  if (requestConfig.verb !== "get" && PASSING.includes(xhr.status)) {
    event.detail.shouldSwap = true;
  }
});
