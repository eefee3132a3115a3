// The process in which a session's JavaScript runs: `node --expose-internals runtime.js`, started by the guest agent.
//
// Commands come in on descriptor 3 and replies go out on descriptor 4, as deploy/guest/README.md describes them; Node
// itself marks both as close-on-exec. Standard output and standard error are the code's own.
'use strict';

require('./cloister_runtime/session.js').serve(3, 4);
