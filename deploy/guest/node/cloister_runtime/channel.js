// Frames between the agent and the runtime: a byte of type, four bytes of length (little endian), the payload.
'use strict';

const net = require('node:net');
const { writeWhole } = require('./streams.js');

class Channel {
  #replies;
  #silent = false;
  #waiting = Buffer.alloc(0);

  // Calls `perform(type, payload)` for each command, and `close` when the agent has closed its end.
  constructor(commands, replies, perform, close) {
    this.#replies = replies;
    const socket = new net.Socket({ fd: commands, readable: true, writable: false });
    socket.on('data', (bytes) => {
      this.#waiting = this.#waiting.length ? Buffer.concat([this.#waiting, bytes]) : bytes;
      this.#take(perform);
    });
    socket.on('close', close);
  }

  #take(perform) {
    while (this.#waiting.length >= 5) {
      const end = 5 + this.#waiting.readUInt32LE(1);
      if (this.#waiting.length < end) return;
      const frame = this.#waiting.subarray(0, end);
      this.#waiting = this.#waiting.subarray(end);
      perform(String.fromCharCode(frame[0]), frame.subarray(5));
    }
  }

  // Sends a reply whole, however long the agent takes to read it.
  send(kind, payload = Buffer.alloc(0)) {
    if (this.#silent) return;
    const header = Buffer.alloc(5);
    header[0] = kind.charCodeAt(0);
    header.writeUInt32LE(payload.length, 1);
    try {
      writeWhole(this.#replies, Buffer.concat([header, payload]));
    } catch {
      process.reallyExit(70); // the agent is gone, or the code has closed the descriptor: this session is over
    }
  }

  // Drops replies (while warming up) or sends them again.
  mute(silent) {
    this.#silent = silent;
  }
}

module.exports = { Channel };
