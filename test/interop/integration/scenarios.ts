/** All scenarios, by the names that all implementations give them. */
import { FLIGHT_SCENARIOS } from './flight-scenarios.js';
import type { Scenario } from './scenario.js';
import { SQL_SCENARIOS } from './sql-scenarios.js';

export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...FLIGHT_SCENARIOS, ...SQL_SCENARIOS };

/** The scenario called `name`, or an error that says which there are. */
export function scenarioCalled(name: string | undefined): Scenario {
  const scenario = Object.hasOwn(SCENARIOS, name ?? '') ? SCENARIOS[name ?? ''] : undefined;
  if (scenario === undefined)
    throw new Error(`Give one of the scenarios: ${Object.keys(SCENARIOS).join(', ')}`);
  return scenario;
}
