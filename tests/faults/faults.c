/* Lets calls of the C library fail, for tests. It is loaded before the program:
 *
 *   LD_PRELOAD=faults.so FAULT=write:3:28 FAULT_MARK=failed refgraph draw heap.rgd closure:f -o f.svg
 *
 * The third write() fails with errno 28. "write:3:28:on" lets all later ones fail as well, as on a disk that is full;
 * errno 0 is no failure, but a read() or write() of one byte. FAULT_MARK names a file that is made when it came to
 * that, so that a test knows when there are no more calls. What the program executes does not have the library. Who has
 * it may also call fault_arm().
 *
 * What the C library calls by itself is out of reach: malloc() is failed, not the mmap() in it, and fopen(), not the
 * open() in it. */
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#pragma GCC visibility push(default)

void fault_arm(const char *call, long nth, int reason, int goes_on);
long fault_disarm(void);
long fault_num_live(void);

/* --- which call fails --------------------------------------------------------------------------------------------- */

static struct {
  char call[32];
  int reason;
  bool goes_on;
  atomic_long left; // calls until the first that fails; below 0 afterwards
  atomic_long num_failed;
} fault;

/* The `nth` call from now on fails. */
void fault_arm(const char *call, long nth, int reason, int goes_on)
{
  fault.call[0] = '\0';
  atomic_store(&fault.left, nth);
  atomic_store(&fault.num_failed, 0);
  fault.reason = reason;
  fault.goes_on = goes_on;
  strncpy(fault.call, call, sizeof(fault.call) - 1);
}

/* None fails any more. Returns how many did. */
long fault_disarm(void)
{
  fault.call[0] = '\0';
  return atomic_load(&fault.num_failed);
}

static void leave_mark(void)
{
  const char *mark = getenv("FAULT_MARK");
  long fd = mark ? syscall(SYS_openat, AT_FDCWD, mark, O_WRONLY | O_CREAT | O_CLOEXEC, 0600) : -1;
  if (fd >= 0)
    syscall(SYS_close, fd);
}

// Whether this call is the one. errno is set then.
static bool fails(const char *call)
{
  if (strcmp(call, fault.call) != 0)
    return false;
  long left = atomic_fetch_sub(&fault.left, 1) - 1;
  if (left > 0 || (left < 0 && !fault.goes_on))
    return false;
  if (atomic_fetch_add(&fault.num_failed, 1) == 0)
    leave_mark();
  errno = fault.reason;
  return true;
}

__attribute__((constructor)) static void read_environment(void)
{
  const char *text = getenv("FAULT");
  char call[32] = "", on[4] = "";
  long nth = 0;
  int reason = 0;
  void *frame;
  backtrace(&frame, 1); // what it allocates, it allocates now
  if (!text || sscanf(text, "%31[^:]:%ld:%d:%3s", call, &nth, &reason, on) < 3)
    return;
  // What the program starts is to do its part.
  unsetenv("LD_PRELOAD");
  fault_arm(call, nth, reason, *on);
}

/* --- the calls ---------------------------------------------------------------------------------------------------- */

// A function of the C library that fails when `call` does, with `failure` for its result.
#define WRAP(call, failure, type, name, parameters, arguments)  \
  type name parameters                                          \
  {                                                             \
    static type(*real) parameters;                              \
    if (!real)                                                  \
      *(void **)&real = dlsym(RTLD_NEXT, #name);                \
    if (fails(call))                                            \
      return failure;                                           \
    return real arguments;                                      \
  }

// One that a short read or write is possible with: errno 0.
#define WRAP_TRANSFER(call, type, name, parameters, arguments)  \
  type name parameters                                          \
  {                                                             \
    static type(*real) parameters;                              \
    if (!real)                                                  \
      *(void **)&real = dlsym(RTLD_NEXT, #name);                \
    if (fails(call)) {                                          \
      if (errno)                                                \
        return -1;                                              \
      size = size > 0;                                          \
    }                                                           \
    return real arguments;                                      \
  }

WRAP_TRANSFER("read", ssize_t, read, (int fd, void *data, size_t size), (fd, data, size))
WRAP_TRANSFER("read", ssize_t, pread, (int fd, void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_TRANSFER("read", ssize_t, pread64, (int fd, void *data, size_t size, off64_t at), (fd, data, size, at))
WRAP_TRANSFER("write", ssize_t, write, (int fd, const void *data, size_t size), (fd, data, size))
WRAP_TRANSFER("write", ssize_t, pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at))
WRAP_TRANSFER("write", ssize_t, pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at))
WRAP_TRANSFER("send", ssize_t, send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags))
WRAP("recv", -1, ssize_t, recv, (int fd, void *data, size_t size, int flags), (fd, data, size, flags))

static mode_t mode_of(int flags, va_list arguments)
{
  return flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
}

#define WRAP_OPEN(name)                                         \
  int name(const char *path, int flags, ...)                    \
  {                                                             \
    static int (*real)(const char *, int, ...);                 \
    va_list arguments;                                          \
    va_start(arguments, flags);                                 \
    mode_t mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                          \
    if (!real)                                                  \
      *(void **)&real = dlsym(RTLD_NEXT, #name);                \
    return fails("open") ? -1 : real(path, flags, mode);        \
  }
WRAP_OPEN(open)
WRAP_OPEN(open64)

#define WRAP_OPENAT(name)                                       \
  int name(int folder, const char *path, int flags, ...)        \
  {                                                             \
    static int (*real)(int, const char *, int, ...);            \
    va_list arguments;                                          \
    va_start(arguments, flags);                                 \
    mode_t mode = mode_of(flags, arguments);                    \
    va_end(arguments);                                          \
    if (!real)                                                  \
      *(void **)&real = dlsym(RTLD_NEXT, #name);                \
    return fails("open") ? -1 : real(folder, path, flags, mode); \
  }
WRAP_OPENAT(openat)
WRAP_OPENAT(openat64)

WRAP("open", NULL, FILE *, fopen, (const char *path, const char *mode), (path, mode))
WRAP("open", NULL, FILE *, fopen64, (const char *path, const char *mode), (path, mode))
WRAP("open", NULL, DIR *, opendir, (const char *path), (path))
WRAP("mkdtemp", NULL, char *, mkdtemp, (char *path), (path))
WRAP("mkdtemp", -1, int, mkdir, (const char *path, mode_t mode), (path, mode))
WRAP("realpath", NULL, char *, realpath, (const char *path, char *resolved), (path, resolved))
WRAP("getcwd", NULL, char *, getcwd, (char *path, size_t size), (path, size))

WRAP("stat", -1, int, stat, (const char *path, struct stat *ret), (path, ret))
WRAP("stat", -1, int, stat64, (const char *path, struct stat64 *ret), (path, ret))
WRAP("stat", -1, int, lstat, (const char *path, struct stat *ret), (path, ret))
WRAP("stat", -1, int, lstat64, (const char *path, struct stat64 *ret), (path, ret))
WRAP("stat", -1, int, fstat, (int fd, struct stat *ret), (fd, ret))
WRAP("stat", -1, int, fstat64, (int fd, struct stat64 *ret), (fd, ret))
WRAP("access", -1, int, access, (const char *path, int mode), (path, mode))
WRAP("access", -1, int, faccessat, (int folder, const char *path, int mode, int flags), (folder, path, mode, flags))

WRAP("sync", -1, int, fsync, (int fd), (fd))
WRAP("sync", -1, int, fdatasync, (int fd), (fd))
WRAP("rename", -1, int, rename, (const char *old, const char *new), (old, new))
WRAP("truncate", -1, int, ftruncate, (int fd, off_t size), (fd, size))
WRAP("truncate", -1, int, ftruncate64, (int fd, off64_t size), (fd, size))
WRAP("seek", -1, off_t, lseek, (int fd, off_t at, int whence), (fd, at, whence))
WRAP("seek", -1, off64_t, lseek64, (int fd, off64_t at, int whence), (fd, at, whence))
WRAP("flock", -1, int, flock, (int fd, int operation), (fd, operation))
WRAP("chmod", -1, int, fchmod, (int fd, mode_t mode), (fd, mode))

WRAP("pipe", -1, int, pipe, (int ends[2]), (ends))
WRAP("pipe", -1, int, pipe2, (int ends[2], int flags), (ends, flags))
WRAP("pipe", -1, int, socketpair, (int domain, int type, int protocol, int ends[2]), (domain, type, protocol, ends))
WRAP("dup", -1, int, dup, (int fd), (fd))
WRAP("poll", -1, int, poll, (struct pollfd * polled, nfds_t num, int timeout), (polled, num, timeout))

// The descriptor is closed all the same, as it is by the kernel.
int close(int fd)
{
  int result = (int)syscall(SYS_close, fd);
  return fails("close") ? -1 : result;
}

/* --- processes and threads ---------------------------------------------------------------------------------------- */

WRAP("spawn", errno, int, posix_spawn,
     (pid_t *ret, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const arguments[], char *const environment[]),
     (ret, path, actions, attributes, arguments, environment))
WRAP("spawn", errno, int, posix_spawnp,
     (pid_t *ret, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
      char *const arguments[], char *const environment[]),
     (ret, path, actions, attributes, arguments, environment))
WRAP("spawn", -1, pid_t, fork, (void), ())
WRAP("spawn", -1, int, execvp, (const char *path, char *const arguments[]), (path, arguments))
WRAP("wait", -1, pid_t, waitpid, (pid_t pid, int *ret, int options), (pid, ret, options))
WRAP("thread", errno, int, pthread_create,
     (pthread_t *ret, const pthread_attr_t *attributes, void *(*run)(void *), void *context),
     (ret, attributes, run, context))

long syscall(long number, ...)
{
  static long (*real)(long, ...);
  long words[6];
  va_list arguments;
  va_start(arguments, number);
  for (int i = 0; i < 6; i++)
    words[i] = va_arg(arguments, long);
  va_end(arguments);
  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "syscall");
  if (number == SYS_clone && fails("spawn"))
    return -1;
  return real(number, words[0], words[1], words[2], words[3], words[4], words[5]);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

static atomic_long num_live;

/* Blocks of memory and mappings that are live now. */
long fault_num_live(void)
{
  return atomic_load(&num_live);
}

static void add_live(long num)
{
  atomic_fetch_add_explicit(&num_live, num, memory_order_relaxed);
}

void *mmap(void *at, size_t size, int protection, int flags, int fd, off_t offset)
{
  void *mapped = MAP_FAILED;
  if (!fails("map"))
    mapped = (void *)syscall(SYS_mmap, at, size, protection, flags, fd, offset);
  add_live(mapped != MAP_FAILED);
  return mapped;
}

void *mmap64(void *at, size_t size, int protection, int flags, int fd, off64_t offset)
{
  return mmap(at, size, protection, flags, fd, offset);
}

int munmap(void *at, size_t size)
{
  int result = (int)syscall(SYS_munmap, at, size);
  add_live(-(result == 0));
  return result;
}

void *mremap(void *at, size_t old_size, size_t new_size, int flags, ...)
{
  static void *(*real)(void *, size_t, size_t, int, ...);
  if (!real)
    *(void **)&real = dlsym(RTLD_NEXT, "mremap");
  return fails("map") ? MAP_FAILED : real(at, old_size, new_size, flags);
}

// dlsym() itself allocates: these are the names by which the C library calls its own.
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t num, size_t size);
void *__libc_realloc(void *memory, size_t size);
void __libc_free(void *memory);

// Whether code is ours: of the library, the extension or the command line.
static bool is_ours(const void *code)
{
  Dl_info info;
  const char *name = dladdr(code, &info) ? strrchr(info.dli_fname, '/') : NULL;
  return name && strstr(name, "refgraph");
}

// Whether our code allocates, or has Python allocate.
static bool is_for_us(void)
{
  void *frames[10];
  int num = backtrace(frames, 10);
  for (int i = 1; i < num; i++) {
    if (is_ours(frames[i]))
      return true;
  }
  return false;
}

// "malloc" fails for whoever allocates, "memory" for us alone.
static bool fails_to_allocate(void)
{
  bool is_of_interest = strcmp(fault.call, "memory") == 0 && is_for_us();
  return fails("malloc") || (is_of_interest && fails("memory"));
}

static void *count(void *memory)
{
  add_live(memory != NULL);
  return memory;
}

void *malloc(size_t size)
{
  return fails_to_allocate() ? NULL : count(__libc_malloc(size));
}

void *calloc(size_t num, size_t size)
{
  return fails_to_allocate() ? NULL : count(__libc_calloc(num, size));
}

void *realloc(void *memory, size_t size)
{
  if (fails_to_allocate())
    return NULL;
  return memory ? __libc_realloc(memory, size) : count(__libc_realloc(memory, size));
}

void free(void *memory)
{
  add_live(-(memory != NULL));
  __libc_free(memory);
}
