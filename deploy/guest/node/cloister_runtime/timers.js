// The timers of a cell, so that those of an interrupted one can be stopped: an `await` that lasts goes on otherwise.
//
// Timers of every kind, those of promises too, stand in Node's own lists, with a number that only ever grows.
'use strict';

const { AsyncResource } = require('node:async_hooks');
const { clearImmediate, clearTimeout } = require('node:timers');
const { async_id_symbol: NUMBER, immediateQueue, timerListMap } = require('internal/timers'); // `--expose-internals`

let last = 0; // before the cell

// Leaves the timers of earlier cells alone, which live on.
function begin() {
  last = new AsyncResource('cell').asyncId();
}

// Stops the timers that were set since `begin`.
function stop() {
  for (const list of Object.values(timerListMap)) clearNew(list._idleNext, list, clearTimeout);
  clearNew(immediateQueue.head, null, clearImmediate);
}

// Goes through one of the linked lists, from `first` up to `end`.
function clearNew(first, end, clear) {
  for (let timer = first, next; timer !== end; timer = next) {
    next = timer._idleNext;
    if (timer[NUMBER] > last) clear(timer);
  }
}

module.exports = { begin, stop };
