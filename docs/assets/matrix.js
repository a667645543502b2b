// Filter and sort a table: the behaviour matrix, and those of all of torch. They
// are complete without it. What is filtered is a body of rows, or a row.
const tables = [...document.querySelectorAll(".matrix-controls")].map((form) => {
  const table = form.nextElementSibling.querySelector("table");
  const items = [...table.querySelectorAll("[id]")];
  const names = new Map(
    items.map((item) => {
      const [head] = (item.rows?.[0] ?? item).cells;
      return [item, `${head.textContent} ${item.id}`.toLowerCase()];
    }),
  );
  const { text, source, traps, count } = form.elements;
  const choices = [...form.querySelectorAll("select")].filter((one) => one !== source);
  const heads = [...table.tHead.rows[0].cells].map((head) => head.dataset.c);
  // What an item may be chosen by: its families, or the words in a cell.
  const has = (item, { name }) =>
    item.dataset.f?.split(" ") ??
    item.cells[heads.indexOf(name)].textContent.split(form.dataset.and);

  const filter = () => {
    const words = text.value.toLowerCase().split(/\s+/);
    const wanted = choices.filter((one) => one.value);
    let shown = 0;
    for (const item of items) {
      item.hidden =
        !words.every((word) => names.get(item).includes(word)) ||
        !wanted.every((one) => has(item, one).includes(one.value)) ||
        (traps.checked && !("t" in item.dataset));
      for (const row of source ? item.querySelectorAll("tr[data-s]") : []) {
        const sources = row.dataset.s.split(" ");
        row.hidden = source.value && !sources.includes(source.value);
      }
      shown += !item.hidden;
    }
    count.value = `${shown} ${form.dataset.shown}`;
  };

  const sort = (head) => {
    const up = head.getAttribute("aria-sort") !== "ascending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    const key = (item) => {
      const row = item.rows ? item.querySelector("tr[data-s]:not([hidden])") : item;
      return row?.cells[head.cellIndex]?.textContent ?? "";
    };
    const keys = new Map(items.map((item) => [item, key(item)]));
    const order = new Intl.Collator(document.documentElement.lang, { numeric: true });
    const turned = up ? 1 : -1;
    const sorted = [...items].sort(
      (a, b) => turned * order.compare(keys.get(a), keys.get(b)),
    );
    items[0].parentNode.append(...sorted);
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
  return { form, items, filter };
});
// A link to a row from this page must find it, whatever is filtered out.
addEventListener("hashchange", () => {
  const row = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const of = tables.find(({ items }) => items.includes(row));
  if (row?.hidden && of) {
    of.form.reset();
    of.filter();
    row.scrollIntoView();
  }
});
