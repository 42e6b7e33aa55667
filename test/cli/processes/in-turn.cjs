/**
 * Runs commands of the built command line one after the other in this process, because a start of Node.js takes ten times as
 * long as most of them: `node in-turn.cjs FILE COMMANDS RESULTS NOW`. FILE is what is built; COMMANDS a JSON file of
 * `{ words, environment }`; NOW the time at which the first one begins, because some name a time from now on. Each has the streams of this process. Where its own process would end, because nothing is left
 * to wait for, the exit code is noted and the next one begins. Outputs are separated by `\x1e`.
 */
const { readFileSync, writeFileSync } = require('node:fs');

const [file, list, results, now] = process.argv.slice(2);
const commands = JSON.parse(readFileSync(list, 'utf8'));
const codes = [];

const RealDate = Date;
const ahead = RealDate.parse(now) - RealDate.now();
globalThis.Date = class extends RealDate {
  constructor(...given) {
    if (given.length > 0) super(...given);
    else super(RealDate.now() + ahead);
  }
  static now() {
    return RealDate.now() + ahead;
  }
};

// Each of them adds its own.
for (const emitter of [process, process.stdout, process.stderr, process.stdin]) emitter.setMaxListeners(0);

function next() {
  const command = commands[codes.length];
  process.argv = [process.execPath, file, ...command.words];
  Object.assign(process.env, command.environment);
  process.exitCode = undefined;
  delete require.cache[require.resolve(file)];
  require(file);
}

process.on('beforeExit', (code) => {
  codes.push(code);
  writeFileSync(results, JSON.stringify(codes));
  for (const stream of [process.stdout, process.stderr]) stream.write('\x1e');
  if (codes.length < commands.length) setImmediate(next);
  else process.exitCode = 0;
});

next();
