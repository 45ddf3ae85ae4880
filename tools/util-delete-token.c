/* softhsm2-util --delete-token
 *
 * As with SoftHSM it works on the file system: without a PIN, and with no module loaded. */

#include "util.h"

#include "config.h"
#include "token-dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool
token_fits (const UtilOptions *options, const TokenDir *token)
{
	g_autofree char *what = g_strdup_printf ("token (%s)", token->name);

	return util_report_match (options, what,
	                          options->serial && g_strcmp0 (token->serial, options->serial) == 0,
	                          options->token && token->label &&
	                                  padded_equal ((const CK_UTF8CHAR *)token->label,
	                                                strlen (token->label), options->token));
}

static const TokenDir *
find_token (const UtilOptions *options, const GPtrArray *tokens)
{
	const TokenDir *found = NULL;
	unsigned n_found = 0;

	for (guint i = 0; i < tokens->len; i++)
		if (token_fits (options, tokens->pdata[i])) {
			found = tokens->pdata[i];
			n_found++;
		}
	if (n_found > 1)
		util_error ("Found multiple matching tokens.");
	else if (n_found == 0)
		util_error ("Could not find a token using --serial or --token.");
	return n_found == 1 ? found : NULL;
}

static int
delete_from (const char *tokendir, const UtilOptions *options)
{
	g_autoptr (GPtrArray) tokens = token_dirs_list (tokendir, NULL);
	g_autoptr (GError) error = NULL;
	const TokenDir *token;

	if (tokens == NULL)
		return util_error ("Failed to enumerate object store in %s", tokendir);
	token = find_token (options, tokens);
	if (token == NULL)
		return EXIT_FAILURE;
	if (!token_dir_delete (token->path, &error))
		return util_error ("Could not delete the directory: %s", token->path);
	printf ("The token (%s) has been deleted.\n", token->path);
	return EXIT_SUCCESS;
}

int
util_delete_token (Module *module, UtilOptions *options)
{
	Config config;
	int status;

	if (options->serial == NULL && options->token == NULL)
		return util_error ("A token must be supplied. Use --serial <serial> or --token <label>");
	if (util_too_long (options))
		return EXIT_FAILURE;
	if (config_load (&config, NULL) == CKR_OK)
		status = delete_from (config.tokendir, options);
	else
		status = util_error ("Could not load the SoftHSM configuration.");
	config_clear (&config);
	return status;
}
