/* softhsm2-setup check: the advice for a software token as tests, and what can be mended mended. */

#include "setup.h"

#include "check.h"
#include "entries.h"
#include "json.h"

#include "build-config.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exit status where nothing but advice was left. */
#define STATUS_ADVICE 3

static const Check checks[] = {
	{ "configuration", N_ ("The configuration is yours"), check_configuration },
	{ "token-directory", N_ ("The token directory is closed"), check_token_directory },
	{ "token-files", N_ ("The files of tokens are closed"), check_token_files },
	{ "surroundings", N_ ("Nobody can exchange what lies above them"), check_surroundings },
	{ "strangers", N_ ("No token of others can be read"), check_strangers },
	{ "pins", N_ ("The PINs are long and differ"), check_pins },
	{ "written-pins", N_ ("No PIN is written down"), check_written_pins },
	{ "locked-memory", N_ ("Memory can be locked"), check_locked_memory },
	{ "swap", N_ ("Swap space is encrypted or off"), check_swap },
	{ "core-dumps", N_ ("There are no core dumps"), check_core_dumps },
	{ "system-registration", N_ ("The module is registered for those who use it"), check_system_registration },
	{ "broken-registrations", N_ ("No module file breaks p11-kit"), check_broken_registrations },
	{ "duplicate-registrations", N_ ("No module is registered twice"), check_duplicate_registrations },
	{ "pin-derivation", N_ ("What a PIN is worth on the disk"), check_derivation },
};

static const struct {
	const char *word; /* for programs */
	const char *shown;
	const char *colour;
} verdicts[] = {
	[CHECK_PASSED] = { "passed", N_ ("passed"), "\033[32m" },
	[CHECK_SKIPPED] = { "not applicable", N_ ("not applicable"), "" },
	[CHECK_NOTE] = { "note", N_ ("note"), "" },
	[CHECK_ADVICE] = { "failed", N_ ("failed"), "\033[33m" },
	[CHECK_DANGER] = { "failed", N_ ("FAILED"), "\033[31;1m" },
};

/* --- telling --- */

static Finding *add (Inspection *inspection, Verdict verdict, const char *format, va_list args) G_GNUC_PRINTF (3, 0);

static Finding *
add (Inspection *inspection, Verdict verdict, const char *format, va_list args)
{
	Finding *finding = g_new0 (Finding, 1);

	finding->verdict = verdict;
	finding->sentence = g_strdup_vprintf (format, args);
	g_ptr_array_add (inspection->findings, finding);
	return finding;
}

void
check_tell (Inspection *inspection, Verdict verdict, const char *mend, const char *format, ...)
{
	va_list args;

	va_start (args, format);
	add (inspection, verdict, format, args)->mend = g_strdup (mend);
	va_end (args);
}

void
check_tell_mode (Inspection *inspection, Verdict verdict, const char *path, mode_t mode, const char *format, ...)
{
	g_autofree char *quoted = g_shell_quote (path);
	struct stat info;
	Finding *finding;
	va_list args;

	va_start (args, format);
	finding = add (inspection, verdict, format, args);
	va_end (args);
	finding->mend = g_strdup_printf ("chmod %o %s", (unsigned)mode, quoted);
	finding->path = g_strdup (path);
	finding->mode = mode;
	if (lstat (path, &info) == 0) {
		finding->device = info.st_dev;
		finding->inode = info.st_ino;
	}
}

/* Beside the directory that p11-kit reads. */
static char *
aside (const char *path)
{
	g_autofree char *dir = g_path_get_dirname (path);
	g_autofree char *above = g_path_get_dirname (dir);
	g_autofree char *name = g_path_get_basename (path);
	g_autofree char *moved = g_strconcat (name, ".aside", NULL);

	return g_build_filename (above, moved, NULL);
}

void
check_tell_move (Inspection *inspection, Verdict verdict, const char *path, const char *format, ...)
{
	g_autofree char *to = aside (path);
	g_autofree char *quoted = g_shell_quote (path);
	g_autofree char *quoted_to = g_shell_quote (to);
	Finding *finding;
	va_list args;

	va_start (args, format);
	finding = add (inspection, verdict, format, args);
	va_end (args);
	finding->mend = g_strdup_printf ("mv %s %s", quoted, quoted_to);
	finding->path = g_strdup (path);
}

static void
finding_free (void *data)
{
	Finding *finding = data;

	g_free (finding->sentence);
	g_free (finding->mend);
	g_free (finding->path);
	g_free (finding);
}

/* --- mending --- */

/* The file that was looked at, and no other that somebody has put in its place or a link to it. */
static bool
set_mode (const Finding *finding)
{
	int fd = open (finding->path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	struct stat info;
	bool done = false;

	if (fd < 0)
		return false;
	if (fstat (fd, &info) == 0 && info.st_dev == finding->device && info.st_ino == finding->inode &&
	    info.st_uid == geteuid ())
		done = fchmod (fd, finding->mode) == 0;
	else
		errno = EPERM;
	close (fd);
	return done;
}

static bool
move_aside (const char *path)
{
	g_autofree char *to = aside (path);

	if (g_file_test (to, G_FILE_TEST_EXISTS)) {
		errno = EEXIST;
		return false;
	}
	return g_rename (path, to) == 0;
}

/* Where others can exchange what root looks at, they would have him change what is not theirs. */
static bool
may_mend (const Inspection *inspection)
{
	struct stat info;

	return geteuid () != 0 || !inspection->has_config || stat (inspection->config.tokendir, &info) != 0 || info.st_uid == 0;
}

static void
mend (const Inspection *inspection, Finding *finding)
{
	if (finding->path == NULL)
		return;
	if (!may_mend (inspection)) {
		g_printerr (_ ("%s is not mended by root: have its owner run this.\n"), finding->path);
		return;
	}
	finding->fixed = finding->mode != 0 ? set_mode (finding) : move_aside (finding->path);
	if (!finding->fixed)
		g_printerr (_ ("%s cannot be mended: %s.\n"), finding->path, g_strerror (errno));
}

/* --- one test --- */

static Verdict
worst (const GPtrArray *findings)
{
	Verdict verdict = CHECK_PASSED;

	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = findings->pdata[i];

		if (!finding->fixed && finding->verdict > verdict)
			verdict = finding->verdict;
	}
	return verdict;
}

static void
print_text (const Check *check, const GPtrArray *findings)
{
	Verdict verdict = worst (findings);
	bool is_terminal = isatty (STDOUT_FILENO) && g_getenv ("NO_COLOR") == NULL;

	g_print ("%s%-14s%s  %s\n", is_terminal ? verdicts[verdict].colour : "", _ (verdicts[verdict].shown),
	         is_terminal ? "\033[0m" : "", _ (check->title));
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = findings->pdata[i];

		g_print ("                %s\n", finding->sentence);
		if (finding->fixed)
			g_print (_ ("                  mended: %s\n"), finding->mend);
		else if (finding->mend != NULL)
			g_print (_ ("                  mends it: %s\n"), finding->mend);
	}
}

static GVariant *
as_variant (const Check *check, const GPtrArray *findings)
{
	GVariantBuilder all, list;

	g_variant_builder_init (&list, G_VARIANT_TYPE ("aa{sv}"));
	for (guint i = 0; i < findings->len; i++) {
		const Finding *finding = findings->pdata[i];

		g_variant_builder_open (&list, G_VARIANT_TYPE ("a{sv}"));
		g_variant_builder_add (&list, "{sv}", "sentence", json_string (finding->sentence));
		g_variant_builder_add (&list, "{sv}", "fixed", g_variant_new_boolean (finding->fixed));
		g_variant_builder_add (&list, "{sv}", "danger",
		                       g_variant_new_boolean (finding->verdict == CHECK_DANGER));
		if (finding->mend != NULL)
			g_variant_builder_add (&list, "{sv}", "mend", json_string (finding->mend));
		g_variant_builder_close (&list);
	}
	g_variant_builder_init (&all, G_VARIANT_TYPE ("a{sv}"));
	g_variant_builder_add (&all, "{sv}", "check", json_string (check->name));
	g_variant_builder_add (&all, "{sv}", "result", json_string (verdicts[worst (findings)].word));
	g_variant_builder_add (&all, "{sv}", "findings", g_variant_builder_end (&list));
	return g_variant_builder_end (&all);
}

typedef struct {
	gboolean fix, json;
} Wishes;

static Verdict
run_check (const Check *check, Inspection *inspection, const Wishes *wishes, GVariantBuilder *results)
{
	inspection->findings = g_ptr_array_new_with_free_func (finding_free);
	check->run (inspection);
	for (guint i = 0; wishes->fix && i < inspection->findings->len; i++)
		mend (inspection, inspection->findings->pdata[i]);
	if (wishes->json)
		g_variant_builder_add_value (results, as_variant (check, inspection->findings));
	else
		print_text (check, inspection->findings);
	Verdict verdict = worst (inspection->findings);
	g_ptr_array_unref (inspection->findings);
	return verdict;
}

static int
run_all (Inspection *inspection, const Wishes *wishes)
{
	Verdict verdict = CHECK_PASSED;
	GVariantBuilder results;

	g_variant_builder_init (&results, G_VARIANT_TYPE ("aa{sv}"));
	for (size_t i = 0; i < G_N_ELEMENTS (checks); i++) {
		Verdict one = run_check (&checks[i], inspection, wishes, &results);

		verdict = MAX (verdict, one);
	}
	if (wishes->json)
		json_print (g_variant_builder_end (&results));
	else
		g_variant_builder_clear (&results);
	return verdict == CHECK_DANGER ? SETUP_FAILED : verdict == CHECK_ADVICE ? STATUS_ADVICE : SETUP_OK;
}

int
setup_check (int argc, char **argv)
{
	Inspection inspection = { .findings = NULL };
	Wishes wishes = { FALSE, FALSE };
	gboolean asks_pins = FALSE;
	g_autofree char *module = NULL;
	g_autofree char *pin_file = NULL;
	g_autofree char *so_pin_file = NULL;
	g_autoptr (GError) error = NULL;
	const GOptionEntry entries[] = {
		{ "fix", 0, 0, G_OPTION_ARG_NONE, &wishes.fix, N_ ("Mend what can be mended"), NULL },
		JSON_ENTRY (wishes.json),
		{ "pins", 0, 0, G_OPTION_ARG_NONE, &asks_pins, N_ ("Ask for the PINs, and test them"), NULL },
		{ "pin-file", 0, 0, G_OPTION_ARG_FILENAME, &pin_file, N_ ("Test the user PIN in FILE"), N_ ("FILE") },
		{ "so-pin-file", 0, 0, G_OPTION_ARG_FILENAME, &so_pin_file, N_ ("Test the SO PIN in FILE"),
		  N_ ("FILE") },
		G_OPTION_ENTRY_NULL,
	};
	int status;

	if (!setup_parse (
		    entries,
		    _ ("Tests whether configuration, tokens and their registration are kept as safely as they can be. "
	               "Exits with 1 if keys are in danger, with 3 if something could be better."),
		    NULL, 0, &argc, &argv, &status))
		return status;
	inspection.asks_pins = asks_pins;
	inspection.module = module ? module : DEFAULT_MODULE;
	inspection.pin_file = pin_file;
	inspection.so_pin_file = so_pin_file;
	if (!places_find (&inspection.places, &error))
		return setup_failed (error);
	inspection.has_config = config_load (&inspection.config, NULL) == CKR_OK;
	status = run_all (&inspection, &wishes);
	config_clear (&inspection.config);
	places_clear (&inspection.places);
	return status;
}
