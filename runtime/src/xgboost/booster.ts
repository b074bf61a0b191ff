/**
 * The part of XGBoost's C API that training needs: https://xgboost.readthedocs.io/en/stable/dev/group__Library.html
 * Objects own native memory: free them with `using`. Throws the library's messages.
 */
import koffi from 'koffi';

type Out<T> = [T];

function bind(file: string) {
  const library = koffi.load(file);
  return {
    lastError: library.func('const char *XGBGetLastError()'),
    fromMat: library.func(
      'int XGDMatrixCreateFromMat(const float *values, uint64_t rows, uint64_t columns, float missing, _Out_ void **matrix)',
    ),
    fromCsr: library.func(
      'int XGDMatrixCreateFromCSR(const char *offsets, const char *columns, const char *values, uint64_t width, const char *config, _Out_ void **matrix)',
    ),
    setInfo: library.func(
      'int XGDMatrixSetFloatInfo(void *matrix, const char *field, const float *values, uint64_t count)',
    ),
    freeMatrix: library.func('int XGDMatrixFree(void *matrix)'),
    create: library.func('int XGBoosterCreate(void **matrices, uint64_t count, _Out_ void **booster)'),
    free: library.func('int XGBoosterFree(void *booster)'),
    setParam: library.func('int XGBoosterSetParam(void *booster, const char *name, const char *value)'),
    setAttr: library.func('int XGBoosterSetAttr(void *booster, const char *name, const char *value)'),
    update: library.func('int XGBoosterUpdateOneIter(void *booster, int round, void *matrix)'),
    evaluate: library.func(
      'int XGBoosterEvalOneIter(void *booster, int round, void **matrices, const char **names, uint64_t count, _Out_ const char **text)',
    ),
    save: library.func(
      'int XGBoosterSaveModelToBuffer(void *booster, const char *config, _Out_ uint64_t *length, _Out_ void **bytes)',
    ),
    slice: library.func('int XGBoosterSlice(void *booster, int begin, int end, int step, _Out_ void **sliced)'),
  };
}

type Functions = ReturnType<typeof bind>;

/** The library's message for data or parameters that it refuses. */
export class XgboostError extends Error {
  override readonly name = 'XgboostError';
}

/** Another instance of the training ended. */
export class InstanceLost extends Error {
  override readonly name = 'InstanceLost';
}

export interface Matrix extends Disposable {
  readonly handle: unknown;
  setFloats(field: 'label' | 'weight', values: Float32Array): void;
}

export interface Booster extends Disposable {
  setParameter(name: string, value: string): void;
  setAttribute(name: string, value: string): void;
  update(round: number, train: Matrix): void;
  /** The library's line, e.g. `[3]\ttrain-rmse:1.5\tvalidation-rmse:1.7`. */
  evaluate(round: number, named: readonly (readonly [name: string, matrix: Matrix])[]): string;
  /** A UBJ document. */
  save(): Buffer;
}

export interface Xgboost {
  /** Row-major; NaN is missing. */
  denseMatrix(values: Float32Array, rows: number, columns: number): Matrix;
  sparseMatrix(offsets: BigUint64Array, columns: Uint32Array, values: Float32Array, width: number): Matrix;
  booster(matrices: readonly Matrix[]): Booster;
}

export function openXgboost(libraryFile: string): Xgboost {
  const functions = bind(libraryFile);
  const check = (status: number) => {
    if (status !== 0) throw refusal(functions.lastError());
  };
  const made = (create: (out: Out<unknown>) => number): unknown => {
    const out: Out<unknown> = [null];
    check(create(out));
    return out[0];
  };
  return {
    denseMatrix: (values, rows, columns) =>
      matrixOf(
        functions,
        check,
        made((out) => functions.fromMat(values, rows, columns, Number.NaN, out)),
      ),
    sparseMatrix(offsets, columns, values, width) {
      const [first, second, third] = [
        describeArray(offsets, '<u8'),
        describeArray(columns, '<u4'),
        describeArray(values, '<f4'),
      ];
      return matrixOf(
        functions,
        check,
        made((out) => functions.fromCsr(first, second, third, width, '{"missing": NaN}', out)),
      );
    },
    booster(matrices) {
      const handles = matrices.map((matrix) => matrix.handle);
      return boosterOf(
        functions,
        check,
        made((out) => functions.create(handles, handles.length, out)),
      );
    },
  };
}

/** numpy's array interface, as the library's JSON arguments want it. */
function describeArray(array: BigUint64Array | Uint32Array | Float32Array, typestr: string): string {
  return JSON.stringify({ data: [Number(koffi.address(array)), true], shape: [array.length], typestr, version: 3 });
}

/** XGBoost reports a failure between instances as a list of calls, the innermost last. */
function refusal(text: string): Error {
  const calls = text.split('Stack trace:')[0]?.match(/^- \[.*$/gm);
  return calls
    ? new InstanceLost(`the connection to another instance broke: ${calls.at(-1)?.replace(/^- \[[^\]]*\]: /, '')}`)
    : new XgboostError(reason(text));
}

/** The library's message without its stack trace, source position and the lists that follow it. */
function reason(text: string): string {
  const [message = text] = text.split('Stack trace:');
  const [line = ''] = message
    .trim()
    .replace(/^\[[\d:]+\] \S+:\d+: /, '')
    .split('\n');
  return line.replace(/ :\s*$/, '');
}

function matrixOf(functions: Functions, check: (status: number) => void, handle: unknown): Matrix {
  return {
    handle,
    setFloats: (field, values) => check(functions.setInfo(handle, field, values, values.length)),
    [Symbol.dispose]: () => check(functions.freeMatrix(handle)),
  };
}

function boosterOf(functions: Functions, check: (status: number) => void, handle: unknown): Booster {
  return {
    setParameter: (name, value) => check(functions.setParam(handle, name, value)),
    setAttribute: (name, value) => check(functions.setAttr(handle, name, value)),
    update: (round, train) => check(functions.update(handle, round, train.handle)),
    evaluate(round, named) {
      const out: Out<string> = [''];
      const handles = named.map(([, matrix]) => matrix.handle);
      const names = named.map(([name]) => name);
      check(functions.evaluate(handle, round, handles, names, named.length, out));
      return out[0];
    },
    save() {
      const length: Out<number | bigint> = [0];
      const bytes: Out<unknown> = [null];
      check(functions.save(handle, '{"format": "ubj"}', length, bytes));
      return Buffer.from(koffi.decode(bytes[0], 'uint8_t', Number(length[0])) as Uint8Array);
    },
    [Symbol.dispose]: () => check(functions.free(handle)),
  };
}
