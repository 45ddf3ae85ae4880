/* EdDSA with a context or of a digest: what Nettle, which has Ed25519 and Ed448 without, does not do. */

#ifndef MECH_EDDSA_H
#define MECH_EDDSA_H

#include "curves.h"

/* Does the encoding of a public key, of the curve's length, stand for a point?  Sections 5.1.3 and 5.2.3. */
bool eddsa_is_point (CurveId curve, const uint8_t *public);

#define EDDSA_MOST_CONTEXT 255

/* Ed25519ctx, Ed25519ph, Ed448 and Ed448ph: RFC 8032 section 5. */
typedef struct {
	CurveId curve;          /* CURVE_ED25519 or CURVE_ED448 */
	bool prehash;
	uint8_t n_context;
	uint8_t context[EDDSA_MOST_CONTEXT];
} EddsaVariant;

/* @private, @public: the curve's length; @signature: twice that.  In time independent of the key. */
CK_RV eddsa_sign_variant (const EddsaVariant *variant, const uint8_t *private, const uint8_t *public, Bytes message,
                          uint8_t *signature);

/* CKR_SIGNATURE_INVALID. */
CK_RV eddsa_verify_variant (const EddsaVariant *variant, const uint8_t *public, Bytes message,
                           const uint8_t *signature);

#endif
