"use strict";

// Orange speaks for the positive class, and purple against it.
const FOR = [230, 97, 1];
const AGAINST = [94, 60, 153];
const OPACITY = 0.8; // of the strongest, so that the image shows through

// A canvas with an image, in grey, coloured by what each of the 64 × 64 places that the model saw
// adds to the logit. `canvas` has the image.
function overlay(canvas, places, resize) {
  const result = document.createElement("canvas");
  const { width, height } = canvas;
  Object.assign(result, { width, height });
  const context = result.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const grey = context.getImageData(0, 0, width, height);
  for (let i = 0; i < grey.data.length; i += 4) {
    grey.data.fill((grey.data[i] + grey.data[i + 1] + grey.data[i + 2]) / 3, i, i + 3);
  }
  context.putImageData(grey, 0, 0);
  const part = seenPart(canvas, resize);
  context.drawImage(colours(places), part.left, part.top, part.width, part.height);
  return result;
}

function colours(places) {
  // Beyond the 99th percentile all are alike: a few bright pixels must not make the others pale.
  const strengths = places.map(Math.abs).sort();
  const strongest = strengths[Math.floor(0.99 * (places.length - 1))] || 1;
  const canvas = document.createElement("canvas");
  Object.assign(canvas, { width: SIDE, height: SIDE });
  const context = canvas.getContext("2d");
  const image = context.createImageData(SIDE, SIDE);
  places.forEach((value, i) => {
    const opacity = OPACITY * Math.min(1, Math.abs(value) / strongest);
    image.data.set([...(value > 0 ? FOR : AGAINST), Math.round(255 * opacity)], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
