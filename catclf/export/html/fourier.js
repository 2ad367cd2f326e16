"use strict";

// Random Fourier features of other features: cosines of random projections, with which logistic
// regression has a Gaussian kernel.
class Fourier extends FeatureMap {
  constructor(inner, means, deviations, signs, scale) {
    super();
    Object.assign(this, { inner, means, deviations, signs, scale });
    this.n = signs.length / 3;
  }

  // wᵀx, and integrated gradients: what each inner feature adds to the logit of a mean image,
  // along the straight line from there. The mean slope of the cosine between 0 and p is its rise
  // divided by p; at 0, it is 1.
  terms(w, image) {
    const inner = this.standardised(image);
    const P = this.projected(inner);
    const x = P.map(cosine);
    const slopes = P.map((p, i) => w[i] * (Math.abs(p) < 1e-4 ? 1 : (x[i] - 1) / p));
    const back = this.projectedBack(slopes);
    const contributions = inner.map((value, i) => value * back[i]);
    return { wx: sum(x.map((value, i) => w[i] * value)), contributions };
  }

  standardised(image) {
    return this.inner
      .column(image)
      .map((value, i) => (value - this.means[i]) / this.deviations[i]);
  }

  projected(x) {
    let P = new Float64Array(this.n);
    P.set(x);
    for (let t = 0; t < 3; t++) P = hadamard(this.withSigns(P, t));
    return P.map((value) => this.scale * value);
  }

  projectedBack(slopes) {
    let P = slopes.map((value) => this.scale * value);
    for (let t = 2; t >= 0; t--) P = this.withSigns(hadamard(P), t);
    return P;
  }

  withSigns(P, t) {
    return P.map((value, i) => value * this.signs[t * this.n + i]);
  }

  spread(contributions) {
    return this.inner.spread(contributions);
  }
}

function cosine(p) {
  return Math.SQRT2 * Math.cos(p - Math.PI / 4);
}

// The orthogonal Hadamard transform of 2^k numbers, by sums and differences of pairs.
function hadamard(values) {
  const P = values.slice();
  for (let step = 1; step < P.length; step *= 2) {
    for (let start = 0; start < P.length; start += 2 * step) {
      for (let i = start; i < start + step; i++) {
        [P[i], P[i + step]] = [P[i] + P[i + step], P[i] - P[i + step]];
      }
    }
  }
  return P.map((value) => value / Math.sqrt(P.length));
}

decoders.fourier = ({ inner, means, deviations, signs, scale }) =>
  new Fourier(
    featureMap(inner),
    numbers(Float32Array, means),
    numbers(Float32Array, deviations),
    numbers(Int8Array, signs),
    scale,
  );
