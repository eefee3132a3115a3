// The life of the runtime: says that it is ready, then carries out one command after the other.
'use strict';

const { Console } = require('node:console');
const { builtinModules } = require('node:module');
const { Channel } = require('./channel.js');
const { Evaluator } = require('./evaluator.js');
const { Interrupts } = require('./interrupts.js');
const errors = require('./errors.js');
const randomness = require('./reseed.js');
const source = require('./source.js');
const streams = require('./streams.js');
const timers = require('./timers.js');
const values = require('./values.js');
const warmup = require('./warmup.js');

const FOLDER = '/mnt/data';
const OK = 0, FAILED = 1, INTERRUPTED = 2;

// Serves the agent until it closes its end.
function serve(commands, replies) {
  settleIn();
  new Session(commands, replies);
}

// Gives the code what a user of Node's console expects to find.
function settleIn() {
  try {
    process.chdir(FOLDER);
  } catch {
    // the folder is gone: then it runs where it stands
  }
  streams.install();
  randomness.install();
  globalThis.console = new Console({ stdout: process.stdout, stderr: process.stderr });
  globalThis.require = source.install(FOLDER);
  globalThis.module = { exports: {} };
  globalThis.exports = globalThis.module.exports;
  for (const name of builtinModules) {
    if (/^[a-z]\w*$/.test(name) && !(name in globalThis)) offer(name);
  }
  process.argv.length = 1;
  process.exit = (code) => {
    const error = new Error(`process.exit(${code ?? ''}) does not end the session.`);
    error.name = 'ProcessExit';
    throw error;
  };
  for (const event of ['uncaughtException', 'unhandledRejection']) {
    process.on(event, (error) => streams.writeError(errors.report(error)));
  }
}

// A module of Node's under its name, loaded at its first use.
function offer(name) {
  const settle = (value) => Object.defineProperty(globalThis, name, { configurable: true, writable: true, value });
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => {
      const found = require(name);
      settle(found);
      return found;
    },
    set: settle,
  });
}

class Session {
  #channel;
  #evaluator = new Evaluator();
  #interrupts;
  #cell = null; // the one that runs
  #orders = [];
  #start = new MessageChannel();
  #isBusy = false;
  #isWarm = false;

  constructor(commands, replies) {
    this.#interrupts = new Interrupts(this.#evaluator.post, () => this.#stopped());
    this.#channel = new Channel(commands, replies, (kind, payload) => this.#order(kind, payload), () => process.reallyExit(0));
    this.#start.port2.on('message', (code) => this.#evaluate(code));
    this.#interrupts.ready.then(() => this.#channel.send('r'));
  }

  // One command at a time.
  async #order(kind, payload) {
    this.#orders.push([kind, Buffer.from(payload)]);
    if (this.#isBusy) return;
    this.#isBusy = true;
    while (this.#orders.length > 0) await this.#perform(...this.#orders.shift());
    this.#isBusy = false;
  }

  // A command that is not known, or a reseed that fails, ends the process: without an acknowledgement the agent must
  // not go on with it.
  async #perform(kind, payload) {
    try {
      if (kind === 'x') return await this.#execute(payload.toString());
      if (kind === 's') randomness.reseed();
      else if (kind === 'w') await this.#warmUp();
      else throw new Error(`the command ${kind} is not known`);
      this.#channel.send('k');
    } catch (error) {
      streams.writeError(String(error?.stack));
      process.reallyExit(70);
    }
  }

  async #execute(code) {
    const outcome = await this.#outcomeOf(code);
    let status = OK;
    let told = Buffer.from('\0');
    if (outcome.isInterrupted) {
      status = INTERRUPTED;
      told = Buffer.from('Interrupted\0');
      streams.writeError('Interrupted');
    } else if ('error' in outcome) {
      status = FAILED;
      told = errors.named(outcome.error);
      streams.writeError(errors.report(outcome.error, outcome.place));
    } else if (outcome.value !== undefined) {
      this.#channel.send('t', outcome.text.bytes);
      if (outcome.json.bytes) this.#channel.send('j', outcome.json.bytes);
      if (outcome.text.wasCut || outcome.json.wasCut) this.#channel.send('c');
    }
    this.#channel.send('d', Buffer.concat([Buffer.from([status]), told]));
  }

  // Runs a cell to its end, or until it is stopped.
  #outcomeOf(code) {
    return new Promise((resolve) => {
      const cell = { end: (outcome) => {
        if (this.#cell !== cell) return;
        this.#cell = null;
        this.#interrupts.end();
        resolve(outcome);
      } };
      this.#cell = cell;
      // By a message, because an interrupt takes everything off the stack, whoever's it is.
      this.#start.port1.postMessage(code);
    });
  }

  #evaluate(code) {
    const cell = this.#cell;
    timers.begin();
    this.#interrupts.begin();
    this.#evaluator.run(code, (outcome) => {
      // Still as part of the cell: showing a value may run code of the user's, which may last.
      if (outcome.value !== undefined) {
        outcome.text = values.textOf(outcome.value);
        outcome.json = values.jsonOf(outcome.value);
      }
      // What the cell has left behind, rejections above all, is told before its end is.
      setImmediate(() => cell.end(outcome));
    });
  }

  #stopped() {
    timers.stop();
    this.#cell?.end({ isInterrupted: true });
  }

  // Exercises what most code uses and leaves no trace of it; a second time, only uses it again.
  async #warmUp() {
    this.#channel.mute(true);
    streams.mute(true);
    for (const code of this.#isWarm ? warmup.AGAIN : warmup.CELLS) await this.#execute(code);
    streams.mute(false);
    this.#channel.mute(false);
    this.#evaluator.reset();
    this.#isWarm = true;
  }
}

module.exports = { serve };
