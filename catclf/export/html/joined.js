"use strict";

// Several kinds of features, their columns stacked.
class Joined extends FeatureMap {
  constructor(parts) {
    super();
    this.parts = parts;
    this.n = parts.reduce((sum, part) => sum + part.n, 0);
  }

  column(image) {
    return Float64Array.from(this.parts.flatMap((part) => [...part.column(image)]));
  }

  spread(contributions) {
    const places = new Float64Array(SIDE * SIDE);
    let start = 0;
    for (const part of this.parts) {
      const spread = part.spread(contributions.subarray(start, start + part.n));
      spread.forEach((value, i) => (places[i] += value));
      start += part.n;
    }
    return places;
  }
}

decoders.joined = ({ parts }) => new Joined(parts.map(featureMap));
