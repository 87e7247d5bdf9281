"use strict";
// The Prüfseite by keys: Enter goes over the open points, F2 F4 F8 F9, zoom, readings on arrow down.
// Without it every button and link of the page does the same.
(() => {
  const one = (selector, root = document) => root.querySelector(selector);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const form = one("#blatt");
  if (!form) return;
  const editable = "editable" in form.dataset;
  const tasten = one("#tasten");
  const inputOf = (feld) => one("input:not([type=hidden],[type=checkbox]), select", feld);
  const feldOf = (element) => element instanceof Element && element.closest("[data-feld]");
  const tickOf = (feld) => one('input[name="bestaetigt"]:not([value="weit"])', feld);
  const valueOf = (feld) => {
    const radio = one("input[type=radio][name=unterschrift]", feld);
    if (radio) return one("input[name=unterschrift]:checked", feld)?.value ?? "";
    return one("[name=betrag], [name=kreis]", feld).value;
  };

  // A reason is asked for only where the amount is another than the machine's.
  const betrag = one("#betrag");
  const reasons = one("[data-reasons]");
  const digits = (text) => text.replace(/\s|€|EUR/g, "").replace(/,(00|-+)?$/, "").replace(/[.']/g, "");
  const showReasons = () => {
    if (!reasons) return;
    reasons.hidden = !betrag.value.trim() || digits(betrag.value) === digits(betrag.dataset.machine);
  };

  // Which points are open: not ticked, and not filled in anew.
  const started = new Map(all("[data-feld]").map((feld) => [feld, valueOf(feld)]));
  const isOpen = (feld) => {
    if (!("open" in feld.dataset)) return false;
    const tick = tickOf(feld);
    return !(tick?.checked || (valueOf(feld) && valueOf(feld) !== started.get(feld)));
  };
  const open = () => all("[data-feld]").filter(isOpen);
  const tell = () => {
    const count = open().length;
    const rest = one("[data-rest]");
    const words = count === 0 ? "alle Angaben geprüft" : `noch ${count} ${count === 1 ? "Punkt" : "Punkte"}`;
    if (rest && rest.textContent !== words) rest.textContent = words;
  };
  const focusOn = (feld) => {
    const target = one("#betrag, .filter, input[name=unterschrift]:checked", feld) ?? inputOf(feld);
    // Only as far as needed: the reason at the top shall stay in sight.
    target.focus({ preventScroll: true });
    feld.scrollIntoView({ block: "nearest" });
    if (target.select) target.select();
  };
  const accept = (feld) => {
    const tick = tickOf(feld);
    if (tick && valueOf(feld)) tick.checked = true;
    tell();
  };
  // An amount other than the machine's: why, before anything else.
  const askReason = () => {
    const first = reasons && !reasons.hidden && !one(":checked", reasons) && one("input", reasons);
    if (first) first.focus();
    return Boolean(first);
  };
  const onward = (feld) => {
    if (feld.dataset.feld === "betrag" && askReason()) return;
    const left = open().filter((other) => other !== feld);
    const later = left.find((other) => feld.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (later ?? left[0]) focusOn(later ?? left[0]);
    else if (isOpen(feld)) focusOn(feld);
    else one("#freigeben").focus();
  };
  const release = () => {
    const here = feldOf(document.activeElement);
    if (here && isOpen(here)) accept(here);
    const left = open();
    if (askReason()) return;
    if (left.length) focusOn(left[0]);
    else form.requestSubmit(one("#freigeben"));
  };

  form.addEventListener("input", () => { showReasons(); tell(); });
  form.addEventListener("change", tell);
  showReasons();

  // Readings and Kreise: a combobox after the pattern of the ARIA guide.
  const combo = (input, list, options, choose) => {
    let at = -1;
    const close = () => {
      list.hidden = true;
      at = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    };
    const show = (items) => {
      list.replaceChildren(...items);
      list.hidden = items.length === 0;
      input.setAttribute("aria-expanded", String(items.length > 0));
      at = -1;
    };
    const mark = (index) => {
      const items = all("li", list);
      if (!items.length) return;
      at = (index + items.length) % items.length;
      items.forEach((item, n) => item.setAttribute("aria-selected", String(n === at)));
      input.setAttribute("aria-activedescendant", items[at].id);
      items[at].scrollIntoView({ block: "nearest" });
    };
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-autocomplete", "list");
    close();
    input.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const up = event.key === "ArrowUp";
      if (event.key === "ArrowDown" || (up && !list.hidden)) {
        event.preventDefault();
        if (list.hidden) { show(options(true)); mark(0); } else mark(at + (up ? -1 : 1));
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        event.stopPropagation();
        close();
      } else if (event.key === "Enter" && !list.hidden && at >= 0) {
        choose(all("li", list)[at]);
        close();
      }
    });
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      const item = event.target.closest("li");
      if (item) { choose(item); close(); }
    });
    input.addEventListener("blur", close);
    return { show, mark, close };
  };
  if (editable) {
    const readings = one("#betrag-liste");
    const items = all("li", readings);
    if (items.length) {
      combo(betrag, readings, () => items, (item) => { betrag.value = item.dataset.value; showReasons(); tell(); });
    }
  }

  // The Kreis: the list of the page stays what is sent, a field that filters stands before it.
  const select = one("#kreis");
  if (editable) {
    const input = document.createElement("input");
    const list = document.createElement("ul");
    const words = (text) => text.toLowerCase().replace(/ä/g, "ae").replace(/ö/g, "oe").replace(/ü/g, "ue").replace(/ß/g, "ss");
    const entries = [...select.options].filter((option) => option.value);
    Object.assign(input, { type: "text", className: "filter", id: "kreis-filter", value: select.value ? select.selectedOptions[0].text : "" });
    for (const name of ["aria-labelledby", "aria-describedby", "aria-invalid"]) {
      if (select.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name));
    }
    input.setAttribute("aria-keyshortcuts", "F4");
    input.setAttribute("autocomplete", "off");
    Object.assign(list, { id: "kreis-liste", className: "lesarten", hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Kreise");
    const item = (option) => {
      const entry = document.createElement("li");
      entry.id = `kreis-${option.value}`;
      entry.setAttribute("role", "option");
      entry.dataset.value = option.value;
      entry.textContent = option.text + ("likely" in option.dataset ? " (möglich)" : "");
      return entry;
    };
    const chosen = () => select.selectedOptions[0]?.value ? select.selectedOptions[0].text : "";
    const found = (everything) => {
      const wanted = everything || input.value === chosen() ? [] : words(input.value).split(/\s+/);
      const fits = entries.filter((option) => wanted.every((word) => words(option.text).includes(word)));
      const first = (option) => (words(option.text).startsWith(wanted[0] ?? "") ? 0 : 1) - ("likely" in option.dataset ? 2 : 0);
      return fits.sort((a, b) => first(a) - first(b)).map(item);
    };
    const choose = (entry) => {
      select.value = entry.dataset.value;
      input.value = chosen();
      select.dispatchEvent(new Event("change", { bubbles: true }));
    };
    const box = combo(input, list, found, choose);
    input.addEventListener("input", () => {
      select.value = "";
      const items = found(false);
      box.show(items);
      // Two Kreise may share a name: only a single one is taken up by Enter alone.
      if (items.length === 1) box.mark(0);
    });
    // What was typed and means no entry of the list is not left standing as if it did.
    input.addEventListener("blur", () => { input.value = chosen(); tell(); });
    select.hidden = true;
    select.after(input, list);
  }

  // Zoom: the width of the pages in percent of their column; the box of the field in its middle.
  const scroll = one("[data-scroll]");
  const shown = one("[data-zoom-shown]");
  const follow = one("[data-follow]");
  const steps = [50, 75, 100, 125, 150, 200, 250, 300];
  let zoom = 100;
  const zoomTo = (percent) => {
    zoom = percent;
    for (const seite of all(".seite", scroll)) seite.style.width = `${percent}%`;
    shown.textContent = `${percent} %`;
  };
  const lookAt = (name) => {
    all(".stelle", scroll).forEach((g) => g.classList.toggle("stelle-here", g.dataset.stelle === name));
    const box = one(`[data-stelle="${name}"] .innen`, scroll);
    if (!box || follow.getAttribute("aria-pressed") !== "true") return;
    const wide = Number(box.getAttribute("width"));
    // Not so near that the label beside the box is lost.
    const fit = steps.filter((step) => (wide * step) / 100 <= 80 && step <= 150);
    zoomTo(Math.max(100, fit.at(-1) ?? 100));
    const place = box.getBoundingClientRect();
    const frame = scroll.getBoundingClientRect();
    // The label of a field stands at its left: more room there.
    scroll.scrollLeft += place.left - frame.left - (frame.width - place.width) * 0.8;
    scroll.scrollTop += place.top - frame.top - (frame.height - place.height) / 2;
  };
  const zoomBy = (step) => {
    if (step === 0) return zoomTo(100);
    const at = steps.findIndex((value) => value >= zoom);
    return zoomTo(steps[Math.min(Math.max(at + step, 0), steps.length - 1)]);
  };
  one("[data-zoom]").hidden = !one(".papier", scroll);
  for (const button of all("[data-zoom-by]")) button.addEventListener("click", () => zoomBy(Number(button.dataset.zoomBy)));
  follow.addEventListener("click", () => {
    follow.setAttribute("aria-pressed", String(follow.getAttribute("aria-pressed") !== "true"));
  });
  form.addEventListener("focusin", (event) => {
    const feld = feldOf(event.target);
    if (feld) lookAt(feld.dataset.feld);
  });

  // Keys. Before those of pages.js, which would click a button without asking for open points.
  const typing = (element) => element instanceof Element && element.matches("input:not([type=radio],[type=checkbox]), textarea, select");
  const letters = { r: "r", z: "z", a: "a" };
  const group = one("[data-andere]");
  const keys = (event) => {
    if (tasten?.open || event.defaultPrevented || event.isComposing) return false;
    const { key, ctrlKey, altKey, metaKey, shiftKey, target } = event;
    const plain = !ctrlKey && !altKey && !metaKey;
    if (plain && (key === "F1" || (key === "?" && !typing(target)))) return tasten.showModal() ?? true;
    if (ctrlKey && !altKey && !shiftKey && key.toLowerCase() === "z" && !typing(target)) {
      const undo = one("[data-undo]");
      return undo ? undo.requestSubmit() ?? true : false;
    }
    if (altKey && !ctrlKey && (key === "PageDown" || key === "PageUp")) {
      one(key === "PageDown" ? "[data-next]" : "[data-previous]")?.click();
      return true;
    }
    if (altKey && !ctrlKey && ["+", "-", "0"].includes(key)) return zoomBy({ "+": 1, "-": -1, 0: 0 }[key]) ?? true;
    if (!editable) return false;
    if ((plain && key === "F8") || (ctrlKey && !altKey && key === "Enter" && target.id !== "notiz")) {
      if (!event.repeat) release();
      return true;
    }
    if (!plain) return false;
    if (key === "F2") return focusOn(one('[data-feld="betrag"]')) ?? true;
    if (key === "F4") return focusOn(one('[data-feld="kreis"]')) ?? true;
    if (key === "F9") return one("button", group).focus() ?? true;
    if (group.contains(target)) {
      const buttons = all("button", group);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[key];
      if (step) return buttons.at((buttons.indexOf(target) + step) % buttons.length).focus() ?? true;
      const letter = letters[key.toLowerCase()];
      if (letter) return one(`[data-letter="${letter}"]`, group).focus() ?? true;
    }
    if (key === "Enter" && target.matches("h1, main, body")) {
      if (open().length) focusOn(open()[0]);
      else one("#freigeben").focus();
      return true;
    }
    return false;
  };
  window.addEventListener("keydown", (event) => { if (keys(event)) event.preventDefault(); }, true);
  // Enter in a field: after the lists have had it, before the form would be sent.
  form.addEventListener("keydown", (event) => {
    const feld = feldOf(event.target);
    if (event.key !== "Enter" || event.ctrlKey || event.altKey || !feld || !editable) return;
    event.preventDefault();
    accept(feld);
    onward(feld);
  });
  one("[data-help]").addEventListener("click", (event) => { event.preventDefault(); tasten.showModal(); });

  // Whose case it is: asked as the page is opened, and again while somebody works on it.
  const lease = form.dataset.lease;
  let asked = 0;
  const ask = async () => {
    if (!lease || Date.now() - asked < 240000) return;
    asked = Date.now();
    const token = one('input[name="token"]', form).value;
    const answer = await fetch(lease, { method: "POST", headers: { "X-Token": token } }).catch(() => null);
    if (answer?.status === 409) one("[data-rest]").textContent = await answer.text();
  };
  if (editable) {
    let sent = false;
    ask();
    form.addEventListener("input", ask);
    form.addEventListener("submit", () => { sent = true; });
    // Whoever only leafs through keeps nobody from a case.
    window.addEventListener("pagehide", () => {
      const token = one('input[name="token"]', form).value;
      if (!sent) navigator.sendBeacon(lease.replace(/dabei$/, "lassen"), new URLSearchParams({ token }));
    });
  }

  // After an action the heading of the next case, else the first open point.
  tell();
  const wrong = one('[aria-invalid="true"], .field-error');
  if (wrong && editable) focusOn(feldOf(wrong) ?? all("[data-feld]")[0]);
  else if (one(".told-line")) one("#fall").focus();
  else if (editable && open().length) focusOn(open()[0]);
  else one("#fall").focus();
})();
