/** Threads made of a module of this project. */
import { Worker } from 'node:worker_threads';

/**
 * Starts the module `name` that lies beside the one at `from`: as it was built, or its source, which tsx translates, where
 * that one itself runs from source (tests).
 */
export function startThread(from: string, name: string): Worker {
  if (!from.endsWith('.ts')) return new Worker(new URL(`./${name}.js`, from));
  const source = new URL(`./${name}.ts`, from).href;
  const start = `import('tsx/esm/api').then(({ register }) => {
    register();
    return import(${JSON.stringify(source)});
  });`;
  return new Worker(start, { eval: true });
}
