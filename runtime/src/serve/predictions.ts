/**
 * Where a request's rows are gathered and predicted, block by block, so that a body of a few megabytes never becomes gigabytes of rows. One per
 * process: requests are answered one after the other. Never keeps a large request's memory.
 */
import type { Model } from '../xgboost/model.ts';

const blockValues = 64 * 1024;
const keptResults = 64 * 1024;

export class Predictions {
  readonly features: number;
  readonly outputs: number;
  /** The row to fill begins at `at`; all of its values must be set. */
  readonly values: Float32Array;
  at = 0;
  /** Row-major; the first `count` rows are this request's. */
  results: Float32Array;
  count = 0;
  readonly #model: Model;
  #pending = 0;

  constructor(model: Model) {
    this.#model = model;
    this.features = model.features;
    this.outputs = model.outputs;
    this.values = new Float32Array(Math.max(1, Math.floor(blockValues / model.features)) * model.features);
    this.results = new Float32Array(Math.max(keptResults, model.outputs));
  }

  begin(): void {
    this.at = 0;
    this.count = 0;
    this.#pending = 0;
    if (this.results.length > keptResults * 4) this.results = new Float32Array(Math.max(keptResults, this.outputs));
  }

  /** The row at `at` is whole. */
  endRow(): void {
    this.#pending++;
    this.at += this.features;
    if (this.at === this.values.length) this.finish();
  }

  /** Predicts what is not predicted yet. */
  finish(): void {
    if (this.#pending === 0) return;
    const { outputs } = this;
    const needed = (this.count + this.#pending) * outputs;
    if (needed > this.results.length) {
      const grown = new Float32Array(Math.max(needed, this.results.length * 2));
      grown.set(this.results.subarray(0, this.count * outputs));
      this.results = grown;
    }
    const into = this.count === 0 ? this.results : this.results.subarray(this.count * outputs);
    this.#model.predict(this.values, this.#pending, into);
    this.count += this.#pending;
    this.#pending = 0;
    this.at = 0;
  }
}
