/**
 * Where somebody calls from, of `address:port`: the address; of IPv6 the network of 64 bits, since who has one address
 * of it has all. The same text for the same network, however its zeros are written (RFC 5952).
 */
export function networkOf(peer: string): string {
  const address = peer
    .replace(/:\d+$/, '')
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');
  if (!address.includes(':')) return address;
  const [head = '', tail = ''] = address.split('::', 2);
  const front = head.split(':').filter((it) => it !== '');
  const back = tail.split(':').filter((it) => it !== '');
  const zeros = address.includes('::') ? Math.max(0, 8 - front.length - back.length) : 0;
  return [...front, ...Array<string>(zeros).fill('0'), ...back].slice(0, 4).join(':');
}
