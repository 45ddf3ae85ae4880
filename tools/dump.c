/* An object file, number by number, as SoftHSM's softhsm2-dump-file prints it. */

#include "dump.h"

#include "dump-names.h"
#include "object-file.h"

#include "cryptoki.h"
#include "seal-file.h"

#include <stdio.h>

/* Ours: never sealed, though a byte string of a private object. */
#define OS_TAG 0x8000534f

/* SoftHSM writes dates of private objects as they are. */
#define DATE_SIZE 8

/* --- what stands to the left --- */

static void
print_octets (Bytes octets)
{
	for (size_t i = 0; i < octets.len; i++)
		printf ("%02x ", octets.data[i]);
}

/* @indent: blanks before what stands to the right, 1 inside a map. */
static void
print_number (uint64_t number, int indent)
{
	uint8_t octets[8];

	be64_put (octets, number);
	print_octets (bytes (octets, sizeof octets));
	printf ("%*s", indent, "");
}

static void
print_row (Bytes row, int indent)
{
	print_octets (row);
	printf ("%*s<", (int)(8 - row.len) * 3 + indent, "");
	for (size_t i = 0; i < row.len; i++)
		putchar (g_ascii_isgraph (row.data[i]) ? row.data[i] : '.');
	printf ("%*s>\n", (int)(8 - row.len), "");
}

static void
print_bytes (Bytes value, int indent)
{
	Bytes row;

	while (value.len > 0 && object_take (&value, MIN (value.len, 8), &row))
		print_row (row, indent);
}

static bool
is_damaged (Dump *dump)
{
	for (size_t i = 0; i < MIN (dump->rest.len, 8); i++)
		printf ("%s%02x", i > 0 ? " " : "", dump->rest.data[i]);
	if (dump->rest.len > 0)
		puts (dump->rest.len > 8 ? "..." : "");
	dump->failed = true;
	return false;
}

/* --- values --- */

static void
print_type (uint64_t type, int indent)
{
	g_autofree char *name = name_of (NAME_ATTRIBUTE, type);

	print_number (type, indent);
	puts (name);
}

static const char *
kind_words (uint64_t kind)
{
	static const char *const words[] = {
		[KIND_BOOL] = "boolean attribute",
		[KIND_ULONG] = "unsigned long attribute",
		[KIND_BYTES] = "byte string attribute",
		[KIND_MAP] = "attribute map attribute",
		[KIND_MECHANISMS] = "mechanism set attribute",
	};

	return kind < G_N_ELEMENTS (words) && words[kind] ? words[kind] : "unknown attribute format";
}

static void
print_bool (uint8_t value, int indent)
{
	printf ("%02x %*s%s\n", value, 21 + indent, "",
	        value == 0      ? "FALSE"
	        : value == 0xff ? "TRUE"
	                        : "(invalid) TRUE");
}

static void
print_ulong (uint64_t type, uint64_t value, int indent)
{
	g_autofree char *name = name_of_value (type, value);

	print_number (value, indent);
	puts (name);
}

static void
print_mechanism (uint64_t value, int indent)
{
	g_autofree char *name = name_of (NAME_MECHANISM, value);

	print_number (value, indent);
	puts (name);
}

static void
print_length (uint64_t n, int indent)
{
	print_number (n, indent);
	printf ("(length %" G_GUINT64_FORMAT ")", n);
}

static bool
is_sealed (const Dump *dump, uint64_t type, Bytes value)
{
	bool is_date = (type == CKA_START_DATE || type == CKA_END_DATE) && value.len == DATE_SIZE;

	return dump->key != NULL && value.len > 0 && !is_date && type != OS_TAG;
}

/* The stored length, and of a value that was opened its own. */
static void
print_byte_string (Dump *dump, uint64_t type, Bytes value)
{
	auto_wipe Buf plain = BUF_SECRET;
	bool sealed = is_sealed (dump, type, value);

	print_length (value.len, 0);
	if (sealed && seal_file_unseal (dump->key, value, &plain) == CKR_OK) {
		printf (" decrypted (length %zu)\n", plain.len);
		print_bytes (bytes_of (&plain), 0);
		return;
	}
	if (sealed)
		dump->failed = true;
	puts (sealed ? " not decrypted" : "");
	print_bytes (value, 0);
}

/* What was checked to be whole. */
static void
print_member (const ObjectAttribute *member)
{
	Bytes rest = member->value;
	uint64_t number;

	print_type (member->type, 1);
	print_number (member->kind, 1);
	puts (kind_words (member->kind));
	if (member->kind == KIND_BOOL) {
		print_bool (member->value.data[0], 1);
	} else if (member->kind == KIND_ULONG) {
		print_ulong (member->type, be64_get (member->value.data), 1);
	} else if (member->kind == KIND_BYTES) {
		print_length (member->value.len, 1);
		puts ("");
		print_bytes (member->value, 1);
	} else {
		print_length (member->value.len / 8, 1);
		puts ("");
		while (object_take_u64 (&rest, &number))
			print_mechanism (number, 1);
	}
}

/* --- the file --- */

static bool
dump_bool (Dump *dump)
{
	Bytes value;

	if (!object_take (&dump->rest, 1, &value))
		return is_damaged (dump);
	print_bool (value.data[0], 0);
	return true;
}

static bool
dump_ulong (Dump *dump, uint64_t type)
{
	uint64_t value;

	if (!object_take_u64 (&dump->rest, &value))
		return is_damaged (dump);
	print_ulong (type, value, 0);
	return true;
}

/* Takes a length; what has one is damaged where it is out of all reason. */
static bool
take_length (Dump *dump, uint64_t *n)
{
	if (!object_take_u64 (&dump->rest, n))
		return is_damaged (dump);
	if (*n <= OBJECT_MOST_BYTES)
		return true;
	print_number (*n, 0);
	puts ("overflow length...");
	dump->failed = true;
	return false;
}

static bool
dump_byte_string (Dump *dump, uint64_t type)
{
	uint64_t n;
	Bytes value;

	if (!take_length (dump, &n))
		return false;
	if (object_take (&dump->rest, n, &value)) {
		print_byte_string (dump, type, value);
		return true;
	}
	print_length (n, 0);
	puts ("");
	return is_damaged (dump);
}

static bool
dump_map (Dump *dump)
{
	uint64_t n;
	Bytes map;
	ObjectAttribute member;

	if (!take_length (dump, &n))
		return false;
	print_length (n, 0);
	puts ("");
	if (n > dump->rest.len || !object_map_is_whole (bytes (dump->rest.data, n)))
		return is_damaged (dump);
	object_take (&dump->rest, n, &map);
	while (object_take_attribute (&map, &member))
		print_member (&member);
	return true;
}

static bool
dump_mechanisms (Dump *dump)
{
	uint64_t n, mechanism;

	if (!take_length (dump, &n))
		return false;
	print_length (n, 0);
	puts ("");
	for (uint64_t i = 0; i < n; i++) {
		if (!object_take_u64 (&dump->rest, &mechanism))
			return is_damaged (dump);
		print_mechanism (mechanism, 0);
	}
	return true;
}

static bool
dump_attribute (Dump *dump)
{
	uint64_t type, kind;

	if (!object_take_u64 (&dump->rest, &type))
		return is_damaged (dump);
	print_type (type, 0);
	if (!object_take_u64 (&dump->rest, &kind))
		return is_damaged (dump);
	print_number (kind, 0);
	puts (kind_words (kind));
	switch (kind) {
	case KIND_BOOL:
		return dump_bool (dump);
	case KIND_ULONG:
		return dump_ulong (dump, type);
	case KIND_BYTES:
		return dump_byte_string (dump, type);
	case KIND_MAP:
		return dump_map (dump);
	case KIND_MECHANISMS:
		return dump_mechanisms (dump);
	default:
		return is_damaged (dump);
	}
}

void
dump_file (Dump *dump)
{
	uint64_t generation;

	if (dump->rest.len == 0) {
		puts ("empty file");
		dump->failed = true;
	} else if (!object_take_u64 (&dump->rest, &generation)) {
		is_damaged (dump);
	} else {
		print_number (generation, 0);
		printf ("generation %" G_GUINT64_FORMAT "\n", generation);
		while (dump->rest.len > 0 && dump_attribute (dump))
			;
	}
}
