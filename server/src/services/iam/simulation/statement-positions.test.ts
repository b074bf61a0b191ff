import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { statementSpans } from './statement-positions.ts';

const span = (line: number, column: number, endLine: number, endColumn: number) => ({
  StartPosition: { Line: line, Column: column },
  EndPosition: { Line: endLine, Column: endColumn },
});

describe('statementSpans does', () => {
  it('find one statement without a list, on several lines', () => {
    const text = '{\n  "Version": "2012-10-17",\n  "Statement": {\n    "Effect": "Allow"\n  }\n}';
    assert.deepEqual(statementSpans(text), [span(3, 16, 5, 4)]);
  });

  it('find each of a list, and count from one', () => {
    const text = '{"Version":"2012-10-17","Statement":[{"Condition":{"Bool":{}}},{"Sid":"B"}]}';
    assert.deepEqual(statementSpans(text), [span(1, 38, 1, 63), span(1, 64, 1, 75)]);
    for (const { StartPosition: from, EndPosition: to } of statementSpans(text)) {
      JSON.parse(text.slice((from.Column ?? 0) - 1, (to.Column ?? 0) - 1));
    }
  });

  it('not be led astray by texts', () => {
    const text = '{"Id":"\\"Statement\\":[{","Statement" : [{"Sid":"}]"}],"Version":"2012-10-17"}';
    const [one, ...rest] = statementSpans(text);
    assert.deepEqual(rest, []);
    assert.equal(text.slice((one?.StartPosition.Column ?? 0) - 1, (one?.EndPosition.Column ?? 0) - 1), '{"Sid":"}]"}');
  });
});
