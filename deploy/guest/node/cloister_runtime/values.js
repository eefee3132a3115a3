// The value of a cell's last expression, as text and as JSON, both bounded.
'use strict';

const { inspect } = require('node:util');

const LIMIT = 4 << 20; // the greatest result that a pool can allow (PoolRules.swift)
const DEEPEST = 100;
const stringify = JSON.stringify;

// UTF-8 of a text, and whether something was cut off because it was over the limit.
function bounded(text) {
  const bytes = Buffer.from(text);
  if (bytes.length <= LIMIT) return { bytes, wasCut: false };
  const marker = Buffer.from(`\n... [cut: the text has ${bytes.length} bytes]`);
  let end = LIMIT - marker.length;
  while ((bytes[end] & 0xc0) === 0x80) end -= 1; // not inside a character
  return { bytes: Buffer.concat([bytes.subarray(0, end), marker]), wasCut: true };
}

function textOf(value) {
  try {
    return bounded(inspect(value));
  } catch (error) {
    return { bytes: Buffer.from(`[a value that cannot be shown: ${messageOf(error)}]`), wasCut: false };
  }
}

// JSON of a value that consists of what JSON knows, or null; and whether it was too large for it.
function jsonOf(value) {
  try {
    const room = { left: LIMIT };
    if (!isPlain(value, room, 0)) return { bytes: null, wasCut: room.left < 0 };
    const bytes = Buffer.from(stringify(value));
    return bytes.length <= LIMIT ? { bytes, wasCut: false } : { bytes: null, wasCut: true };
  } catch {
    return { bytes: null, wasCut: false }; // a getter or a proxy of the code's
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
