/** Host and port as one writes them together: `db.example:31337`, `[::1]:31337`, with brackets around the host or not. */
export function serverAddress(host: string, port: number): string {
  return `${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}
