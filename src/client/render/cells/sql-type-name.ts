/** The name a server gives a column's SQL type, from the field metadata that Flight SQL defines for it. */
import type { ArrowField } from '../../../flight/ipc/types.js';

/** Such as `JSON`, `DECIMAL(18,3)`; undefined where the server did not say. */
export function sqlTypeName(field: ArrowField): string | undefined {
  return field.metadata?.get('ARROW:FLIGHT:SQL:TYPE_NAME');
}
