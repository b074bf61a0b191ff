import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Item, Value } from '../values/value.ts';
import { applyUpdate } from './apply-update.ts';
import { meets } from './evaluate.ts';
import { parseCondition } from './parse-condition.ts';
import { parseUpdate } from './parse-update.ts';
import { project } from './paths.ts';
import { parseProjection } from './projection.ts';
import { scopeOf } from './scope.ts';

const item: Item = {
  id: { S: 'a' },
  n: { N: '5' },
  parts: { L: [{ N: '0' }, { N: '1' }, { N: '2' }] },
  map: { M: { x: { S: 'y' }, deep: { M: { z: { BOOL: true } } } } },
  bag: { SS: ['p', 'q'] },
};
const values: Record<string, Value> = { ':5': { N: '5' }, ':7': { N: '7' }, ':p': { S: 'p' }, ':set': { SS: ['q'] } };

const scope = () => scopeOf({ ExpressionAttributeNames: { '#m': 'map' }, ExpressionAttributeValues: values });
const holds = (text: string) => meets(item, parseCondition('ConditionExpression', text, scope()).condition);
const update = (text: string) => applyUpdate(item, parseUpdate(text, scope()).actions);

describe('conditions do', () => {
  it('bind NOT before AND before OR', () => {
    assert.equal(holds('n = :7 AND n = :7 OR n = :5'), true);
    assert.equal(holds('n = :5 OR n = :5 AND n = :7'), true);
    assert.equal(holds('NOT n = :7 AND n = :5'), true);
    assert.equal(holds('NOT (n = :7 OR n = :5)'), false);
  });

  it('take parentheses around conditions and operands', () => {
    assert.equal(holds('(n) = (:5)'), true);
    assert.equal(holds('(n = :5) AND (size(parts) < (:5))'), true);
    assert.equal(holds('(#m).deep.z <> :5'), true);
  });

  it('know every function', () => {
    assert.equal(holds('attribute_exists(parts[2]) AND attribute_not_exists(parts[3])'), true);
    assert.equal(holds('contains(#m.x, :p) OR contains(bag, :p)'), true);
    assert.equal(holds('begins_with(id, :p)'), false);
    assert.equal(holds('n BETWEEN :5 AND :7 AND n IN (:7, :5)'), true);
  });

  it('report what AWS reports', () => {
    const cases = [
      ['n = ', 'Syntax error; token: "<EOF>", near: "="'],
      ['n & :5', 'Syntax error; token: "&", near: "n &"'],
      ['((n = :5))', 'The expression has redundant parentheses;'],
      ['size(n)', 'The function is not allowed to be used this way in an expression; function: size'],
      ['hash = :5', 'Attribute name is a reserved keyword; reserved keyword: hash'],
      ['what(n)', 'Invalid function name; function: what'],
    ] as const;
    for (const [text, message] of cases)
      assert.throws(() => holds(text), { message: `Invalid ConditionExpression: ${message}` }, text);
  });

  it('end for hostile texts at once', () => {
    assert.throws(() => holds('('.repeat(4000)), /Syntax error/);
    assert.throws(() => holds(`n = :5${' OR n = :5'.repeat(350)}`), /operators/);
    assert.throws(() => holds('a'.repeat(5000)), /size has exceeded/);
  });
});

describe('updates do', () => {
  it('use the values of before', () => {
    assert.deepEqual(update('SET n = n + :5, o = n').o, { N: '5' });
    assert.deepEqual(update('SET n = n + :5, o = n').n, { N: '10' });
    assert.deepEqual(item.n, { N: '5' }, 'the item before is as it was');
  });

  it('remove from lists by the positions of before', () => {
    assert.deepEqual(update('REMOVE parts[0], parts[1]').parts, { L: [{ N: '2' }] });
    assert.deepEqual(update('SET parts[9] = :7, parts[8] = :5').parts?.L?.slice(3), [{ N: '5' }, { N: '7' }]);
    assert.deepEqual(update('SET parts[2147483647] = :7').parts?.L?.length, 4);
  });

  it('add to and delete from sets', () => {
    assert.deepEqual(update('DELETE bag :set').bag, { SS: ['p'] });
    assert.deepEqual(update('ADD n :7').n, { N: '12' });
  });

  it('refuse what has no place', () => {
    assert.throws(() => update('SET a.b = :5'), /document path provided in the update expression is invalid/);
    assert.throws(() => update('SET id = nowhere'), /attribute that does not exist/);
    assert.throws(() => update('SET id = id + :5'), /incorrect data type/);
    assert.throws(() => update('SET a = :5, a.b = :5'), /Two document paths overlap/);
  });
});

describe('projections do', () => {
  it('keep what was asked for where it was', () => {
    const paths = parseProjection('id, #m.deep.z, parts[2], parts[0], nowhere', scope());
    assert.deepEqual(project(item, paths), {
      id: { S: 'a' },
      map: { M: { deep: { M: { z: { BOOL: true } } } } },
      parts: { L: [{ N: '0' }, { N: '2' }] },
    });
  });
});
