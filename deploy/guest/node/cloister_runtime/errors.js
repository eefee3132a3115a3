// Errors of the code's, told with the lines of the code and not with those of the runtime.
'use strict';

const { inspect } = require('node:util');
const { messageOf } = require('./values.js');

const LONGEST = 4096;
const RUNTIME = /^\s+at .*(?:node:inspector:|\/cloister_runtime\/)/;

// What goes to standard error. A syntax error has no line of its own: `place` tells it.
function report(error, place) {
  let text;
  try {
    text = inspect(error);
  } catch {
    text = messageOf(error);
  }
  const kept = [];
  let isOurs = false;
  for (const line of text.split('\n')) {
    isOurs = /^\s+at /.test(line) && (isOurs || RUNTIME.test(line)); // what called our first frame is ours as well
    if (!isOurs) kept.push(line);
    else if (line.endsWith(' {')) kept[kept.length - 1] += ' {'; // the error's properties follow
  }
  return (error instanceof SyntaxError && place ? `${place}\n` : '') + kept.join('\n');
}

// `NAME\0MESSAGE`, together at most 4 KiB.
function named(error) {
  let name = 'Error';
  let message = '';
  try {
    if (error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)) {
      name = String(error.name || 'Error');
      message = messageOf(error);
    } else {
      name = 'Thrown';
      message = inspect(error);
    }
  } catch {
    message = '(its message could not be made)';
  }
  const bytes = Buffer.from(`${name.replaceAll('\0', '')}\0${message}`);
  let end = Math.min(bytes.length, LONGEST);
  while (end < bytes.length && (bytes[end] & 0xc0) === 0x80) end -= 1;
  return bytes.subarray(0, end);
}

module.exports = { named, report };
