import type { PlanFacts } from '../../../model/plan-facts.js';

/** What two statements would do together. */
export function mergeFacts(first: PlanFacts, second: PlanFacts): PlanFacts {
  const used = [...(first.used ?? []), ...(second.used ?? [])];
  return {
    opaque: first.opaque ?? second.opaque,
    reads: [...first.reads, ...second.reads],
    writes: [...first.writes, ...second.writes],
    functions: [...first.functions, ...second.functions],
    settings: [...first.settings, ...second.settings],
    effects: [...first.effects, ...second.effects],
    ...(used.length > 0 && { used }),
  };
}
