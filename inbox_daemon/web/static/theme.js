"use strict";
// Light or dark: what the system says, unless this person has chosen. Runs before the first paint.
(() => {
  const key = "antragseingang-ansicht";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const chosen = () => {
    try {
      return window.localStorage.getItem(key);
    } catch {
      return null; // Storage may be forbidden; then the system's choice holds.
    }
  };
  const now = () => chosen() ?? (dark.matches ? "dark" : "light");
  const show = () => {
    if (chosen()) root.dataset.kernTheme = chosen();
    const other = now() === "dark" ? "Hell" : "Dunkel";
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      button.textContent = other;
      button.setAttribute("aria-label", `Ansicht umschalten auf ${other.toLowerCase()}`);
    }
  };
  show();
  document.addEventListener("DOMContentLoaded", () => {
    show();
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.addEventListener("click", () => {
        try {
          window.localStorage.setItem(key, now() === "dark" ? "light" : "dark");
        } catch {
          return;
        }
        show();
      });
    }
  });
  dark.addEventListener("change", show);
})();
