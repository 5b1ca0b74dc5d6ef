/** What is run past the engine's thread, and by what means. */
import type { ArrowSchema } from '../../../../flight/ipc/types.js';
import type { CallFunctions } from '../call-functions.js';
import type { FetchFunctions } from '../fetch-functions.js';
import type { ProcessMemory } from '../memory.js';
import type { ParameterValue } from '../read-parameters.js';
import type { VectorFunctions } from '../vector-functions.js';
import type { AddressedRun } from './addressed-run.js';

/** What it asks of the process. */
export interface Reach {
  readonly calls: CallFunctions;
  readonly fetching: FetchFunctions;
  readonly vectors: VectorFunctions;
  readonly memory: ProcessMemory;
}

/** How something is run again, and what it answers. */
export interface Again {
  readonly again: AddressedRun;
  readonly schema: ArrowSchema;
  readonly schemaMessage: Uint8Array;
}

/** One execution. */
export interface DirectRun extends Again {
  readonly session: number;
  readonly sql: string;
  readonly readOnly: boolean;
  /** One of each parameter. */
  readonly values?: readonly ParameterValue[];
}
