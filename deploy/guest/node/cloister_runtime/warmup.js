// What the runtime runs before a session begins. `CELLS` runs once, in the template; `AGAIN` in a clone that is kept
// ready, for a clone has no translated code. All names are inside of braces: what is declared outside stays for ever.
'use strict';

const CELLS = [
  '1 + 1',
  "{ const fs = require('fs'), path = require('path'), os = require('os'), util = require('util'), events = require('events'); }",
  "{ const numbers = [1, 2, 3].map((number) => number * number); console.log('ready', numbers, { a: 1 }); }",
  "{ const { readFileSync, writeFileSync, unlinkSync } = require('fs');\n"
    + "  writeFileSync('/tmp/.warm', JSON.stringify({ a: [1] })); JSON.parse(readFileSync('/tmp/.warm', 'utf8')); unlinkSync('/tmp/.warm'); }",
  'await new Promise((resolve) => setTimeout(resolve, 1))',
  "{ await import('node:fs/promises'); }",
  "({ a: [1, 2.5, null, 'text'], b: new Map([[1, { c: 2 }]]) })",
  "{ class Point { constructor(x) { this.x = x; } } new Point(1); }",
  '(() => { throw new TypeError("warm"); })()',
  'let = ;',
  "{ require('child_process').execSync('true'); }",
  "console.log('ready')",
];

const AGAIN = [
  "console.log('ready', 1)",
  '{ [0, 1, 2].map((number) => number * number).reduce((sum, number) => sum + number, 0); }',
  '({ a: [1, 2] })',
  'await null',
];

module.exports = { AGAIN, CELLS };
