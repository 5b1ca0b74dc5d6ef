/** Keywords as candidates. */
import { KEYWORDS } from '../keywords.js';

/** Keywords that begin with `prefix`, in its case. None for an empty prefix: nobody wants to see all. */
export function keywordCandidates(prefix: string): string[] {
  if (prefix === '') return [];
  const found = KEYWORDS.filter((keyword) => keyword.startsWith(prefix.toLowerCase()));
  const upper = prefix === prefix.toUpperCase() && prefix !== prefix.toLowerCase();
  return upper ? found.map((keyword) => keyword.toUpperCase()) : found;
}
