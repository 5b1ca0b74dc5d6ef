/** A text may name the same thing thousands of times, and each takes several questions to DuckDB. */
import type { TextReader } from './plan-text.js';

/** Asks each question once. What is asked must depend on nothing that could change meanwhile. */
export function askingOnce(core: TextReader): TextReader {
  const known = new Map<string, Promise<string[]>>();
  return {
    readTexts(sql, ...parameters) {
      const question = [sql, ...parameters].join('\0');
      if (question.length > LONG_CHARS) return core.readTexts(sql, ...parameters);
      const answer = known.get(question) ?? core.readTexts(sql, ...parameters);
      known.set(question, answer);
      return answer;
    },
  };
}

/** Of a question whose answer would take much memory, and that is hardly asked again. */
const LONG_CHARS = 64 * 1024;
