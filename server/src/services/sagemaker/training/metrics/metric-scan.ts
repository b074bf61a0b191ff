/**
 * Finds a job's metrics in lines of its log. Users write the expressions, so they run in time linear in the text (RE2) and never backtrack. The first group is
 * the value: https://docs.aws.amazon.com/sagemaker/latest/dg/define-train-metrics.html
 */
import { RE2JS } from 're2js';

export interface MetricDefinition {
  readonly Name?: string | undefined;
  readonly Regex?: string | undefined;
}

export interface FoundMetric {
  readonly name: string;
  readonly value: number;
}

/** Why the expression is not valid, in one line; undefined if it is. */
export function regexFault(regex: string): string | undefined {
  try {
    RE2JS.compile(regex);
    return undefined;
  } catch (error) {
    return (error as Error).message.replace(/^error parsing regexp: /, '');
  }
}

/** More than the metrics of a line; fewer than the matches of an expression that matches everywhere. */
const maxPerLine = 100;

export function scanner(definitions: readonly MetricDefinition[]): (lines: readonly string[]) => FoundMetric[] {
  const patterns = definitions.flatMap(({ Name: name, Regex: regex }) =>
    name && regex ? [{ name, pattern: RE2JS.compile(regex) }] : [],
  );
  return (lines) => {
    const found: FoundMetric[] = [];
    for (const line of lines) {
      for (const { name, pattern } of patterns) {
        const matcher = pattern.matcher(line);
        for (let i = 0; i < maxPerLine && matcher.find(); i++) {
          const text = (matcher.groupCount() > 0 ? matcher.group(1) : matcher.group(0))?.trim();
          const value = text ? Number(text) : Number.NaN;
          if (Number.isFinite(value)) found.push({ name, value });
        }
      }
    }
    return found;
  };
}
