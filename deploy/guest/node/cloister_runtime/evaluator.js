// Runs cells as V8's own console does: names may be declared again, `await` stands at top level.
'use strict';

const inspector = require('node:inspector');
const { transformed } = require('./source.js');

const GROUP = 'cell';

class Evaluator {
  #session = new inspector.Session();
  #holder = {};
  #holderID;
  #count = 0;

  constructor() {
    this.#session.connect();
    this.post = this.#session.post.bind(this.#session);
    const name = Symbol.for('cloister.holder');
    Object.defineProperty(globalThis, name, { configurable: true, value: this.#holder });
    this.post('Runtime.evaluate', { expression: "globalThis[Symbol.for('cloister.holder')]" }, (_, answer) => {
      this.#holderID = answer.result.objectId;
    });
    delete globalThis[name];
  }

  // Runs a cell; `done(outcome)` is called at its end with `{ value }` or `{ error, place }`, and not at all for one that
  // was stopped from outside.
  run(code, done) {
    this.#count += 1;
    const url = `cell-${this.#count}.js`;
    const expression = `${transformed(code)}\n//# sourceURL=${url}`;
    const options = { expression, replMode: true, awaitPromise: true, objectGroup: GROUP };
    this.post('Runtime.evaluate', options, (failure, answer) => {
      if (failure) return; // stopped
      const details = answer.exceptionDetails;
      const value = this.#valueOf(details?.exception ?? answer.result);
      this.post('Runtime.releaseObjectGroup', { objectGroup: GROUP });
      done(details ? { error: value, place: `${url}:${details.lineNumber + 1}:${details.columnNumber + 1}` } : { value });
    });
  }

  // Forgets how many cells there were.
  reset() {
    this.#count = 0;
  }

  // The value behind the inspector's description of it.
  #valueOf({ objectId, value, unserializableValue }) {
    if (objectId === undefined && unserializableValue === undefined) return value;
    const options = {
      objectId: this.#holderID,
      functionDeclaration: 'function (value) { this.value = value; }',
      arguments: [objectId === undefined ? { unserializableValue } : { objectId }],
      silent: true,
    };
    this.post('Runtime.callFunctionOn', options);
    const found = this.#holder.value;
    this.#holder.value = undefined;
    return found;
  }
}

module.exports = { Evaluator };
