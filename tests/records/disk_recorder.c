/* Loaded before a program (LD_PRELOAD): tells what the program asks of the disk, in order, and can fail some of it.
 *
 * DISK_FOLDER  only files under it count
 * DISK_LOG     where each request is told: op, two paths, offset, bytes; what is written to standard output is told too
 * DISK_FAIL     "AT FOR ERRNO": so many requests from that one on fail with that error; counted anew when it is set anew
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *folder;
static int log_fd = -1;
static long asked;
static char wish[64];

#define REAL(name, type) static type real; if (!real) real = (type)dlsym(RTLD_NEXT, name)
typedef ssize_t (*write_t)(int, const void *, size_t);
typedef ssize_t (*pwrite_t)(int, const void *, size_t, off_t);
typedef int (*sync_t)(int);
typedef int (*truncate_t)(int, off_t);
typedef int (*unlink_t)(const char *);
typedef int (*rename_t)(const char *, const char *);
typedef int (*open_t)(const char *, int, ...);

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("DISK_LOG");
    folder = getenv("DISK_FOLDER");
    REAL("open", open_t);
    if (log) log_fd = real(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

static int ours(const char *path) { return folder && path && !strncmp(path, folder, strlen(folder)); }

static const char *path_of(int fd, char *buffer) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, buffer, 4095);
    buffer[size < 0 ? 0 : size] = 0;
    return buffer;
}

static void tell(char op, const char *path, const char *other, uint64_t offset, const void *data, uint64_t size) {
    if (log_fd < 0) return;
    REAL("write", write_t);
    uint32_t a = strlen(path), b = strlen(other);
    unsigned char head[32] = {(unsigned char)op};
    memcpy(head + 4, &a, 4); memcpy(head + 8, &b, 4); memcpy(head + 16, &offset, 8); memcpy(head + 24, &size, 8);
    real(log_fd, head, sizeof head); real(log_fd, path, a); real(log_fd, other, b);
    if (size) real(log_fd, data, size);
}

static int fails(void) {
    const char *now = getenv("DISK_FAIL");
    long at, for_so_many, error;
    if (!now) return 0;
    if (strcmp(now, wish)) { snprintf(wish, sizeof wish, "%s", now); asked = 0; }
    asked++;
    if (sscanf(now, "%ld %ld %ld", &at, &for_so_many, &error) != 3) return 0;
    if (asked < at || asked >= at + for_so_many) return 0;
    errno = error;
    return 1;
}

ssize_t write(int fd, const void *data, size_t size) {
    REAL("write", write_t);
    char path[4096];
    if (fd == 1) tell('A', "", "", 0, data, size);
    if (!ours(path_of(fd, path))) return real(fd, data, size);
    if (fails()) return -1;
    off_t at = fcntl(fd, F_GETFL) & O_APPEND ? lseek(fd, 0, SEEK_END) : lseek(fd, 0, SEEK_CUR);
    ssize_t done = real(fd, data, size);
    if (done > 0) tell('W', path, "", at, data, done);
    return done;
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t at) {
    REAL("pwrite64", pwrite_t);
    char path[4096];
    if (!ours(path_of(fd, path))) return real(fd, data, size, at);
    if (fails()) return -1;
    ssize_t done = real(fd, data, size, at);
    if (done > 0) tell('W', path, "", at, data, done);
    return done;
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) { return pwrite64(fd, data, size, at); }

static int synced(int fd, const char *name) {
    sync_t real = (sync_t)dlsym(RTLD_NEXT, name);
    char path[4096];
    if (!ours(path_of(fd, path))) return real(fd);
    if (fails()) return -1;
    int done = real(fd);
    if (!done) tell('S', path, "", 0, "", 0);
    return done;
}
int fsync(int fd) { return synced(fd, "fsync"); }
int fdatasync(int fd) { return synced(fd, "fdatasync"); }

int ftruncate64(int fd, off_t size) {
    REAL("ftruncate64", truncate_t);
    char path[4096];
    if (!ours(path_of(fd, path))) return real(fd, size);
    if (fails()) return -1;
    int done = real(fd, size);
    if (!done) tell('T', path, "", size, "", 0);
    return done;
}
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int unlink(const char *path) {
    REAL("unlink", unlink_t);
    if (!ours(path)) return real(path);
    if (fails()) return -1;
    int done = real(path);
    if (!done) tell('U', path, "", 0, "", 0);
    return done;
}

int rename(const char *from, const char *to) {
    REAL("rename", rename_t);
    if (!ours(to)) return real(from, to);
    if (fails()) return -1;
    int done = real(from, to);
    if (!done) tell('R', from, to, 0, "", 0);
    return done;
}

int mkdir(const char *path, mode_t mode) {
    static int (*real)(const char *, mode_t);
    if (!real) real = dlsym(RTLD_NEXT, "mkdir");
    if (!ours(path)) return real(path, mode);
    if (fails()) return -1;
    int done = real(path, mode);
    if (!done) tell('M', path, "", 0, "", 0);
    return done;
}

static int opened(const char *path, int flags, mode_t mode) {
    REAL("open64", open_t);
    struct stat there;
    int counts = ours(path) && (flags & (O_CREAT | O_TRUNC));
    int made = counts && stat(path, &there) != 0;
    if (counts && made && fails()) return -1;
    int fd = real(path, flags, mode);
    if (fd >= 0 && made) tell('C', path, "", 0, "", 0);
    else if (fd >= 0 && counts && (flags & O_TRUNC)) tell('T', path, "", 0, "", 0);
    return fd;
}
int open64(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(path, flags, mode);
}
int open(const char *path, int flags, ...) {
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0;
    va_end(more);
    return opened(path, flags, mode);
}
