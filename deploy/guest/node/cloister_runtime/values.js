// The value of a cell's last expression, as text and as JSON, both bounded.
'use strict';

const { inspect } = require('node:util');

const LIMIT = 1 << 20;
const DEEPEST = 100;
const stringify = JSON.stringify;

// UTF-8 of a text; what is over the limit is cut off and said to be.
function bounded(text) {
  const bytes = Buffer.from(text);
  if (bytes.length <= LIMIT) return bytes;
  const marker = Buffer.from(`\n... [cut: the text has ${bytes.length} bytes]`);
  let end = LIMIT - marker.length;
  while ((bytes[end] & 0xc0) === 0x80) end -= 1; // not inside a character
  return Buffer.concat([bytes.subarray(0, end), marker]);
}

function textOf(value) {
  try {
    return bounded(inspect(value));
  } catch (error) {
    return Buffer.from(`[a value that cannot be shown: ${messageOf(error)}]`);
  }
}

// JSON of a value that consists of what JSON knows, or null for any other or for one too large.
function jsonOf(value) {
  try {
    const room = { left: LIMIT };
    if (!isPlain(value, room, 0)) return null;
    const bytes = Buffer.from(stringify(value));
    return bytes.length <= LIMIT ? bytes : null;
  } catch {
    return null; // a getter or a proxy of the code's
  }
}

function isPlain(value, room, depth) {
  room.left -= typeof value === 'string' ? value.length : 1;
  if (room.left < 0 || depth > DEEPEST) return false;
  if (value === null) return true;
  if (typeof value !== 'object') return ['number', 'string', 'boolean'].includes(typeof value);
  if (typeof value.toJSON === 'function') return false;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index += 1) if (!isPlain(value[index], room, depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  return Object.keys(value).every((key) => isPlain(key, room, depth) && isPlain(value[key], room, depth + 1));
}

function messageOf(error) {
  try {
    return String(error?.message ?? error);
  } catch {
    return '(its message could not be made)';
  }
}

module.exports = { jsonOf, messageOf, textOf };
