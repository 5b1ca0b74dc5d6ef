/** What was found of a statement that runs next, and the transaction in which that is so. */
import type { Access } from '../access/access.js';
import type { PlanFacts } from '../model/plan-facts.js';
import type { Session } from '../session/session.js';
import type { Inspection } from './statement.js';

/** Whoever has waited longer, such as for a place among the others, is to see what is there now. */
const AGE_MS_MAX = 100;

/** The scope of the session's engine must be open, and is the inspection's from now on. */
export function openInspection(access: Access, { principal, engine }: Session, facts: PlanFacts): Inspection {
  const rights = access.rightsOf(principal);
  const endsMs = performance.now() + AGE_MS_MAX;
  let isOpen = true;
  const giveUp = async () => {
    if (!isOpen) return;
    isOpen = false;
    await engine.endScope('rollback');
  };
  return {
    giveUp,
    async use() {
      // What is left of a table, and which names are there, depends on rights.
      if (!isOpen || performance.now() > endsMs || access.rightsOf(principal) !== rights) {
        await giveUp();
        return undefined;
      }
      isOpen = false;
      return facts;
    },
  };
}
