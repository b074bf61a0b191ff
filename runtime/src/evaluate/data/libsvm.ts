/** libsvm: `label index:value …`, indices from 0. The model determines the width of a row and the meaning of a missing index. */
import { ClientError } from '../../contract/client-error.ts';
import { at, linesOf, type Row, toNumber } from './rows.ts';

export async function* readLibsvm(file: string, name: string, width: number, missing: number): AsyncGenerator<Row> {
  let line = 0;
  for await (const text of linesOf(file, name)) {
    line += 1;
    const [label, ...pairs] = (text.split('#')[0] ?? '').trim().split(/\s+/);
    if (label === undefined || label === '') continue;
    const features = new Array<number>(width).fill(missing);
    for (const pair of pairs) {
      const [index = '', cell = '', ...more] = pair.split(':');
      const value = cell === '' ? undefined : toNumber(cell);
      if (!/^\d+$/.test(index) || value === undefined || more.length > 0)
        throw new ClientError(
          `${at({ name, line })}: "${pair.slice(0, 40)}" is not libsvm, which is "label index:value …"`,
        );
      if (Number(index) >= width)
        throw new ClientError(
          `${at({ name, line })}: the index ${index} is outside of the model's ${width} features, counted from 0`,
        );
      features[Number(index)] = value;
    }
    yield { label: label.split(':')[0] ?? label, features };
  }
}
