/* softhsm2-dump-file: what an object file says.  SoftHSM's command of this name knows no options; these are ours. */

#include "dump.h"
#include "object-file.h"
#include "pin.h"

#include "build-config.h"
#include "cryptoki.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "SoftHSM dump tool. From SoftHSM v2 object file.\n"
			    "Usage: softhsm2-dump-file [OPTIONS] path\n"
			    "Options:\n"
			    "  --decrypt             Show the values of a private object in clear.\n"
			    "  --pin <PIN>           The PIN of the user. Asked for when absent.\n"
			    "  --pin-file <path>     A file with that PIN on its first line.\n"
			    "  -h, --help            Print this help.\n"
			    "  -v, --version         Print the version.\n";

enum { OPT_DECRYPT = 0x100, OPT_PIN, OPT_PIN_FILE };

static const struct option long_options[] = {
	{ "decrypt", no_argument, NULL, OPT_DECRYPT },
	{ "pin", required_argument, NULL, OPT_PIN },
	{ "pin-file", required_argument, NULL, OPT_PIN_FILE },
	{ "help", no_argument, NULL, 'h' },
	{ "version", no_argument, NULL, 'v' },
	{ 0 },
};

typedef struct {
	bool decrypt;
	Pin pin;
	bool pin_given;
	const char *pin_file;
} Options;

static bool
fail_with (const GError *error)
{
	fprintf (stderr, "ERROR: %s\n", error->message);
	return false;
}

static bool
get_pin (Options *options)
{
	static const PinDialog dialog = {
		.enter = "Please enter user PIN: ",
		.bad_length = "ERROR: The length of the PIN is out of range.",
		.stars = true,
	};
	g_autoptr (GError) error = NULL;

	if (options->pin_given)
		return true;
	if (options->pin_file != NULL)
		return pin_read_file (&options->pin, options->pin_file, &error) || fail_with (error);
	if (pin_ask_once (&options->pin, &dialog))
		return true;
	fputs ("ERROR: Could not get user PIN\n", stderr);
	return false;
}

static bool
is_private (Bytes file)
{
	ObjectAttribute private;

	return object_find_attribute (file, CKA_PRIVATE, &private) && private.kind == KIND_BOOL &&
	       private.value.data[0] != 0;
}

static bool
get_key (Options *options, const char *path, Buf *key)
{
	g_autoptr (GError) error = NULL;

	return get_pin (options) && (object_token_key (path, options->pin.text, key, &error) || fail_with (error));
}

static int
run (Options *options, const char *path)
{
	auto_wipe Buf key = BUF_SECRET;
	g_autofree char *content = NULL;
	Dump dump = { 0 };
	gsize n;

	if (!g_file_get_contents (path, &content, &n, NULL)) {
		fprintf (stderr, "can't open object file %s\n", path);
		return EXIT_FAILURE;
	}
	dump.rest = bytes (content, n);
	if (options->decrypt && !get_key (options, path, &key))
		return EXIT_FAILURE;
	if (options->decrypt && is_private (dump.rest))
		dump.key = &key;
	printf ("Dump of object file \"%s\"\n", path);
	dump_file (&dump);
	if (dump.failed) {
		fflush (stdout);
		fprintf (stderr, "ERROR: Not all of the object file %s could be read.\n", path);
	}
	return dump.failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

static int
exit_with_usage (FILE *stream, int status)
{
	fputs (usage, stream);
	return status;
}

static int
run_command_line (Options *options, int argc, char **argv)
{
	int option;

	while ((option = getopt_long (argc, argv, "hv", long_options, NULL)) != -1)
		switch (option) {
		case OPT_DECRYPT:
			options->decrypt = true;
			break;
		case OPT_PIN:
			options->pin_given = true;
			pin_set (&options->pin, optarg);
			explicit_bzero (optarg, strlen (optarg));
			break;
		case OPT_PIN_FILE:
			options->pin_file = optarg;
			break;
		case 'v':
			puts (PACKAGE_VERSION);
			return EXIT_SUCCESS;
		case 'h':
			return exit_with_usage (stdout, EXIT_SUCCESS);
		default:
			return exit_with_usage (stderr, EXIT_FAILURE);
		}
	if (argc - optind != 1)
		return exit_with_usage (stderr, EXIT_FAILURE);
	return run (options, argv[optind]);
}

int
main (int argc, char **argv)
{
	Options options = { 0 };
	int status = run_command_line (&options, argc, argv);

	pin_clear (&options.pin);
	return status;
}
