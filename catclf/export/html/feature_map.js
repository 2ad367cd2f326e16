"use strict";

// What the logit is computed from. Each kind of features has a number n, makes a column x of an
// image, 64 × 64 × 3 bytes, and spreads what the features contribute over the 64 × 64 pixels.
class FeatureMap {
  // wᵀx, and what each feature contributes to the logit.
  terms(w, image) {
    const x = this.column(image);
    const contributions = x.map((value, i) => w[i] * value);
    return { wx: sum(contributions), contributions };
  }
}

function sum(values) {
  return values.reduce((a, b) => a + b);
}

const decoders = {}; // by name, what makes a feature map of what the page holds of it

function featureMap(data) {
  return decoders[data.kind](data);
}

// Numbers that the page holds as base64.
function numbers(type, base64) {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  return new type(bytes.buffer);
}

// What `count` × `count` squares of pixels hold together becomes 64 × 64 pixels with even shares.
function spreadSquares(squares, count) {
  const side = SIDE / count;
  return Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
    const row = Math.floor(i / SIDE / side);
    const column = Math.floor((i % SIDE) / side);
    return squares[row * count + column] / side ** 2;
  });
}
