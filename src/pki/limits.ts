/** Which names a CA may sign (name constraints, RFC 5280 §4.2.1.10). */
import { BlockList, isIP } from 'node:net';
import { GizmoError } from '../errors.js';
import { isHostName, type SubjectName } from './name.js';

/** Host names stand for themselves and all below them; addresses for a network. */
export type NameLimit =
  | { readonly type: 'dns'; readonly value: string }
  | { readonly type: 'ip'; readonly value: string; readonly mask: number };

export interface NameLimits {
  readonly permitted: readonly NameLimit[];
  readonly excluded: readonly NameLimit[];
}

/** Loopback and this machine, in every form clients dial them. */
export function developmentLimits(hostName: string): NameLimit[] {
  const host = hostName.toLowerCase();
  const own: NameLimit[] = isHostName(host) && host !== 'localhost' ? [{ type: 'dns', value: host }] : [];
  return [
    { type: 'dns', value: 'localhost' },
    ...own,
    { type: 'ip', value: '127.0.0.0', mask: 8 },
    { type: 'ip', value: '::1', mask: 128 },
  ];
}

/**
 * A kind of name of which nothing is permitted would be free altogether; it is excluded as a whole instead.
 * @param permitted at least one
 */
export function completeLimits(permitted: readonly NameLimit[]): NameLimits {
  const excluded: NameLimit[] = [];
  if (!permitted.some(({ type }) => type === 'dns')) excluded.push({ type: 'dns', value: '' });
  for (const [everything, version] of [
    ['0.0.0.0', 4],
    ['::', 6],
  ] as const)
    if (!permitted.some(({ type, value }) => type === 'ip' && isIP(value) === version))
      excluded.push({ type: 'ip', value: everything, mask: 0 });
  return { permitted, excluded };
}

/**
 * `example.com`, `10.0.0.0/8`, `192.0.2.7`, `fd00::/8`.
 * @throws GizmoError USAGE
 */
export function parseLimit(text: string): NameLimit {
  const [address = '', mask] = text.trim().split('/');
  const version = isIP(address);
  if (version === 0) {
    const value = text
      .trim()
      .toLowerCase()
      .replace(/^(\*\.|\.)/, '');
    if (isHostName(value)) return { type: 'dns', value };
    throw new GizmoError('USAGE', `"${text}" is neither a host name nor a network such as 10.0.0.0/8.`);
  }
  const bits = version === 4 ? 32 : 128;
  const length = mask === undefined ? bits : Number(mask);
  if (mask !== undefined && (!/^\d{1,3}$/.test(mask) || length > bits))
    throw new GizmoError('USAGE', `"${text}" is no network: what stands behind the / is at most ${bits}.`);
  return { type: 'ip', value: baseOf(address, version, length), mask: length };
}

/** Whether the limits let a name pass; e-mail addresses and URIs are not limited. */
export function isPermitted({ permitted, excluded }: NameLimits, name: SubjectName): boolean {
  if (name.type !== 'dns' && name.type !== 'ip') return true;
  const isOfKind = (limit: NameLimit) =>
    limit.type === name.type && (limit.type === 'dns' || isIP(limit.value) === isIP(name.value));
  if (excluded.some((limit) => isOfKind(limit) && covers(limit, name.value))) return false;
  const ofKind = permitted.filter(isOfKind);
  return ofKind.length === 0 || ofKind.some((limit) => covers(limit, name.value));
}

/** `localhost`, `127.0.0.0/8`. */
export function formatLimit(limit: NameLimit): string {
  return limit.type === 'dns' ? limit.value : `${limit.value}/${limit.mask}`;
}

/** A wildcard is covered where all that it stands for is. */
function covers(limit: NameLimit, value: string): boolean {
  if (limit.type === 'dns') {
    const host = value.replace(/^\*\./, '');
    return limit.value === '' || host === limit.value || host.endsWith(`.${limit.value}`);
  }
  const family = isIP(value) === 4 ? 'ipv4' : 'ipv6';
  const network = new BlockList();
  network.addSubnet(limit.value, limit.mask, family);
  return network.check(value, family);
}

/** The address with all bits behind the mask cleared. */
function baseOf(address: string, version: number, length: number): string {
  if (version === 4) {
    const bits = address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    const base = Math.floor(bits / 2 ** (32 - length)) * 2 ** (32 - length);
    return [24, 16, 8, 0].map((shift) => Math.floor(base / 2 ** shift) % 256).join('.');
  }
  const groups = expandIpv6(address);
  const masked = groups.map((group, index) => {
    const kept = Math.min(16, Math.max(0, length - index * 16));
    return group & (0xffff << (16 - kept)) & 0xffff;
  });
  return canonicalIpv6(masked.map((group) => group.toString(16)).join(':'));
}

function expandIpv6(address: string): number[] {
  const [left = '', right] = canonicalIpv6(address).split('::');
  const split = (part: string) => (part === '' ? [] : part.split(':'));
  const [before, after] = [split(left), split(right ?? '')];
  const gap = right === undefined ? 0 : 8 - before.length - after.length;
  return [...before, ...Array<string>(gap).fill('0'), ...after].map((group) => Number.parseInt(group, 16));
}

function canonicalIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}
