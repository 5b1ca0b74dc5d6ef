// Medians of paired runs: what is compared runs alternately, so that a slow minute of the machine hits both.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Runs every function in turn, `rounds` times, and answers the list of results for each name. */
export async function alternate(rounds, functions) {
  const results = Object.fromEntries(Object.keys(functions).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, run] of Object.entries(functions)) results[name].push(await run());
  return results;
}

/** Ratio of each pair, then the median: both sides of a pair saw the same machine. */
export function medianRatio(above, below) {
  return median(above.map((value, index) => value / below[index]));
}
