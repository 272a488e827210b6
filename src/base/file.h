/* What the library itself asks of a file that is being written. */
#ifndef RGI_BASE_FILE_H
#define RGI_BASE_FILE_H

#include <refgraph/io.h>

/* Where it lies until it is committed, for who writes it by a name. */
const char *rgi_file_temporary_path(const rg_file *file);

#endif
