"use strict";

// Where images come from: files and folders that were chosen or dropped.

// An image that waits: its name, and how to open it.
function imageOf(file, name) {
  return { file, name: name || file.name, open: () => openImage(file) };
}

// Browsers name no type for the kinds of images that they do not know.
function isImage({ type, name }) {
  return type.startsWith("image/") || /\.(avif|heic|heif)$/i.test(name);
}

// Those that an input has; of a folder, the images, in the order of their names.
function chosen(input) {
  const files = [...input.files].map((file) => imageOf(file, file.webkitRelativePath));
  if (!input.webkitdirectory) return files;
  return files.filter(({ file }) => isImage(file)).sort(byName);
}

function byName(a, b) {
  return a.name.localeCompare(b.name);
}

// All files that were dropped, also those in folders, in the order of their names.
async function dropped({ items }) {
  const parts = [...items].map((part) => part.webkitGetAsEntry() ?? part.getAsFile());
  const found = [];
  for (const part of parts.filter(Boolean)) {
    if (part instanceof File) found.push(imageOf(part));
    else if (part.isFile) found.push(...(await filesOf(part)));
    else found.push(...(await filesOf(part)).filter(({ file }) => isImage(file)));
  }
  return found;
}

async function filesOf(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
    return [imageOf(file, entry.fullPath.slice(1))];
  }
  const reader = entry.createReader();
  const entries = [];
  for (;;) {
    // At most a hundred of them come at once.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) break;
    entries.push(...some);
  }
  return (await Promise.all(entries.sort(byName).map(filesOf))).flat();
}
