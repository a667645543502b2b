// The only script of our own on every page. Pages are complete without it.

// Copy buttons. A page that is not served over https has no clipboard.
for (const button of document.querySelectorAll(".snippet-copy")) {
  const label = button.textContent;
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.copy);
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = label), 2000);
  });
}

// What scrolls is a tab stop, but only while there is more to see; and its edges
// fade where there is.
const look = (box) => {
  const more = box.scrollWidth - box.clientWidth;
  box.tabIndex = more > 0 || box.scrollHeight > box.clientHeight ? 0 : -1;
  const [start, end] = [box.scrollLeft > 1, box.scrollLeft < more - 1];
  if (start || end) box.dataset.more = start && end ? "both" : start ? "start" : "end";
  else delete box.dataset.more;
};
const sizes = new ResizeObserver((entries) => entries.forEach(({ target }) => look(target)));
for (const box of document.querySelectorAll(".md-typeset [tabindex='0']")) {
  sizes.observe(box);
  box.addEventListener("scroll", () => look(box), { passive: true });
}

// Material leaves its search dialog without a name.
const query = document.querySelector(".md-search__input");
query?.closest("[role=dialog]")?.setAttribute("aria-label", query.placeholder);
