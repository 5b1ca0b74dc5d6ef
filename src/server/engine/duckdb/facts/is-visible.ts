/** Whether somebody may know of an object; the same as their lists show. */
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import type { Visible } from '../../../model/visible.js';

/** @param visible undefined where all of it may be known */
export function isVisible(visible: Visible | undefined, object: ObjectName): boolean {
  if (visible === undefined || visible.catalogs.includes(object.catalog)) return true;
  const [schema, table] = [foldName(object.schema), foldName(object.name)];
  return visible.parts.some(
    (it) =>
      it.catalog === object.catalog && it.schema === schema && (it.table === undefined || it.table === table),
  );
}
