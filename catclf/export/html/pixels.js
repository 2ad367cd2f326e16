"use strict";

// The lecture's features: all pixels of an image in one column, divided by 255.
class Pixels extends FeatureMap {
  n = SIDE * SIDE * 3;

  column(image) {
    return Float64Array.from(image, (value) => value / 255);
  }

  spread(contributions) {
    return Float64Array.from({ length: SIDE * SIDE }, (_, i) => {
      return contributions[3 * i] + contributions[3 * i + 1] + contributions[3 * i + 2];
    });
  }
}

decoders.pixels = () => new Pixels();
