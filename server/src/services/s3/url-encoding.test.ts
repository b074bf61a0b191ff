import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { urlEncode } from './url-encoding.ts';

describe("a listing's url encoding does", () => {
  it('encode as a form, with slashes kept', () => {
    assert.equal(urlEncode('a b/c+d%e~f*g-h_i.j'), 'a+b/c%2Bd%25e%7Ef*g-h_i.j');
    assert.equal(urlEncode("é\u{1f600}!'()\u0001"), '%C3%A9%F0%9F%98%80%21%27%28%29%01');
  });
});
