/** The certificate stores of macOS and Windows, by the system's own tools: Node 20 has no way to read them. */
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { splitCertificates } from './split-certificates.js';

/**
 * macOS: Apple's roots, and of the other certificates in the keychains those that the user or the administrator has
 * set to be trusted: most certificates in a keychain are not. What is set to "never trust" is left out. A tool that
 * fails finds nothing.
 */
export function readKeychains(): string[] {
  const trust = [...readTrustSettings('user'), ...readTrustSettings('admin')];
  const trusted = new Set(trust.flatMap(({ hash, result }) => (result === 'trust' ? [hash] : [])));
  const denied = new Set(trust.flatMap(({ hash, result }) => (result === 'deny' ? [hash] : [])));
  const roots = run('security', ['find-certificate', '-a', '-p', SYSTEM_ROOTS]);
  const others = run('security', ['find-certificate', '-a', '-p']);
  const candidates = [
    ...splitCertificates(roots),
    ...splitCertificates(others).filter((pem) => trusted.has(fingerprint(pem) ?? '')),
  ];
  return [...new Set(candidates)].filter((pem) => !denied.has(fingerprint(pem) ?? ''));
}

const SYSTEM_ROOTS = '/System/Library/Keychains/SystemRootCertificates.keychain';

/** Windows: the root stores of the machine and of the user, without what either has set to be distrusted. */
export function readWindowsStores(): string[] {
  return splitCertificates(
    run('powershell.exe', ['-NoProfile', '-NonInteractive', '-Command', WINDOWS_SCRIPT]),
  );
}

const WINDOWS_SCRIPT = `
$ErrorActionPreference = 'SilentlyContinue'
$bad = Get-ChildItem Cert:\\LocalMachine\\Disallowed, Cert:\\CurrentUser\\Disallowed | ForEach-Object { $_.Thumbprint }
Get-ChildItem Cert:\\LocalMachine\\Root, Cert:\\CurrentUser\\Root | Where-Object { $bad -notcontains $_.Thumbprint } |
  ForEach-Object {
    '-----BEGIN CERTIFICATE-----'
    [Convert]::ToBase64String($_.RawData, 'InsertLineBreaks')
    '-----END CERTIFICATE-----'
  }`;

interface TrustSetting {
  /** SHA-1 of the certificate, upper-case hex: what the settings go by. */
  readonly hash: string;
  readonly result: 'trust' | 'deny' | 'other';
}

/**
 * The property list that `security trust-settings-export` writes: under `trustList` a dict for each certificate, its
 * key the SHA-1. No settings, or one without a result, mean trust; results are 1 trust root, 2 trust as root, 3 deny,
 * 4 unspecified (SecTrustSettings.h). Settings for one policy only, such as mail, are left out unless it is SSL.
 */
function readTrustSettings(domain: 'user' | 'admin'): TrustSetting[] {
  const entries = exportTrustSettings(domain).split(/<key>([\dA-F]{40})<\/key>/);
  const settings: TrustSetting[] = [];
  for (let index = 1; index + 1 < entries.length; index += 2)
    settings.push({ hash: entries[index] ?? '', result: resultOf(entries[index + 1] ?? '') });
  return settings;
}

/** The tool writes to a file only. */
function exportTrustSettings(domain: 'user' | 'admin'): string {
  const folder = mkdtempSync(join(tmpdir(), 'gizmo-trust-'));
  const file = join(folder, 'settings.plist');
  try {
    run('security', ['trust-settings-export', ...(domain === 'admin' ? ['-d'] : []), file]);
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function resultOf(entry: string): TrustSetting['result'] {
  const [, settings] =
    /<key>trustSettings<\/key>\s*(?:<array\/>|<array>([\s\S]*?)<\/array>)/.exec(entry) ?? [];
  if (settings === undefined) return 'trust';
  const results = (settings.match(/<dict>[\s\S]*?<\/dict>/g) ?? [])
    .filter(
      (setting) => !/<key>kSecTrustSettingsPolicyName<\/key>/.test(setting) || /<string>ssl/i.test(setting),
    )
    .map(
      (setting) => /<key>kSecTrustSettingsResult<\/key>\s*<integer>(\d)<\/integer>/.exec(setting)?.[1] ?? '1',
    );
  if (results.includes('3')) return 'deny';
  return results.some((result) => result === '1' || result === '2') ? 'trust' : 'other';
}

function fingerprint(pem: string): string | undefined {
  try {
    return new X509Certificate(pem).fingerprint.replaceAll(':', '');
  } catch {
    return undefined; // What does not parse is not trusted.
  }
}

/** What a tool of the system prints; nothing where it fails or is not there. */
function run(program: string, args: readonly string[]): string {
  try {
    return execFileSync(program, args, {
      encoding: 'latin1',
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 15_000,
      windowsHide: true,
    });
  } catch {
    return ''; // `security` also fails where a domain has no settings at all.
  }
}
