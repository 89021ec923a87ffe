// What every Node SDK does against the simulator, and how it tells what it saw.
//
// The setup comes as JSON on standard input; what was seen goes as JSON to standard output. Nothing is judged here: the Rust test
// compares.

'use strict';

const { readFileSync } = require('node:fs');

exports.main = async (journey) => {
  const setup = JSON.parse(readFileSync(0, 'utf8'));
  process.stdout.write(JSON.stringify(await journey(setup)));
};

/** Ends the change that is under way, as the cloud does after a while. */
exports.finish = async (setup) => {
  const url = `${setup.control}/instances/${setup.instance}/finish`;
  const answer = await fetch(url, { method: 'POST', signal: AbortSignal.timeout(20_000) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
};

/** The error that `call` ends with. */
exports.caught = async (call) => {
  try {
    await call();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
};
