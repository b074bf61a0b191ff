/**
 * 10,000 learners and their scores in the AWS Cloud Practitioner exam, made from a seed: the same seed gives the same file.
 *
 *   score = 250 + 6·min(years in IT, 15) + 22·min(years on AWS, 8) + 2.2·hours − 0.005·hours² + 14·practice tests + noise
 *
 * noise is normal with a standard deviation of 20 points; the score is rounded and kept within 100–1000, the exam's scale.
 * Then the file is made as raw as real ones are: about 1 % of the rows lose a cell, about 1 % come twice.
 */
export interface Learner {
  readonly yearsInIt: number;
  readonly yearsOnAws: number;
  readonly hoursStudied: number;
  readonly practiceTests: number;
}

export const header = 'learner_id,years_in_it,years_on_aws,hours_studied,practice_tests,score';

/** The score without noise. */
export function expectedScore({ yearsInIt, yearsOnAws, hoursStudied, practiceTests }: Learner): number {
  return (
    250 +
    6 * Math.min(yearsInIt, 15) +
    22 * Math.min(yearsOnAws, 8) +
    2.2 * hoursStudied -
    0.005 * hoursStudied ** 2 +
    14 * practiceTests
  );
}

/** Uniform numbers in [0, 1) from a seed (mulberry32). */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const normal = (random: () => number) => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** The raw CSV: a header, `count` learners, the label last, dirt included. */
export function learnersCsv(count: number, seed: number): string {
  const random = randomSource(seed);
  const lines = [header];
  for (let id = 1; id <= count; id++) {
    const yearsInIt = Math.round(20 * random() ** 1.5 * 10) / 10;
    const yearsOnAws = Math.round(Math.min(yearsInIt, 10 * random() ** 2) * 10) / 10;
    const learner = {
      yearsInIt,
      yearsOnAws,
      hoursStudied: Math.round(200 * random()),
      practiceTests: Math.floor(13 * random()),
    };
    const score = Math.round(Math.min(1000, Math.max(100, expectedScore(learner) + 20 * normal(random))));
    const cells = [id, yearsInIt, yearsOnAws, learner.hoursStudied, learner.practiceTests, score].map(String);
    if (random() < 0.01) cells[1 + Math.floor(5 * random())] = '';
    lines.push(cells.join(','));
    if (random() < 0.01) lines.push(cells.join(','));
  }
  return `${lines.join('\n')}\n`;
}
