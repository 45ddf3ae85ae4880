/* Where things are for this user: SoftHSM's rule for softhsm2.conf, p11-kit's for registrations. */

#ifndef TOOLS_PLACES_H
#define TOOLS_PLACES_H

#include <glib.h>
#include <stdbool.h>

typedef struct {
	char *home;
	char *conf;     /* below HOME/.config, whatever XDG_CONFIG_HOME says */
	char *tokendir; /* for a new configuration */
	char *p11_dir;  /* below XDG_CONFIG_HOME */
	char *p11_conf;
	char *p11_modules;
	char *p11_registration;
	char *system_p11_conf;
	char *admin_p11_modules;
	char *package_p11_modules;
} Places;

#define auto_places __attribute__ ((cleanup (places_clear)))

/* False when there is no home directory, or one of the places is no absolute path. */
bool places_find (Places *places, GError **error);

void places_clear (Places *places);

/* Refuses users whose token p11-kit would not show, and a home that is another's. */
bool places_check_user (const Places *places, GError **error);

/* Can softhsm2.conf say this path, and does SoftHSM find the file itself? */
bool places_check_conf_path (const char *path, GError **error);
bool places_check_tokendir_path (const char *path, GError **error);

#endif
