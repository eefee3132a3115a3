// System calls for the guest agent that Swift's Glibc module lacks.
#ifndef CLOISTER_LINUX_GUEST_H
#define CLOISTER_LINUX_GUEST_H

#include <stddef.h>
#include <stdint.h>

// All functions return 0 (or a descriptor) on success and -errno on failure.

// Loads the kernel module behind an open descriptor (finit_module(2)).
int cloister_load_module(int descriptor);

// Bounds how many processes and threads the user of a running process may have; its children inherit
// it (prlimit(2), RLIMIT_NPROC).
int cloister_limit_processes(int process, uint64_t count);

// Credits bytes to the kernel's random generator, open as `device`, and makes it reseed itself at
// once (RNDADDENTROPY and RNDRESEEDCRNG, random(4)).
int cloister_add_entropy(int device, const uint8_t *bytes, size_t count);

// A descriptor that becomes readable when a child has ended (signalfd(2)); SIGCHLD is blocked.
int cloister_child_signal_descriptor(void);

// A descriptor that becomes readable when an entry is made in a folder (inotify(7)).
int cloister_watch_folder(const char *path);

// Ends the virtual machine (reboot(2)); does not return when it works.
int cloister_power_off(void);

#endif
