/* Where a secret decides what happens next. */

#include "disclose.h"

size_t
disclose (size_t secret)
{
	return secret;
}
