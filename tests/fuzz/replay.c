/* Runs a fuzz target over the files of a folder, and prints TAP. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

static int is_visible(const struct dirent *entry)
{
  return entry->d_name[0] != '.';
}

static int replay(const char *folder, const char *name)
{
  char path[4096];
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  FILE *file = fopen(path, "rb");
  static uint8_t data[1 << 20];
  size_t size = file ? fread(data, 1, sizeof(data), file) : 0;
  if (file)
    fclose(file);
  // A copy of the very size, so that a sanitizer sees what is read beyond it.
  uint8_t *copy = malloc(size + (size == 0));
  for (size_t i = 0; i < size; i++)
    copy[i] = data[i];
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
  return file != NULL;
}

int main(int argc, char **argv)
{
  struct dirent **entries;
  int num = argc == 2 ? scandir(argv[1], &entries, is_visible, alphasort) : -1;
  if (num < 0) {
    fprintf(stderr, "usage: %s FOLDER\n", argv[0]);
    return 2;
  }
  printf("1..%d\n", num);
  for (int i = 0; i < num; i++) {
    printf("%s %d - %s does no harm\n", replay(argv[1], entries[i]->d_name) ? "ok" : "not ok", i + 1,
           entries[i]->d_name);
    fflush(stdout);
    free(entries[i]);
  }
  free(entries);
  return 0;
}
