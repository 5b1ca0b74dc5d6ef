/** From DuckDB's bound plan (`json_serialize_plan`) to PlanFacts. Whatever is not known here makes them opaque. */
import { quoteName, quoteText } from '../../../../sql/quote.js';
import type {
  Effect,
  FunctionUse,
  ObjectRead,
  ObjectWrite,
  PlanFacts,
  SettingChange,
} from '../../../model/plan-facts.js';
import { isSystemFunction, scalarClass, tableFunctionClass } from './function-classes.js';
import { isPlace, READABLE_SETTINGS } from './setting-classes.js';

/** What a plan says. */
export interface PlanReading {
  readonly facts: PlanFacts;
  /** Answers that were found while the statement was bound: those of DESCRIBE and SHOW, which name no table. */
  readonly describes: number;
  /** Names of tables that functions are asked about, as they are given. */
  readonly named: readonly string[];
  /** Queries that read one table each, of those that a macro's text names; what it names may be no table too. */
  readonly mentioned: readonly string[];
  /** Queries that ask for a number of a sequence each, as defaults and macros do that are not bound yet. */
  readonly numbered: readonly string[];
}

/** Knows which scans show no more than may be known; see filtered-metadata.ts and row-filters.ts. */
export interface ScanFilter {
  /** The scan that an operator filters; undefined for operators that do not. */
  scanIn(node: unknown): unknown;
}

/**
 * Reads the parsed JSON of one or more plans.
 * @param admitted functions of extensions, in lower case, that count as computing
 * Walks without recursion: plans can be as deep as the text is long.
 */
export function readPlan(
  plans: unknown,
  metadata: ScanFilter,
  admitted: ReadonlySet<string> = new Set(),
): PlanReading {
  const facts = new FactsBuilder(metadata, admitted);
  const open: unknown[] = [plans];
  while (open.length > 0) {
    const next = open.pop();
    if (typeof next !== 'object' || next === null) continue;
    if (!Array.isArray(next)) facts.add(next as PlanNode);
    for (const value of Object.values(next)) if (typeof value === 'object') open.push(value);
  }
  const { describes, named, mentioned, numbered } = facts;
  return { facts: facts.build(), describes, named, mentioned, numbered };
}

type PlanNode = Readonly<Record<string, unknown>>;

class FactsBuilder {
  readonly #metadata: ScanFilter;
  readonly #admitted: ReadonlySet<string>;
  readonly #filtered = new Set<unknown>();
  readonly named: string[] = [];
  readonly mentioned: string[] = [];
  readonly numbered: string[] = [];
  #isMacro = false;
  /** Whether its expressions are new: those that a table has already mean what they meant to whoever made it. */
  #isDefined = false;
  readonly #reads = new Map<string, ObjectRead>();
  readonly #writes: ObjectWrite[] = [];
  readonly #functions = new Map<string, FunctionUse>();
  readonly #settings: SettingChange[] = [];
  readonly #effects = new Set<Effect>();
  #opaque: string | undefined;
  /** Of LOGICAL_CHUNK_GET. */
  describes = 0;

  constructor(metadata: ScanFilter, admitted: ReadonlySet<string>) {
    this.#metadata = metadata;
    this.#admitted = admitted;
  }

  build(): PlanFacts {
    return {
      opaque: this.#opaque,
      reads: [...this.#reads.values()],
      writes: this.#writes,
      functions: [...this.#functions.values()],
      settings: this.#settings,
      effects: [...this.#effects],
    };
  }

  /** Any object of the plan: an operator, a bound expression, or an expression that is only parsed (in DDL). */
  add(node: PlanNode): void {
    const { type, expression_class: bound, class: parsed } = node;
    if (typeof bound === 'string') this.#bound(bound, node);
    else if (typeof parsed === 'string') this.#parsed(parsed, node);
    else if (type === 'BASE_TABLE' && this.#isMacro) this.#mention(node);
    else if (typeof type === 'string' && type.startsWith('LOGICAL_')) this.#operator(type, node);
  }

  /** A macro's text is bound only where it is used. */
  #mention(node: PlanNode): void {
    const names = [text(node, 'catalog_name'), text(node, 'schema_name'), text(node, 'table_name')];
    this.mentioned.push(`select 1 from ${quoteName(...names.filter((it) => it !== ''))}`);
  }

  #operator(type: string, node: PlanNode): void {
    // A plan is walked from its top, so this comes before the scan.
    if (type === 'LOGICAL_PROJECTION' || type === 'LOGICAL_LIMIT')
      this.#filtered.add(this.#metadata.scanIn(node));
    // The same goes for a macro and its text.
    if (type === 'LOGICAL_CREATE_MACRO') this.#isMacro = true;
    if (DEFINING.has(type)) this.#isDefined = true;
    const action = WRITES[type];
    const effect = EFFECTS[type];
    if (type === 'LOGICAL_GET') this.#get(node);
    else if (action !== undefined) this.#write(type, action, node);
    else if (effect !== undefined) this.#effects.add(effect);
    else if (type === 'LOGICAL_LOAD')
      this.#effects.add(text(node.info, 'load_type') === 'LOAD' ? 'LOAD' : 'INSTALL');
    else if (type === 'LOGICAL_SET' || type === 'LOGICAL_RESET') this.#setting(type, node);
    else if (type === 'LOGICAL_CHUNK_GET') this.describes += 1;
    else if (!QUERY_OPERATORS.has(type)) this.#hide(`the operator ${type}`);
  }

  #get(node: PlanNode): void {
    if (this.#filtered.has(node)) return;
    const name = text(node, 'name');
    const table = text(node.function_data, 'table');
    if (name !== 'seq_scan') this.#tableFunction(name, node);
    else if (table === '') this.#hide('a scan of an unnamed table');
    else {
      const { function_data: scanned } = node;
      const read = { catalog: text(scanned, 'catalog'), schema: text(scanned, 'schema'), name: table };
      this.#read({ ...read, columns: scannedColumns(node) });
    }
  }

  /** One entry a table, with the columns of all its scans. */
  #read({ columns, ...table }: ObjectRead): void {
    const key = JSON.stringify([table.catalog, table.schema, table.name]);
    const before = this.#reads.get(key);
    const known = before === undefined ? [] : before.columns;
    const both =
      known === undefined || columns === undefined ? undefined : [...new Set([...known, ...columns])];
    this.#reads.set(key, { ...table, columns: both });
  }

  #tableFunction(name: string, node: PlanNode): void {
    const found = isOfSystem(node) ? tableFunctionClass(name) : 'unknown';
    if (isOfSystem(node) && ABOUT_TABLES.has(name)) this.#asksAbout(node);
    else if (found !== 'pure') this.#use({ name, class: found });
  }

  /** pragma_table_info('name') and the like: what they show is for whoever may read that. */
  #asksAbout(node: PlanNode): void {
    const [parameter] = Array.isArray(node.parameters) ? node.parameters : [];
    const name = text(parameter, 'value');
    if (name === '') this.#hide('the name of a table');
    else this.named.push(name);
  }

  #bound(kind: string, node: PlanNode): void {
    const name = text(node, 'name');
    if (!BOUND_EXPRESSIONS.has(kind)) this.#hide(`the expression ${kind}`);
    else if (!NAMED_EXPRESSIONS.has(kind) || name === '') return;
    else if (!isOfSystem(node)) this.#use({ name, class: 'unknown' });
    else if (name === 'current_setting') this.#readsSetting(node);
    else if (scalarClass(name) === 'sequence') this.#sequence(name, node);
    else this.#scalar(name);
  }

  #sequence(name: string, { function_data: data }: PlanNode): void {
    this.#use({ name, class: 'sequence' });
    const info = isNode(data) ? data.sequence_create_info : undefined;
    const sequence = {
      catalog: text(info, 'catalog'),
      schema: text(info, 'schema'),
      name: text(info, 'name'),
    };
    if (sequence.name === '') this.#hide('a sequence without a name');
    else if (name === 'currval') this.#read({ ...sequence, columns: undefined });
    else this.#writes.push({ action: 'update', objectKind: 'sequence', shadowsBuiltIn: false, ...sequence });
  }

  /** Expressions of DDL are kept unbound: defaults, CHECKs, bodies of views and macros. A macro of a user's is expanded where it is used. */
  #parsed(kind: string, node: PlanNode): void {
    if (kind !== 'FUNCTION' && kind !== 'WINDOW') return;
    const name = text(node, 'function_name');
    for (const found of [scalarClass(name), tableFunctionClass(name)]) {
      if (found !== 'pure' && found !== 'unknown') this.#use({ name, class: found });
      if (found === 'sequence' && this.#isDefined) this.#numbers(name, node);
    }
  }

  #numbers(name: string, { children }: PlanNode): void {
    const [argument] = Array.isArray(children) ? children : [];
    const sequence = isNode(argument) ? text(argument.value, 'value') : '';
    if (sequence !== '') this.numbered.push(`select system.main.${name}(${quoteText(sequence)})`);
    // Of a macro it may be what that is given, which its use tells.
    else if (!this.#isMacro) this.#hide('a sequence without a name');
  }

  #scalar(name: string): void {
    const found = scalarClass(name);
    if (found === 'unknown' && this.#admitted.has(name.toLowerCase())) return;
    if (found !== 'pure') this.#use({ name, class: found });
  }

  /** Some settings are secrets, such as proxies with their passwords, or paths. */
  #readsSetting(node: PlanNode): void {
    const [argument] = Array.isArray(node.children) ? node.children : [];
    const value: unknown = isNode(argument) && isNode(argument.value) ? argument.value.value : undefined;
    if (typeof value === 'string' && READABLE_SETTINGS.has(value.toLowerCase())) return;
    this.#use({ name: 'current_setting', class: 'instance' });
  }

  #write(type: string, action: ObjectWrite['action'], node: PlanNode): void {
    const info = isNode(node.table_info) ? node.table_info : node.info;
    const entry = text(info, 'type')
      .replace(/_ENTRY$/, '')
      .toLowerCase();
    const name = text(info, 'table') || text(info, 'name') || text(info, 'view_name') || text(info, 'schema');
    const objectKind = entry.replace(/^(alter_|table_(?=macro))/, '');
    if (entry === 'prepared_statement') this.#effects.add('PREPARE');
    else if (entry === 'secret') this.#effects.add('SECRET');
    else if (name === '') this.#hide(`the target of ${type}`);
    else {
      const write = {
        objectKind,
        shadowsBuiltIn:
          objectKind === 'macro' &&
          (isSystemFunction(name) || this.#admitted.has(name.toLowerCase()) || !WORD.test(name)),
        catalog: text(info, 'catalog'),
        schema: text(info, 'schema'),
      };
      const drops = action === 'drop' && isNode(info) && info.cascade === true;
      this.#writes.push({ action, ...write, name, ...(drops && { along: [] }) });
      // Whoever owns a sequence goes when that is dropped with CASCADE.
      const owner = text(info, 'owner_name');
      if (owner !== '')
        this.#writes.push({
          ...write,
          action,
          objectKind: 'owner',
          schema: text(info, 'owner_schema'),
          name: owner,
        });
      // RETURNING shows every column of the target, and what it shows is read from no scan.
      if (node.return_chunk === true)
        this.#read({ catalog: write.catalog, schema: write.schema, name, columns: undefined });
      if (action === 'create') this.#references(info);
      const renamed = text(info, 'new_table_name') || text(info, 'new_view_name');
      if (renamed !== '') this.#writes.push({ action: 'create', ...write, name: renamed });
    }
  }

  /** Who makes a foreign key learns by it which values are in the table that it points to. */
  #references(info: unknown): void {
    const constraints = isNode(info) && Array.isArray(info.constraints) ? info.constraints : [];
    for (const key of constraints) {
      if (text(key, 'fk_type') !== 'FK_TYPE_FOREIGN_KEY_TABLE') continue;
      const { pk_columns: columns } = key as PlanNode;
      const table = { catalog: text(info, 'catalog'), schema: text(key, 'schema'), name: text(key, 'table') };
      this.#read({ ...table, columns: Array.isArray(columns) ? columns.map(String) : undefined });
    }
  }

  #setting(type: string, node: PlanNode): void {
    const setting = {
      name: text(node, 'name').toLowerCase(),
      scope: text(node, 'scope').toLowerCase() || 'automatic',
      value: text(node.value, 'value') || undefined,
    };
    this.#settings.push(setting);
    // A parameter, which is NULL here and may be any place when it runs.
    const { value } = node;
    const isWritten = isNode(value) && value.is_null !== true && text(value.type, 'id') === 'VARCHAR';
    if (type === 'LOGICAL_SET' && !isWritten && isPlace(setting))
      this.#hide('the name of a schema that is not written out');
  }

  #use(use: FunctionUse): void {
    this.#functions.set(`${use.class} ${use.name}`, use);
  }

  #hide(what: string): void {
    this.#opaque ??= what;
  }
}

/** DuckDB numbers columns that are not a table's own, such as `rowid`, from here on. */
const VIRTUAL_COLUMNS = 2 ** 63;

/** The names of the columns that a scan gives; undefined where the plan does not say it in the way known here. */
function scannedColumns({ names, column_indexes: indexes = [] }: PlanNode): readonly string[] | undefined {
  if (!Array.isArray(names) || !Array.isArray(indexes)) return undefined;
  const columns: string[] = [];
  for (const column of indexes as unknown[]) {
    const index = isNode(column) ? column.index : undefined;
    if (typeof index !== 'number') return undefined;
    if (index >= VIRTUAL_COLUMNS) continue;
    const name: unknown = names[index];
    if (typeof name !== 'string') return undefined;
    columns.push(name);
  }
  return columns;
}

const ABOUT_TABLES: ReadonlySet<string> = new Set(['pragma_table_info', 'pragma_show']);

/** Functions of user catalogs cannot be anything but macros, and those are expanded; others come from extensions. */
function isOfSystem(node: PlanNode): boolean {
  const catalog = text(node, 'catalog_name');
  return catalog === '' || catalog === 'system';
}

function text(node: unknown, key: string): string {
  const value = isNode(node) ? node[key] : undefined;
  return typeof value === 'string' ? value : '';
}

function isNode(value: unknown): value is PlanNode {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Operators are functions too, and those that DuckDB does not list as such are none that a macro needs to be named after.
 * Characters for private use are letters to DuckDB, and stand for hidden names (statement/masked-names.ts).
 */
const WORD = /[\p{L}\p{N}\p{Co}_]/u;

const WRITES: Readonly<Record<string, ObjectWrite['action'] | undefined>> = {
  LOGICAL_INSERT: 'insert',
  LOGICAL_UPDATE: 'update',
  LOGICAL_DELETE: 'delete',
  LOGICAL_MERGE_INTO: 'merge',
  LOGICAL_CREATE_TABLE: 'create',
  LOGICAL_CREATE_VIEW: 'create',
  LOGICAL_CREATE_MACRO: 'create',
  LOGICAL_CREATE_INDEX: 'create',
  LOGICAL_CREATE_SEQUENCE: 'create',
  LOGICAL_CREATE_TYPE: 'create',
  LOGICAL_CREATE_SCHEMA: 'create',
  LOGICAL_DROP: 'drop',
  LOGICAL_ALTER: 'alter',
};

const DEFINING: ReadonlySet<string> = new Set([
  'LOGICAL_CREATE_TABLE',
  'LOGICAL_CREATE_MACRO',
  'LOGICAL_ALTER',
]);

const EFFECTS: Readonly<Record<string, Effect | undefined>> = {
  LOGICAL_ATTACH: 'ATTACH',
  LOGICAL_DETACH: 'DETACH',
  LOGICAL_COPY_TO_FILE: 'COPY',
  LOGICAL_EXPORT: 'EXPORT DATABASE',
  LOGICAL_UPDATE_EXTENSIONS: 'UPDATE EXTENSIONS',
  LOGICAL_VACUUM: 'VACUUM',
};

const QUERY_OPERATORS: ReadonlySet<string> = new Set(
  [
    'PROJECTION FILTER AGGREGATE_AND_GROUP_BY WINDOW UNNEST LIMIT ORDER_BY TOP_N DISTINCT SAMPLE PIVOT',
    'DELIM_GET EXPRESSION_GET DUMMY_SCAN EMPTY_RESULT CTE_REF COMPARISON_JOIN DELIM_JOIN DEPENDENT_JOIN ASOF_JOIN',
    'ANY_JOIN CROSS_PRODUCT POSITIONAL_JOIN UNION EXCEPT INTERSECT RECURSIVE_CTE MATERIALIZED_CTE TRANSACTION',
  ]
    .join(' ')
    .split(' ')
    .map((name) => `LOGICAL_${name}`),
);

const NAMED_EXPRESSIONS: ReadonlySet<string> = new Set(['BOUND_FUNCTION', 'BOUND_AGGREGATE', 'BOUND_WINDOW']);

const BOUND_EXPRESSIONS: ReadonlySet<string> = new Set([
  ...NAMED_EXPRESSIONS,
  'BOUND_BETWEEN',
  'BOUND_CASE',
  'BOUND_CAST',
  'BOUND_COLUMN_REF',
  'BOUND_COMPARISON',
  'BOUND_CONJUNCTION',
  'BOUND_CONSTANT',
  'BOUND_DEFAULT',
  'BOUND_LAMBDA',
  'BOUND_LAMBDA_REF',
  'BOUND_OPERATOR',
  'BOUND_PARAMETER',
  'BOUND_REF',
  'BOUND_SUBQUERY',
  'BOUND_UNNEST',
  'BOUND_EXPANDED',
]);
