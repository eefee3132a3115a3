// Standard output and standard error whose bytes are in the pipe when `write` returns.
//
// Node's own streams may hold bytes back, and keep a state that an interrupt could leave half changed.
'use strict';

const { writeSync } = require('node:fs');
const { Writable } = require('node:stream');

const pause = new Int32Array(new SharedArrayBuffer(4));
let muted = false;

// Writes all bytes; a child that shares the pipe may have made it non-blocking.
function writeWhole(descriptor, bytes) {
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done, bytes.length - done);
    } catch (error) {
      if (error.code !== 'EAGAIN' && error.code !== 'EINTR') throw error;
      Atomics.wait(pause, 0, 0, 1);
    }
  }
}

class DirectStream extends Writable {
  constructor(descriptor) {
    super({ decodeStrings: true });
    this.fd = descriptor;
    this.setMaxListeners(0); // Node's `pipeline` leaves some behind, on a stream that lasts as long as the session
  }

  write(chunk, encoding, callback) {
    if (typeof encoding === 'function') [callback, encoding] = [encoding, undefined];
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk.buffer ?? chunk, chunk.byteOffset ?? 0, chunk.byteLength);
    try {
      if (!muted) writeWhole(this.fd, bytes);
    } catch {
      // The code has closed the descriptor; what it prints has no way out.
    }
    if (callback) process.nextTick(callback);
    return true;
  }

  // Tells what waits for the end that it has come; the next cell prints all the same.
  end(...values) {
    const done = values.findIndex((value) => typeof value === 'function');
    const [chunk, encoding] = done < 0 ? values : values.slice(0, done);
    if (chunk !== undefined && chunk !== null) this.write(chunk, encoding);
    process.nextTick(() => {
      if (done >= 0) values[done]();
      this.emit('finish');
      this.emit('close');
    });
    return this;
  }

  destroy() {
    process.nextTick(() => this.emit('close'));
    return this;
  }
}

// Puts the streams in the place of Node's, before anything has used those.
function install() {
  for (const [name, descriptor] of [['stdout', 1], ['stderr', 2]]) {
    Object.defineProperty(process, name, { configurable: true, enumerable: true, value: new DirectStream(descriptor) });
  }
}

// Writes to standard error, whatever the code has done to `process.stderr`.
function writeError(text) {
  try {
    if (!muted) writeWhole(2, Buffer.from(text.endsWith('\n') ? text : text + '\n'));
  } catch {
    // closed by the code
  }
}

// Drops what is printed (while warming up) or lets it through again.
function mute(silent) {
  muted = silent;
}

module.exports = { install, mute, writeError, writeWhole };
