/** `gizmo pki trust`. */
import { spawnSync } from 'node:child_process';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { EXIT, GizmoError } from '../../errors.js';
import type { TrustPlan, TrustStep } from '../../pki/trust.js';
import { refuseSurplus } from '../arguments.js';
import { askLine } from '../ask-line.js';
import { type FlagSpec, parseLine } from '../parse-line.js';
import { quote } from '../program-call.js';
import { showResult } from '../show-result.js';
import { COMMON_FLAGS, directoryOf } from './common.js';

const group = 'TRUST';

/** In the order help shows them. */
export const TRUST_FLAGS = {
  system: { kind: 'switch', negatable: true, summary: "the system's store (default)", group },
  nss: {
    kind: 'switch',
    negatable: true,
    summary: 'NSS databases of this user: Chromium, Firefox (needs certutil)',
    group,
  },
  print: { kind: 'switch', summary: 'print the commands and run none', group },
  yes: { kind: 'switch', summary: 'do not ask', group },
  ...COMMON_FLAGS,
} as const satisfies Record<string, FlagSpec>;

/** Answers the exit code. */
export async function runTrust(argv: readonly string[]): Promise<number> {
  const line = parseLine(argv, TRUST_FLAGS);
  const [action, given] = line.args;
  if (action !== 'install' && action !== 'uninstall')
    throw new GizmoError('USAGE', 'Say what to do: gizmo pki trust install, or gizmo pki trust uninstall.');
  refuseSurplus(line.args, 2);
  const [
    { planNssTrust, planSystemTrust },
    store,
    { readCertificates },
    { authorityFiles, chooseAuthority },
  ] = await Promise.all([
    import('../../pki/trust.js'),
    import('../../pki/store.js'),
    import('../../pki/pem.js'),
    import('../../pki/directory.js'),
  ]);
  const directory = directoryOf(line);
  const file = resolve(given ?? authorityFiles(directory, chooseAuthority(directory, 'server')).certificate);
  const certificate = readCertificates(store.readInput(file, 'the CA'), file)[0]!;
  if (!certificate.ca)
    throw new GizmoError('USAGE', `${file} is no CA. Trust the CA that signed it instead.`);
  const { isPresent, listDirectory: list } = store;
  const context = { platform: process.platform, home: homedir(), isPresent, list };
  const plans: TrustPlan[] = [];
  if (line.isOn('system') !== false) {
    const plan = planSystemTrust(action, file, certificate, context);
    if (plan === undefined)
      throw new GizmoError(
        'USAGE',
        'This system keeps its CAs where Gizmo does not know. Use --no-system --nss, or its own tool.',
      );
    plans.push(plan);
  }
  if (line.isOn('nss') === true) plans.push(...planNssTrust(action, file, certificate, context));
  if (plans.length === 0)
    throw new GizmoError('USAGE', 'There is no such store here: no NSS database was found.');
  const commands = plans.flatMap(({ steps }) => steps.map(toCommand));
  if (line.isOn('print') === true) {
    showResult(line, { commands }, () => commands.map(toShell).join('\n'));
    return EXIT.ok;
  }
  announce(action, file, plans);
  if (line.isOn('yes') !== true && !(await confirm()))
    throw new GizmoError('CANCELLED', 'Nothing was changed.');
  for (const command of commands) run(command);
  const stores = plans.map((plan) => plan.store);
  showResult(line, { action, certificate: file, stores }, () =>
    action === 'install'
      ? `${file} is trusted now by ${stores.join(', ')}. Undo it with: gizmo pki trust uninstall ${quote(file)}`
      : `${file} is no longer trusted by ${stores.join(', ')}.`,
  );
  return EXIT.ok;
}

function announce(action: 'install' | 'uninstall', file: string, plans: readonly TrustPlan[]): void {
  const what =
    action === 'install'
      ? `Everything on this machine that asks these stores will trust what ${file} signs:`
      : `These stores will no longer trust what ${file} signs:`;
  const lines = plans.flatMap(({ store, steps }) => [
    `  ${store}`,
    ...steps.map((step) => `    ${toShell(toCommand(step))}`),
  ]);
  process.stderr.write(`${what}\n${lines.join('\n')}\n`);
}

function toCommand({ command, privileged }: TrustStep): readonly string[] {
  const isRoot = process.getuid === undefined || process.getuid() === 0;
  return privileged && !isRoot ? ['sudo', ...command] : command;
}

function toShell(command: readonly string[]): string {
  return command.map(quote).join(' ');
}

/** @throws GizmoError USAGE where there is nobody to ask */
async function confirm(): Promise<boolean> {
  if (process.stdin.isTTY !== true)
    throw new GizmoError(
      'USAGE',
      'There is no terminal to ask on. Use --yes to run these commands, or --print to see them only.',
    );
  const answer = await askLine('Run these commands? [y/N] ');
  return /^y(es)?$/i.test(answer ?? '');
}

/** What the commands print goes to standard error: standard output holds the result. */
function run([program = '', ...args]: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { stdio: ['inherit', process.stderr, 'inherit'] });
  if (error !== undefined)
    throw new GizmoError(
      'USAGE',
      `Cannot run ${program}: ${'code' in error && error.code === 'ENOENT' ? `it is not installed${program === 'certutil' ? ' (libnss3-tools or nss-tools)' : ''}` : error.message}.`,
      { cause: error },
    );
  if (status !== 0)
    throw new GizmoError('FAILED_PRECONDITION', `${program} failed with exit code ${status}.`);
}
