#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include "host.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define CHUNK_BYTES (256 * PAGE_BYTES)

int cloister_memory_file(const char *name) {
    int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    return descriptor < 0 ? -errno : descriptor;
}

int cloister_seal(int descriptor) {
    int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    return fcntl(descriptor, F_ADD_SEALS, seals) == 0 ? 0 : -errno;
}

static int is_zero(const unsigned char *bytes, size_t count) {
    // The first byte is zero and every byte equals the one before it.
    return count == 0 || (bytes[0] == 0 && memcmp(bytes, bytes + 1, count - 1) == 0);
}

// Not cryptographic: it finds torn and damaged files, not forged ones.
static uint64_t mixed(uint64_t state, uint64_t place, const unsigned char *bytes, size_t count) {
    uint64_t lanes[4] = {state ^ place, state + place, ~state, place};
    size_t at = 0;
    for (; at + 32 <= count; at += 32) {
        for (int lane = 0; lane < 4; lane++) {
            uint64_t word;
            memcpy(&word, bytes + at + 8 * lane, 8);
            lanes[lane] = (lanes[lane] ^ word) * 0x9fb21c651e98df25ULL;
            lanes[lane] ^= lanes[lane] >> 29;
        }
    }
    for (; at < count; at++) lanes[0] = (lanes[0] ^ bytes[at]) * 0x100000001b3ULL;
    uint64_t result = state;
    for (int lane = 0; lane < 4; lane++) {
        result = (result ^ lanes[lane]) * 0xff51afd7ed558ccdULL;
        result ^= result >> 33;
    }
    return result;
}

static int write_all(int descriptor, const unsigned char *bytes, size_t count, uint64_t place) {
    while (count > 0) {
        ssize_t written = pwrite(descriptor, bytes, count, (off_t)place);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return written < 0 ? -errno : -EIO;
        bytes += written;
        count -= (size_t)written;
        place += (uint64_t)written;
    }
    return 0;
}

// Copies one chunk, leaving out pages of zeroes; returns the bytes copied or -errno.
static int64_t copy_chunk(int to, const unsigned char *chunk, size_t count, uint64_t place, uint64_t *sum) {
    int64_t copied = 0;
    size_t at = 0;
    while (at < count) {
        size_t run = 0;
        while (at + run < count) {
            size_t rest = count - at - run;
            size_t page = rest < PAGE_BYTES ? rest : PAGE_BYTES;
            if (is_zero(chunk + at + run, page)) break;
            *sum = mixed(*sum, place + at + run, chunk + at + run, page);
            run += page;
        }
        if (run == 0) {
            at += PAGE_BYTES;
            continue;
        }
        int result = write_all(to, chunk + at, run, place + at);
        if (result != 0) return result;
        copied += (int64_t)run;
        at += run;
    }
    return copied;
}

int64_t cloister_copy_sparse(int from, int to, uint64_t length, uint64_t *checksum) {
    unsigned char *chunk = malloc(CHUNK_BYTES);
    if (chunk == NULL) return -ENOMEM;
    int64_t copied = 0;
    uint64_t place = 0;
    *checksum = length;
    while (place < length) {
        off_t data = lseek(from, (off_t)place, SEEK_DATA);
        if (data < 0 && errno == ENXIO) break;
        // Chunks start at multiples of their size, so that the checksum does not depend on holes.
        if (data >= 0) place = (uint64_t)data / CHUNK_BYTES * CHUNK_BYTES;
        if (place >= length) break;
        size_t wanted = length - place < CHUNK_BYTES ? (size_t)(length - place) : CHUNK_BYTES;
        ssize_t count = pread(from, chunk, wanted, (off_t)place);
        if (count < 0 && errno == EINTR) continue;
        if (count != (ssize_t)wanted) {
            copied = count < 0 ? -errno : -EIO;
            break;
        }
        int64_t result = copy_chunk(to, chunk, wanted, place, checksum);
        if (result < 0) {
            copied = result;
            break;
        }
        copied += result;
        place += wanted;
    }
    free(chunk);
    return copied;
}

uint64_t cloister_timestamp_counter(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return 0;
#endif
}

int cloister_process_descriptor(int32_t process) {
    int descriptor = (int)syscall(SYS_pidfd_open, process, 0);
    return descriptor < 0 ? -errno : descriptor;
}

int cloister_signal_process(int descriptor, int signal) {
    return syscall(SYS_pidfd_send_signal, descriptor, signal, NULL, 0) == 0 ? 0 : -errno;
}

int cloister_socket_pair(int descriptors[2]) {
    return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, descriptors) == 0 ? 0 : -errno;
}

int cloister_lossy_pipe(int descriptors[2]) {
    return pipe2(descriptors, O_CLOEXEC | O_NONBLOCK) == 0 ? 0 : -errno;
}
