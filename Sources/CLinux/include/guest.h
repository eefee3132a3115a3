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

// What is to run as a session's user.
struct cloister_session_process {
    char *const *arguments;   // ends with NULL; the first is the program
    char *const *environment; // ends with NULL
    const char *search;       // where a program without a slash in its name is looked for, as in PATH
    const char *folder;       // where it runs
    const int *descriptors;   // which of the caller's become 0, 1, 2, ...; all are beyond those numbers
    int descriptor_count;
    uint32_t user;            // the user, and its group
    uint64_t processes;       // how many processes and threads the user may have
    int in_terminal;          // whether descriptor 0 is a terminal that shall be the session's own
};

// Starts a program as the leader of a session of its own, without any privilege and without a way to get one;
// returns its process. One that cannot be executed ends with 126 or 127, as in a shell.
int cloister_spawn_in_session(const struct cloister_session_process *process);

// Opens a pair of a new terminal for a user: descriptors[0] is the side of the one who types and reads,
// without blocking, descriptors[1] the side of the programs (pts(4)); both are closed on exec.
int cloister_open_terminal(int descriptors[2], uint32_t user);

// Gives a terminal a size in characters; its programs hear of a change by SIGWINCH.
int cloister_resize_terminal(int descriptor, int columns, int rows);

// The group of processes in the foreground of a terminal; 0 when there is none.
int cloister_foreground_group(int descriptor);

// Credits bytes to the kernel's random generator, open as `device`, and makes it reseed itself at
// once (RNDADDENTROPY and RNDRESEEDCRNG, random(4)).
int cloister_add_entropy(int device, const uint8_t *bytes, size_t count);

// Lets the calling process wait for its turn when it is woken, instead of interrupting who runs (SCHED_BATCH,
// sched(7)); what it starts in a session does not inherit it.
int cloister_schedule_as_batch(void);

// A descriptor that becomes readable when a child has ended (signalfd(2)); SIGCHLD is blocked.
int cloister_child_signal_descriptor(void);

// A descriptor that becomes readable when an entry is made in a folder (inotify(7)).
int cloister_watch_folder(const char *path);

// O_PATH of open(2): a descriptor that stands for a place and gives no access to what is there.
enum { CLOISTER_PLACE_ONLY = 010000000 };

// Opens a path below a folder (openat2(2)): links are followed as long as they stay below it, absolute ones
// and those of /proc never; -EXDEV when one leads out.
int cloister_open_below(int folder, const char *path, int flags, uint32_t mode);

// Lets all file operations from now on have the rights of a user and its group, and no others; 0 gives the
// process its own rights back (setfsuid(2)).
void cloister_act_on_files_as(uint32_t user);

// Ends the virtual machine (reboot(2)); does not return when it works.
int cloister_power_off(void);

#endif
