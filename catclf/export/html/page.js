"use strict";

// The page: images come from files, folders, the clipboard or the camera, wait in a queue, and
// become rows of the table.
(() => {
  const byId = (id) => document.getElementById(id);
  const content = JSON.parse(byId("model").dataset.content);
  const model = new Model(content.model);
  const results = []; // {name, probability, label, error}, one for each row
  const queue = []; // of images that wait
  const camera = new Camera(byId("video"));
  let isBusy = false;

  // One image after the other; between two of them, the browser draws the page.
  async function work() {
    if (isBusy) return;
    isBusy = true;
    for (let done = 0; queue.length; done++) {
      say(`Image ${done + 1} of ${done + queue.length}`);
      await new Promise((resolve) => setTimeout(resolve));
      const next = queue[0];
      const result = await outcome(next);
      if (queue[0] !== next) continue; // all were removed meanwhile
      queue.shift();
      addRow(result);
    }
    isBusy = false;
    say(results.length ? summary() : "");
  }

  async function outcome({ name, open }) {
    let image;
    try {
      image = await open();
      const answer = model.explain(seen(image, model.resize));
      const canvas = thumbnail(image, 192);
      return { name, ...answer, canvases: [canvas, overlay(canvas, answer.places, model.resize)] };
    } catch (error) {
      const isUnknown = error instanceof DOMException;
      const unknown = "damaged, or of a kind that this browser does not know";
      return { name, error: isUnknown ? unknown : error.message };
    } finally {
      image?.source.close?.();
    }
  }

  function add(items) {
    queue.push(...items);
    if (items.length) work();
    else say("There are no images among these");
  }

  function say(text) {
    byId("status").textContent = text;
  }

  function summary() {
    const count = (label) => results.filter((result) => result.label === label).length;
    const failed = results.filter((result) => result.error).length;
    const parts = [model.positive, model.negative].map((label) => `${count(label)} ${label}`);
    const images = results.length === 1 ? "1 image" : `${results.length} images`;
    return `${images}: ${parts.join(", ")}${failed ? `, ${failed} unreadable` : ""}`;
  }

  function addRow({ name, probability, label, canvases = [], error }) {
    results.push({ name, probability, label, error });
    canvases.forEach((canvas, i) => {
      canvas.setAttribute("role", "img");
      canvas.setAttribute("aria-label", ["image", "what each place adds to the logit"][i]);
      canvas.classList.toggle("overlay", i === 1);
    });
    const row = byId("results").insertRow();
    row.insertCell().append(element("div", "canvases", ...canvases), element("bdi", "name", name));
    if (error) {
      row.insertCell().append(element("span", "muted", `cannot be read: ${error}`));
      row.lastChild.colSpan = 2;
    } else {
      const kind = label === model.positive ? "positive" : "negative";
      row.insertCell().append(element("bdi", kind, label));
      row.insertCell().append(probability.toFixed(4));
      row.lastChild.className = "number";
    }
    for (const id of ["table", "actions"]) byId(id).hidden = false;
    row.scrollIntoView({ block: "nearest" });
  }

  function element(kind, className, ...children) {
    const made = document.createElement(kind);
    made.className = className;
    made.append(...children);
    return made;
  }

  function removeAll() {
    queue.length = results.length = 0;
    byId("results").replaceChildren();
    for (const id of ["table", "actions"]) byId(id).hidden = true;
    say("");
  }

  // As `catclf predict --csv` writes them.
  function save() {
    const rows = results.map(({ name, label = "", probability, error = "" }) => {
      return [name, label, probability?.toPrecision(6) ?? "", error, ""];
    });
    const heads = ["path", "label", "probability", "error", "strangeness"];
    saveCsv("predictions.csv", [heads, ...rows]);
  }

  async function startCamera() {
    try {
      await camera.start();
      byId("camera").hidden = false;
    } catch {
      say("No camera can be used here directly");
      byId("photo").click(); // a telephone opens its own camera
    }
  }

  function stopCamera() {
    camera.stop();
    byId("camera").hidden = true;
  }

  const actions = {
    files: () => byId("files").click(),
    folder: () => byId("folder").click(),
    camera: startCamera,
    take: async () => add([await camera.take()]),
    stop: stopCamera,
    save,
    remove: removeAll,
  };
  for (const button of document.querySelectorAll("button")) {
    button.addEventListener("click", actions[button.dataset.action]);
  }
  for (const id of ["files", "folder", "photo"]) {
    byId(id).addEventListener("change", ({ target }) => {
      add(chosen(target));
      target.value = ""; // so that the same files can be chosen again
    });
  }
  byId("overlay").addEventListener("change", ({ target }) => {
    byId("table").classList.toggle("plain", !target.checked);
  });
  document.addEventListener("paste", ({ clipboardData }) => {
    const files = [...clipboardData.files].filter(isImage);
    if (files.length) add(files.map((file) => imageOf(file)));
  });
  document.addEventListener("dragover", (event) => {
    event.preventDefault();
    document.body.classList.add("dragging");
  });
  document.addEventListener("dragleave", ({ relatedTarget }) => {
    if (!relatedTarget) document.body.classList.remove("dragging");
  });
  document.addEventListener("drop", async (event) => {
    event.preventDefault();
    document.body.classList.remove("dragging");
    add(await dropped(event.dataTransfer));
  });

  byId("try").hidden = false;
  complaint(model, content.test).then((text) => {
    byId("warning").textContent = text ?? "";
    byId("warning").hidden = !text;
  });
})();
