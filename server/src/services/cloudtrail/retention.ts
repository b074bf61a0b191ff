/** Removes events that are older than the history. The schedule is a row, so a server that is restarted often still removes them at their time. */
import { type CloudTrailResources, historyMs } from './deps.ts';
import { firstTime, lastLink, removeOldest } from './event-store.ts';

const batchSize = 500;
/** Between two batches, so that the removal delays no request. */
const pauseMs = 250;
/** From one look to the next, whenever the oldest event expires: events expire all the time, and a clock may have been wrong. */
const shortestMs = 3_600_000;
const longestMs = 86_400_000;

export async function scheduleRetention({ database, schedules, clock }: CloudTrailResources): Promise<void> {
  const own = schedules.of('cloudtrail', async ({ key }) => {
    const isFull = await removeExpired();
    const dueAt = isFull ? clock.now().getTime() + pauseMs : await nextExpiry();
    return [own.set({ key, dueAt: new Date(dueAt), payload: null })];
  });

  async function removeExpired(): Promise<boolean> {
    const newest = await lastLink(database);
    if (!newest) return false;
    // Not by a clock that is ahead of the trail: the table refuses to lose events that are younger than the history by the newest event's time.
    const { eventTime } = JSON.parse(newest.record) as { eventTime: string };
    const cutoff = Math.min(clock.now().getTime(), Date.parse(eventTime)) - historyMs;
    return (await removeOldest(database, cutoff, batchSize)) === batchSize;
  }

  async function nextExpiry(): Promise<number> {
    const now = clock.now().getTime();
    const expiry = ((await firstTime(database)) ?? now) + historyMs;
    return Math.min(Math.max(expiry, now + shortestMs), now + longestMs);
  }

  const now = clock.now();
  const latest = new Date(now.getTime() + longestMs);
  await database.write([own.ensure({ key: 'retention', dueAt: now, payload: null }, latest)]);
}
