/**
 * What a feature is worth to a model that does not say so itself: how much worse it predicts when that feature's values are dealt out anew among the
 * rows. The same data gives the same numbers.
 */
import { ClientError } from '../contract/client-error.ts';
import type { Importance, OpenModel } from '../models/open-model.ts';
import { seededRandom } from '../seeded-random.ts';
import { metricsOf } from './measure.ts';
import { gather } from './outcome.ts';
import type { Settings } from './settings.ts';

/** The first rows of the test data, because the model predicts all of them many times. */
export interface Sample {
  readonly labels: readonly string[];
  readonly features: Float64Array;
  readonly columns: number;
  readonly names: readonly string[] | undefined;
}

export const rowsInSample = 1000;
const mostFeatures = 100;
const rounds = 3;

export async function permutationImportance(
  model: OpenModel,
  settings: Settings,
  sample: Sample,
): Promise<Importance | undefined> {
  const { labels, features, columns } = sample;
  if (columns > mostFeatures || labels.length < 2) return undefined;
  const name = settings.problem === 'regression' ? 'rmse' : 'accuracy';
  const score = async (values: Float64Array) => {
    const gathering = gather(settings, model);
    gathering.add(labels, await model.predict(values, labels.length, columns));
    return metricsOf(settings)(gathering.end())[name] as number;
  };
  const random = seededRandom(columns);
  try {
    const whole = await score(features);
    const worth: number[] = [];
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      for (let round = 0; round < rounds; round++)
        sum += (await score(shuffled(features, columns, column, random))) - whole;
      worth.push((name === 'rmse' ? sum : -sum) / rounds);
    }
    return { measure: `permutation (${name === 'rmse' ? 'rmse gained' : 'accuracy lost'})`, values: worth };
  } catch (error) {
    // A model that takes its own data but not this has been measured all the same.
    if (error instanceof ClientError) return undefined;
    throw error;
  }
}

function shuffled(features: Float64Array, columns: number, column: number, random: () => number): Float64Array {
  const dealt = features.slice();
  for (let row = features.length / columns - 1; row > 0; row--) {
    const other = Math.floor(random() * (row + 1));
    const kept = dealt[row * columns + column] as number;
    dealt[row * columns + column] = dealt[other * columns + column] as number;
    dealt[other * columns + column] = kept;
  }
  return dealt;
}
