/* What goes to the standard error: words, progress, and whether somebody asked to stop. */
#ifndef CLI_TERMINAL_H
#define CLI_TERMINAL_H

#include <refgraph.h>

/* Text of the user's as it may be shown, with "?" for what would not be seen or would move the cursor, one for each
 * character; valid until the fourth call from now. */
const char *cli_shown(const char *text);

/* "refgraph: ..." and what was said, as one line. */
void cli_say(const char *format, ...) RG_PRINTF(1, 2);
/* The line as it is. */
void cli_say_line(const char *format, ...) RG_PRINTF(1, 2);

/* Long work between the two calls has a progress bar, if somebody looks and it takes longer than a moment.
 * An interrupt from the keyboard ends the program at once, as it does otherwise, or, if there is something to clean up,
 * makes cli_progress() tell the library to stop. */
void cli_progress_begin(const char *what, bool cleans_up);
int cli_progress(void *context, const char *phase, unsigned long long done, unsigned long long total);
void cli_progress_end(void);

#endif
