/** A list of doubles that grows by halves. What an evaluation keeps of its rows is in such lists, so their limit is the evaluation's. */
import { ClientError } from '../contract/client-error.ts';

/** Numbers kept in all: 400 MB. Features are not kept; a regression keeps two numbers a row, k classes k + 2. */
export const mostKept = 50_000_000;

export interface Growing {
  push(value: number): void;
  values(): Float64Array;
}

export function growing(budget: { kept: number }): Growing {
  let memory = new Float64Array(1024);
  let length = 0;
  return {
    push(value) {
      if (length === memory.length) {
        const larger = new Float64Array(length + (length >> 1));
        larger.set(memory);
        memory = larger;
      }
      memory[length++] = value;
      budget.kept += 1;
      if (budget.kept > mostKept)
        throw new ClientError(
          `The test data has too many rows: labels and predictions may be ${mostKept} numbers, and these are more. Measure on a sample`,
        );
    },
    values: () => memory.subarray(0, length),
  };
}
