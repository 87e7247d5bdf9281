"use strict";
// The list remembers from which row one left, and how many rows are ticked.
(() => {
  const list = document.querySelector("[data-list]");
  if (!list) return;
  for (const hidden of list.querySelectorAll(".chosen")) hidden.hidden = false;

  const PLACE = "arbeitsvorrat.zuletzt";
  const place = location.pathname + location.search;
  list.addEventListener("click", (event) => {
    const link = event.target.closest("th.case a");
    if (!link) return;
    try {
      sessionStorage.setItem(PLACE, JSON.stringify({ place, row: link.closest("tr").id }));
    } catch {
      // A browser that keeps nothing only loses the mark.
    }
  });

  let left = null;
  try {
    left = JSON.parse(sessionStorage.getItem(PLACE) || "null");
  } catch {
    left = null;
  }
  const marked = list.querySelector("tr[aria-current]");
  const row = marked || (left && left.place === place ? document.getElementById(left.row) : null);
  if (!row) return;
  row.setAttribute("aria-current", "true");
  if (!location.hash) row.scrollIntoView({ block: "center" });
})();
