import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { indexActions, matchesAction } from './action-matcher.ts';
import { createClosedContext } from './context.ts';
import { compilePattern, matches } from './pattern.ts';

const context = createClosedContext({});
const compile = (text: string) => compilePattern(text, { wildcards: true, variables: false, ignoreCase: true });

describe('matchesAction does', () => {
  const patterns = [
    '*',
    '*:*',
    's3:*',
    'S3:Get?',
    's*:get*',
    '?am:List*',
    'iam:Get*',
    'iam:GetUser',
    '*:ListUsers',
    's3',
  ];
  const actions = ['s3:GetObject', 's3:GetX', 'S3:Get1', 'iam:GetUser', 'iam:ListUsers', 'sts:GetCallerIdentity', 's3'];
  const chosen = patterns.flatMap((one, at) => [[one], ...patterns.slice(at + 1).map((other) => [one, other])]);

  it('decide as trying each pattern does', () => {
    for (const texts of chosen) {
      const compiled = texts.map(compile);
      for (const action of actions) {
        const met = compiled.some((pattern) => matches(pattern, action, context) === true);
        for (const negated of [false, true]) {
          const found = matchesAction(indexActions({ patterns: compiled, negated }), action, context);
          assert.equal(found, met !== negated, `${negated ? 'not ' : ''}${texts} ${action}`);
        }
      }
    }
  });
});
