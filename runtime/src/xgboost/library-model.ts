/**
 * Models that the evaluator does not support (vector leaves, a custom objective, …), predicted by XGBoost's C library. Loaded only
 * when such a model is met: a replica of an ordinary model never touches koffi. Predicts by way of a DMatrix, as the container does: the
 * library's in-place prediction refuses gblinear and differs in the last bit for dart (observed, 3.2.0).
 */
import koffi from 'koffi';
import { bestRounds } from './best-iteration.ts';
import type { Model } from './model.ts';

const blockValues = 64 * 1024;

type Out<T> = [T];
type Library = ReturnType<typeof bind>;

function bind(file: string) {
  const library = koffi.load(file);
  return {
    lastError: library.func('const char *XGBGetLastError()'),
    create: library.func('int XGBoosterCreate(const void *matrices, uint64_t count, _Out_ void **booster)'),
    load: library.func('int XGBoosterLoadModelFromBuffer(void *booster, const void *bytes, uint64_t length)'),
    set: library.func('int XGBoosterSetParam(void *booster, const char *name, const char *value)'),
    countFeatures: library.func('int XGBoosterGetNumFeature(void *booster, _Out_ uint64_t *count)'),
    attribute: library.func(
      'int XGBoosterGetAttr(void *booster, const char *name, _Out_ const char **value, _Out_ int *found)',
    ),
    createMatrix: library.func(
      'int XGDMatrixCreateFromDense(const char *values, const char *config, _Out_ void **matrix)',
    ),
    freeMatrix: library.func('int XGDMatrixFree(void *matrix)'),
    predict: library.func(
      'int XGBoosterPredictFromDMatrix(void *booster, void *matrix, const char *config, _Out_ uint64_t **shape, _Out_ uint64_t *dimensions, _Out_ void **result)',
    ),
  };
}

/** The model lives as long as the process: nothing frees it. */
export function openLibraryModel(libraryFile: string, bytes: Uint8Array): Model {
  const library = bind(libraryFile);
  const booster = openBooster(library, bytes);
  const features: Out<number> = [0];
  check(library, library.countFeatures(booster, features));
  const width = Number(features[0]);
  const capacity = Math.max(1, Math.floor(blockValues / width));
  const native = koffi.alloc('float', capacity * width);
  const block = new Float32Array(koffi.view(native, capacity * width * 4));
  const predictBlock = blockPredictor(library, booster, koffi.address(native), width);
  const outputs = predictBlock(1).length;
  return {
    name: 'xgboost',
    features: width,
    outputs,
    predict(rows, count, into = new Float32Array(count * outputs)) {
      for (let row = 0; row < count; row += capacity) {
        const size = Math.min(capacity, count - row);
        block.set(rows.subarray(row * width, (row + size) * width));
        into.set(predictBlock(size), row * outputs);
      }
      return into;
    },
  };
}

function openBooster(library: Library, bytes: Uint8Array): unknown {
  const booster: Out<unknown> = [null];
  check(library, library.create(null, 0, booster));
  check(library, library.load(booster[0], bytes, bytes.length));
  // A replica has one core's share; OpenMP would spin on all of them.
  check(library, library.set(booster[0], 'nthread', '1'));
  return booster[0];
}

function blockPredictor(
  library: Library,
  booster: unknown,
  address: bigint,
  width: number,
): (rows: number) => Float32Array {
  const value: Out<string | null> = [null];
  const found: Out<number> = [0];
  check(library, library.attribute(booster, 'best_iteration', value, found));
  const rounds = found[0] ? bestRounds({ best_iteration: String(value[0]) }) : undefined;
  const config = JSON.stringify({
    type: 0,
    training: false,
    iteration_begin: 0,
    iteration_end: rounds ?? 0,
    strict_shape: true,
  });
  return (rows) => {
    const matrix: Out<unknown> = [null];
    const values = `{"data":[${address},true],"shape":[${rows},${width}],"typestr":"<f4","version":3}`;
    // NaN is JSON to XGBoost.
    check(library, library.createMatrix(values, '{"missing":NaN,"nthread":1}', matrix));
    try {
      const shape: Out<unknown> = [null];
      const dimensions: Out<number> = [0];
      const result: Out<unknown> = [null];
      check(library, library.predict(booster, matrix[0], config, shape, dimensions, result));
      const sizes = koffi.decode(shape[0], 'uint64_t', Number(dimensions[0])) as ArrayLike<number | bigint>;
      const length = Array.from(sizes, Number).reduce((product, size) => product * size, 1);
      return new Float32Array(koffi.view(result[0], length * 4)).slice();
    } finally {
      library.freeMatrix(matrix[0]);
    }
  };
}

/** The library's message without its time, source file and stack. */
function check(library: Library, status: number): void {
  if (status === 0) return;
  const [line] = String(library.lastError()).split('\n', 1);
  throw new Error(line?.replace(/^\[[\d:]+\] \S+: /, '') ?? 'the XGBoost library failed');
}
