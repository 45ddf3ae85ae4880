/* softhsm2-util: SoftHSM's tool for tokens, with its options, prompts, messages and exit codes. */

#include "util.h"

#include "config.h"

#include "build-config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* clang-format off */
static const struct {
	const char *name;
	bool needs_module;
	int (*run) (Module *module, UtilOptions *options);
} actions[] = {
	{ "init-token",   true,  util_init_token },
	{ "show-slots",   true,  util_show_slots },
	{ "import",       true,  util_import },
	{ "delete-token", false, util_delete_token },
};

enum {
	OPT_ACTION = 0x100,     /* + the index in actions */
	OPT_SHOW_CONFIG = 0x200,
	OPT_SLOT,
	OPT_SERIAL,
	OPT_TOKEN,
	OPT_FREE,
	OPT_LABEL,
	OPT_SO_PIN,
	OPT_PIN,
	OPT_FILE_PIN,
	OPT_ID,
	OPT_FORCE,
	OPT_NO_PUBLIC_KEY,
	OPT_IMPORT_TYPE,
	OPT_AES,
	OPT_MODULE,
};

static const struct option long_options[] = {
	{ "init-token",    no_argument,       NULL, OPT_ACTION },
	{ "show-slots",    no_argument,       NULL, OPT_ACTION + 1 },
	{ "import",        required_argument, NULL, OPT_ACTION + 2 },
	{ "delete-token",  no_argument,       NULL, OPT_ACTION + 3 },
	{ "show-config",   required_argument, NULL, OPT_SHOW_CONFIG },
	{ "slot",          required_argument, NULL, OPT_SLOT },
	{ "serial",        required_argument, NULL, OPT_SERIAL },
	{ "token",         required_argument, NULL, OPT_TOKEN },
	{ "free",          no_argument,       NULL, OPT_FREE },
	{ "label",         required_argument, NULL, OPT_LABEL },
	{ "so-pin",        required_argument, NULL, OPT_SO_PIN },
	{ "pin",           required_argument, NULL, OPT_PIN },
	{ "file-pin",      required_argument, NULL, OPT_FILE_PIN },
	{ "id",            required_argument, NULL, OPT_ID },
	{ "force",         no_argument,       NULL, OPT_FORCE },
	{ "no-public-key", no_argument,       NULL, OPT_NO_PUBLIC_KEY },
	{ "import-type",   required_argument, NULL, OPT_IMPORT_TYPE },
	{ "aes",           no_argument,       NULL, OPT_AES },
	{ "module",        required_argument, NULL, OPT_MODULE },
	{ "version",       no_argument,       NULL, 'v' },
	{ "help",          no_argument,       NULL, 'h' },
	{ 0 },
};
/* clang-format on */

static const char usage[] =
	"Support tool for PKCS#11\n"
	"Usage: softhsm2-util [ACTION] [OPTIONS]\n"
	"Action:\n"
	"  --init-token          Make a token, or make an existing one anew: what it held is gone.\n"
	"                        Takes --slot, --serial, --token or --free; --label, --so-pin, --pin.\n"
	"  --show-slots          List the slots and the tokens in them.\n"
	"  --import <path>       Import a key pair (PKCS#8), a certificate (PEM) or an AES key (raw).\n"
	"                        Takes --slot, --serial or --token; --label, --id, --pin,\n"
	"                        --import-type, --file-pin, --no-public-key, --force.\n"
	"  --delete-token        Delete a token with all that it holds, without asking for a PIN.\n"
	"                        Takes --serial, --token or both.\n"
	"  --show-config <key>   Print a value of this build. Key: default-pkcs11-lib.\n"
	"  -h, --help            Print this help.\n"
	"  -v, --version         Print the version.\n"
	"Options:\n"
	"  --slot <number>       The slot with this number.\n"
	"  --serial <number>     The token with this serial number.\n"
	"  --token <label>       The token with this label.\n"
	"  --free                The first slot whose token is not initialized.\n"
	"  --label <text>        The label that the token or the object gets.\n"
	"  --id <hex>            The ID that the object gets, in hexadecimal digits.\n"
	"  --so-pin <PIN>        The PIN of the security officer. Asked for when absent.\n"
	"  --pin <PIN>           The PIN of the user. Asked for when absent.\n"
	"  --file-pin <PIN>      The passphrase of an encrypted PKCS#8 file.\n"
	"  --import-type <type>  keypair (when absent), aes or cert.\n"
	"  --aes                 The same as --import-type aes.\n"
	"  --no-public-key       Import the private key only.\n"
	"  --force               Import although another key has the same ID.\n"
	"  --module <path>       Use another PKCS#11 module.\n";

static void
take_file_pin (UtilOptions *options, char *argument)
{
	secret_free (options->file_pin);
	options->file_pin = g_strdup (argument);
	explicit_bzero (argument, strlen (argument));
}

/* SoftHSM complains about a type that it does not know and goes on to import a key pair;
 * nobody can want that, so here it ends there. */
static bool
take_import_type (UtilOptions *options, const char *argument)
{
	static const char *const names[] = { "keypair", "aes", "cert" };

	for (size_t i = 0; i < G_N_ELEMENTS (names); i++)
		if (strcmp (argument, names[i]) == 0) {
			options->import_type = (ImportType)i;
			return true;
		}
	util_error ("Invalid import type '%s'", argument);
	return false;
}

static int
show_config (const char *key)
{
	if (strcmp (key, "default-pkcs11-lib") != 0)
		return util_error ("Invalid configuration key '%s'", key);
	puts (DEFAULT_MODULE);
	return EXIT_SUCCESS;
}

/* Puts an option in its place.  False for one that is none. */
static bool
take_option (UtilOptions *options, int option)
{
	switch (option) {
	case OPT_SLOT:
		options->slot = optarg;
		return true;
	case OPT_SERIAL:
		options->serial = optarg;
		return true;
	case OPT_TOKEN:
		options->token = optarg;
		return true;
	case OPT_FREE:
		options->free = true;
		return true;
	case OPT_LABEL:
		options->label = optarg;
		return true;
	case OPT_SO_PIN:
		util_take_pin (&options->so_pin, optarg);
		return true;
	case OPT_PIN:
		util_take_pin (&options->pin, optarg);
		return true;
	case OPT_FILE_PIN:
		take_file_pin (options, optarg);
		return true;
	case OPT_ID:
		options->id = optarg;
		return true;
	case OPT_FORCE:
		options->force = true;
		return true;
	case OPT_NO_PUBLIC_KEY:
		options->no_public_key = true;
		return true;
	case OPT_AES:
		options->import_type = IMPORT_AES;
		return true;
	case OPT_MODULE:
		options->module = optarg;
		return true;
	default:
		return false;
	}
}

static int
exit_with_usage (int status)
{
	fputs (usage, stdout);
	return status;
}

/* Reads the command line; gives the index of the one action, or -1 with @status for what is done already. */
static int
take_command_line (UtilOptions *options, int argc, char **argv, int *status)
{
	int option, action = -1, n_actions = 0;

	while ((option = getopt_long (argc, argv, "hv", long_options, NULL)) != -1) {
		if (option >= OPT_ACTION && option < OPT_SHOW_CONFIG) {
			action = option - OPT_ACTION;
			n_actions++;
			if (optarg != NULL)
				options->import_path = optarg;
		} else if (option == OPT_SHOW_CONFIG) {
			*status = show_config (optarg);
			return -1;
		} else if (option == OPT_IMPORT_TYPE) {
			*status = EXIT_FAILURE;
			if (!take_import_type (options, optarg))
				return -1;
		} else if (option == 'v') {
			puts (PACKAGE_VERSION);
			*status = EXIT_SUCCESS;
			return -1;
		} else if (!take_option (options, option)) {
			/* An unknown option is answered as --help is, and with 0: as SoftHSM does. */
			*status = exit_with_usage (EXIT_SUCCESS);
			return -1;
		}
	}
	if (n_actions == 1)
		return action;
	*status = exit_with_usage (EXIT_FAILURE);
	return -1;
}

static bool
has_token_directory (const char *path)
{
	if (g_file_test (path, G_FILE_TEST_IS_DIR))
		return true;
	util_error ("Failed to enumerate object store in %s", path);
	return false;
}

static bool
check_config (bool needs_module)
{
	Config config;
	bool ok = config_load (&config, NULL) == CKR_OK;

	if (!ok)
		util_error ("Could not load the SoftHSM configuration.");
	else if (needs_module)
		ok = has_token_directory (config.tokendir);
	if (!ok)
		util_error ("Please verify that the SoftHSM configuration is correct.");
	if (config.error != NULL)
		fprintf (stderr, "%s\n", config.error);
	config_clear (&config);
	return ok;
}

static int
run_action (int action, UtilOptions *options)
{
	auto_module Module module = { 0 };

	if (!check_config (actions[action].needs_module))
		return EXIT_FAILURE;
	if (actions[action].needs_module && !util_open_module (&module, options->module))
		return EXIT_FAILURE;
	return actions[action].run (&module, options);
}

int
main (int argc, char **argv)
{
	UtilOptions options = { .module = DEFAULT_MODULE };
	int status = EXIT_FAILURE;
	int action = take_command_line (&options, argc, argv, &status);

	if (action >= 0)
		status = run_action (action, &options);
	pin_clear (&options.so_pin);
	pin_clear (&options.pin);
	secret_free (options.file_pin);
	return status;
}
