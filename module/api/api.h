/* The doors.  Each enters a session, calls one thing and leaves; p11-kit's header declares them. */

#ifndef API_API_H
#define API_API_H

#include "cryptoki.h"

#define EXPORTED __attribute__ ((visibility ("default")))

#endif
