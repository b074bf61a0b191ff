/** Lets somebody's wish to stop a job reach what takes long (downloads): its signal ends, and the step with it. */
interface Interruptions {
  /** Somebody changed the job: whoever works on it looks whether to go on. */
  look(arn: string): void;
  /** Answers when `act` is done or was interrupted; throws what it throws otherwise. `stopping`: the server's own end. */
  run(arn: string, stopping: AbortSignal, act: (signal: AbortSignal) => Promise<void>): Promise<void>;
}

/** `isAsked`: whether the job was asked to stop. */
export function interruptions(isAsked: (arn: string) => Promise<boolean>): Interruptions {
  const looks = new Map<string, () => void>();
  return {
    look: (arn) => looks.get(arn)?.(),
    async run(arn, stopping, act) {
      const asked = new AbortController();
      const look = async () => {
        if (await isAsked(arn)) asked.abort();
      };
      // A look that fails is made up for by the next step.
      const lookOrWait = () => void look().catch(() => {});
      looks.set(arn, lookOrWait);
      lookOrWait();
      try {
        await act(AbortSignal.any([asked.signal, stopping]));
      } catch (error) {
        if (!asked.signal.aborted || stopping.aborted) throw error;
      } finally {
        looks.delete(arn);
      }
    },
  };
}
