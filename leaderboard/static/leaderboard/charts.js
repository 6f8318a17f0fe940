// Draw the figure that the server made, in the colours of the theme, and open what is clicked.

const place = document.getElementById("chart");
const figure = JSON.parse(document.getElementById("chart-figure").textContent);
const probe = document.createElement("i");
probe.hidden = true;
document.body.append(probe);

function resolved(value) {
  if (typeof value === "string" && value.startsWith("var(")) {
    probe.style.color = value;
    return getComputedStyle(probe).color;
  }
  if (Array.isArray(value)) return value.map(resolved);
  if (value && typeof value === "object") {
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each)]));
  }
  return value;
}

function isNarrow() {
  return place.clientWidth < 560;
}

async function draw() {
  const { data, layout } = resolved(figure);
  layout.font.family = getComputedStyle(document.body).fontFamily;
  layout.autosize = true;
  if (isNarrow()) {
    layout.font.size = 12;
    layout.margin = { ...layout.margin, l: Math.min(layout.margin.l - 16, 112), r: 20 };
    layout.yaxis.title.text = "";
    for (const trace of data) if (trace.mode === "markers+text") trace.mode = "markers";
  }
  await Plotly.react(place, data, layout, { displayModeBar: false, responsive: true });
}

await draw();
place.on("plotly_click", (event) => {
  const address = [event.points[0].customdata].flat(2)[0];
  if (address) location.assign(address);
});
document.addEventListener("themechange", draw);
document.addEventListener("click", (event) => {
  const format = event.target.closest("[data-picture]")?.dataset.picture;
  if (!format) return;
  const filename = document.querySelector("h1").textContent.toLowerCase().replaceAll(" ", "-");
  Plotly.downloadImage(place, { format, filename, width: 1200, height: 720, scale: 2 });
});
