/** Lets a request to stop a job, or the end of its time, interrupt long work (downloads, uploads): the work's signal is aborted. */
import type { Clock, Timer } from '../../../kit/clock.ts';
import type { Job } from './job.ts';

export interface Limited<Request> {
  readonly arn: string;
  /** Aborted when the server stops. */
  readonly stopping: AbortSignal;
  /** When the work must end, by the job's present row, in ms since 1970. */
  endsAt(job: Job<Request>): number;
}

export interface Interruptions<Request> {
  /** The job's row changed, perhaps in a way that ends its work. */
  look(arn: string): void;
  /** Returns undefined if `act` was interrupted. Throws what `act` throws otherwise, and when the server stops. */
  run<Result>(
    limited: Limited<Request>,
    act: (signal: AbortSignal) => Promise<Result>,
  ): Promise<{ readonly result: Result } | undefined>;
}

export function interruptions<Request>(
  find: (arn: string) => Promise<Job<Request> | undefined>,
  clock: Clock,
): Interruptions<Request> {
  const looks = new Map<string, () => void>();
  return {
    look: (arn) => looks.get(arn)?.(),
    async run({ arn, stopping, endsAt }, act) {
      const interruption = new AbortController();
      let timer: Timer | undefined;
      let over = false;
      const look = async () => {
        const job = await find(arn);
        if (over || !job) return;
        const leftMs = endsAt(job) - clock.now().getTime();
        timer?.cancel();
        if (leftMs <= 0) interruption.abort();
        else if (leftMs < Number.POSITIVE_INFINITY) timer = clock.after(leftMs, lookOrWait);
      };
      // If the database fails, the next step repeats the look.
      const lookOrWait = () => void look().catch(() => {});
      looks.set(arn, lookOrWait);
      lookOrWait();
      try {
        return { result: await act(AbortSignal.any([interruption.signal, stopping])) };
      } catch (error) {
        if (!interruption.signal.aborted || stopping.aborted) throw error;
        return undefined;
      } finally {
        over = true;
        timer?.cancel();
        looks.delete(arn);
      }
    },
  };
}
