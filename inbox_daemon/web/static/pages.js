"use strict";
// What every page gets where scripts run: menus that close, boxes that tick all, pages that wait.
(() => {
  const typing = (element) =>
    element instanceof HTMLElement &&
    (element.isContentEditable || /^(INPUT|SELECT|TEXTAREA)$/.test(element.tagName));

  const closeMenus = (except) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (menu !== except && !menu.contains(except)) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => closeMenus(event.target));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const open = document.querySelector("details.menu[open]");
    if (!open) return;
    closeMenus(null);
    open.querySelector("summary").focus();
  });

  // A form that was sent is not sent a second time by an impatient click.
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  // A button with data-key is pressed by that key (F8, F9): never while a dialogue is open.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.shiftKey || event.metaKey) return;
    if (document.querySelector("dialog[open]") || event.repeat) return;
    const target = [...document.querySelectorAll("[data-key]")].find(
      (one) => one.dataset.key === event.key && !one.hidden && one.offsetParent !== null,
    );
    if (!target || (event.key.length === 1 && typing(event.target))) return;
    event.preventDefault();
    if (target.dataset.keyDoes === "focus") target.focus();
    else target.click();
  });

  for (const all of document.querySelectorAll("[data-ticks]")) {
    const boxes = () => [...document.querySelectorAll(`input[name="${all.dataset.ticks}"]:not(:disabled)`)];
    const told = document.querySelector("[data-ticked]");
    const count = () => {
      const ticked = boxes().filter((box) => box.checked).length;
      if (told) told.textContent = String(ticked);
      all.checked = ticked > 0 && ticked === boxes().length;
      all.indeterminate = ticked > 0 && !all.checked;
    };
    all.closest("[hidden]")?.removeAttribute("hidden");
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      count();
    });
    document.addEventListener("change", (event) => {
      if (event.target.name === all.dataset.ticks) count();
    });
    window.addEventListener("pageshow", count);
    count();
  }
})();
