/** Lets a wish to stop a job, or the end of its time, reach what takes long (downloads, uploads): its signal ends, and the step with it. */
import type { Clock } from '../../../kit/clock.ts';
import type { Job } from './job.ts';

/** What setTimeout can count to. */
const longestDelayMs = 2 ** 31 - 1;

export interface Limited<Request> {
  readonly arn: string;
  /** The server's own end. */
  readonly stopping: AbortSignal;
  /** When the job, as it is by now, may not go on with this any longer. */
  endsAt(job: Job<Request>): number;
}

export interface Interruptions<Request> {
  /** Somebody changed the job: whoever works on it looks whether to go on. */
  look(arn: string): void;
  /** Answers what `act` does, undefined where it was interrupted; throws what it throws otherwise, and at the server's end. */
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
      const asked = new AbortController();
      let timer: NodeJS.Timeout | undefined;
      let over = false;
      const look = async () => {
        const job = await find(arn);
        if (over || !job) return;
        const leftMs = endsAt(job) - clock.now().getTime();
        clearTimeout(timer);
        if (leftMs <= 0) asked.abort();
        else timer = setTimeout(lookOrWait, Math.min(leftMs, longestDelayMs)).unref();
      };
      // A look that fails is made up for by the next step.
      const lookOrWait = () => void look().catch(() => {});
      looks.set(arn, lookOrWait);
      lookOrWait();
      try {
        return { result: await act(AbortSignal.any([asked.signal, stopping])) };
      } catch (error) {
        if (!asked.signal.aborted || stopping.aborted) throw error;
        return undefined;
      } finally {
        over = true;
        clearTimeout(timer);
        looks.delete(arn);
      }
    },
  };
}
