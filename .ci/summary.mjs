// Adds up vitest's JSON report and the steps of .ci/run, names what failed, and closes with one line.
// A step other than the test run itself counts only when it failed.
import { existsSync, readFileSync } from 'node:fs';

const [report, results] = process.argv.slice(2);
let passed = 0;
let skipped = 0;
const failures = [];

if (existsSync(report)) {
  for (const file of JSON.parse(readFileSync(report, 'utf8')).testResults) {
    for (const test of file.assertionResults) {
      if (test.status === 'passed') passed++;
      else if (test.status === 'failed') failures.push(`${file.name}: ${test.fullName}`);
      else skipped++;
    }
    // A file that did not even load has failed without a failed test in it.
    if (file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'))
      failures.push(file.name);
  }
}
for (const line of readFileSync(results, 'utf8').trim().split('\n')) {
  const [verdict, ...name] = line.split(' ');
  const step = name.join(' ');
  if (verdict === 'fail' && !(step === 'npm test' && failures.length > 0)) failures.push(`step: ${step}`);
}

console.log();
for (const failure of failures) console.log(`FAILED ${failure}`);
console.log(`${passed} passed, ${failures.length} failed, ${skipped} skipped`);
process.exitCode = failures.length === 0 && passed > 0 ? 0 : 1;
