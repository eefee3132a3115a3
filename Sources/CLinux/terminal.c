#define _GNU_SOURCE
#include "guest.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

// TIOCGPTPEER of ioctl_tty(2), which older headers lack.
#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41)
#endif

static int opened_peer(int master, uint32_t user) {
    int locked = 0;
    if (ioctl(master, TIOCSPTLCK, &locked) != 0) return -errno;
    // By the descriptor and not by its path: what stands there is for nobody else to say.
    int slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (slave < 0) return -errno;
    struct termios modes;
    // The user may open it anew by its name, and erasing takes whole characters.
    if (fchown(slave, user, user) != 0 || tcgetattr(slave, &modes) != 0) goto failed;
    modes.c_iflag |= IUTF8;
    if (tcsetattr(slave, TCSANOW, &modes) != 0) goto failed;
    return slave;
failed:;
    int error = errno;
    close(slave);
    return -error;
}

int cloister_open_terminal(int descriptors[2], uint32_t user) {
    int master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
    if (master < 0) return -errno;
    int slave = opened_peer(master, user);
    if (slave < 0) {
        close(master);
        return slave;
    }
    descriptors[0] = master;
    descriptors[1] = slave;
    return 0;
}

int cloister_resize_terminal(int descriptor, int columns, int rows) {
    struct winsize size = {.ws_row = (unsigned short)rows, .ws_col = (unsigned short)columns};
    return ioctl(descriptor, TIOCSWINSZ, &size) == 0 ? 0 : -errno;
}

int cloister_foreground_group(int descriptor) {
    pid_t group = 0;
    return ioctl(descriptor, TIOCGPGRP, &group) == 0 && group > 1 ? group : 0;
}
