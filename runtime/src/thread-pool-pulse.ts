/**
 * Wakes Node's thread pool once a second. glibc before 2.41 (Debian 12 has 2.36) now and then loses the signal that wakes a waiting thread
 * (https://sourceware.org/bugzilla/show_bug.cgi?id=25847); the next piece of work wakes it again, but if the process only waits for a close, there
 * is no next one. Seen: a start that hung for good with four idle threads and one file waiting to be closed.
 */
import { access } from 'node:fs';

const everyMs = 1000;

/** Answers what ends it. Keeps no process alive. */
export function pulseThreadPool(): () => void {
  const timer = setInterval(() => access('/', () => {}), everyMs).unref();
  return () => clearInterval(timer);
}
