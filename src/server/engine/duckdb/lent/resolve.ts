/** Which table, view or macro a name means. */
import { quoteName } from '../../../../sql/quote.js';
import { foldName } from '../../../model/fold-name.js';
import type { ObjectName } from '../../../model/plan-facts.js';
import { isNode, type Reference, type TextReader, textIn } from './tree.js';

/** Why a name is not known; `exists`: because it could be several. */
export interface Unresolved {
  readonly reason: string;
  readonly exists: boolean;
}

/**
 * @param view whose body it stands in: its schema comes first, then its catalog, then the path of whoever asks; a name
 *   that means something else to those is a doubt
 */
export async function resolve(
  core: TextReader,
  reference: Pick<Reference, 'catalog' | 'schema' | 'table'>,
  view: ObjectName | undefined,
  kinds: readonly string[] = TABLES,
): Promise<ObjectName | Unresolved> {
  const { catalog, schema, table } = reference;
  const written = quoteName(...[catalog, schema, table].filter((it) => it !== ''));
  const named = await inSession(core, [catalog, schema, table], kinds);
  const own =
    view === undefined || catalog !== ''
      ? undefined
      : await inSession(core, [view.catalog, schema === '' ? view.schema : schema, table], kinds);
  const place = own ?? named;
  if (place === undefined)
    return { reason: `${written} is no ${kinds === TABLES ? 'table or view' : 'macro'}`, exists: false };
  if (own !== undefined && named !== undefined && key(own) !== key(named))
    return {
      reason: `${written} could be several things: name it with its catalog and schema`,
      exists: true,
    };
  if (place.catalog === 'temp' || place.catalog === 'system')
    return { reason: `it reads ${place.catalog}.${place.schema}.${place.name}`, exists: true };
  return place;
}

/** The table or view that a name means in this session, spelled as it is there; undefined where there is none. */
export async function inSession(
  core: TextReader,
  names: readonly string[],
  kinds: readonly string[] = TABLES,
): Promise<ObjectName | undefined> {
  const written = quoteName(...names.filter((it) => it !== ''));
  for (const kind of kinds) {
    // Planning it drops nothing, and DuckDB writes down what it would drop.
    const [json = ''] = await core.readTexts(PLAN_SQL, `drop ${kind} ${written}`);
    const answer: unknown = JSON.parse(json);
    const [plan] = isNode(answer) && Array.isArray(answer.plans) ? answer.plans : [];
    const info = isNode(plan) && plan.type === 'LOGICAL_DROP' && isNode(plan.info) ? plan.info : undefined;
    if (info === undefined || textIn(info, 'name') === '') continue;
    return { catalog: textIn(info, 'catalog'), schema: textIn(info, 'schema'), name: textIn(info, 'name') };
  }
  return undefined;
}

/** The same for two names of one object. */
export function key({ catalog, schema, name }: ObjectName): string {
  return JSON.stringify([catalog, schema, name].map(foldName));
}

/** As DROP names them. */
const TABLES: readonly string[] = ['table', 'view'];
const PLAN_SQL = 'select system.main.json_serialize_plan($1::varchar)';
