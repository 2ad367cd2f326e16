"use strict";

// A review goes through the images that have a data-path. What was decided is a list, which undo
// shortens; later decisions on an image override earlier ones. It is kept in the browser, so that
// closing the page loses nothing, until other images make another key.
(() => {
  const bar = document.getElementById("review");
  const status = bar.querySelector("[role=status]");
  const buttons = [...bar.querySelectorAll("button")];
  const classes = JSON.parse(bar.dataset.classes); // names of y = 0 and y = 1
  const others = JSON.parse(bar.dataset.others); // [path, y]
  const choices = { 1: 1, 0: 0, x: "out" };

  const places = new Map(); // path: its elements; an image may be shown twice
  for (const element of document.querySelectorAll("[data-path]")) {
    const path = JSON.parse(element.dataset.path);
    places.set(path, [...(places.get(path) ?? []), element]);
  }
  const paths = [...places.keys()];
  const labels = new Map(
    paths.map((path) => [path, JSON.parse(places.get(path)[0].dataset.label)]),
  );

  let decisions = restored();
  let saved = decisions.length; // how many of them are in a file, or came from before
  let at = -1; // the place in paths; -1 before the start

  function restored() {
    try {
      const kept = JSON.parse(localStorage.getItem(storageKey()) ?? "[]");
      return kept.filter(([path]) => places.has(path));
    } catch {
      return []; // no storage here
    }
  }

  function keep() {
    try {
      localStorage.setItem(storageKey(), JSON.stringify(decisions));
    } catch {
      // No storage, or a full one: leaving the page asks first.
    }
  }

  function storageKey() {
    return `catclf review ${bar.dataset.key}`;
  }

  function decided() {
    return new Map(decisions);
  }

  function describe(choice) {
    return choice === "out" ? "left out" : classes[choice];
  }

  function show() {
    const chosen = decided();
    for (const [path, elements] of places) {
      for (const element of elements) {
        const choice = chosen.get(path);
        element.classList.toggle("current", path === paths[at]);
        const mark = element.querySelector(".decision");
        mark.textContent = choice === undefined ? "" : `→ ${describe(choice)}`;
        mark.hidden = choice === undefined;
      }
    }
    const last = decisions.at(-1);
    const done = `${chosen.size} of ${paths.length} decided`;
    status.textContent = last ? `${done}; last: ${describe(last[1])}` : done;
    const started = at >= 0;
    for (const button of buttons) {
      const key = button.dataset.key;
      button.hidden = key === "start" ? started : !started && key !== "s";
      button.disabled = (key === "u" && !decisions.length) || (key === "s" && !rows().length);
    }
  }

  function go(to) {
    at = Math.max(0, Math.min(to, paths.length - 1));
    show();
    const [element] = places.get(paths[at]);
    element.focus({ preventScroll: true });
    element.scrollIntoView({ block: "center" });
  }

  function decide(choice) {
    decisions.push([paths[at], choice]);
    keep();
    go(at + 1);
  }

  function undo() {
    if (!decisions.length) return;
    const [path] = decisions.pop();
    saved = Math.min(saved, decisions.length);
    keep();
    go(paths.indexOf(path));
  }

  function start() {
    const chosen = decided();
    go(Math.max(0, paths.findIndex((path) => !chosen.has(path))));
  }

  // [path, name of the class] of every image that has a label and is not left out.
  function rows() {
    const chosen = decided();
    const reviewed = paths.map((path) => [path, chosen.get(path) ?? labels.get(path)]);
    return [...reviewed, ...others]
      .filter(([, y]) => y !== null && y !== "out")
      .map(([path, y]) => [path, classes[y]]);
  }

  function save() {
    if (!rows().length) return;
    saveCsv("labels.csv", [["path", "label"], ...rows()]);
    saved = decisions.length;
    status.textContent = `labels.csv: ${rows().length} images`;
  }

  function act(key) {
    if (key === "start") start();
    else if (key === "s") save();
    else if (at < 0) return false; // nothing is decided unseen
    else if (key === "ArrowRight") go(at + 1);
    else if (key === "ArrowLeft") go(at - 1);
    else if (key === "u") undo();
    else if (key in choices) decide(choices[key]);
    else return false;
    return true;
  }

  for (const button of buttons) button.addEventListener("click", () => act(button.dataset.key));

  document.addEventListener("keydown", (event) => {
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.ctrlKey || event.altKey || event.metaKey || key === "start") return;
    if (event.target.closest("a, summary, .scroll")) return; // these have keys of their own
    if (act(key)) event.preventDefault();
  });

  for (const [path, elements] of places) {
    for (const element of elements) {
      element.addEventListener("click", () => at >= 0 && go(paths.indexOf(path)));
    }
  }

  window.addEventListener("beforeunload", (event) => {
    if (decisions.length !== saved) event.preventDefault();
  });

  bar.hidden = false;
  show();
})();
