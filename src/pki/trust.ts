/** Where systems keep the CAs they trust, and the commands that change that. Plans only; nothing is run here. */
import { createHash, type X509Certificate } from 'node:crypto';
import { join } from 'node:path';

/** One command, as argv. */
export interface TrustStep {
  readonly command: readonly string[];
  /** Needs the rights of the administrator. */
  readonly privileged: boolean;
}

export interface TrustPlan {
  /** For people: `the system (Debian)`, `NSS database …`. */
  readonly store: string;
  readonly steps: readonly TrustStep[];
}

export interface TrustContext {
  readonly platform: NodeJS.Platform;
  readonly home: string;
  readonly isPresent: (path: string) => boolean;
  /** Names in a folder; empty where there is none. */
  readonly list: (path: string) => readonly string[];
}

/**
 * Commands that make the machine trust a CA, or no longer.
 * @param file path of its certificate, PEM
 */
export function planSystemTrust(
  action: 'install' | 'uninstall',
  file: string,
  certificate: X509Certificate,
  { platform, isPresent }: TrustContext,
): TrustPlan | undefined {
  const isInstall = action === 'install';
  if (platform === 'darwin')
    return {
      store: 'the system (macOS keychain)',
      steps: [
        privileged(
          isInstall
            ? [
                'security',
                'add-trusted-cert',
                '-d',
                '-r',
                'trustRoot',
                '-k',
                '/Library/Keychains/System.keychain',
                file,
              ]
            : ['security', 'remove-trusted-cert', '-d', file],
        ),
      ],
    };
  if (platform === 'win32')
    return {
      store: "this user's root store (Windows)",
      steps: [
        {
          command: isInstall
            ? ['certutil', '-user', '-addstore', 'Root', file]
            : ['certutil', '-user', '-delstore', 'Root', certificate.serialNumber],
          privileged: false,
        },
      ],
    };
  const store = LINUX_STORES.find(({ folder }) => isPresent(folder));
  if (store === undefined) return undefined;
  const target = `${store.folder}/${trustName(certificate)}${store.ending}`;
  return {
    store: `the system (${store.folder})`,
    steps: [
      privileged(isInstall ? ['install', '-m', '0644', file, target] : ['rm', '-f', target]),
      privileged(store.update),
    ],
  };
}

/** Commands for each NSS database of this user: Chromium's, and every profile of Firefox. */
export function planNssTrust(
  action: 'install' | 'uninstall',
  file: string,
  certificate: X509Certificate,
  { home, isPresent, list }: TrustContext,
): TrustPlan[] {
  const name = trustName(certificate);
  const folders = [
    join(home, '.pki', 'nssdb'),
    ...PROFILES.flatMap((path) => list(join(home, path)).map((profile) => join(home, path, profile))),
  ].filter((folder) => isPresent(join(folder, 'cert9.db')));
  return folders.map((folder) => {
    const database = ['certutil', '-d', `sql:${folder}`];
    const command =
      action === 'install'
        ? [...database, '-A', '-t', 'C,,', '-n', name, '-i', file]
        : [...database, '-D', '-n', name];
    return { store: `NSS database ${folder}`, steps: [{ command, privileged: false }] };
  });
}

/** Names the CA by its own bytes, so that two never meet under one name. */
function trustName({ raw }: X509Certificate): string {
  return `gizmo-${createHash('sha256').update(raw).digest('hex').slice(0, 16)}`;
}

const LINUX_STORES = [
  { folder: '/etc/pki/ca-trust/source/anchors', ending: '.pem', update: ['update-ca-trust', 'extract'] },
  { folder: '/usr/local/share/ca-certificates', ending: '.crt', update: ['update-ca-certificates'] },
  {
    folder: '/etc/ca-certificates/trust-source/anchors',
    ending: '.crt',
    update: ['trust', 'extract-compat'],
  },
  { folder: '/usr/share/pki/trust/anchors', ending: '.pem', update: ['update-ca-certificates'] },
] as const;

const PROFILES = [
  '.mozilla/firefox',
  'snap/firefox/common/.mozilla/firefox',
  'Library/Application Support/Firefox/Profiles',
];

function privileged(command: readonly string[]): TrustStep {
  return { command, privileged: true };
}
