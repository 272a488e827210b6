/* The reply: what refgraph-render writes to its standard output.
 *
 *   +-----------+------------+----------+------- - - -+-----------+-----------+
 *   | magic u32 | status u32 | size u64 | body ..     | size u64  | crc u32   |
 *   +-----------+------------+----------+------- - - -+-----------+-----------+
 *   '---------------- header ----------'               '------ trailer ------'
 *
 * Status 0: the body is the picture. Else status - 1 is an rg_error_code and the body its one line. The crc covers
 * header and body. The reply counts only when it is there to its last byte, so success needs no exit status: the
 * host may reap every child or ignore SIGCHLD. */
#ifndef RGI_RENDER_REPLY_H
#define RGI_RENDER_REPLY_H

#include <refgraph/error.h>

#include "../base/text.h"

#define RGI_REPLY_MAGIC 0x41524752u /* "RGRA" */
#define RGI_REPLY_HEADER_SIZE 16
#define RGI_REPLY_TRAILER_SIZE 12
/* The body at most: what arrives is kept in the memory of the host. */
#define RGI_REPLY_SIZE_MAX ((uint64_t)512 << 20)

/* A whole reply with a picture, and one with an error. */
void rgi_reply_add(struct rgi_text *reply, const void *picture, size_t size);
void rgi_reply_add_error(struct rgi_text *reply, const rg_error *error);

enum rgi_reply_state {
  RGI_REPLY_PARTIAL, /* more is to come */
  RGI_REPLY_JUNK,    /* this is no reply and will never be one */
  RGI_REPLY_PICTURE,
  RGI_REPLY_ERROR,
};

struct rgi_reply {
  const char *body; /* points into what was received */
  size_t size;
  rg_error_code code; /* for RGI_REPLY_ERROR */
};

/* What the first `received->size` bytes of a reply amount to. `ret` is set for the last two states. */
enum rgi_reply_state rgi_reply_read(const struct rgi_text *received, struct rgi_reply *ret);

#endif
