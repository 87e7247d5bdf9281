"use strict";
// The pages of another decision: Ctrl+Enter sends, Esc goes back, a ticked point shows its letter.
(() => {
  const one = (selector) => document.querySelector(selector);
  const focusFirst = () => {
    const first = one("[role=alert]") ? one("#fall") : one("input[type=radio]:checked, input[type=radio], [data-send]:not([disabled])");
    (first ?? one("#fall"))?.focus({ preventScroll: true });
  };
  window.addEventListener("keydown", (event) => {
    if (event.ctrlKey && !event.altKey && event.key === "Enter") {
      event.preventDefault();
      const send = one("[data-send]");
      if (!event.repeat && send && !send.disabled) one("[data-decide]").requestSubmit(send);
    } else if (event.key === "Escape" && !event.ctrlKey && !event.altKey && !one("details.menu[open]")) {
      event.preventDefault();
      one("[data-back]").click();
    }
  });
  const day = one("#tag");
  day?.addEventListener("input", () => { one('input[name="wann"][value="tag"]').checked = true; });

  const points = one("[data-preview]");
  if (points) {
    one("[data-without-script]").hidden = true;
    let latest = 0;
    points.addEventListener("change", async () => {
      const mine = (latest += 1);
      // What is shown no longer is what is ticked: nothing may be sent until it is again.
      one("[data-send]").disabled = true;
      const query = new URLSearchParams(new FormData(points));
      const answer = await fetch(`${points.action}?${query}`).catch(() => null);
      if (mine !== latest) return;
      if (!answer?.ok) { points.submit(); return; }
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== latest) return;
      one("#vorschau").replaceWith(fresh.querySelector("#vorschau"));
    });
  }
  focusFirst();
})();
