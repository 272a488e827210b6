#include "reply.h"

#include <string.h>

#include "../base/message.h"

static void add(struct rgi_text *reply, uint32_t status, const void *body, size_t size)
{
  rgi_message_add_u32(reply, RGI_REPLY_MAGIC);
  rgi_message_add_u32(reply, status);
  rgi_message_add_u64(reply, size);
  rgi_text_add(reply, body, size);
  uint32_t crc = reply->is_failed ? 0 : rgi_crc32(reply->data, reply->size);
  rgi_message_add_u64(reply, size);
  rgi_message_add_u32(reply, crc);
}

void rgi_reply_add(struct rgi_text *reply, const void *picture, size_t size)
{
  add(reply, 0, picture, size);
}

void rgi_reply_add_error(struct rgi_text *reply, const rg_error *error)
{
  add(reply, (uint32_t)error->code + 1, error->message, strlen(error->message));
}

static bool is_intact(struct rgi_message_reader *reader, uint64_t size)
{
  reader->offset = RGI_REPLY_HEADER_SIZE + size;
  uint32_t crc = rgi_crc32(reader->data, reader->offset);
  return rgi_message_u64(reader) == size && rgi_message_u32(reader) == crc;
}

enum rgi_reply_state rgi_reply_read(const struct rgi_text *received, struct rgi_reply *ret)
{
  if (received->size < RGI_REPLY_HEADER_SIZE)
    return RGI_REPLY_PARTIAL;
  struct rgi_message_reader reader = {received->data, received->size, 0, false};
  uint32_t magic = rgi_message_u32(&reader);
  uint32_t status = rgi_message_u32(&reader);
  uint64_t size = rgi_message_u64(&reader);
  if (magic != RGI_REPLY_MAGIC || status > (uint32_t)RG_ERROR_UNSUPPORTED + 1 || size > RGI_REPLY_SIZE_MAX)
    return RGI_REPLY_JUNK;
  uint64_t total = RGI_REPLY_HEADER_SIZE + size + RGI_REPLY_TRAILER_SIZE;
  if (received->size < total)
    return RGI_REPLY_PARTIAL;
  if (received->size > total || !is_intact(&reader, size))
    return RGI_REPLY_JUNK;
  *ret = (struct rgi_reply){received->data + RGI_REPLY_HEADER_SIZE, size, RG_ERROR_RENDERER};
  if (!status)
    return RGI_REPLY_PICTURE;
  ret->code = (rg_error_code)(status - 1);
  return RGI_REPLY_ERROR;
}
