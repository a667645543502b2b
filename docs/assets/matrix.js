// Filter and sort the behaviour matrix. The table is complete without it.
const form = document.querySelector(".matrix-controls");
const table = document.querySelector("table.matrix-on");
const bodies = [...table.tBodies];

const filter = () => {
  const { text, family, source, traps, count } = form.elements;
  const wanted = text.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const body of bodies) {
    const head = body.rows[0].textContent.toLowerCase() + " " + body.id;
    body.hidden =
      !wanted.every((word) => head.includes(word)) ||
      (family.value && !body.dataset.f.split(" ").includes(family.value)) ||
      (traps.checked && !("t" in body.dataset));
    for (const row of body.querySelectorAll("tr[data-s]")) {
      const sources = row.dataset.s.split(" ");
      row.hidden = source.value && !sources.includes(source.value);
    }
    shown += !body.hidden;
  }
  count.value = `${shown} ${form.dataset.shown}`;
};

const sort = (head) => {
  const up = head.getAttribute("aria-sort") !== "ascending";
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  head.setAttribute("aria-sort", up ? "ascending" : "descending");
  const key = (body) => {
    const row = body.querySelector("tr[data-s]:not([hidden])");
    return row?.cells[head.cellIndex]?.textContent ?? "";
  };
  const keys = new Map(bodies.map((body) => [body, key(body)]));
  const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const turned = up ? 1 : -1;
  const sorted = [...bodies].sort(
    (a, b) => turned * order.compare(keys.get(a), keys.get(b)),
  );
  table.append(...sorted);
};

for (const head of table.tHead.querySelectorAll("th[data-c]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = head.textContent;
  button.title = form.dataset.sort;
  button.addEventListener("click", () => sort(head));
  head.replaceChildren(button);
}
form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
filter();
// A link to a row from this page must find it, whatever is filtered out.
addEventListener("hashchange", () => {
  const body = document.getElementById(location.hash.slice(1));
  if (body?.hidden) {
    form.reset();
    filter();
    body.scrollIntoView();
  }
});
