/* rg_file: a file appears under its name whole, or not at all.
 *
 *   folder/.refgraph-5a0c22f1-4711-0    while it is written: a hash of the name, the process, a number; locked
 *   folder/heap.rgd                     afterwards
 *
 * The lock goes with the last process that has the file open, so that what a killed process left behind is told from
 * what is being written: flock(2). */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <refgraph/io.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "clean.h"
#include "crc32c.h"
#include "file.h"
#include "options.h"

#define MAX_TRIES 100

struct rg_file {
  rg_file_options options;
  int fd;
  struct rgi_text name;      // as it was given, for messages
  struct rgi_text path;      // absolute, with links resolved: the process may change its folder
  struct rgi_text folder;    // ends in a slash
  struct rgi_text temporary; // empty once the file has its name
};

static rg_error *cannot_write(const char *path, const char *reason)
{
  RGI_SCOPED_TEXT name = RGI_TEXT_INIT;
  rgi_text_add_clean(&name, path, strlen(path), 640);
  RGI_TRY(rgi_text_error(&name));
  return rg_error_create(RG_ERROR_SYSTEM, "cannot write '%s': %s", rgi_text_string(&name), reason);
}

static const char *last_part(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// Tells early what would fail after long work. A file replaces files, not folders or devices.
static rg_error *check_target(const char *folder, const char *path, const char *name)
{
  struct stat status;
  if (faccessat(AT_FDCWD, folder, W_OK | X_OK, AT_EACCESS))
    return cannot_write(name, strerror(errno));
  if (stat(path, &status))
    return *last_part(path) ? NULL : cannot_write(name, "it is the name of a folder");
  if (S_ISDIR(status.st_mode))
    return cannot_write(name, "it is a folder");
  if (!S_ISREG(status.st_mode))
    return cannot_write(name, "it is no ordinary file");
  return faccessat(AT_FDCWD, path, W_OK, AT_EACCESS) ? cannot_write(name, strerror(errno)) : NULL;
}

static void free_scoped(char **path)
{
  free(*path);
}
#define SCOPED_PATH __attribute__((cleanup(free_scoped))) char *

// The folder of a path, with its slash.
static void add_folder(struct rgi_text *text, const char *path)
{
  const char *name = last_part(path);
  rgi_text_add(text, path, (size_t)(name - path));
  if (name == path)
    rgi_text_puts(text, "./");
}

// A file that is not there yet is resolved as far as its folder. Where that fails, opening it tells why.
static void add_resolved(struct rgi_text *text, const char *path)
{
  SCOPED_PATH whole = realpath(path, NULL);
  if (whole) {
    rgi_text_puts(text, whole);
    return;
  }
  RGI_SCOPED_TEXT folder = RGI_TEXT_INIT;
  add_folder(&folder, path);
  SCOPED_PATH resolved = folder.is_failed ? NULL : realpath(folder.data, NULL);
  rgi_text_printf(text, "%s/%s", resolved ? resolved : rgi_text_string(&folder), last_part(path));
  text->is_failed |= folder.is_failed;
}

static rg_error *resolve(rg_file *file, const char *path)
{
  rgi_text_puts(&file->name, path);
  add_resolved(&file->path, path);
  RGI_TRY(rgi_text_error(&file->name));
  RGI_TRY(rgi_text_error(&file->path));
  add_folder(&file->folder, file->path.data);
  return rgi_text_error(&file->folder);
}

/* --- what others left behind ------------------------------------------------------------------------------------- */

// What all temporary names of a file begin with.
static void print_prefix(const rg_file *file, char ret[32])
{
  const char *name = last_part(file->path.data);
  snprintf(ret, 32, ".refgraph-%08x-", rgi_crc32c(name, strlen(name)));
}

static void remove_if_unlocked(int folder, const char *name)
{
  int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0)
    return;
  if (!flock(fd, LOCK_EX | LOCK_NB))
    unlinkat(folder, name, 0);
  close(fd);
}

static void remove_leftovers(const rg_file *file)
{
  char prefix[32];
  print_prefix(file, prefix);
  DIR *folder = opendir(file->folder.data);
  for (const struct dirent *entry; folder && (entry = readdir(folder));) {
    if (strncmp(entry->d_name, prefix, strlen(prefix)) == 0)
      remove_if_unlocked(dirfd(folder), entry->d_name);
  }
  if (folder)
    closedir(folder);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

// Between being made and being locked a file may be taken for a leftover: then somebody else has the lock, or has
// removed it. A file system without locks has none for others either.
static bool is_taken(int fd)
{
  struct stat status;
  bool is_locked_by_other = flock(fd, LOCK_EX | LOCK_NB) && errno == EWOULDBLOCK;
  return is_locked_by_other || (!fstat(fd, &status) && !status.st_nlink);
}

static bool close_file(rg_file *file)
{
  int fd = file->fd;
  file->fd = -1;
  return fd < 0 || !close(fd);
}

static rg_error *open_temporary(rg_file *file)
{
  static atomic_uint counter;
  char prefix[32];
  print_prefix(file, prefix);
  for (int tries = 0; tries < MAX_TRIES; tries++) {
    rgi_text_clear(&file->temporary);
    rgi_text_printf(&file->temporary, "%s%s%ld-%u", file->folder.data, prefix, (long)getpid(),
                    atomic_fetch_add(&counter, 1));
    RGI_TRY(rgi_text_error(&file->temporary));
    mode_t mode = file->options.is_private ? 0600 : 0666;
    file->fd = open(file->temporary.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file->fd < 0 && errno != EEXIST)
      break;
    if (file->fd < 0)
      continue;
    if (!is_taken(file->fd))
      return NULL;
    unlink(file->temporary.data);
    close_file(file);
  }
  int reason = errno;
  rgi_text_clear(&file->temporary);
  return cannot_write(file->name.data, strerror(reason));
}

// What replaces a file is for the same eyes.
static void copy_mode(const rg_file *file)
{
  struct stat status;
  if (!file->options.is_private && !stat(file->path.data, &status))
    (void)!fchmod(file->fd, status.st_mode & 07777);
}

static rg_error *open_file(rg_file *file, const char *path)
{
  RGI_TRY(resolve(file, path));
  RGI_TRY(check_target(file->folder.data, file->path.data, file->name.data));
  remove_leftovers(file);
  RGI_TRY(open_temporary(file));
  copy_mode(file);
  return NULL;
}

rg_error *rg_file_create(const char *path, const rg_file_options *options, rg_file **ret)
{
  rg_file *file = rgi_alloc(1, sizeof(*file));
  if (!file)
    return rgi_out_of_memory();
  file->fd = -1;
  file->options = (rg_file_options)RG_FILE_OPTIONS_INIT;
  rgi_options_read(&file->options, options);
  rg_error *error = open_file(file, path);
  if (error) {
    rg_file_destroy(file);
    return error;
  }
  *ret = file;
  return NULL;
}

static rg_error *write_file(void *context, const void *data, size_t size)
{
  const rg_file *file = context;
  rg_writer writer = rg_fd_writer(file->fd);
  rg_error *error = writer.write(writer.context, data, size);
  if (!error)
    return NULL;
  int reason = errno;
  rg_error_destroy(error);
  return cannot_write(file->name.data, strerror(reason));
}

rg_writer rg_file_writer(rg_file *file)
{
  return (rg_writer){write_file, file};
}

const char *rgi_file_temporary_path(const rg_file *file)
{
  return file->temporary.data;
}

int rg_file_descriptor(const rg_file *file)
{
  return file->fd;
}

static bool sync_folder(const rg_file *file)
{
  int fd = open(file->folder.data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return false;
  // A file system that has no such thing says EINVAL.
  bool is_synced = !fsync(fd) || errno == EINVAL;
  close(fd);
  return is_synced;
}

rg_error *rg_file_commit(rg_file *file)
{
  bool is_synced = file->options.is_synced;
  // Whoever writes the same file takes one without a lock for a leftover: this descriptor keeps it until the rename.
  int locked = fcntl(file->fd, F_DUPFD_CLOEXEC, 0);
  // Closing may tell of a write that failed, on a network's file system; only a file that is whole gets its name.
  bool is_written = (!is_synced || !fsync(file->fd)) && close_file(file);
  bool is_named = is_written && !rename(file->temporary.data, file->path.data);
  int reason = errno;
  if (locked >= 0)
    close(locked);
  if (!is_named)
    return cannot_write(file->name.data, strerror(reason));
  rgi_text_clear(&file->temporary);
  if (is_synced && !sync_folder(file))
    return cannot_write(file->name.data, strerror(errno));
  return NULL;
}

void rg_file_destroy(rg_file *file)
{
  if (!file)
    return;
  if (file->temporary.size)
    unlink(file->temporary.data);
  close_file(file);
  rgi_text_deinit(&file->name);
  rgi_text_deinit(&file->path);
  rgi_text_deinit(&file->folder);
  rgi_text_deinit(&file->temporary);
  rgi_free(file);
}
