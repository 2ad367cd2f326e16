"use strict";

// Pillow's bicubic resizing, to the byte: along the width, rounded to bytes, and then along the
// height. Each new pixel is a weighted mean of old ones, by cubic convolution with a = -0.5, which
// is stretched where the image gets smaller; outside pixels do not count.

const SIDE = 64; // of what models see, in pixels
const BITS = 22; // of a weight's fraction
const STRIP = 2 ** 20; // pixels that are read at once

// Any image as 64 × 64 pixels: red, green and blue of one after the other. `image` has a width, a
// height, and rows(left, top, width, count): red, green, blue and opacity of a part of it.
function toSquare(image, resize) {
  const { left, top, width, height } = seenPart(image, resize);
  const across = kernels(width);
  const down = kernels(height);
  const wide = new Uint8ClampedArray(height * SIDE * 3);
  const count = Math.max(1, Math.floor(STRIP / width));
  for (let start = 0, to = 0; start < height; start += count) {
    const rows = Math.min(count, height - start);
    const strip = image.rows(left, top + start, width, rows);
    for (let row = 0; row < rows; row++) {
      for (const { first, weights } of across) {
        const from = (row * width + first) * 4;
        for (let c = 0; c < 3; c++) wide[to++] = weightedMean(strip, from + c, 4, weights);
      }
    }
  }
  const square = new Uint8ClampedArray(SIDE * SIDE * 3);
  for (let row = 0, to = 0; row < SIDE; row++) {
    const { first, weights } = down[row];
    const from = first * SIDE * 3;
    for (let i = 0; i < SIDE * 3; i++) {
      square[to++] = weightedMean(wide, from + i, SIDE * 3, weights);
    }
  }
  return square;
}

// What the model sees of an image: all of it, or its middle.
function seenPart({ width, height }, resize) {
  if (resize === "stretch") return { left: 0, top: 0, width, height };
  const side = Math.min(width, height);
  const left = Math.floor((width - side) / 2);
  const top = Math.floor((height - side) / 2);
  return { left, top, width: side, height: side };
}

// Which of so many pixels along a side each of 64 new ones is made of, and by which weights.
function kernels(before) {
  const scale = before / SIDE;
  const stretch = Math.max(scale, 1);
  return Array.from({ length: SIDE }, (_, i) => {
    const centre = (i + 0.5) * scale;
    const first = Math.max(Math.trunc(centre - 2 * stretch + 0.5), 0);
    const end = Math.min(Math.trunc(centre + 2 * stretch + 0.5), before);
    const shares = [];
    for (let k = first; k < end; k++) shares.push(cubic(Math.abs((k + 0.5 - centre) / stretch)));
    const sum = shares.reduce((a, b) => a + b);
    const weights = Int32Array.from(shares, (share) => halfAwayFrom0((share / sum) * 2 ** BITS));
    return { first, weights };
  });
}

function cubic(x) {
  if (x < 1) return (1.5 * x - 2.5) * x * x + 1;
  return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0;
}

function halfAwayFrom0(x) {
  return Math.trunc(x + 0.5 * Math.sign(x));
}

function weightedMean(bytes, from, step, weights) {
  let sum = 2 ** (BITS - 1); // so that the shift rounds
  for (let k = 0; k < weights.length; k++) sum += weights[k] * bytes[from + k * step];
  return sum >> BITS; // assigned to bytes, it is clamped to 0 … 255
}
