/**
 * Three-valued truth. What a policy says that this platform does not know is neither true nor false, and must stay so until the
 * statement's effect decides: an Allow needs true, a Deny only needs not-false.
 */
export type Tri = true | false | 'unknown';

export function all(values: Iterable<Tri>): Tri {
  let result: Tri = true;
  for (const value of values) {
    if (value === false) return false;
    if (value === 'unknown') result = 'unknown';
  }
  return result;
}

export function any(values: Iterable<Tri>): Tri {
  let result: Tri = false;
  for (const value of values) {
    if (value === true) return true;
    if (value === 'unknown') result = 'unknown';
  }
  return result;
}

export function not(value: Tri): Tri {
  return value === 'unknown' ? 'unknown' : !value;
}
