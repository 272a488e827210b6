/* What the renderer answers, as anything, in two parts: once it is known to be junk it stays so, and a picture lies
 * within what came. */
#include "fuzz.h"

#include <stdlib.h>

#include "../../src/base/message.h"
#include "../../src/render/reply.h"

static enum rgi_reply_state read_text(const struct rgi_text *received)
{
  struct rgi_reply reply = {0};
  enum rgi_reply_state state = rgi_reply_read(received, &reply);
  if (state == RGI_REPLY_PICTURE || state == RGI_REPLY_ERROR) {
    if (reply.body < received->data || reply.body + reply.size > received->data + received->size)
      abort();
  }
  return state;
}

static enum rgi_reply_state read_part(const uint8_t *data, size_t size)
{
  RGI_SCOPED_TEXT received = RGI_TEXT_INIT;
  rgi_text_add(&received, (const char *)data, size);
  return read_text(&received);
}

// With the trailer that makes it whole, if its header says how long it is.
static void read_whole(const uint8_t *data, size_t size)
{
  RGI_SCOPED_TEXT received = RGI_TEXT_INIT;
  rgi_text_add(&received, (const char *)data, size);
  rgi_message_add_u64(&received, size < RGI_REPLY_HEADER_SIZE ? 0 : size - RGI_REPLY_HEADER_SIZE);
  rgi_message_add_u32(&received, rgi_crc32(data, size));
  read_text(&received);
}

FUZZ_TARGET(reply)
{
  enum rgi_reply_state half = read_part(data, size / 2);
  enum rgi_reply_state whole = read_part(data, size);
  if (half == RGI_REPLY_JUNK && whole != RGI_REPLY_JUNK)
    abort();
  read_whole(data, size);
  return 0;
}
