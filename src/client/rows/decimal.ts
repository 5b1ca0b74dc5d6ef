/** Decimals as text and back, digit by digit: no binary fraction holds them. */
import type { DecimalValue } from '../../flight/ipc/value.js';

/** `12.50` for 1250 with scale 2. */
export function formatDecimal({ unscaled, scale }: DecimalValue): string {
  if (scale <= 0) return String(unscaled * 10n ** BigInt(-scale));
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

/** Undefined for what is no number in decimal notation, or has digits beyond `scale`. */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = DECIMAL.exec(text);
  if (match === null) return undefined;
  const [, sign, whole = '', fraction = '', exponentText = '0'] = match;
  if (whole === '' && fraction === '') return undefined;
  const exponent = Number(exponentText);
  if (Math.abs(exponent) > EXPONENT_MAX) return undefined;
  const magnitude = BigInt(whole + fraction);
  const shift = scale - fraction.length + exponent;
  const by = 10n ** BigInt(Math.abs(shift));
  if (shift < 0 && magnitude % by !== 0n) return undefined;
  const unscaled = shift < 0 ? magnitude / by : magnitude * by;
  return sign === '-' ? -unscaled : unscaled;
}

const DECIMAL = /^([+-]?)(\d{0,100})(?:\.(\d{0,100}))?(?:[eE]([+-]?\d{1,4}))?$/;
const EXPONENT_MAX = 400;
