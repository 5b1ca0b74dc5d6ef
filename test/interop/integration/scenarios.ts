/** All scenarios that have names, by those that all implementations give them. */
import { FLIGHT_SCENARIOS } from './flight-scenarios.js';
import { jsonScenario } from './json-scenario.js';
import type { Scenario } from './scenario.js';
import { SQL_SCENARIOS } from './sql-scenarios.js';

export const SCENARIOS: Readonly<Record<string, Scenario>> = { ...FLIGHT_SCENARIOS, ...SQL_SCENARIOS };

/** The scenario called `name`, or an error that says which there are; without a name that of the JSON file at `path`. */
export function scenarioCalled(name: string, path?: string): Scenario {
  if (name === '') return jsonScenario(path);
  const scenario = Object.hasOwn(SCENARIOS, name) ? SCENARIOS[name] : undefined;
  if (scenario === undefined)
    throw new Error(`Give one of the scenarios: ${Object.keys(SCENARIOS).join(', ')}`);
  return scenario;
}
