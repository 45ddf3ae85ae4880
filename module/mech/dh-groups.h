/* The published groups for Diffie-Hellman: RFC 7919, RFC 3526, RFC 2409.  Their base is 2. */

#ifndef MECH_DH_GROUPS_H
#define MECH_DH_GROUPS_H

#include <gmp.h>
#include <stdbool.h>
#include <stddef.h>

/* Sets @p to the prime of this many bits that is to be used; false: there is none. */
bool dh_group_prime (unsigned bits, mpz_t p);

/* Each of them: false behind the last. */
bool dh_group_at (size_t index, mpz_t p);

/* Is it the prime of one of them?  Then (p - 1) / 2 is prime, too. */
bool dh_group_is_named (const mpz_t p);

#endif
