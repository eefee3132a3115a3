#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { NOT_EXECUTABLE = 126, NOT_FOUND = 127 };

// Writes "NAME: MESSAGE" to standard error and ends as a shell does.
static void end_with_error(const char *name, int error) {
    const char *message = strerrordesc_np(error);
    const char *parts[] = {name, ": ", message ? message : "cannot be run", "\n"};
    for (size_t part = 0; part < 4; part++) {
        if (write(2, parts[part], strlen(parts[part])) < 0) break;
    }
    _exit(error == ENOENT || error == ENOTDIR ? NOT_FOUND : NOT_EXECUTABLE);
}

static void give_up_rights(uint32_t user, uint64_t processes) {
    struct rlimit limit = {.rlim_cur = processes, .rlim_max = processes};
    struct rlimit none = {0, 0};
    gid_t group = user;
    if (setrlimit(RLIMIT_NPROC, &limit) != 0 || setrlimit(RLIMIT_CORE, &none) != 0) end_with_error("setrlimit", errno);
    for (int capability = 0; prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; capability++) {}
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) end_with_error("prctl", errno);
    // The calls themselves: the library's would tell other threads, of which there are none.
    if (syscall(SYS_setgroups, 1, &group) != 0 || syscall(SYS_setresgid, group, group, group) != 0 ||
        syscall(SYS_setresuid, user, user, user) != 0)
        end_with_error("setresuid", errno);
}

static void execute(char *const arguments[], char *const environment[], const char *search) {
    if (strchr(arguments[0], '/')) {
        execve(arguments[0], arguments, environment);
        end_with_error(arguments[0], errno);
    }
    int error = ENOENT;
    while (*search) {
        char path[4096];
        size_t length = strcspn(search, ":");
        if (snprintf(path, sizeof path, "%.*s/%s", (int)length, search, arguments[0]) < (int)sizeof path) {
            execve(path, arguments, environment);
            if (errno != ENOENT && errno != ENOTDIR) error = errno;
        }
        search += length + (search[length] == ':');
    }
    end_with_error(arguments[0], error);
}

int cloister_spawn_in_session(const struct cloister_session_process *process) {
    // The child's memory is a copy: what it does there does the parent no harm.
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child > 0) return child;
    struct sched_param usual = {0};
    if (sched_setscheduler(0, SCHED_OTHER, &usual) != 0) end_with_error("sched_setscheduler", errno);
    setsid();
    signal(SIGPIPE, SIG_DFL);
    for (int target = 0; target < process->descriptor_count; target++) {
        if (dup2(process->descriptors[target], target) < 0) end_with_error("dup2", errno);
    }
    if (process->in_terminal && ioctl(0, TIOCSCTTY, 0) != 0) end_with_error("terminal", errno);
    give_up_rights(process->user, process->processes);
    if (chdir(process->folder) != 0 && chdir("/") != 0) end_with_error("chdir", errno);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execute(process->arguments, process->environment, process->search);
    _exit(NOT_FOUND);
}
