/* The doors.  Each enters a session, calls one thing and leaves; p11-kit's header declares them. */

#ifndef API_API_H
#define API_API_H

#include "cryptoki.h"

/* For functions that this module has not: what is said once the session is known to be one. */
CK_RV api_refuse (CK_SESSION_HANDLE handle, CK_RV rv);

#define EXPORTED __attribute__ ((visibility ("default")))

#endif
