/* softhsm2-keyconv: from BIND's private keys to PKCS #8, with SoftHSM's options, messages and exit codes. */

#include "bind-key.h"
#include "file-out.h"
#include "pin.h"
#include "pkcs8.h"

#include "build-config.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] = "Converting from BIND .private-key format to PKCS#8 key file format.\n"
			    "Usage: softhsm2-keyconv [OPTIONS]\n"
			    "Options:\n"
			    "  -h, --help            Print this help.\n"
			    "  --in <path>           The file to read: K<name>+<algorithm>+<tag>.private.\n"
			    "  --out <path>          The file to write. One that is there is replaced.\n"
			    "  --pin <PIN>           Encrypt what is written with this passphrase.\n"
			    "  -v, --version         Print the version.\n";

enum { OPT_IN = 0x100, OPT_OUT, OPT_PIN };

static const struct option long_options[] = {
	{ "in", required_argument, NULL, OPT_IN },   { "out", required_argument, NULL, OPT_OUT },
	{ "pin", required_argument, NULL, OPT_PIN }, { "version", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },          { 0 },
};

typedef struct {
	const char *in;
	const char *out;
	char *pin;
} Options;

static void
complain (const char *sentence)
{
	fprintf (stderr, "ERROR: %s\n", sentence);
}

static int
fail_with (const char *sentence)
{
	complain (sentence);
	return EXIT_FAILURE;
}

static int
convert (const Options *options)
{
	auto_wipe Buf info = BUF_SECRET;
	auto_wipe Buf pem = BUF_SECRET;

	if (options->in == NULL)
		return fail_with ("A path to the input file must be supplied. Use --in <path>");
	if (options->out == NULL)
		return fail_with ("A path to the output file must be supplied. Use --out <path>");
	if (!bind_key_read (options->in, complain, &info))
		return EXIT_FAILURE;
	if (!pkcs8_to_pem (bytes_of (&info), options->pin, &pem))
		return fail_with ("Could not encrypt the PKCS#8 file");
	if (!file_out (options->out, bytes_of (&pem))) {
		fprintf (stderr, "ERROR: Could not open the output file: %s (errno %i)\n", options->out, errno);
		return EXIT_FAILURE;
	}
	printf ("The key has been written to %s\n", options->out);
	return EXIT_SUCCESS;
}

/* Kept apart from the command line, which is overwritten so that the list of processes shows it no longer. */
static void
take_pin (Options *options, char *argument)
{
	secret_free (options->pin);
	options->pin = g_strdup (argument);
	explicit_bzero (argument, strlen (argument));
}

/* False: @status is that of what is done already. */
static bool
take_command_line (Options *options, int argc, char **argv, int *status)
{
	int option;

	while ((option = getopt_long (argc, argv, "hv", long_options, NULL)) != -1)
		switch (option) {
		case OPT_IN:
			options->in = optarg;
			break;
		case OPT_OUT:
			options->out = optarg;
			break;
		case OPT_PIN:
			take_pin (options, optarg);
			break;
		case 'v':
			puts (PACKAGE_VERSION);
			*status = EXIT_SUCCESS;
			return false;
		default:
			/* An unknown option is answered as --help is, and with 0: as SoftHSM does. */
			fputs (usage, stdout);
			*status = EXIT_SUCCESS;
			return false;
		}
	return true;
}

int
main (int argc, char **argv)
{
	Options options = { 0 };
	int status = EXIT_SUCCESS;

	if (argc == 1)
		fputs (usage, stdout);
	else if (take_command_line (&options, argc, argv, &status))
		status = convert (&options);
	secret_free (options.pin);
	return status;
}
