#!/usr/bin/env node
// Plain JavaScript without newer syntax: an old Node has to get far enough to tell its user that it is too old.
import fs from 'node:fs';
import module from 'node:module';
import path from 'node:path';

const MINIMUM = [22, 18];
const EXIT_ENVIRONMENT = 5;

function isOldNode(version) {
  const parts = version.split('.').map(Number);
  return parts[0] < MINIMUM[0] || (parts[0] === MINIMUM[0] && parts[1] < MINIMUM[1]);
}

function refuse(message, hint) {
  process.stderr.write(`vision: ${message}\n  What to do: ${hint}\n`);
  process.exitCode = EXIT_ENVIRONMENT;
}

// What is found there is run as it is: not in the temporary folder, where other users of the machine may have put something.
function keepCompiled() {
  const home = process.env.HOME || process.env.USERPROFILE;
  if (home && module.enableCompileCache) module.enableCompileCache(path.join(home, '.cache', 'vision-sdk', 'compiled'));
}

function start() {
  const version = process.versions.node;
  if (isOldNode(version)) {
    refuse(
      `needs Node ${MINIMUM.join('.')} or newer and was started by Node ${version}.`,
      'run it as `npx vision` inside a project that has the `node` package, or install a newer Node from nodejs.org.',
    );
    return;
  }
  const entry = new URL('../dist/index.js', import.meta.url);
  if (!fs.existsSync(entry)) {
    refuse(`has not been built: ${entry.pathname} is missing.`, 'run `npm run build` in the root of the project.');
    return;
  }
  keepCompiled();
  import(entry.href)
    .then((cli) => cli.main(process.argv))
    .then((code) => {
      process.exitCode = code;
    })
    .catch((error) => refuse(`could not start: ${error.message}`, 'install the dependencies again by `npm ci`.'));
}

start();
