/** The commands of `gizmo pki` by name, each loaded when it is asked for; oclif is not, unless for help. */

/** Answers the exit code. */
export type RunVerb = (argv: readonly string[]) => Promise<number>;

/** Undefined for a word that is no command. */
export async function findVerb(name: string): Promise<RunVerb | undefined> {
  return Object.hasOwn(VERBS, name) ? VERBS[name]?.() : undefined;
}

const VERBS: Readonly<Record<string, () => Promise<RunVerb>>> = {
  init: async () => (await import('./init.js')).runInit,
  issue: async () => (await import('./issue.js')).runIssue,
  spki: async () => (await import('./spki.js')).runSpki,
  inspect: async () => (await import('./inspect.js')).runInspect,
  verify: async () => (await import('./verify.js')).runVerify,
  'needs-renewal': async () => (await import('./needs-renewal.js')).runNeedsRenewal,
  renew: async () => (await import('./renew.js')).runRenew,
  revoke: async () => (await import('./revoke.js')).runRevoke,
  crl: async () => (await import('./revoke.js')).runCrl,
  trust: async () => (await import('./trust.js')).runTrust,
  bundle: async () => (await import('./bundle.js')).runBundle,
};
