"use strict";

// What lets the scripts of a model run outside a browser, for the proof.

globalThis.atob = (base64) =>
  Array.from(Uint8Array.fromBase64(base64), (byte) => String.fromCharCode(byte)).join("");

let pixels; // red, green, blue and opacity of an image

function allocate(width, height) {
  pixels = new Uint8Array(width * height * 4);
  return pixels.buffer;
}

function rowsOf(whole) {
  return (left, top, width, count) => {
    const part = new Uint8Array(width * count * 4);
    for (let row = 0; row < count; row++) {
      const from = ((top + row) * whole + left) * 4;
      part.set(pixels.subarray(from, from + width * 4), row * width * 4);
    }
    return part;
  };
}

function answer(model, width, height) {
  const square = toSquare({ width, height, rows: rowsOf(width) }, model.resize);
  const { logit, probability, label } = model.explain(square);
  return JSON.stringify([logit, probability, label]);
}
