"use strict";

// Responses of small patches of an image to a dictionary, pooled over the cells of a grid.
class Patches extends FeatureMap {
  static width = 6; // of a patch, in pixels
  static size = 6 * 6 * 3;
  static grid = 4; // cells along a side of the image

  constructor(scales) {
    super();
    this.scales = scales; // of each: shrink, stride, edges, atoms (108, K), offsets (K)
    this.atoms = scales[0].offsets.length; // K
    this.n = scales.length * 2 * Patches.grid ** 2 * this.atoms;
  }

  column(image) {
    const x = new Float64Array(this.n);
    this.scales.forEach((scale, i) => this.pool(image, scale, x, (i * this.n) / 2));
    return x.map(Math.sqrt);
  }

  // Adds to x, from a place on: means, over each cell, of what responses are above 1, and then of
  // what they are below -1.
  pool(image, scale, x, from) {
    const K = this.atoms;
    const small = Patches.shrunk(image, scale.shrink);
    const places = scale.edges.at(-1); // of patches, along a side
    const cells = Patches.grid ** 2;
    for (let row = 0; row < places; row++) {
      const cellRow = scale.edges.findIndex((edge) => row < edge) - 1;
      for (let column = 0; column < places; column++) {
        const cellColumn = scale.edges.findIndex((edge) => column < edge) - 1;
        const cell = cellRow * Patches.grid + cellColumn;
        const [rows, columns] = [cellRow, cellColumn].map(
          (i) => scale.edges[i + 1] - scale.edges[i],
        );
        const share = 1 / (rows * columns);
        const z = this.responses(small, row * scale.stride, column * scale.stride, scale);
        const above = from + cell * K;
        const below = from + (cells + cell) * K;
        for (let k = 0; k < K; k++) {
          if (z[k] > 1) x[above + k] += share * (z[k] - 1);
          else if (z[k] < -1) x[below + k] += share * (-z[k] - 1);
        }
      }
    }
  }

  // Of a patch to all atoms: z = (atom · p) / √(variance + 10) - offset.
  responses({ side, pixels }, top, left, { atoms, offsets }) {
    const patch = new Float64Array(Patches.size);
    let mean = 0;
    for (let i = 0; i < Patches.size; i++) {
      const row = top + Math.floor(i / (Patches.width * 3));
      patch[i] = pixels[(row * side + left) * 3 + (i % (Patches.width * 3))];
      mean += patch[i] / Patches.size;
    }
    const K = offsets.length;
    const z = new Float64Array(K);
    let variance = 0;
    for (let i = 0; i < Patches.size; i++) {
      patch[i] -= mean;
      variance += patch[i] ** 2 / Patches.size;
    }
    // Four at a time, as most of the time is spent here.
    for (let i = 0; i < Patches.size; i += 4) {
      const [p, q, r, s] = patch.subarray(i, i + 4);
      const [a, b, c, d] = [0, 1, 2, 3].map((j) => (i + j) * K);
      for (let k = 0; k < K; k++) {
        z[k] += p * atoms[a + k] + q * atoms[b + k] + r * atoms[c + k] + s * atoms[d + k];
      }
    }
    const contrast = Math.sqrt(variance + 10);
    return z.map((value, k) => value / contrast - offsets[k]);
  }

  // An image made smaller by a whole factor.
  static shrunk(image, factor) {
    const side = SIDE / factor;
    const pixels = new Float64Array(side * side * 3);
    image.forEach((value, i) => {
      const row = Math.floor(i / (SIDE * 3) / factor);
      const column = Math.floor((i % (SIDE * 3)) / 3 / factor);
      pixels[(row * side + column) * 3 + (i % 3)] += value / factor ** 2;
    });
    return { side, pixels };
  }

  spread(contributions) {
    const cells = new Float64Array(Patches.grid ** 2);
    contributions.forEach((value, i) => {
      cells[Math.floor(i / this.atoms) % cells.length] += value;
    });
    return spreadSquares(cells, Patches.grid);
  }
}

decoders.patches = ({ scales }) =>
  new Patches(
    scales.map(({ shrink, stride, edges, atoms, offsets }) => ({
      shrink,
      stride,
      edges,
      atoms: numbers(Float32Array, atoms),
      offsets: numbers(Float32Array, offsets),
    })),
  );
