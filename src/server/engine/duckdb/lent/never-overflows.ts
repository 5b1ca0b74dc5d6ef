/** Which whole numbers an expression of a bound plan can come to, by its types: whether its arithmetic can fail. */
import { isNode, type Node, textIn } from './tree.js';

interface Range {
  readonly least: bigint;
  readonly greatest: bigint;
}

/** Whether a function is arithmetic on whole numbers that has a place for every answer. */
export function neverOverflows(node: Node): boolean {
  return OPERATORS.has(textIn(node, 'name')) && rangeOf(node) !== undefined;
}

/** Undefined where it is not a whole number, or one that may have no place in its type. */
function rangeOf(node: unknown): Range | undefined {
  if (!isNode(node)) return undefined;
  const { value } = node;
  switch (node.expression_class) {
    case 'BOUND_CONSTANT': {
      const number: unknown = isNode(value) && value.is_null === false ? value.value : undefined;
      return Number.isSafeInteger(number)
        ? { least: BigInt(number as number), greatest: BigInt(number as number) }
        : undefined;
    }
    case 'BOUND_CAST':
      return within(rangeOf(node.child), typeRange(node));
    case 'BOUND_FUNCTION':
      return within(computed(node), typeRange(node));
    default:
      return typeRange(node);
  }
}

function computed({ name, children }: Node): Range | undefined {
  const [one, other, ...more] = (Array.isArray(children) ? children : []).map(rangeOf);
  if (one === undefined || other === undefined || more.length > 0) return undefined;
  const values = [one.least, one.greatest].flatMap((a) =>
    [other.least, other.greatest].map((b) => (name === '+' ? a + b : name === '-' ? a - b : a * b)),
  );
  if (!OPERATORS.has(String(name))) return undefined;
  const [least = 0n, ...others] = values.sort((a, b) => Number(a > b) - Number(a < b));
  return { least, greatest: others.at(-1) ?? least };
}

function within(range: Range | undefined, type: Range | undefined): Range | undefined {
  if (range === undefined || type === undefined) return undefined;
  return range.least >= type.least && range.greatest <= type.greatest ? range : undefined;
}

function typeRange({ return_type: type }: Node): Range | undefined {
  const bits = isNode(type) ? BITS[textIn(type, 'id')] : undefined;
  return bits === undefined ? undefined : { least: -(2n ** (bits - 1n)), greatest: 2n ** (bits - 1n) - 1n };
}

const OPERATORS: ReadonlySet<string> = new Set(['+', '-', '*']);
const BITS: Readonly<Record<string, bigint | undefined>> = {
  TINYINT: 8n,
  SMALLINT: 16n,
  INTEGER: 32n,
  BIGINT: 64n,
  HUGEINT: 128n,
};
