"use strict";
// Space ticks an amount and goes on to the next; the count stands beside the button.
(() => {
  const sheet = document.querySelector("[data-sheet]");
  if (!sheet) return;
  const boxes = [...sheet.querySelectorAll("input[type=checkbox]")];
  const told = sheet.querySelector("[data-ticked]");
  if (told) told.closest("[hidden]")?.removeAttribute("hidden");
  const count = () => {
    if (told) told.textContent = String(boxes.filter((box) => box.checked).length);
  };

  for (const [place, box] of boxes.entries()) {
    box.addEventListener("change", count);
    // After the browser's own answer to the key, which ticks the box.
    box.addEventListener("keyup", (event) => {
      if (event.key === " " && box.checked) boxes[place + 1]?.focus();
    });
  }
  window.addEventListener("pageshow", count);
  count();
  if (boxes.length > 0 && !location.hash) boxes[0].focus({ preventScroll: true });
})();
