#ifndef CLOISTER_CNNG_SHIM_H
#define CLOISTER_CNNG_SHIM_H

#include <nng/nng.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/supplemental/tls/tls.h>

#endif
