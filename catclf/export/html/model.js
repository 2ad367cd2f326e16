"use strict";

// Logistic regression: z = wᵀx + b, and σ(z) is the probability of the positive class.
class Model {
  constructor(data) {
    Object.assign(this, data); // b, threshold, flip, resize, positive, negative
    this.w = numbers(Float32Array, data.w);
    this.features = featureMap(data.features);
  }

  // Of 64 × 64 × 3 bytes: logit, probability, label, and what each of the 64 × 64 places adds to
  // the logit. A model that flips takes the mean of an image and its mirror image.
  explain(image) {
    let { z, places } = this.explainOne(image);
    if (this.flip) {
      const other = this.explainOne(mirrored(image, 3));
      const back = mirrored(other.places, 1);
      z = (z + other.z) / 2;
      places = places.map((value, i) => (value + back[i]) / 2);
    }
    const probability = 1 / (1 + Math.exp(-z));
    const label = probability >= this.threshold ? this.positive : this.negative;
    return { logit: z, probability, label, places };
  }

  explainOne(image) {
    const { wx, contributions } = this.features.terms(this.w, image);
    return { z: wx + this.b, places: this.features.spread(contributions) };
  }
}

// 64 × 64 pixels of one or three numbers, flipped left to right.
function mirrored(pixels, channels) {
  return pixels.map((_, i) => {
    const pixel = Math.floor(i / channels);
    const column = pixel % SIDE;
    return pixels[(pixel - column + SIDE - 1 - column) * channels + (i % channels)];
  });
}
