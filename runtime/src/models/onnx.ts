/**
 * ONNX models, by ONNX Runtime's CPU library, which comes with its package (docs/decisions/0018-onnx-runtime.md) and is loaded only for such a model.
 * Takes models of one table of numbers, or of a column each; prefers the output that holds probabilities.
 */
import { readFile } from 'node:fs/promises';
import type { InferenceSession, Tensor } from 'onnxruntime-node';
import { ClientError } from '../contract/client-error.ts';
import type { OpenModel, Prediction } from './open-model.ts';

type Runtime = typeof import('onnxruntime-node');

interface Input {
  readonly name: string;
  readonly type: string;
  /** Numbers are fixed, texts are free. */
  readonly shape: readonly (number | string)[];
}

export async function openOnnx(file: string): Promise<OpenModel> {
  const runtime = await import('onnxruntime-node').catch((error: Error) => {
    throw new ClientError(`an ONNX model needs onnxruntime-node, which cannot be loaded: ${error.message}`);
  });
  const session = await runtime.InferenceSession.create(await readFile(file), { logSeverityLevel: 3 }).catch(
    (error: Error) => {
      throw new ClientError(`the ONNX model cannot be loaded: ${error.message}`);
    },
  );
  const inputs = inputsOf(session);
  const outputs = session.outputMetadata.filter((output) => output.isTensor).map((output) => output.name);
  if (outputs.length === 0) throw new ClientError('the ONNX model has no output that is a tensor');
  const features = inputs.length > 1 ? inputs.length : widthOf(inputs[0]);
  // A model with a fixed number of rows predicts that many at a time.
  const block = typeof inputs[0]?.shape[0] === 'number' ? inputs[0].shape[0] : undefined;
  const chosen = chooseOutput(session, outputs);
  return {
    format: 'onnx',
    features,
    classes: undefined,
    names: inputs.length > 1 ? inputs.map((input) => input.name) : undefined,
    importance: undefined,
    takesMissing: false,
    async predict(rows, count, columns) {
      const parts: Prediction[] = [];
      const size = block ?? Math.max(count, 1);
      for (let row = 0; row < count; row += size) {
        if (row + size > count)
          throw new ClientError(`the ONNX model takes ${size} rows at a time, and ${count - row} are left`);
        const feeds = feedsOf(runtime, inputs, rows.subarray(row * columns, (row + size) * columns), size, columns);
        const answer = await session.run(feeds, [chosen.name]).catch((error: Error) => {
          throw new ClientError(`the ONNX model cannot predict: ${error.message}`);
        });
        parts.push(predictionOf(answer[chosen.name] as Tensor, size, chosen.kind));
      }
      return joined(parts);
    },
    [Symbol.asyncDispose]: () => session.release(),
  };
}

function inputsOf(session: InferenceSession): Input[] {
  return session.inputMetadata.map((input) => {
    if (!input.isTensor || !['float32', 'float64', 'int64', 'int32'].includes(input.type))
      throw new ClientError(
        `the ONNX model's input ${input.name} is not a table of numbers: only such models can be asked here`,
      );
    return { name: input.name, type: input.type, shape: input.shape };
  });
}

function widthOf(input: Input | undefined): number | undefined {
  const width = input?.shape[1];
  return typeof width === 'number' && width > 0 ? width : undefined;
}

/** Exporters of classifiers put the class first and the probabilities second (skl2onnx, onnxmltools). */
function chooseOutput(
  session: InferenceSession,
  outputs: readonly string[],
): { name: string; kind: Prediction['kind'] } {
  const byName = outputs.find((name) => /prob|scores?$/i.test(name));
  const name = byName ?? outputs[0] ?? '';
  const meta = session.outputMetadata.find((output) => output.name === name);
  const isClass = meta?.isTensor && (meta.type === 'int64' || meta.type === 'int32');
  if (meta?.isTensor && meta.type === 'string')
    throw new ClientError(
      'the ONNX model answers classes as texts and no tensor of probabilities: export it with zipmap off',
    );
  return { name, kind: isClass ? 'labels' : byName && /prob/i.test(byName) ? 'probabilities' : 'values' };
}

function feedsOf(runtime: Runtime, inputs: readonly Input[], rows: Float64Array, count: number, columns: number) {
  if (inputs.length === 1)
    return Object.fromEntries(
      inputs.map((input) => [input.name, tensorOf(runtime, input.type, rows, [count, columns])]),
    );
  return Object.fromEntries(
    inputs.map((input, column) => {
      const values = Float64Array.from({ length: count }, (_, row) => rows[row * columns + column] as number);
      return [input.name, tensorOf(runtime, input.type, values, [count, 1])];
    }),
  );
}

function tensorOf({ Tensor }: Runtime, type: string, values: Float64Array, shape: number[]): Tensor {
  if (type === 'float64') return new Tensor('float64', values, shape);
  if (type === 'int64')
    return new Tensor(
      'int64',
      BigInt64Array.from(values, (value) => BigInt(Math.round(value))),
      shape,
    );
  if (type === 'int32') return new Tensor('int32', Int32Array.from(values), shape);
  return new Tensor('float32', Float32Array.from(values), shape);
}

function predictionOf(tensor: Tensor, count: number, kind: Prediction['kind']): Prediction {
  const values = Float64Array.from(tensor.data as ArrayLike<number | bigint>, Number);
  if (values.length % count !== 0 || values.length === 0)
    throw new ClientError(`the ONNX model answers ${values.length} numbers for ${count} rows`);
  return { kind, width: values.length / count, values };
}

function joined(parts: readonly Prediction[]): Prediction {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const values = new Float64Array(parts.reduce((sum, part) => sum + part.values.length, 0));
  let at = 0;
  for (const part of parts) {
    values.set(part.values, at);
    at += part.values.length;
  }
  return { kind: first?.kind ?? 'values', width: first?.width ?? 1, values };
}
