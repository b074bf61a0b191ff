import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exampleModel } from '../xgboost/example-model.ts';
import { type Model, readModel } from '../xgboost/model.ts';
import { createAnswer } from './answer.ts';
import { pythonFloat } from './encode.ts';
import { FrameReader, FrameWriter, readResponse } from './frames.ts';

const model = await readModel(Buffer.from(exampleModel()));
const softprob = await readModel(
  Buffer.from(
    exampleModel({
      objective: 'multi:softprob',
      classes: 3,
      baseScore: '5E-1',
      trees: [1, 2, 3].map((value) => ({
        left: [-1],
        right: [-1],
        feature: [0],
        condition: [value],
        defaultLeft: [0],
      })),
      treeInfo: [0, 1, 2],
    }),
  ),
);

interface Asked {
  readonly type?: string;
  readonly accept?: string;
  readonly of?: Model;
}

function ask(body: string | Buffer, { type = 'text/csv', accept = '*/*', of = model }: Asked = {}) {
  const errors: string[] = [];
  const answer = createAnswer(of, (line) => errors.push(line));
  const requests = new FrameWriter();
  const responses = new FrameWriter();
  requests.request(5, { contentType: type, accept, customAttributes: '' }, body);
  new FrameReader((id, kind, bytes, start, end) => answer(id, kind, bytes, start, end, responses)).push(
    Buffer.concat(requests.take()),
  );
  const answers: { status: number; contentType: string; body: string; errors: string[] }[] = [];
  new FrameReader((id, _kind, bytes, start, end) => {
    assert.equal(id, 5);
    const response = readResponse(bytes, start, end);
    answers.push({ ...response, body: response.body.toString(), errors });
  }).push(Buffer.concat(responses.take()));
  const [only, ...others] = answers;
  assert.ok(only && others.length === 0);
  return only;
}

const invalid = (cell: string) =>
  `Loading csv data failed with Exception, please ensure data is in csv format:\n <class 'ValueError'>\n could not convert string to float: '${cell}'`;

describe('answer does', () => {
  test('text/csv: each row a line, as numpy writes float32 widened', () => {
    assert.deepEqual(ask('1,1'), { status: 200, contentType: 'text/csv; charset=utf-8', body: '-0.5\n', errors: [] });
    assert.equal(ask('3,0.1\n3,0.9\r\n1,0\n').body, '0.75\n2.0\n-0.5\n');
    assert.equal(ask('1,1', { of: softprob }).body, '0.09003057330846786,0.2447284758090973,0.6652409434318542\n');
  });

  for (const [body, meaning] of [
    ['3,0.5', '2.0'],
    ['3,0.49999999999999999999', '2.0'],
    ['3,4.9e-1', '0.75'],
    ['3,+.49', '0.75'],
    [' 3 , 0.49 ', '0.75'],
    ['3;0.49', '0.75'],
    ['3\t0.49', '0.75'],
    ['3.,-1', '0.75'],
    [',0', '-0.5'],
    ['nan,0', '-0.5'],
    ['3,', '2.0'],
    ['3,NaN', '2.0'],
    ['00000000000000000003,0', '0.75'],
    ['2.4999997,1', '-0.5'],
    // As a float32 this is 2.5.
    ['2.4999999,1', '2.0'],
    ['2.5,1', '2.0'],
  ] as const) {
    test(`text/csv: ${JSON.stringify(body)} is read as Python reads it`, () =>
      assert.equal(ask(body).body, `${meaning}\n`));
  }

  test('libsvm: what is not named is missing, a label is passed over', () => {
    for (const type of ['text/libsvm', 'text/x-libsvm', 'libsvm', '', 'text/libsvm; charset=utf-8']) {
      assert.equal(ask('0:3 1:0.1\n1 0:3 1:0.9\n0:3\n1:0.3', { type }).body, '0.75\n2.0\n2.0\n-0.5\n');
    }
  });

  test('application/json in three shapes', () => {
    const type = 'application/json';
    assert.equal(ask('{"features":[3,0.1]}', { type }).body, '0.75\n');
    assert.equal(ask('{"instances":[[3,0.1],[3,0.9],[null,1]]}', { type }).body, '0.75\n2.0\n-0.5\n');
    assert.equal(ask('{"instances":[{"features":[3,0.1]},{"features":[1,1]}]}', { type }).body, '0.75\n-0.5\n');
  });

  test('Accept: application/json as the container writes it', () => {
    const accept = 'application/json';
    assert.equal(ask('3,0.1\n3,0.9', { accept }).body, '{"predictions": [{"score": 0.75}, {"score": 2.0}]}');
    assert.equal(ask('3,0.1', { accept }).contentType, 'application/json');
    const [first] = JSON.parse(ask('3,0.1', { accept, of: softprob }).body).predictions;
    assert.deepEqual(first.score, [0.09003057330846786, 0.2447284758090973, 0.6652409434318542]);
    assert.equal(ask('3,0.1', { accept: 'text/csv, application/json' }).body, '0.75\n');
    assert.equal(ask('3,0.1', { accept: '' }).contentType, 'text/csv; charset=utf-8');
  });

  test('an empty body: an empty answer', () => assert.deepEqual(ask('').status, 204));

  test('many rows, more than a block', () => {
    const rows = Array.from({ length: 100_000 }, (_, row) => (row % 3 === 0 ? '1,1' : '3,0.1'));
    const lines = ask(rows.join('\n')).body.split('\n');
    assert.equal(lines.length, 100_001);
    assert.ok(lines.slice(0, -1).every((line, row) => line === (row % 3 === 0 ? '-0.5' : '0.75')));
  });
});

describe('answer refuses', () => {
  for (const [name, status, asked, message] of [
    ['more features', 400, () => ask('1,2,3'), 'Unable to evaluate payload provided: Feature size of csv inference data 3 is not consistent with feature size of trained model 2.'],
    ['fewer features', 400, () => ask('1'), 'Unable to evaluate payload provided: Feature size of csv inference data 1 is not consistent with feature size of trained model 2.'],
    ['ragged rows', 400, () => ask('1,2\n1,2,3,4'), 'Unable to evaluate payload provided: Feature size of csv inference data 4 is not consistent with feature size of trained model 2.'],
    ['a libsvm index beyond', 400, () => ask('2:1', { type: 'text/libsvm' }), 'Unable to evaluate payload provided: Feature size of libsvm inference data 3 is larger than feature size of trained model 2.'],
    ['a short JSON row', 400, () => ask('{"features":[1]}', { type: 'application/json' }), 'Unable to evaluate payload provided: Feature size of json inference data 1 is not consistent with feature size of trained model 2.'],
    ['text', 415, () => ask('1,abc'), invalid('abc')],
    ['a header', 415, () => ask('age,hours\n1,2'), invalid('age')],
    ['hexadecimal', 415, () => ask('0x10,1'), invalid('0x10')],
    ['only blanks', 415, () => ask('  \n '), undefined],
    ['infinity', 415, () => ask('inf,1'), undefined],
    ['more than float32 holds', 415, () => ask('1e39,1'), undefined],
    ['csv as libsvm', 415, () => ask('1,2', { type: 'text/libsvm' }), undefined],
    ['a libsvm index that is none', 415, () => ask('a:1', { type: 'text/libsvm' }), undefined],
    ['JSON that is none', 400, () => ask('{', { type: 'application/json' }), undefined],
    ['JSON of another shape', 400, () => ask('[[1,2]]', { type: 'application/json' }), undefined],
    ['text in JSON', 400, () => ask('{"features":["1",2]}', { type: 'application/json' }), undefined],
    ['protobuf', 415, () => ask('x', { type: 'application/x-recordio-protobuf' }), 'Content-type application/x-recordio-protobuf is not supported.'],
    ['another type', 415, () => ask('x', { type: 'image/png' }), 'image/png is not an accepted ContentType: csv, text/csv, libsvm, text/libsvm, text/x-libsvm, application/json.'],
    ['a name from the prototype', 415, () => ask('x', { type: 'constructor' }), undefined],
    ['another label size', 415, () => ask('1,2', { type: 'text/csv; label_size=2' }), 'text/csv; label_size=2 is not an accepted csv ContentType. Optional parameter label_size must be equal to 1'],
    ['another Accept', 406, () => ask('1,2', { accept: 'image/png' }), "Accept type image/png is not supported. Please use supported accept types: ['application/json', 'text/csv']."],
  ] as const) {
    test(name, () => {
      const answer = asked();
      assert.equal(answer.status, status, answer.body);
      if (message !== undefined) assert.equal(answer.body, message);
      assert.equal(answer.errors.length, 1);
    });
  } // biome-ignore format: a table

  test("a model's fault: 500, its particulars in the log only", () => {
    const broken: Model = {
      ...model,
      predict() {
        throw new Error('secret at /opt/ml');
      },
    };
    const { status, body, errors } = ask('1,2', { of: broken });
    assert.deepEqual([status, body], [500, 'Unable to evaluate payload provided: the model failed']);
    assert.match(errors[0] ?? '', /secret/);
  });
});

test("pythonFloat: what Python's repr says", () => {
  for (const [value, text] of [
    [0, '0.0'], [-0, '-0.0'], [1, '1.0'], [-3, '-3.0'], [0.1, '0.1'], [Math.fround(0.6), '0.6000000238418579'], [612.3456420898438, '612.3456420898438'],
    [1e-4, '0.0001'], [1e-5, '1e-05'], [1.5e-7, '1.5e-07'], [-2.5e-10, '-2.5e-10'], [1e15, '1000000000000000.0'], [1e16, '1e+16'], [1.25e22, '1.25e+22'],
    [1e100, '1e+100'], [5e-324, '5e-324'], [123456789012345680, '1.2345678901234568e+17'], [Number.NaN, 'nan'], [Infinity, 'inf'], [-Infinity, '-inf'],
  ] as const) assert.equal(pythonFloat(value), text); // biome-ignore format: a table
});
