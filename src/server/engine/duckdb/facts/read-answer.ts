/** What DuckDB answers about a text: facts, why there are none, or what is wrong with it. */
import { isMisuse, toEngineError } from '../errors.js';
import type { SessionCore } from '../session-core.js';
import type { PlanAnswer } from './plan-text.js';
import { type PlanReading, readPlan } from './read-plan.js';
import { NO_FACTS } from './read-text.js';

/** Reads the plan. Throws what binding threw. */
export function readAnswer(core: SessionCore, answer: PlanAnswer): PlanReading {
  if (!answer.error) return readPlan(answer.plans, core.metadata, core.admitted);
  const { error_type: type = '', error_message: message = '' } = answer;
  if ((UNPLANNED.test(type) && !isMisuse(message)) || UNSERIALIZED.test(message)) {
    return {
      facts: { ...NO_FACTS, opaque: describe(message) },
      describes: 0,
      named: [],
      mentioned: [],
      numbered: [],
    };
  }
  const hidden = NO_READER.test(message);
  throw toEngineError(new Error(`${hidden ? 'Catalog' : titleOf(type)} Error: ${withoutFiles(message)}`));
}

/** Whether the text is several statements to DuckDB, although it is one. */
export function isSeveral({ error_message: message = '' }: PlanAnswer): boolean {
  return SEVERAL.test(message);
}

/**
 * DuckDB takes a name that no table has for that of a file, and says so if there is one. To somebody who may not
 * reach files the two must be the same, and what else is called alike concerns nobody.
 */
function withoutFiles(message: string): string {
  const file = NO_READER.exec(message)?.[1];
  return file === undefined
    ? message.replace(/\nDid you mean .*/s, '')
    : `Table with name ${file} does not exist!`;
}

const NO_READER = /^No extension found that is capable of reading the file "(.*)"/;

/** What DuckDB cannot put into a plan although the statement may be right. */
const UNPLANNED = /^(not implem\w+|internal|serialization)$/;
const UNSERIALIZED = /does not support serialization|Serialize not \w+|does not have a function specified/;

const SEVERAL = /type MULTI/;

function describe(message: string): string {
  if (/of this size/.test(message)) return 'a plan of this size';
  return SEVERAL.test(message)
    ? 'a statement that is several to DuckDB (such as PIVOT without IN)'
    : 'its plan';
}

/** DuckDB writes `catalog` in JSON and `Catalog Error` in messages. */
function titleOf(type: string): string {
  return type.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}
