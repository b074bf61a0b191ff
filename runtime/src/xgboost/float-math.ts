/**
 * expf and logf to the bit as glibc computes them, because XGBoost's transforms call them and `Math.fround(Math.exp(x))` differs from expf by
 * one unit in the last place for about 0.07 % of arguments. Both work in double precision from a small table and a polynomial; the constants are
 * those that glibc (since 2.27/2.28) and ARM's optimized-routines publish. glibc may contract multiply-add where the processor can; that moves
 * the double by 1e-16 and so the rounded float about once in 1e8 arguments. Never used where double precision is wanted.
 */
const tableBits = 5;
const tableSize = 1 << tableBits;
const scaledInverseLn2 = Math.LOG2E * tableSize;
const toNearest = 6755399441055744; // 1.5 × 2^52: adding it leaves an integer in the low bits
const exp0 = 0.05550361559341535 / tableSize ** 3;
const exp1 = 0.2402284522445722 / tableSize ** 2;
const exp2 = 0.6931471806916203 / tableSize;
const overflowsAbove = 88.72283172607422;
const underflowsBelow = -103.97207641601562;

const fractions = Float64Array.from({ length: tableSize }, (_, index) => 2 ** (index / tableSize));
const lowestPower = -151;
const powers = Float64Array.from({ length: 129 - lowestPower }, (_, index) => 2 ** (index + lowestPower));

export function expf(x: number): number {
  if (x > overflowsAbove) return Number.POSITIVE_INFINITY;
  if (x < underflowsBelow) return 0;
  if (Number.isNaN(x)) return x;
  const z = scaledInverseLn2 * x;
  const whole = z + toNearest - toNearest;
  const r = z - whole;
  const scale = (fractions[whole & (tableSize - 1)] as number) * (powers[(whole >> tableBits) - lowestPower] as number);
  return Math.fround(((exp0 * r + exp1) * (r * r) + (exp2 * r + 1)) * scale);
}

const inverses = [
  1.398907162146528, 1.3403141896637998, 1.286432210124115, 1.2367150214269895, 1.1906977166711752, 1.1479821020556429,
  1.1082251448272158, 1.0711297413057381, 1.036437278977283, 1, 0.9492859795739057, 0.8951049428609004,
  0.8476821620351103, 0.8050314851692001, 0.7664671008843108, 0.731428603316328,
];
const logarithms = [
  -0.33569133332882284, -0.2929040563774074, -0.2518726580937369, -0.21245868807117255, -0.17453945183745634,
  -0.1380057072319758, -0.10275976698545139, -0.06871392447020525, -0.0357891387398228, 0, 0.05204517742929496,
  0.11081431298787942, 0.1652495223695143, 0.21687389031699977, 0.2659635028121397, 0.3127556664073557,
];
const ln2 = Math.LN2;
const log0 = -0.25089342214237154;
const log1 = 0.333456765744066;
const log2 = -0.4999997485802103;
const tableOffset = 0x3f330000;

const single = new Float32Array(1);
const singleBits = new Int32Array(single.buffer);

export function logf(x: number): number {
  if (!(x > 0) || x === Number.POSITIVE_INFINITY || x === 1) return Math.log(x);
  let exponent = 0;
  single[0] = x;
  let bits = singleBits[0] as number;
  if (bits < 0x00800000) {
    single[0] = x * 2 ** 23;
    bits = singleBits[0] as number;
    exponent = -23;
  }
  const distance = bits - tableOffset;
  const index = (distance >> 19) & 15;
  exponent += distance >> 23;
  singleBits[0] = bits - (distance & 0xff800000);
  const r = (single[0] as number) * (inverses[index] as number) - 1;
  const y0 = (logarithms[index] as number) + exponent * ln2;
  const r2 = r * r;
  return Math.fround((log0 * r2 + (log1 * r + log2)) * r2 + (y0 + r));
}
