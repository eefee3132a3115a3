// SIGINT ends the cell that runs, whatever that does: loops, awaits nothing, waits in a callback.
//
// A signal handler of Node's runs in the event loop, which a loop of the code's never reaches. So a second thread waits
// for the signal (watcher.js) and has the first thread's inspector call `signalled`, between any two instructions of
// the code. That call stops the code for good; nothing of the code's can catch it. Then the watcher sends a message,
// which arrives when the stack is empty, and the cell is reported.
'use strict';

const path = require('node:path');
const { Worker } = require('node:worker_threads');

const HOOK = 'cloister.signalled';

class Interrupts {
  #post;
  #running = false;
  #answered = new Int32Array(new SharedArrayBuffer(4));
  #wasSignalled = false;

  // `post` sends a command to the inspector; `stopped` is called when interrupted code has left the stack.
  constructor(post, stopped) {
    this.#post = post;
    Object.defineProperty(globalThis, Symbol.for(HOOK), { value: () => this.#signalled() });
    const watcher = new Worker(path.join(__dirname, 'watcher.js'), {
      workerData: { answered: this.#answered, call: `globalThis[Symbol.for('${HOOK}')]()` },
      resourceLimits: { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 },
    });
    watcher.unref();
    this.ready = new Promise((resolve) => watcher.once('message', resolve));
    this.ready.then(() => watcher.on('message', () => {
      watcher.unref();
      if (this.#running && this.#wasSignalled) stopped();
    }));
  }

  // From now on the signal stops what runs.
  begin() {
    this.#wasSignalled = false;
    this.#running = true;
  }

  // From now on the signal does nothing.
  end() {
    this.#running = false;
  }

  #signalled() {
    Atomics.add(this.#answered, 0, 1);
    Atomics.notify(this.#answered, 0);
    if (!this.#running) return;
    this.#wasSignalled = true;
    // Nothing may follow: the next function that is entered is what is stopped, and that has to be one of the code's.
    this.#post('Runtime.terminateExecution');
  }
}

module.exports = { Interrupts };
