// Light or dark: the reader's own choice, remembered in this browser. Runs before the first paint.

const root = document.documentElement;
root.classList.add("js");

function stored() {
  try {
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

function isDark() {
  const chosen = root.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

if (stored()) root.dataset.theme = stored();

document.addEventListener("click", (event) => {
  if (!event.target.closest("[data-theme-toggle]")) return;
  root.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", root.dataset.theme);
  } catch {
    // A browser without storage keeps the choice for this page.
  }
  document.dispatchEvent(new Event("themechange"));
});
