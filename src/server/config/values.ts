/** Values of flags, checked. Each throws GizmoError USAGE with the flag to change. */
import { usage } from './usage.js';

/** A size such as `4GB` or `512MiB`, in bytes. */
export function bytes(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?)b$/i.exec(text.trim());
  if (match === null && text.trim() !== '0')
    throw usage(`--${flag} ${text}: give a size with its unit, such as 512MB or 4GB.`);
  const [, number = '0', unit = '', binary = ''] = match ?? [];
  const power = ['', 'k', 'm', 'g', 't'].indexOf(unit.toLowerCase());
  return Math.floor(Number(number) * (binary === '' ? 1000 : 1024) ** power);
}

/** A whole number from `min` to `max`. */
export function integer(flag: string, value: number, min: number, max: number): number {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw usage(`--${flag} ${value}: give a whole number from ${min} to ${max}.`);
  }
  return value;
}

/** Flags count in seconds, the code in milliseconds; timers of Node end at 24.8 days. */
export function seconds(flag: string, value: number): number {
  return integer(flag, value, 0, 2_000_000) * 1000;
}

/** What one of several words stands for. */
export function choice<T extends string>(
  flag: string,
  value: string,
  choices: Readonly<Record<string, T>>,
): T {
  const chosen = Object.hasOwn(choices, value.toLowerCase()) ? choices[value.toLowerCase()] : undefined;
  if (chosen === undefined) {
    throw usage(`--${flag} ${value}: choose one of ${Object.keys(choices).join(', ')}.`);
  }
  return chosen;
}
