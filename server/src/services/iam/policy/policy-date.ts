/** The dates that IAM takes as a condition's values: ISO 8601, or seconds since 1970. https://www.w3.org/TR/NOTE-datetime */

const form =
  /^(-?\d{1,9})(?:-(\d{1,2}))?(?:-(\d{1,2}))?(?:T(\d{1,2})?(?::(\d{1,2}))?(?::(\d{1,2})(?:\.\d{1,9})?(?:Z|[+-](\d{2})(?::?(\d{2}))?)?)?)?$/i;
/** Month, day, hour, minute, second, and the hour and minute of the zone. */
const ranges: readonly (readonly [number, number])[] = [
  [1, 12],
  [1, 31],
  [0, 23],
  [0, 59],
  [0, 59],
  [0, 23],
  [0, 59],
];
const lastSecond = 2n ** 63n - 1n;

export function isDatePolicyValue(text: string): boolean {
  if (/^\d+$/.test(text)) return text.length <= 19 && BigInt(text) <= lastSecond;
  const [, , ...parts] = form.exec(text) ?? ['', ''];
  if (!form.test(text)) return false;
  return parts.every((part, at) => {
    const [from, to] = ranges[at] ?? [0, 0];
    return part === undefined || (Number(part) >= from && Number(part) <= to);
  });
}
