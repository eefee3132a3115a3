// Timers of the code, so that those of an interrupted cell can be stopped: an `await` that lasts goes on otherwise.
'use strict';

const timers = require('node:timers');
const promises = require('node:timers/promises');
const { promisify } = require('node:util');

const { setTimeout: setOnce, setInterval: setAgain, clearTimeout: clear } = timers;
let live = new Set();

function setTimeout(callback, delay, ...values) {
  if (typeof callback !== 'function') return setOnce(callback, delay, ...values);
  const timer = setOnce((...given) => {
    live.delete(timer);
    return callback.apply(timer, given);
  }, delay, ...values);
  live.add(timer);
  return timer;
}

function setInterval(callback, delay, ...values) {
  const timer = setAgain(callback, delay, ...values);
  live.add(timer);
  return timer;
}

function clearTimer(timer) {
  if (live.delete(timer) || typeof timer !== 'object') return clear(timer);
  return clear(timer);
}

function install() {
  const sleep = (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value));
  const sleepOriginal = promises.setTimeout;
  Object.defineProperty(setTimeout, promisify.custom, { enumerable: true, value: sleep });
  promises.setTimeout = (delay, value, options) => (options ? sleepOriginal(delay, value, options) : sleep(delay, value));
  const replaced = { setTimeout, setInterval, clearTimeout: clearTimer, clearInterval: clearTimer };
  Object.assign(timers, replaced);
  Object.assign(globalThis, replaced);
}

// Forgets the timers of earlier cells, which live on.
function begin() {
  live = new Set();
}

// Stops the timers that were set since `begin`.
function stop() {
  for (const timer of live) clear(timer);
  live = new Set();
}

module.exports = { begin, install, stop };
