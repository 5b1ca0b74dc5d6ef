// The small statements that are measured, the same texts in process and over the wire. None has the same text twice
// but the first, so that what is compared is not the memory of an answer.

export const INIT = `create table points as select i::bigint as id, 'name ' || i as name from range(100000) t(i);
create unique index points_id on points(id); create table inserted(id bigint, name varchar)`;

/** Name → text of the nth statement, and what is bound to it where it is prepared once and executed often. */
export const KINDS = {
  'select 42': { text: () => 'select 42 as answer' },
  'point lookup': { text: (n) => `select name from points where id = ${n % 100_000}` },
  'point lookup, prepared': { prepared: 'select name from points where id = ?', value: (n) => n % 100_000 },
  'INSERT of one row': { text: (n) => `insert into inserted values (${n}, 'a name')` },
};

/** Of the part `gate`: texts that are new each time, and what is behind a lent view or under a policy. */
export const GATE_KINDS = {
  'select, new text': { text: (n) => `select ${n} as answer` },
  'lent view': { text: () => 'select count(*) as n from memory.main.lent' },
  'lent view, new text': { text: (n) => `select count(*) as n from memory.main.lent where id <> ${n}` },
  'table under a policy': { text: () => 'select count(*) as n from memory.main.ruled' },
  'table under a policy, new text': {
    text: (n) => `select count(*) as n from memory.main.ruled where id <> ${n}`,
  },
};

/**
 * Calls `run(client, n)` on every client, one call after the other, until the time is over. Not counted is the time of
 * `warmUp` seconds before, in which V8 compiles what runs often; half as long again if not said. Answers calls a second
 * and milliseconds of the 50th and 99th percentile.
 */
export async function measureCalls(clients, seconds, run, warmUp = seconds / 2) {
  let n = 0;
  const times = [];
  const until = async (client, end) => {
    while (performance.now() < end) {
      const start = performance.now();
      await run(client, n++);
      times.push(performance.now() - start);
    }
  };
  const all = (duration) => {
    const end = performance.now() + duration * 1000;
    return Promise.all(clients.map((client) => until(client, end)));
  };
  await all(warmUp);
  times.length = 0;
  const start = performance.now();
  await all(seconds);
  const perSecond = (times.length * 1000) / (performance.now() - start);
  times.sort((a, b) => a - b);
  const quantile = (q) => times[Math.min(times.length - 1, Math.floor(times.length * q))];
  return { perSecond, p50: quantile(0.5), p99: quantile(0.99) };
}
