/* Keys on the short Weierstrass curves, for the families that use them. */

#ifndef MECH_EC_H
#define MECH_EC_H

#include "curves.h"
#include "mech.h"

#include <nettle/ecc.h>

/* NULL for the Edwards and Montgomery curves. */
const struct ecc_curve *ec_nettle_curve (const Curve *curve);

/* The private value as a scalar in secure memory. */
extern const KeyForm ec_scalar_form;

typedef struct {
	struct ecc_scalar scalar;
} EcScalar;

/* A scalar in secure memory, where Nettle itself would take ordinary: its .p is given back by sec_free, also
 * where reading fails.  @value: big endian, leading zeros or none; CKR_ATTRIBUTE_VALUE_INVALID: 0, or not below
 * the order. */
CK_RV ec_scalar_new (struct ecc_scalar *scalar, const struct ecc_curve *ecc);
CK_RV ec_scalar_read (struct ecc_scalar *scalar, const struct ecc_curve *ecc, Bytes value);

/* Reads an uncompressed point.  False: not one of the curve.  The caller clears it in either case. */
bool ec_point_read (struct ecc_point *point, const Curve *curve, Bytes encoded);

#endif
