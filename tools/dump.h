/* An object file, number by number, as SoftHSM's softhsm2-dump-file prints it. */

#ifndef TOOLS_DUMP_H
#define TOOLS_DUMP_H

#include "bytes.h"

typedef struct {
	Bytes rest;
	const Buf *key; /* what values of this object are sealed under, NULL: they are shown as they are */
	bool failed;    /* damage, or a value that could not be opened */
} Dump;

/* Prints the whole of @dump->rest to standard output, or as far as it goes. */
void dump_file (Dump *dump);

#endif
