/* Option structs that grow: each begins with the size that its caller was compiled with. Fields that the caller does
 * not know yet keep their defaults. */
#ifndef RGI_BASE_OPTIONS_H
#define RGI_BASE_OPTIONS_H

#include <string.h>

/* `ret` points to an initialised struct; `options` is the caller's, or NULL for all defaults. */
#define rgi_options_read(ret, options)                                                                  \
  do {                                                                                                  \
    if (options)                                                                                        \
      memcpy((ret), (options), (options)->size < sizeof(*(ret)) ? (options)->size : sizeof(*(ret)));    \
  } while (0)

#endif
