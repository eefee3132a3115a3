// Fresh randomness for a process that woke up as the copy of another one.
//
// OpenSSL's generator in this process is in the same state in every copy. It takes new entropy from the kernel by itself
// as soon as the clock stands before its last reseed; the agent sees to that (Sources/GuestAgent/Agent+WarmUp.swift).
// V8's generator cannot be reseeded from outside, so `Math.random` is another one, seeded from OpenSSL's; contexts
// that the code makes from now on begin with a seed of their own session.
'use strict';

const { randomFillSync } = require('node:crypto');
const v8 = require('node:v8');

const state = new Int32Array(4);

// sfc32: 128 bits of state, 32 bits a step.
function next() {
  const sum = (((state[0] + state[1]) | 0) + state[3]) | 0;
  state[3] = (state[3] + 1) | 0;
  state[0] = state[1] ^ (state[1] >>> 9);
  state[1] = (state[2] + (state[2] << 3)) | 0;
  state[2] = ((state[2] << 21) | (state[2] >>> 11)) + sum;
  return sum >>> 0;
}

function random() {
  return ((next() >>> 5) * 67108864 + (next() >>> 6)) / 9007199254740992;
}

// Puts our generator in the place of V8's.
function install() {
  reseed();
  Object.defineProperty(random, 'name', { value: 'random' });
  Math.random = random;
}

// Renews the generators.
function reseed() {
  randomFillSync(state);
  const seed = new Int32Array(1);
  do randomFillSync(seed); while (seed[0] === 0);
  // The process began in the template, when the clock was another one.
  Object.defineProperty(performance, 'timeOrigin', { configurable: true, value: Date.now() - performance.now() });
  v8.setFlagsFromString(`--random-seed=${seed[0]}`);
}

module.exports = { install, reseed };
