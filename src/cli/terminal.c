#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include "terminal.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOMENT_MS 500
#define STEP_MS 100
#define BAR_COLUMNS 30

/* --- words -------------------------------------------------------------------------------------------------------- */

// Length of the character at `text`; 0 for what is none or is not to be shown.
static size_t shown_size(const unsigned char *text)
{
  if (text[0] < 0x80)
    return text[0] >= ' ' && text[0] != 0x7f;
  size_t size = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;
  for (size_t i = 1; i < size; i++) {
    if ((text[i] & 0xc0) != 0x80)
      return 0;
  }
  // Longer than needed, surrogates, beyond Unicode; C1 controls, and the marks that turn the reading order around.
  bool is_none = (text[0] == 0xe0 && text[1] < 0xa0) || (text[0] == 0xed && text[1] >= 0xa0) ||
                 (text[0] == 0xf0 && text[1] < 0x90) || (text[0] == 0xf4 && text[1] >= 0x90);
  bool is_control = text[0] == 0xc2 && text[1] < 0xa0;
  bool is_mark = text[0] == 0xe2 && ((text[1] == 0x80 && (text[2] & 0xfe) >= 0x8a) || text[1] == 0x81);
  return text[0] < 0xc2 || text[0] > 0xf4 || is_none || is_control || is_mark ? 0 : size;
}

const char *cli_shown(const char *text)
{
  static char buffers[4][1024];
  static size_t turn;
  char *shown = buffers[turn++ % 4], *end = shown;
  while (*text && (size_t)(end - shown) + 5 < sizeof(buffers[0])) {
    size_t size = shown_size((const unsigned char *)text);
    if (size)
      end = mempcpy(end, text, size);
    else
      *end++ = '?';
    for (text += size ? size : 1; !size && ((unsigned char)*text & 0xc0) == 0x80; text++)
      ;
  }
  *end = '\0';
  return shown;
}

void cli_say(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  fputs("refgraph: ", stderr);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

void cli_say_line(const char *format, ...)
{
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  fputc('\n', stderr);
  va_end(arguments);
}

/* --- progress ----------------------------------------------------------------------------------------------------- */

static struct {
  const char *what;
  bool is_watched; // somebody looks
  bool is_drawn;
  uint64_t begin_ms, last_ms;
  struct sigaction saved;
} bar;

static volatile sig_atomic_t is_interrupted;

static void interrupt(int signal)
{
  (void)signal;
  is_interrupted = 1;
}

static uint64_t now_ms(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void cli_progress_begin(const char *what, bool cleans_up)
{
  const char *terminal = getenv("TERM");
  struct sigaction action = {.sa_handler = interrupt};
  bar.what = what;
  bar.is_watched = isatty(STDERR_FILENO) && (!terminal || strcmp(terminal, "dumb") != 0);
  bar.begin_ms = bar.last_ms = now_ms();
  sigaction(SIGINT, NULL, &bar.saved);
  // Who started us with the interrupt ignored, as a shell starts what is in the background, wants it to stay so.
  if (cleans_up && bar.saved.sa_handler != SIG_IGN)
    sigaction(SIGINT, &action, NULL);
}

static void draw_bar(unsigned long long done, unsigned long long total)
{
  size_t filled = total ? (size_t)((double)done / (double)total * BAR_COLUMNS) : 0;
  filled = filled < BAR_COLUMNS ? filled : BAR_COLUMNS;
  fprintf(stderr, "\r%s ", bar.what);
  if (total)
    fprintf(stderr, "[%.*s%*s] ", (int)filled, "##############################", (int)(BAR_COLUMNS - filled), "");
  else
    fputs("... ", stderr);
  fflush(stderr);
}

int cli_progress(void *context, const char *phase, unsigned long long done, unsigned long long total)
{
  (void)context, (void)phase;
  uint64_t now = now_ms();
  if (bar.is_watched && now - bar.begin_ms >= MOMENT_MS && now - bar.last_ms >= STEP_MS) {
    draw_bar(done, total);
    bar.is_drawn = true;
    bar.last_ms = now;
  }
  return is_interrupted;
}

void cli_progress_end(void)
{
  if (bar.is_drawn)
    fputs("\r\033[K", stderr);
  bar.is_drawn = false;
  sigaction(SIGINT, &bar.saved, NULL);
}
