// Narrow the decision table and the calls to the answers given. The choices
// live in the address, so that an answer can be linked. Complete without it.
const form = document.querySelector("form.choose");
const status = form.querySelector("[role=status]");
const rows = [...document.querySelectorAll(".choose-on tbody tr")];
const calls = [...document.querySelectorAll(".choose-calls > li")];
const fields = [...form.querySelectorAll("fieldset")];
const questions = [...new Set([...form.querySelectorAll("[type=radio]")].map((r) => r.name))];

const chosen = () => {
  const given = new Map();
  for (const [name, value] of new FormData(form)) given.set(name, value);
  return given;
};

const fits = (row, given, but) =>
  [...given].every(([q, value]) => q === but || row.dataset[q].split(" ").includes(value));

const narrow = () => {
  const given = chosen();
  const left = rows.filter((row) => !(row.hidden = !fits(row, given)));
  // A question that cannot matter is not asked: its rows hold for all options.
  for (const field of fields) {
    const { name } = field.querySelector("input");
    const all = field.querySelectorAll("input").length;
    field.hidden = !rows.some(
      (row) => fits(row, given, name) && row.dataset[name].split(" ").length < all,
    );
  }
  const ids = new Set(left.flatMap((row) => row.dataset.calls?.split(" ") ?? []));
  for (const call of calls) call.hidden = !ids.has(call.dataset.call);
  const text = form.dataset;
  const open = fields.filter((f) => !f.hidden && !f.querySelector(":checked")).length;
  const first = calls.find((call) => !call.hidden)?.querySelector("h3").textContent;
  const said = [];
  if (!given.size) said.push(text.start);
  else if (!first) said.push(text.none);
  else if (given.get("gpu") === "maybe" && text.unrecorded) said.push(text.unrecorded, first);
  else said.push(text.found.replace("{n}", ids.size).replace("{first}", () => first));
  if (given.size && first && left.length > 1) said.push(text.left.replace("{n}", open));
  status.textContent = said.join(" ");
  for (const link of document.querySelectorAll(".choose-on a[data-to]")) {
    const wanted = new URLSearchParams([...given]);
    for (const [name, value] of new URLSearchParams(link.dataset.to)) wanted.set(name, value);
    link.href = `?${wanted}`;
  }
};

const answer = (text) => {
  for (const [name, value] of new URLSearchParams(text)) {
    for (const radio of form.querySelectorAll("[type=radio]")) {
      if (radio.name === name && radio.value === value) radio.checked = true;
    }
  }
};

const keep = () => {
  const query = new URLSearchParams([...chosen()]).toString();
  history.replaceState(null, "", query ? `?${query}` : location.pathname);
  narrow();
};

// The nearest wishes become links; of a row, they take over what it stands for.
for (const item of document.querySelectorAll(".choose-on [data-to]")) {
  const link = document.createElement("a");
  const row = { ...item.closest("tr").dataset };
  link.dataset.to = item.dataset.to;
  link.textContent = item.textContent;
  item.removeAttribute("data-to");
  item.replaceChildren(link);
  link.addEventListener("click", (event) => {
    event.preventDefault();
    for (const q of questions) if (!row[q].includes(" ")) answer(`${q}=${row[q]}`);
    answer(link.dataset.to);
    keep();
    form.querySelector(`[name=${link.dataset.to.split("=")[0]}]:checked`).focus();
  });
}
form.addEventListener("change", keep);
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("reset", () => setTimeout(keep));
// A link to a call must find it, whatever is left.
addEventListener("hashchange", () => {
  const call = document.getElementById(location.hash.slice(1));
  if (call?.hidden) {
    call.hidden = false;
    call.scrollIntoView();
  }
});
form.reset(); // browsers bring back what was chosen before a reload
answer(location.search);
form.hidden = false;
narrow();
