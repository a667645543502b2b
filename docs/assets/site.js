// The only script of our own. Pages are complete without it.

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

// What scrolls sideways is a tab stop, but only while there is more to see.
const stops = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    target.tabIndex = target.scrollWidth > target.clientWidth ? 0 : -1;
  }
});
document.querySelectorAll("[tabindex='0']").forEach((box) => {
  if (box.closest(".snippet")) stops.observe(box);
});

// Material leaves its search dialog without a name.
const query = document.querySelector(".md-search__input");
query?.closest("[role=dialog]")?.setAttribute("aria-label", query.placeholder);
