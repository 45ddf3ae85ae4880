/* A file with a secret in it, written as a whole or not at all. */

#ifndef TOOLS_FILE_OUT_H
#define TOOLS_FILE_OUT_H

#include "bytes.h"

/* Puts @content in place of the file @path, readable by its owner only: written beside it, synced, renamed.  What is no
 * regular file (a terminal, a pipe, a link) is written into as it is, unless it is another user's.  False: errno says why, and an old file is as it
 * was. */
bool file_out (const char *path, Bytes content);

#endif
