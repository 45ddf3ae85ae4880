/* Wrapping that other wrapping is made of. */

#ifndef MECH_WRAP_H
#define MECH_WRAP_H

#include "mech.h"

extern const MechOp rsa_oaep_encrypt, rsa_oaep_decrypt;   /* parameter: OaepParams */
extern const MechOp aes_kwp_wrap, aes_kwp_unwrap;         /* no parameter */

#endif
