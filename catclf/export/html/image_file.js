"use strict";

// An image file, decoded by the browser: its width and height, rows of its pixels as `toSquare`
// takes them, and the orientation that has yet to be applied.
async function openImage(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const orientation = takeOrientation(new DataView(bytes.buffer));
  // Colour profiles are left out, as catclf does.
  const options = { colorSpaceConversion: "none" };
  const blob = new Blob([bytes], { type: file.type });
  return { ...drawn(await createImageBitmap(blob, options)), orientation };
}

// What a canvas can draw, as an image whose pixels can be read.
function drawn(source) {
  const [width, height] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const rows = (left, top, columns, count) => {
    Object.assign(canvas, { width: columns, height: count }); // which clears it
    context.fillStyle = "white"; // behind what is transparent
    context.fillRect(0, 0, columns, count);
    context.drawImage(source, left, top, columns, count, 0, 0, columns, count);
    const { data } = context.getImageData(0, 0, columns, count);
    if (data.at(-1) !== 255) throw new Error("it is too large for this browser");
    return data;
  };
  return { source, width, height, rows, orientation: 1 };
}

// The EXIF orientation of a JPEG, 1 to 8, which is set to 1 in the file: catclf turns an image
// after it has been resized, so the browser must not do it before.
function takeOrientation(view) {
  try {
    if (view.getUint16(0) !== 0xffd8) return 1;
    let at = 2;
    for (;;) {
      const marker = view.getUint16(at);
      if (marker === 0xffe1 && view.getUint32(at + 4) === 0x45786966) break; // "Exif"
      if (marker < 0xff00 || marker === 0xffda) return 1;
      at += 2 + view.getUint16(at + 2);
    }
    const tiff = at + 10;
    const isLittle = view.getUint16(tiff) === 0x4949;
    const directory = tiff + view.getUint32(tiff + 4, isLittle);
    const count = view.getUint16(directory, isLittle);
    for (let i = 0; i < count; i++) {
      const entry = directory + 2 + 12 * i;
      if (view.getUint16(entry, isLittle) !== 0x0112) continue;
      const orientation = view.getUint16(entry + 8, isLittle);
      view.setUint16(entry + 8, 1, isLittle);
      return orientation >= 1 && orientation <= 8 ? orientation : 1;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // the file ends early
  }
  return 1;
}

// How an orientation turns an image: first its axes are swapped, or not, then each is flipped, or
// not. `across` and `down` are those of the image in the file.
function turnOf(orientation) {
  return {
    isSwapped: orientation >= 5,
    flipsAcross: [2, 3, 7, 8].includes(orientation),
    flipsDown: [3, 4, 6, 7].includes(orientation),
  };
}

// 64 × 64 × 3 bytes, upright.
function turned(square, orientation) {
  const { isSwapped, flipsAcross, flipsDown } = turnOf(orientation);
  return square.map((_, i) => {
    const pixel = Math.floor(i / 3);
    const [row, column] = [Math.floor(pixel / SIDE), pixel % SIDE];
    const [down, across] = isSwapped ? [column, row] : [row, column];
    const fromRow = flipsDown ? SIDE - 1 - down : down;
    const fromColumn = flipsAcross ? SIDE - 1 - across : across;
    return square[(fromRow * SIDE + fromColumn) * 3 + (i % 3)];
  });
}

// What the model sees of an image: 64 × 64 × 3 bytes.
function seen(image, resize) {
  return turned(toSquare(image, resize), image.orientation);
}

// A canvas with the whole image, upright, at most so many pixels along a side.
function thumbnail(image, side) {
  const { isSwapped, flipsAcross, flipsDown } = turnOf(image.orientation);
  const { source, width, height } = image;
  const scale = Math.min(1, side / Math.max(width, height));
  const [w, h] = [width, height].map((length) => Math.max(1, Math.round(length * scale)));
  const canvas = document.createElement("canvas");
  Object.assign(canvas, isSwapped ? { width: h, height: w } : { width: w, height: h });
  const context = canvas.getContext("2d");
  const [a, d] = [flipsAcross ? -1 : 1, flipsDown ? -1 : 1];
  const [e, f] = [flipsAcross ? w : 0, flipsDown ? h : 0];
  context.setTransform(...(isSwapped ? [0, a, d, 0, f, e] : [a, 0, 0, d, e, f]));
  context.imageSmoothingQuality = "high";
  context.fillStyle = "white";
  context.fillRect(0, 0, w, h);
  context.drawImage(source, 0, 0, w, h);
  return canvas;
}
