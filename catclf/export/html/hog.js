"use strict";

// Histograms of oriented gradients: where edges are, and which way they run.
class Hog extends FeatureMap {
  static cell = 8; // pixels along a side
  static cells = 8; // along a side of the image
  static blocks = 7; // of 2 × 2 cells, which overlap
  static bins = 9;

  n = Hog.blocks ** 2 * 4 * Hog.bins;

  column(image) {
    const histograms = Hog.histograms(image);
    const x = [];
    for (let i = 0; i < Hog.blocks; i++) {
      for (let j = 0; j < Hog.blocks; j++) {
        const corners = [[i, j], [i, j + 1], [i + 1, j], [i + 1, j + 1]];
        const block = corners.flatMap(([row, column]) => [...histograms[row * Hog.cells + column]]);
        const clipped = Hog.normalised(block, 100).map((value) => Math.min(value, 0.2));
        x.push(...Hog.normalised(clipped, 1e-4).map(Math.sqrt));
      }
    }
    return Float64Array.from(x);
  }

  // Of each cell, how strong its edges are in nine orientations. An edge between two of them
  // counts in both.
  static histograms(image) {
    const histograms = Array.from({ length: Hog.cells ** 2 }, () => new Float64Array(Hog.bins));
    for (let row = 0; row < SIDE; row++) {
      for (let column = 0; column < SIDE; column++) {
        const { across, down } = Hog.gradient(image, row, column);
        const cell = Math.floor(row / Hog.cell) * Hog.cells + Math.floor(column / Hog.cell);
        const angle = Math.atan2(down, across);
        const orientation = ((angle + Math.PI) % Math.PI) * (Hog.bins / Math.PI);
        const lower = Math.floor(orientation);
        const share = orientation - lower;
        const strength = Math.hypot(across, down);
        histograms[cell][lower % Hog.bins] += strength * (1 - share);
        histograms[cell][(lower + 1) % Hog.bins] += strength * share;
      }
    }
    return histograms;
  }

  // Of a pixel, in the channel where it is strongest; none at the borders.
  static gradient(image, row, column) {
    let strongest = { across: 0, down: 0 };
    let largest = 0;
    for (let c = 0; c < 3; c++) {
      const at = (row * SIDE + column) * 3 + c;
      const inRow = column > 0 && column < SIDE - 1;
      const inColumn = row > 0 && row < SIDE - 1;
      const across = inRow ? image[at + 3] - image[at - 3] : 0;
      const down = inColumn ? image[at + 3 * SIDE] - image[at - 3 * SIDE] : 0;
      const squared = across ** 2 + down ** 2;
      if (squared > largest) {
        largest = squared;
        strongest = { across, down };
      }
    }
    return strongest;
  }

  static normalised(values, offset) {
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, offset));
    return values.map((value) => value / norm);
  }

  spread(contributions) {
    const cells = new Float64Array(Hog.cells ** 2);
    const size = 4 * Hog.bins;
    for (let i = 0; i < contributions.length; i++) {
      const block = Math.floor(i / size);
      const row = Math.floor(block / Hog.blocks);
      const column = block % Hog.blocks;
      for (const cell of [0, 1, Hog.cells, Hog.cells + 1]) {
        cells[row * Hog.cells + column + cell] += contributions[i] / 4;
      }
    }
    return spreadSquares(cells, Hog.cells);
  }
}

decoders.hog = () => new Hog();
