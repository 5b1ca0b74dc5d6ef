/** The commands of `gizmo pki` by name, each loaded when it is asked for; oclif is not, unless for help. */

/** Answers the exit code. */
export type RunVerb = (argv: readonly string[]) => Promise<number>;

/** Undefined for a word that is no command. */
export async function findVerb(name: string): Promise<RunVerb | undefined> {
  return Object.hasOwn(VERBS, name) ? VERBS[name]?.() : undefined;
}

const VERBS: Readonly<Record<string, () => Promise<RunVerb>>> = {
  init: async () => (await import('./init.js')).runInit,
  spki: async () => (await import('./spki.js')).runSpki,
  issue: async () => (await import('./issue.js')).runIssue,
};
