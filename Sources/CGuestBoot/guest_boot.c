// As PID 1 without /proc the Swift runtime aborts before main (it reads /proc/self on start).
// A constructor of an early priority runs before the runtime's own and mounts it.
#include "CGuestBoot.h"

#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

__attribute__((constructor(101))) static void mount_proc(void) {
    if (getpid() != 1) return;
    mkdir("/proc", 0555);
    mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, "");
}

void cloister_guest_boot_is_linked(void) {}
