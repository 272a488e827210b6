#include "static_data.h"

#include <link.h>
#include <string.h>
#include <unistd.h>

// A large array of numbers holds no objects, and reading it would take longer than the capture.
enum { MAX_SEGMENT_SIZE = 16 << 20 };

static struct rgpy_static_data data;
static size_t capacity;

static const char *base_name(const char *path)
{
  const char *slash = strrchr(path, '/');
  return slash ? slash + 1 : path;
}

// The loader knows the program itself by no name.
static void name_library(const char *path, char *ret, size_t size)
{
  char link[4096];
  ssize_t length = *path ? -1 : readlink("/proc/self/exe", link, sizeof(link) - 1);
  link[length > 0 ? length : 0] = '\0';
  const char *name = base_name(*path ? path : link);
  snprintf(ret, size, "%s", *name ? name : "the program");
}

static void add_segment(const struct dl_phdr_info *library, const ElfW(Phdr) *header)
{
  if (header->p_memsz > MAX_SEGMENT_SIZE) {
    data.num_left_out++;
    return;
  }
  if (data.num == capacity) {
    size_t grown = 2 * capacity + 64;
    struct rgpy_segment *segments = rg_memory_realloc(data.segments, grown, sizeof(*segments));
    if (!segments) {
      data.num_left_out++;
      return;
    }
    data.segments = segments;
    capacity = grown;
  }
  const char *begin = (const char *)library->dlpi_addr + header->p_vaddr;
  struct rgpy_segment *segment = &data.segments[data.num++];
  *segment = (struct rgpy_segment){.begin = begin, .end = begin + header->p_memsz};
  name_library(library->dlpi_name, segment->library, sizeof(segment->library));
}

static int add_library(struct dl_phdr_info *library, size_t size, void *context)
{
  (void)size, (void)context;
  for (size_t i = 0; i < library->dlpi_phnum; i++) {
    const ElfW(Phdr) *header = &library->dlpi_phdr[i];
    if (header->p_type == PT_LOAD && header->p_flags & PF_W)
      add_segment(library, header);
  }
  return 0;
}

void rgpy_static_data_prepare(void)
{
  data.num = 0;
  data.num_left_out = 0;
  dl_iterate_phdr(add_library, NULL);
}

const struct rgpy_static_data *rgpy_static_data(void)
{
  return &data;
}
