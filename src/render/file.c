/* rg_render_file: the picture appears under its name whole, or not at all. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <refgraph/render.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../base/alloc.h"
#include "../base/clean.h"

#define MAX_TRIES 100

static rg_error *cannot_write(const char *path, const char *reason)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rgi_text_add_clean(&name, path, strlen(path), 640);
  RGI_TRY(rgi_text_error(&name));
  return rg_error_create(RG_ERROR_SYSTEM, "cannot write '%s': %s", rgi_text_string(&name), reason);
}

// The folder of `path` with its slash; "" for the current one.
static void add_folder(struct rgi_text *text, const char *path)
{
  const char *slash = strrchr(path, '/');
  rgi_text_add(text, path, slash ? (size_t)(slash + 1 - path) : 0);
}

// Tells early what would fail after a long drawing. A picture replaces files, not folders or devices.
static rg_error *check_target(const char *path)
{
  RGI_SCOPED_TEXT folder = RGI_TEXT_INIT;
  add_folder(&folder, path);
  rgi_text_puts(&folder, ".");
  RGI_TRY(rgi_text_error(&folder));
  if (faccessat(AT_FDCWD, folder.data, W_OK | X_OK, AT_EACCESS))
    return cannot_write(path, strerror(errno));
  struct stat status;
  if (stat(path, &status))
    return NULL;
  if (!S_ISREG(status.st_mode))
    return cannot_write(path, "this is no ordinary file");
  return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? cannot_write(path, strerror(errno)) : NULL;
}

// Makes a new file beside `path`: ".refgraph-<pid>-<number>". The umask of the process applies, as to any file.
static rg_error *open_temporary(const char *path, struct rgi_text *name_ret, int *ret)
{
  static atomic_uint counter;
  for (int tries = 0; tries < MAX_TRIES; tries++) {
    rgi_text_clear(name_ret);
    add_folder(name_ret, path);
    rgi_text_printf(name_ret, ".refgraph-%ld-%u", (long)getpid(), atomic_fetch_add(&counter, 1));
    RGI_TRY(rgi_text_error(name_ret));
    *ret = open(name_ret->data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (*ret >= 0)
      return NULL;
    if (errno != EEXIST)
      break;
  }
  return cannot_write(path, strerror(errno));
}

static bool write_all(int fd, const char *data, size_t size)
{
  while (size) {
    ssize_t written = write(fd, data, size);
    if (written < 0 && errno != EINTR)
      return false;
    if (written > 0) {
      data += written;
      size -= (size_t)written;
    }
  }
  return true;
}

// True once `temporary` holds the whole picture and is closed. Else errno is set.
static bool fill(int fd, const rg_buffer *picture)
{
  bool is_written = write_all(fd, picture->data, picture->size);
  int reason = errno;
  bool is_closed = !close(fd);
  if (!is_written)
    errno = reason;
  return is_written && is_closed;
}

// A picture that replaces another one is for the same eyes.
static void copy_mode(const char *path, int fd)
{
  struct stat status;
  if (!stat(path, &status))
    (void)!fchmod(fd, status.st_mode & 07777);
}

static rg_error *save(const rg_buffer *picture, const char *path)
{
  RGI_SCOPED_TEXT temporary = RGI_TEXT_INIT;
  int fd;
  RGI_TRY(open_temporary(path, &temporary, &fd));
  copy_mode(path, fd);
  if (fill(fd, picture) && !rename(temporary.data, path))
    return NULL;
  rg_error *error = cannot_write(path, strerror(errno));
  unlink(temporary.data);
  return error;
}

static void free_scoped(char **path)
{
  free(*path);
}

rg_error *rg_render_file(const rg_view *view, rg_format format, const rg_render_options *options, const char *path)
{
  RGI_TRY(check_target(path));
  // Through a link the file that it names is written, and the link stays.
  __attribute__((cleanup(free_scoped))) char *resolved = realpath(path, NULL);
  if (resolved)
    path = resolved;
  // The file is made when the picture is there: a host that is killed meanwhile leaves nothing behind.
  rg_buffer picture = RG_BUFFER_INIT;
  rg_writer writer = rg_buffer_writer(&picture);
  rg_error *error = rg_render(view, format, options, &writer);
  if (!error)
    error = save(&picture, path);
  rg_buffer_deinit(&picture);
  return error;
}
