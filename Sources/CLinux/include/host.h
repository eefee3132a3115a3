// System calls for the worker that Swift's Glibc module lacks.
#ifndef CLOISTER_LINUX_HOST_H
#define CLOISTER_LINUX_HOST_H

#include <stdint.h>

// Functions that return int or int64_t return -errno on failure.

// Makes an anonymous file in memory that can be sealed (memfd_create(2)); returns its descriptor.
int cloister_memory_file(const char *name);

// Makes such a file immutable for ever: no write, no growth, no shrinking, no shared writable
// mapping, whoever holds a descriptor of it (F_ADD_SEALS, fcntl(2)).
int cloister_seal(int descriptor);

// Copies what is not zero from the start of one file to the same places of another, so that both
// stay sparse; returns the number of bytes copied. The checksum covers the copied pages and their
// places; two files with the same content below the length have the same one.
int64_t cloister_copy_sparse(int from, int to, uint64_t length, uint64_t *checksum);

// The processor's time stamp counter; 0 where there is none.
uint64_t cloister_timestamp_counter(void);

// A descriptor for a process, immune to the reuse of its number (pidfd_open(2)).
int cloister_process_descriptor(int32_t process);

// Sends a signal through such a descriptor (pidfd_send_signal(2)).
int cloister_signal_process(int descriptor, int signal);

// A pair of connected stream sockets, closed on exec (socketpair(2)).
int cloister_socket_pair(int descriptors[2]);

// A pipe, closed on exec, both ends without blocking: a writer that nobody reads loses its words
// instead of waiting (pipe2(2)).
int cloister_lossy_pipe(int descriptors[2]);

#endif
