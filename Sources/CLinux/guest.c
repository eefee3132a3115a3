#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/random.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/reboot.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

int cloister_load_module(int descriptor) {
    return syscall(SYS_finit_module, descriptor, "", 0) == 0 ? 0 : -errno;
}

int cloister_schedule_as_batch(void) {
    struct sched_param none = {0};
    return sched_setscheduler(0, SCHED_BATCH, &none) == 0 ? 0 : -errno;
}

int cloister_limit_processes(int process, uint64_t count) {
    struct rlimit limit = {.rlim_cur = count, .rlim_max = count};
    return prlimit(process, RLIMIT_NPROC, &limit, NULL) == 0 ? 0 : -errno;
}

int cloister_add_entropy(int device, const uint8_t *bytes, size_t count) {
    struct rand_pool_info *pool = malloc(sizeof(*pool) + count);
    if (!pool) return -ENOMEM;
    pool->entropy_count = (int)(count * 8);
    pool->buf_size = (int)count;
    memcpy(pool->buf, bytes, count);
    int result = 0;
    if (ioctl(device, RNDADDENTROPY, pool) != 0 || ioctl(device, RNDRESEEDCRNG) != 0) result = -errno;
    explicit_bzero(pool, sizeof(*pool) + count);
    free(pool);
    return result;
}

int cloister_child_signal_descriptor(void) {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0) return -errno;
    int descriptor = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return descriptor >= 0 ? descriptor : -errno;
}

int cloister_watch_folder(const char *path) {
    int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (descriptor < 0) return -errno;
    if (inotify_add_watch(descriptor, path, IN_CREATE) < 0) {
        int error = errno;
        close(descriptor);
        return -error;
    }
    return descriptor;
}

_Static_assert(CLOISTER_PLACE_ONLY == O_PATH, "O_PATH has another value here");

int cloister_open_below(int folder, const char *path, int flags, uint32_t mode) {
    struct open_how how = {
        .flags = (uint64_t)(uint32_t)(flags | O_CLOEXEC),
        .mode = flags & O_CREAT ? mode : 0,
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    // EAGAIN: something was renamed while the kernel looked; a few attempts are enough for anything honest.
    for (int attempt = 0; attempt < 16; attempt++) {
        long descriptor = syscall(SYS_openat2, folder, path, &how, sizeof(how));
        if (descriptor >= 0) return (int)descriptor;
        if (errno != EAGAIN && errno != EINTR) break;
    }
    return -errno;
}

void cloister_act_on_files_as(uint32_t user) {
    // The group first: after the user there is no right to it any more.
    if (user != 0) setfsgid(user);
    setfsuid(user);
    if (user == 0) setfsgid(0);
}

int cloister_power_off(void) {
    sync();
    return reboot(RB_POWER_OFF) == 0 ? 0 : -errno;
}
