"use strict";

// What is wrong with this browser; null if it gives the pixels of a test image as they are, and
// computes what catclf computes of them.
async function complaint(model, { image, bytes, logit, tolerance }) {
  const file = new Blob([numbers(Uint8Array, image)], { type: "image/png" });
  const expected = numbers(Uint8Array, bytes);
  let found;
  try {
    found = seen(await openImage(file), model.resize);
  } catch (error) {
    return `This browser cannot read images as it must: ${error.message}`;
  }
  const differences = expected.map((value, i) => Math.abs(value - found[i]));
  const largest = Math.max(...differences);
  const others = differences.filter((difference) => difference > 0).length;
  if (largest > 1 || others > expected.length / 1000) {
    return (
      `This browser changes the pixels of images, here by up to ${largest} of 255, as some do ` +
      "against tracking. What this page says may differ from what catclf says."
    );
  }
  const isRight = Math.abs(model.explain(expected).logit - logit) <= tolerance;
  return isRight ? null : "This browser computes wrongly. Do not rely on this page here.";
}
