// Filter the list of claims. The list is complete without it.
const form = document.querySelector(".claims-filter");
const rows = [...document.querySelectorAll(".claims-list tbody tr")];
const choices = ["verdict", "topic", "source"];

const filter = () => {
  const words = form.elements.text.value.toLowerCase().split(/\s+/);
  let shown = 0;
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden =
      !words.every((word) => text.includes(word)) ||
      choices.some((name) => {
        const wanted = form.elements[name].value;
        return wanted && !row.dataset[name].split(" ").includes(wanted);
      });
    shown += !row.hidden;
  }
  const { count } = form.elements;
  count.value = shown ? `${shown} ${form.dataset.shown}` : form.dataset.none;
};

form.addEventListener("input", filter);
form.addEventListener("submit", (event) => event.preventDefault());
form.hidden = false;
filter();
