/** One instance of a job: a run of its own, with a folder of its own. */
export interface Host {
  /** The name by which the other instances reach it: algo-1, algo-2, … */
  readonly name: string;
  /** The run's folder. */
  readonly dir: string;
  /** The folder on this machine that the program sees as /opt/ml. */
  readonly ml: string;
}
