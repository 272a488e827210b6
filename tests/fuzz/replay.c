/* Runs each fuzz target over the files of its folder, in the folder that is given, and prints TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static const struct {
  const char *name;
  int (*run)(const uint8_t *data, size_t size);
} targets[] = {
  {"baseline", fuzz_baseline}, {"dump", fuzz_dump},   {"filter", fuzz_filter},
  {"graph", fuzz_graph},       {"reply", fuzz_reply}, {"request", fuzz_request},
};

static int num_tests;

static int is_visible(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static int replay(int (*run)(const uint8_t *data, size_t size), const char *path)
{
  FILE *file = fopen(path, "rb");
  static uint8_t data[1 << 20];
  size_t size = file ? fread(data, 1, sizeof(data), file) : 0;
  if (file)
    fclose(file);
  // A copy of the very size, so that a sanitizer sees what is read beyond it.
  uint8_t *copy = malloc(size + (size == 0));
  for (size_t i = 0; i < size; i++)
    copy[i] = data[i];
  run(copy, size);
  free(copy);
  return file != NULL;
}

// Returns whether there was anything.
static int replay_all(const char *root, size_t target)
{
  char folder[3000], path[4096];
  struct dirent **entries;
  snprintf(folder, sizeof(folder), "%s/%s", root, targets[target].name);
  int num = scandir(folder, &entries, is_visible, alphasort);
  for (int i = 0; i < num; i++) {
    snprintf(path, sizeof(path), "%s/%s", folder, entries[i]->d_name);
    const char *result = replay(targets[target].run, path) ? "ok" : "not ok";
    printf("%s %d - %s %s does no harm\n", result, ++num_tests, targets[target].name, entries[i]->d_name);
    fflush(stdout);
    free(entries[i]);
  }
  if (num >= 0)
    free(entries);
  return num > 0;
}

int main(int argc, char **argv)
{
  int has_failed = argc != 2;
  for (size_t i = 0; !has_failed && i < sizeof(targets) / sizeof(targets[0]); i++)
    has_failed = !replay_all(argv[1], i);
  if (has_failed)
    fprintf(stderr, "usage: %s FOLDER, with a folder of files for each target\n", argv[0]);
  printf("1..%d\n", num_tests);
  return has_failed ? 2 : 0;
}
