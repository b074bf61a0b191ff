/**
 * AWS's own types, as the server sees them: required members are present after validation, a streamed body is a Readable.
 */
import type { Readable } from 'node:stream';
import type { Modules, ServiceName } from './catalog.ts';

/** The names of a service's operations, from its SDK's command classes. */
export type OperationName<S extends ServiceName> = {
  [K in keyof Modules[S]]: K extends `${infer N}Command`
    ? Modules[S][K] extends abstract new (
        ...args: never[]
      ) => unknown
      ? N
      : never
    : never;
}[keyof Modules[S]];

type CommandOf<S extends ServiceName, N extends OperationName<S>> = `${N}Command` extends keyof Modules[S]
  ? Modules[S][`${N}Command`]
  : never;

type Handled<C> = C extends abstract new (
  ...args: never[]
) => {
  resolveMiddleware(...args: never[]): (args: infer A) => Promise<infer R>;
}
  ? { args: A; result: R }
  : never;

type SdkInput<S extends ServiceName, N extends OperationName<S>> =
  Handled<CommandOf<S, N>> extends { args: { input: infer I } } ? I : never;
type SdkOutput<S extends ServiceName, N extends OperationName<S>> =
  Handled<CommandOf<S, N>> extends { result: { output: infer O } } ? O : never;

type Leaf = string | number | boolean | bigint | Date | Uint8Array | undefined | null;

/** A client type after validation: members that AWS requires are never undefined; streams are Readable. */
export type Validated<T> = T extends Leaf
  ? T
  : // The member of a union that the SDK does not know is a tuple.
    T extends [string, unknown]
    ? T
    : T extends (infer E)[]
      ? Validated<E>[]
      : string extends keyof T
        ? { [K in keyof T]: Validated<T[K]> }
        : T extends object
          ? {
              [K in keyof T]: {} extends Pick<T, K>
                ? ValidatedMember<T[K]> | undefined
                : Exclude<ValidatedMember<T[K]>, undefined>;
            }
          : T;
type ValidatedMember<P> = Readable extends NonNullable<P> ? Readable : Validated<P>;

type AnswerMember<P> =
  NonNullable<P> extends { transformToString(...args: never[]): unknown } ? Uint8Array | Readable | undefined : P;

/** What an operation receives. */
export type Input<S extends ServiceName, N extends OperationName<S>> = Validated<SdkInput<S, N>>;

/** The result of an operation: AWS's output without the client's `$metadata`; a streamed body is bytes or a Readable. */
export type Output<S extends ServiceName, N extends OperationName<S>> = {
  [K in keyof SdkOutput<S, N> as Exclude<K, '$metadata'>]: AnswerMember<SdkOutput<S, N>[K]>;
};
