// The thread that waits for SIGINT. Node's `breakOnSigint` is the one way in which a thread can: the signal ends the wait.
//
// Scripts lie one inside the other, so that a signal that comes while one is being handled ends an outer script at
// most: with none of them the process would end.
'use strict';

const inspector = require('node:inspector');
const { Script } = require('node:vm');
const { parentPort, workerData } = require('node:worker_threads');

const { answered, call } = workerData;
const main = new inspector.Session();
main.connectToMainThread();
const never = new Int32Array(new SharedArrayBuffer(4));
const DEPTH = 8;

let count = 0;
let isReady = false;
globalThis.waitForSignal = () => {
  if (!isReady) parentPort.postMessage('ready');
  isReady = true;
  Atomics.wait(never, 0, 0);
};
globalThis.waitForAnswer = () => Atomics.wait(answered, 0, count);
globalThis.enter = (depth) => {
  for (;;) if (wasSignalled(depth > 0 ? layers[depth - 1] : signal)) stopMain();
};
// Compiled before they are needed: the less time between two of them, the better.
const signal = new Script('waitForSignal()');
const answer = new Script('waitForAnswer()');
const layers = Array.from({ length: DEPTH }, (_, depth) => new Script(`enter(${depth})`));

function wasSignalled(script) {
  try {
    script.runInThisContext({ breakOnSigint: true });
    return false;
  } catch {
    return true;
  }
}

function stopMain() {
  count = Atomics.load(answered, 0);
  main.post('Runtime.evaluate', { expression: call });
  wasSignalled(answer); // one more signal while the first is on its way changes nothing
  parentPort.postMessage('signalled');
}

enter(DEPTH);
