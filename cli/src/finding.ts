/** One requirement that `clary doctor` checks. */
export interface Finding {
  readonly name: string;
  /** needed: nothing works without it; useful: something does not. */
  readonly weight: 'needed' | 'useful';
  readonly found: string | undefined;
  readonly impact: string;
  readonly fix: string;
}
