// A draft of the form stays in this browser until it is submitted; files are never kept.

const PREFIX = "draft:";
const form = document.querySelector("form[data-draft]");

function fields() {
  return [...form.elements].filter(
    (each) => each.name && each.type !== "file" && each.name !== "csrfmiddlewaretoken",
  );
}

function value(field) {
  return field.type === "checkbox" ? field.checked : field.value;
}

function save() {
  const kept = Object.fromEntries(fields().map((each) => [each.name, value(each)]));
  localStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(kept));
}

function restore() {
  const kept = JSON.parse(localStorage.getItem(PREFIX + form.dataset.draft) || "{}");
  for (const field of fields()) {
    if (!(field.name in kept)) continue;
    if (field.type === "checkbox") field.checked = kept[field.name];
    else if (!field.value || field.tagName === "SELECT") field.value = kept[field.name] || field.value;
  }
}

if (form) {
  const isFresh = !form.querySelector("[role=alert]") && !new URLSearchParams(location.search).has("locator");
  try {
    if (isFresh) restore();
    form.addEventListener("input", save);
    form.addEventListener("submit", () => localStorage.removeItem(PREFIX + form.dataset.draft));
  } catch {
    // A browser that keeps nothing: the form works without drafts.
  }
}
