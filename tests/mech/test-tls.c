/* The PRF of TLS and what PKCS #11 makes of it: CKM_TLS_KDF against the values that J. Zimmerman posted to the TLS list
 * (mailarchive.ietf.org/arch/msg/tls/fzVCzk-z3FShgGJ6DOXqM1ydxms), master secrets and key blocks against NIST's CAVP file
 * (tls.rsp, SP 800-135), the whole of a connection against "The Illustrated TLS 1.2 Connection" (tls12.xargs.org), extended
 * master secrets against ACVP (TLS-v1.2-KDF-RFC7627) and NSS's pk11_prf_unittest.cc.  All recomputed with Python's HMAC and
 * with `openssl kdf TLS1-PRF`.
 *
 * In "finished" what is signed is the hash of the handshake as the caller has it: the token hashes nothing (NSS and
 * kryoptic do the same). */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_tls;

typedef struct {
	CK_MECHANISM_TYPE prf;
	const char *source;
	const char *secret, *label, *client, *server, *out;
} TlsKdf;

/* The seed is the client's random and the server's in a row: these have one seed, cut in two. */
static const TlsKdf kdfs[] = {
	{ CKM_SHA224, "Zimmerman SHA224", "e18828740352b530d69b34c6597dea2e", "test label",
	  "f5a3fe6d34e2e285", "60fdcaf6823f9091",
	  "224d8af3c0453393a9779789d21cf7da5ee62ae6b617873d489428efc8dd58d1566e7029e2ca3a5ecd355dc64d4d927e"
	  "2fbd78c4233e8604b14749a77a92a70fddf614bc0df623d798604e4ca5512794d802a258e82f86cf" },
	{ CKM_SHA256, "Zimmerman SHA256", "9bbe436ba940f017b17652849a71db35", "test label",
	  "a0ba9f936cda3118", "27a6f796ffd5198c",
	  "e3f229ba727be17b8d122620557cd453c2aab21d07c3d495329b52d4e61edb5a6b301791e90d35c9c9a46b4e14baf9af"
	  "0fa022f7077def17abfd3797c0564bab4fbc91666e9def9b97fce34f796789baa48082d122ee42c5a72e5a5110fff701"
	  "87347b66" },
	{ CKM_SHA384, "Zimmerman SHA384", "b80b733d6ceefcdc71566ea48e5567df", "test label",
	  "cd665cf6a8447dd6", "ff8b27555edb7465",
	  "7b0c18e9ced410ed1804f2cfa34a336a1c14dffb4900bb5fd7942107e81c83cde9ca0faa60be9fe34f82b1233c9146a0"
	  "e534cb400fed2700884f9dc236f80edd8bfa961144c9e8d792eca722a7b32fc3d416d473ebc2c5fd4abfdad05d918425"
	  "9b5bf8cd4d90fa0d31e2dec479e4f1a26066f2eea9a69236a3e52655c9e9aee691c8f3a26854308d5eaa3be85e099070"
	  "3d73e56f" },
	{ CKM_SHA512, "Zimmerman SHA512", "b0323523c1853599584d88568bbb05eb", "test label",
	  "d4640e12e4bcdbfb", "437f03e6ae418ee5",
	  "1261f588c798c5c201ff036e7a9cb5edcd7fe3f94c669a122a4638d7d508b283042df6789875c7147e906d868bc75c45"
	  "e20eb40c1cf4a1713b27371f68432592f7dc8ea8ef223e12ea8507841311bf68653d0cfc4056d811f025c45ddfa6e6fe"
	  "c702f054b409d6f28dd0a3233e498da41a3e75c5630eedbe22fe254e33a1b0e9f6b9826675bec7d01a845658dc9c3975"
	  "45401d40b9f46c7a400ee1b8f81ca0a60d1a397a1028bff5d2ef5066126842fb8da4197632bdb54ff6633f86bbc836e6"
	  "40d4d898" },
	/* The key block has the randoms the other way round. */
	{ CKM_TLS_PRF, "CAVS 17.8 TLS 1.0/1.1 0 key block", "e8d72a6c2b05dee3b2d1516ef0963ce7686e491d4cc2d4b647d0889fa9ae2f6a4e3c3c57e442268e60dc27b3cadfe17c", "key expansion",
	  "eb4fece2c5589f51d143bee18191fc280f1b0daf71f7d4c0d41aa3440229949f",
	  "ae3a8f247d52ca855184c07504ce1014df1180d9580e5c2e2bf6c9efb2870c60",
	  "200549a88def3166d1cc9d851a09e063ef42c7dd1989e3570ef65925e02087a0fb1dbf4eddf05780e4a1a0e184c75088"
	  "e5e485d9d90b7ae7f56415924252606ab1041f7649f21fc715307ff481d0d429bc2eeb384a08963ff5f93b689a77d3d2"
	  "208409cd72dedec6" },
	/* The key block has the randoms the other way round. */
	{ CKM_TLS_PRF, "OpenSSL evpkdf_tls11_prf.txt, CAVP TLS 1.0/1.1 key block", "2f6962dfbc744c4b2138bb6b3d33054c5ecc14f24851d9896395a44ab3964efc2090c5bf51a0891209f46c1e1e998f62", "key expansion",
	  "67267e650eb32444119d222a368c191af3082888dc35afe8368e638c828874be",
	  "d58a7b1cd4fedaa232159df652ce188f9d997e061b9bf48e83b62990440931f6",
	  "3088825988e77fce68d19f756e18e43eb7fe672433504feaf99b3c503d9091b164f166db301d70c9fc0870b4a9456390"
	  "7bee1a61fb786cb717576890bcc51cb9ead97e01d0a2fea99c953377b195205ff07b369589178796edc963fd80fdbe51"
	  "8a2fc1c35c18ae8d" },
	/* The key block has the randoms the other way round. */
	{ CKM_SHA256, "CAVP TLS 1.2 SHA-256 0 key block", "202c88c00f84a17a20027079604787461176455539e705be730890602c289a5001e34eeb3a043e5d52a65e66125188bf", "key expansion",
	  "ae6c806f8ad4d80784549dff28a4b58fd837681a51d928c3e30ee5ff14f39868",
	  "62e1fd91f23f558a605f28478c58cf72637b89784d959df7e946d3f07bd1b616",
	  "d06139889fffac1e3a71865f504aa5d0d2a2e89506c6f2279b670c3e1b74f531016a2530c51a3a0f7e1d6590d0f0566b"
	  "2f387f8d11fd4f731cdd572d2eae927f6f2f81410b25e6960be68985add6c38445ad9f8c64bf8068bf9a6679485d966f"
	  "1ad6f68b43495b10a683755ea2b858d70ccac7ec8b053c6bd41ca299d4e51928" },
	/* The key block has the randoms the other way round. */
	{ CKM_SHA384, "CAVP TLS 1.2 SHA-384 0 key block", "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827", "key expansion",
	  "1b1c8568344a65c30828e7483c0e353e2c68641c9551efae6927d9cd627a107c",
	  "954b5fe1849c2ede177438261f099a2fcd884d001b9fe1de754364b1f6a6dd8e",
	  "10fd89ef689c7ef033387b8a8f3e5e8e7c11f680f6bdd71fbac3246a73e98d45d03185dde686e6b2369e4503e9dc5a6d"
	  "2cee3e2bf2fa3f41d3de57dff3e197c8a9d5f74cc2d277119d894f8584b07a0a5822f0bd68b3433ec6adaf5c9406c5f3"
	  "ddbb71bbe17ce98f3d4d5893d3179ef369f57aad908e2bf710639100c3ce7e0c" },
};

static void
labels_and_randoms_make_keys (void)
{
	for (size_t i = 0; i < N_ELEMENTS (kdfs); i++) {
		const TlsKdf *known = &kdfs[i];
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, known->secret);
		auto_wipe Buf client = hex_buf (known->client);
		auto_wipe Buf server = hex_buf (known->server);
		TlsKdfParams params = { known->prf, (CK_BYTE *)(guintptr)known->label, strlen (known->label),
			                { client.data, client.len, server.data, server.len }, NULL, 0 };

		g_test_message ("%s", known->source);
		derives (CKM_TLS_KDF, base, NULL, bytes (&params, sizeof params), strlen (known->out) / 2, known->out);
		derives (CKM_TLS12_KDF, base, NULL, bytes (&params, sizeof params), strlen (known->out) / 2, known->out);
	}
}

/* RFC 5705 section 4: with a context its length in 16 bits goes before it; an empty context is not none.  PKCS #11 has
 * NULL for none.  By the definition with Python's HMAC and with OpenSSL. */
static void
a_context_follows_its_length (void)
{
	static const struct {
		const char *context, *out;
	} tests[] = {
		{ NULL, "0a8a092f78596697416c681ac70f18a676069a5cfa163334fb1fbe81c445757fae3e48f0c5610d04" },
		{ "context", "ef9fc1e151910fc388531fd4b29dcd8c7cd60d62e045888d239126febf600843335acc42515a05a0" },
	};
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "202c88c00f84a17a20027079604787461176455539e705be730890602c289a5001e34eeb3a043e5d52a65e66125188bf");
	auto_wipe Buf client = hex_buf ("62e1fd91f23f558a605f28478c58cf72637b89784d959df7e946d3f07bd1b616");
	auto_wipe Buf server = hex_buf ("ae6c806f8ad4d80784549dff28a4b58fd837681a51d928c3e30ee5ff14f39868");

	for (size_t i = 0; i < N_ELEMENTS (tests); i++) {
		TlsKdfParams params = { CKM_SHA256, (CK_BYTE *)"EXPORTER-test", 13,
			                { client.data, client.len, server.data, server.len },
			                (CK_BYTE *)(guintptr)tests[i].context, tests[i].context ? strlen (tests[i].context) : 0 };

		derives (CKM_TLS_KDF, base, NULL, bytes (&params, sizeof params), 40, tests[i].out);
	}
}

typedef struct {
	CK_MECHANISM_TYPE prf;
	const char *source;
	const char *before, *client, *server, *master;
} Master;

static const Master masters[] = {
	{ CKM_SHA256, "CAVP TLS 1.2 SHA-256 0", "f8938ecc9edebc5030c0c6a441e213cd24e6f770a50dda07876f8d55da062bcadb386b411fd4fe4313a604fce6c17fbc",
	  "36c129d01a3200894b9179faac589d9835d58775f9b5ea3587cb8fd0364cae8c",
	  "f6c9575ed7ddd73e1f7d16eca115415812a43c2b747daaaae043abfb50053fce",
	  "202c88c00f84a17a20027079604787461176455539e705be730890602c289a5001e34eeb3a043e5d52a65e66125188bf" },
	{ CKM_SHA384, "CAVP TLS 1.2 SHA-384 0", "a5e2642633f5b8c81ad3fe0c2fe3a8e5ef806b06121dd10df4bb0fe857bfdcf522558e05d2682c9a80c741a3aab1716f",
	  "abe4bf5527429ac8eb13574d2709e8012bd1a113c6d3b1d3aa2c3840518778ac",
	  "cb6e0b3eb02976b6466dfa9651c2919414f1648fd3a7838d02153e5bd39535b6",
	  "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827" },
	{ CKM_SHA256, "The Illustrated TLS 1.2 Connection, X25519", "df4a291baa1eb7cfa6934b29b474baad2697e29f1f920dcc77c8a0a088447624",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f",
	  "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049781c8e19fc1eb2a7387ac06ae237344c" },
};

/* The version is the first two bytes of what went before. */
static void
master_secrets_are_made (void)
{
	for (size_t i = 0; i < N_ELEMENTS (masters); i++) {
		const Master *known = &masters[i];
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, known->before);
		auto_wipe Buf before = hex_buf (known->before);
		auto_wipe Buf client = hex_buf (known->client);
		auto_wipe Buf server = hex_buf (known->server);
		CK_VERSION version = { 0, 0 };
		TlsRandoms randoms = { client.data, client.len, server.data, server.len };
		TlsMasterParams params = { randoms, &version, known->prf }, dh = { randoms, NULL, known->prf };

		g_test_message ("%s", known->source);
		derives (CKM_TLS12_MASTER_KEY_DERIVE_DH, base, NULL, bytes (&dh, sizeof dh), 48, known->master);
		if (before.len != 48)
			continue;
		derives (CKM_TLS12_MASTER_KEY_DERIVE, base, NULL, bytes (&params, sizeof params), 48, known->master);
		g_assert_cmpuint (version.major, ==, before.data[0]);
		g_assert_cmpuint (version.minor, ==, before.data[1]);
	}
}

/* RFC 7627: the hash of the session instead of the randoms. */
static void
extended_master_secrets_are_made (void)
{
	static const struct {
		CK_MECHANISM_TYPE prf;
		const char *source, *before, *hash, *master;
	} tests[] = {
		{ CKM_SHA256, "ACVP TLS-v1.2-KDF-RFC7627 1",
		  "75bf0f2b5c2058813c4bf66eae416c57cc05b7f7d631bc2400fe4372b2271c8d94947b0e380387d3b4dac40f269deb9d",
		  "15d4a2221a31ebd09626e539a1e136811bbd039353019dec59948b3c1865bcd8",
		  "4ec38663d2cefe30eda0f30957649953a5437d37cdbc409408da44f30bd8d9f280e07ee55233afa69e1c90d8a24239e3" },
		{ CKM_SHA256, "NSS kExpectedOutputEmsSha256",
		  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeef",
		  "75a7a598efab90e77c6780deab3a11f35db2f847ff0901ecf89389fc982e6ef92cf59b04046fd7286eeae383c44aff03" },
		{ CKM_TLS_PRF, "NSS kExpectedOutputEmsTlsPrf",
		  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f",
		  "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeffe0e1e2e3e4e5e6e7e8e9eaebecedeeefd0d1d2d3",
		  "06bf29865df33e38fdfa91102a20ffd6b9d5725a6d422016dea4a051e553c1280499bcb12c9de80b18a20e48528d6113" },
	};

	for (size_t i = 0; i < N_ELEMENTS (tests); i++) {
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, tests[i].before);
		auto_wipe Buf hash = hex_buf (tests[i].hash);
		CK_VERSION version;
		TlsExtendedMasterParams params = { tests[i].prf, hash.data, hash.len, &version };
		TlsExtendedMasterParams dh = { tests[i].prf, hash.data, hash.len, NULL };

		derives (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE, base, NULL, bytes (&params, sizeof params), 48, tests[i].master);
		derives (CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, base, NULL, bytes (&dh, sizeof dh), 48, tests[i].master);
	}
}

/* --- the key block --- */

/* RFC 5246 section 6.3: client's MAC key, server's, client's key, server's, client's IV, server's. */
typedef struct {
	CK_MECHANISM_TYPE prf;
	const char *source;
	const char *master, *client, *server;
	size_t n_mac, n_key, n_iv;
	const char *block[6];
} Block;

static const Block blocks[] = {
	{ CKM_SHA256, "The Illustrated TLS 1.2 Connection, AES-128-CBC with SHA-1",
	  "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049781c8e19fc1eb2a7387ac06ae237344c",
	  "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
	  "707172737475767778797a7b7c7d7e7f808182838485868788898a8b8c8d8e8f",
	  20, 16, 16,
	  { "1b7d117c7d5f690bc263cae8ef60af0f1878acc2",
	    "2ad8bdd8c601a617126f63540eb20906f781fad2",
	    "f656d037b173ef3e11169f27231a84b6",
	    "752a18e7a9fcb7cbcdd8f98dd8f769eb",
	    "a0d2550c9238eebfef5c32251abb67d6",
	    "434528db4937d540d393135e06a11bb8" } },
	{ CKM_SHA256, "CAVP TLS 1.2 SHA-256 0, cut as 32, 16, 16",
	  "202c88c00f84a17a20027079604787461176455539e705be730890602c289a5001e34eeb3a043e5d52a65e66125188bf",
	  "62e1fd91f23f558a605f28478c58cf72637b89784d959df7e946d3f07bd1b616",
	  "ae6c806f8ad4d80784549dff28a4b58fd837681a51d928c3e30ee5ff14f39868",
	  32, 16, 16,
	  { "d06139889fffac1e3a71865f504aa5d0d2a2e89506c6f2279b670c3e1b74f531",
	    "016a2530c51a3a0f7e1d6590d0f0566b2f387f8d11fd4f731cdd572d2eae927f",
	    "6f2f81410b25e6960be68985add6c384",
	    "45ad9f8c64bf8068bf9a6679485d966f",
	    "1ad6f68b43495b10a683755ea2b858d7",
	    "0ccac7ec8b053c6bd41ca299d4e51928" } },
	{ CKM_SHA384, "CAVP TLS 1.2 SHA-384 0, cut as 32, 32, 0",
	  "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827",
	  "954b5fe1849c2ede177438261f099a2fcd884d001b9fe1de754364b1f6a6dd8e",
	  "1b1c8568344a65c30828e7483c0e353e2c68641c9551efae6927d9cd627a107c",
	  32, 32, 0,
	  { "10fd89ef689c7ef033387b8a8f3e5e8e7c11f680f6bdd71fbac3246a73e98d45",
	    "d03185dde686e6b2369e4503e9dc5a6d2cee3e2bf2fa3f41d3de57dff3e197c8",
	    "a9d5f74cc2d277119d894f8584b07a0a5822f0bd68b3433ec6adaf5c9406c5f3",
	    "ddbb71bbe17ce98f3d4d5893d3179ef369f57aad908e2bf710639100c3ce7e0c",
	    "",
	    "" } },
	{ CKM_SHA384, "CAVP TLS 1.2 SHA-384 0, cut as 0, 16, 4",
	  "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827",
	  "954b5fe1849c2ede177438261f099a2fcd884d001b9fe1de754364b1f6a6dd8e",
	  "1b1c8568344a65c30828e7483c0e353e2c68641c9551efae6927d9cd627a107c",
	  0, 16, 4,
	  { "",
	    "",
	    "10fd89ef689c7ef033387b8a8f3e5e8e",
	    "7c11f680f6bdd71fbac3246a73e98d45",
	    "d03185dd",
	    "e686e6b2" } },
};

static void
key_blocks_are_cut_in_order (void)
{
	for (size_t i = 0; i < N_ELEMENTS (blocks); i++) {
		const Block *known = &blocks[i];
		const Mech *mech = mech_find (CKM_TLS12_KEY_AND_MAC_DERIVE);
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, known->master);
		auto_wipe Buf client = hex_buf (known->client);
		auto_wipe Buf server = hex_buf (known->server);
		auto_wipe Buf value = BUF_SECRET;
		uint8_t ivs[2][16];
		TlsKeys out = { .client_iv = ivs[0], .server_iv = ivs[1] };
		const CK_OBJECT_HANDLE *handles[] = { &out.client_mac, &out.server_mac, &out.client_key, &out.server_key };
		TlsKeysParams params = { known->n_mac * 8, known->n_key * 8, known->n_iv * 8, CK_FALSE,
			                 { client.data, client.len, server.data, server.len }, &out, known->prf };
		Piece pieces[MOST_PIECES] = { 0 };
		Derivation how = { base, NULL, 0, bytes (&params, sizeof params), pieces, 0 };

		g_test_message ("%s", known->source);
		assert_ok (mech->pieces (mech, how.param, pieces, &how.n_pieces));
		assert_ok (mech->derive (mech, &how, &value));
		for (size_t j = 0; j < 6; j++) {
			auto_wipe Buf wanted = hex_buf (known->block[j]);
			const Piece *found = NULL;

			for (size_t k = 0; k < how.n_pieces; k++)
				if (j < 4 ? pieces[k].handle == handles[j] : pieces[k].out == ivs[j - 4])
					found = &pieces[k];
			if (wanted.len == 0) {
				g_assert_true (found == NULL || found->n == 0);
				continue;
			}
			g_assert_nonnull (found);
			g_assert_cmpuint (found->n, ==, wanted.len);
			assert_bytes (bytes (value.data + found->at, found->n), bytes_of (&wanted));
		}
	}
}

/* CKM_TLS12_KEY_SAFE_DERIVE is the same without IVs, whatever the parameter asks. */
static void
the_safe_one_gives_no_ivs (void)
{
	const Block *known = &blocks[0];
	const Mech *mech = mech_find (CKM_TLS12_KEY_SAFE_DERIVE);
	auto_wipe Buf client = hex_buf (known->client);
	auto_wipe Buf server = hex_buf (known->server);
	TlsKeys out = { 0 };
	TlsKeysParams params = { 160, 128, 128, CK_FALSE, { client.data, client.len, server.data, server.len }, &out,
		                 known->prf };
	Piece pieces[MOST_PIECES] = { 0 };
	size_t n = 0;

	assert_ok (mech->pieces (mech, bytes (&params, sizeof params), pieces, &n));
	for (size_t i = 0; i < n; i++)
		g_assert_true (pieces[i].out == NULL);
}

/* --- finished --- */

typedef struct {
	CK_MECHANISM_TYPE prf;
	CK_ULONG side;          /* 1: server, 2: client */
	const char *source, *master, *hash, *data;
} Finished;

static const Finished finisheds[] = {
	{ CKM_SHA256, 2, "The Illustrated TLS 1.2 Connection", "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049781c8e19fc1eb2a7387ac06ae237344c",
	  "061dda04b3c2217ff73bd79b9cf88a2bb6ec505404aac8722db03ef417b54cb4", "cf919626f1360c536aaad73a" },
	{ CKM_SHA256, 1, "by the definition and OpenSSL", "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049781c8e19fc1eb2a7387ac06ae237344c",
	  "061dda04b3c2217ff73bd79b9cf88a2bb6ec505404aac8722db03ef417b54cb4", "0eabc4f8a576c54b8dc72d67" },
	{ CKM_SHA256, 2, "by the definition and OpenSSL", "916abf9da55973e13614ae0a3f5d3f37b023ba129aee02cc9134338127cd7049781c8e19fc1eb2a7387ac06ae237344c",
	  "061dda04b3c2217ff73bd79b9cf88a2bb6ec505404aac8722db03ef417b54cb4", "cf919626f1360c536aaad73a9ddc2c1e" },
	{ CKM_SHA384, 1, "by the definition and OpenSSL", "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827",
	  "1b133408db39267987434253e9bdf86acb6e8a3573c69c7ce4493457684dce2aad1fb3a5ca300c7cb12d2c0a3b9cd80c", "fac7a9df71ce0af5e14f70d8" },
	{ CKM_SHA384, 2, "by the definition and OpenSSL", "b4d49bfa87747fe815457bc3da15073d6ac73389e703079a3503c09e14bd559a5b3c7c601c7365f6ea8c68d3d9596827",
	  "1b133408db39267987434253e9bdf86acb6e8a3573c69c7ce4493457684dce2aad1fb3a5ca300c7cb12d2c0a3b9cd80c", "1503bc817f366086541bb528" },
	{ CKM_TLS_PRF, 1, "by the definition and OpenSSL", "e8d72a6c2b05dee3b2d1516ef0963ce7686e491d4cc2d4b647d0889fa9ae2f6a4e3c3c57e442268e60dc27b3cadfe17c",
	  "b62ddf5022a23734d4927324ba8eb3b87cc658971e8f998772bc0a3dda09e834b4d9aede", "f4174351808f06e26127d089" },
	{ CKM_TLS_PRF, 2, "by the definition and OpenSSL", "e8d72a6c2b05dee3b2d1516ef0963ce7686e491d4cc2d4b647d0889fa9ae2f6a4e3c3c57e442268e60dc27b3cadfe17c",
	  "b62ddf5022a23734d4927324ba8eb3b87cc658971e8f998772bc0a3dda09e834b4d9aede", "400163c4e4dc867bca21ddd5" },
};

static void
finished_messages_are_signed (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_TLS_MAC, CKM_TLS12_MAC };

	for (size_t i = 0; i < N_ELEMENTS (finisheds); i++)
		for (size_t j = 0; j < N_ELEMENTS (types); j++) {
			const Finished *known = &finisheds[i];
			const Mech *mech = mech_find (types[j]);
			auto_unref Object *key = secret_new (CKK_GENERIC_SECRET, known->master);
			auto_wipe Buf in = hex_buf (known->hash);
			auto_wipe Buf out = hex_buf (known->data);
			TlsMacParams params = { known->prf, out.len, known->side };

			drive (mech->sign, mech, key, bytes (&params, sizeof params), bytes_of (&in), bytes_of (&out));
		}
}

/* "Always 12 octets in TLS 1.0 and 1.1", 12 or more in 1.2; sides other than 1 and 2 are invalid. */
static void
finished_messages_have_a_side_and_twelve_bytes (void)
{
	static const TlsMacParams wrong[] = { { CKM_SHA256, 12, 0 }, { CKM_SHA256, 12, 3 }, { CKM_SHA256, 11, 1 },
		                              { CKM_TLS_PRF, 13, 1 }, { CKM_SHA256_HMAC, 12, 1 } };
	const Mech *mech = mech_find (CKM_TLS_MAC);
	auto_unref Object *key = secret_new (CKK_GENERIC_SECRET, finisheds[0].master);
	g_autofree void *state = g_malloc0 (mech->sign->state_size);

	for (size_t i = 0; i < N_ELEMENTS (wrong); i++)
		assert_rv (mech->sign->start (state, mech, key, bytes (&wrong[i], sizeof wrong[i])), CKR_MECHANISM_PARAM_INVALID);
}

/* --- CKM_TLS_PRF, whose output goes where its parameter points --- */

typedef struct {
	const char *source, *secret, *label, *seed, *out;
} TlsPrf;

static const TlsPrf tls_prfs[] = {
	{ "CAVS 17.8 TLS 1.0/1.1 0 master", "4850b7f08f8502ea0b699377f649fa6f5af5b56c03f11381766cad0d96b129c962ff9246ef465d1e1847b857ef93d543", "master secret",
	  "b47ec547fa8553959510982b9bf5628af8b1295f3bead03035ab417bfb26d6f575d3a1c51c9651992d805a367b044641"
	  "5d492c76be054eaeb7e31736d20068cf",
	  "e8d72a6c2b05dee3b2d1516ef0963ce7686e491d4cc2d4b647d0889fa9ae2f6a4e3c3c57e442268e60dc27b3cadfe17c" },
	{ "CAVS 17.8 TLS 1.0/1.1 0 key block", "e8d72a6c2b05dee3b2d1516ef0963ce7686e491d4cc2d4b647d0889fa9ae2f6a4e3c3c57e442268e60dc27b3cadfe17c", "key expansion",
	  "eb4fece2c5589f51d143bee18191fc280f1b0daf71f7d4c0d41aa3440229949fae3a8f247d52ca855184c07504ce1014"
	  "df1180d9580e5c2e2bf6c9efb2870c60",
	  "200549a88def3166d1cc9d851a09e063ef42c7dd1989e3570ef65925e02087a0fb1dbf4eddf05780e4a1a0e184c75088"
	  "e5e485d9d90b7ae7f56415924252606ab1041f7649f21fc715307ff481d0d429bc2eeb384a08963ff5f93b689a77d3d2"
	  "208409cd72dedec6" },
	{ "OpenSSL evpkdf_tls11_prf.txt, CAVP TLS 1.0/1.1 master", "bded7fa5c1699c010be23dd06ada3a48349f21e5f86263d512c0c5cc379f0e780ec55d9844b2f1db02a96453513568d0", "master secret",
	  "e5acaf549cd25c22d964c0d930fa4b5261d2507fad84c33715b7b9a864020693135e4d557fdf3aa6406d82975d5c606a"
	  "9734c9334b42136e96990fbd5358cdb2",
	  "2f6962dfbc744c4b2138bb6b3d33054c5ecc14f24851d9896395a44ab3964efc2090c5bf51a0891209f46c1e1e998f62" },
	{ "OpenSSL evpkdf_tls11_prf.txt, CAVP TLS 1.0/1.1 key block", "2f6962dfbc744c4b2138bb6b3d33054c5ecc14f24851d9896395a44ab3964efc2090c5bf51a0891209f46c1e1e998f62", "key expansion",
	  "67267e650eb32444119d222a368c191af3082888dc35afe8368e638c828874bed58a7b1cd4fedaa232159df652ce188f"
	  "9d997e061b9bf48e83b62990440931f6",
	  "3088825988e77fce68d19f756e18e43eb7fe672433504feaf99b3c503d9091b164f166db301d70c9fc0870b4a9456390"
	  "7bee1a61fb786cb717576890bcc51cb9ead97e01d0a2fea99c953377b195205ff07b369589178796edc963fd80fdbe51"
	  "8a2fc1c35c18ae8d" },
	/* Both halves of 19 bytes have the middle one. */
	{ "Botan tls_prf.vec, last of TLS-PRF", "bcbd1efda490b9d541ba9df50fe9a451dd0313", "",
	  "255230a341e671bc31b1",
	  "2291e19459725562f106f63fe2f81e73ba23f04a" },
};

/* A key that may be seen: a guarded one of less than 28 bytes is refused. */
static Object *
open_secret (const char *value)
{
	auto_unref Object *guarded = secret_new (CKK_GENERIC_SECRET, value);
	auto_attrs Attrs attrs = { 0 };
	Object *open;

	assert_ok (attrs_copy (&attrs, &guarded->attrs));
	assert_ok (attrs_set_bool (&attrs, CKA_SENSITIVE, false));
	assert_ok (attrs_set_bool (&attrs, CKA_EXTRACTABLE, true));
	assert_ok (object_publish (&attrs, &open));
	return open;
}

static void
the_old_function_writes_where_it_is_told (void)
{
	const Mech *mech = mech_find (CKM_TLS_PRF);

	for (size_t i = 0; i < N_ELEMENTS (tls_prfs); i++) {
		const TlsPrf *known = &tls_prfs[i];
		auto_unref Object *base = open_secret (known->secret);
		auto_wipe Buf seed = hex_buf (known->seed);
		auto_wipe Buf wanted = hex_buf (known->out);
		auto_wipe Buf value = BUF_SECRET;
		CK_BYTE out[128];
		CK_ULONG n_out = wanted.len;
		TlsPrfParams params = { seed.data, seed.len, (CK_BYTE *)(guintptr)known->label, strlen (known->label), out,
			                &n_out };
		Piece pieces[MOST_PIECES] = { 0 };
		Derivation how = { base, NULL, 0, bytes (&params, sizeof params), pieces, 0 };

		g_test_message ("%s", known->source);
		assert_ok (mech->pieces (mech, how.param, pieces, &how.n_pieces));
		g_assert_cmpuint (how.n_pieces, ==, 1);
		g_assert_true (pieces[0].out == out);
		g_assert_cmpuint (pieces[0].n, ==, wanted.len);
		assert_ok (mech->derive (mech, &how, &value));
		assert_bytes (bytes (value.data + pieces[0].at, pieces[0].n), bytes_of (&wanted));
	}
}

/* It would be found by trying one half against the other. */
static void
the_old_function_guards_short_secrets (void)
{
	static const struct {
		CK_ULONG n;
		CK_RV rv;
	} rows[] = { { 27, CKR_KEY_SIZE_RANGE }, { 28, CKR_OK } };
	const Mech *mech = mech_find (CKM_TLS_PRF);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		g_autofree char *secret = g_strnfill (2 * rows[i].n, '5');
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, secret);
		auto_wipe Buf value = BUF_SECRET;
		CK_BYTE out[12];
		CK_ULONG n_out = sizeof out;
		TlsPrfParams params = { (CK_BYTE *)(guintptr) "seed", 4, (CK_BYTE *)(guintptr) "label", 5, out, &n_out };
		Piece pieces[MOST_PIECES] = { 0 };
		Derivation how = { base, NULL, 0, bytes (&params, sizeof params), pieces, 0 };

		assert_ok (mech->pieces (mech, how.param, pieces, &how.n_pieces));
		assert_rv (mech->derive (mech, &how, &value), rows[i].rv);
	}
}

/* Each is shown above. */
static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_tls, NULL, 0,
	                  (CK_MECHANISM_TYPE[]){ CKM_TLS12_MASTER_KEY_DERIVE, CKM_TLS12_MASTER_KEY_DERIVE_DH,
	                                         CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE,
	                                         CKM_TLS12_EXTENDED_MASTER_KEY_DERIVE_DH, CKM_TLS12_KEY_AND_MAC_DERIVE,
	                                         CKM_TLS12_KEY_SAFE_DERIVE, CKM_TLS_KDF, CKM_TLS12_KDF, CKM_TLS_MAC,
	                                         CKM_TLS12_MAC, CKM_TLS_PRF, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/tls/labels_and_randoms_make_keys", labels_and_randoms_make_keys);
	g_test_add_func ("/mech/tls/a_context_follows_its_length", a_context_follows_its_length);
	g_test_add_func ("/mech/tls/master_secrets_are_made", master_secrets_are_made);
	g_test_add_func ("/mech/tls/extended_master_secrets_are_made", extended_master_secrets_are_made);
	g_test_add_func ("/mech/tls/key_blocks_are_cut_in_order", key_blocks_are_cut_in_order);
	g_test_add_func ("/mech/tls/the_safe_one_gives_no_ivs", the_safe_one_gives_no_ivs);
	g_test_add_func ("/mech/tls/finished_messages_are_signed", finished_messages_are_signed);
	g_test_add_func ("/mech/tls/finished_messages_have_a_side_and_twelve_bytes",
	                 finished_messages_have_a_side_and_twelve_bytes);
	g_test_add_func ("/mech/tls/the_old_function_writes_where_it_is_told", the_old_function_writes_where_it_is_told);
	g_test_add_func ("/mech/tls/the_old_function_guards_short_secrets", the_old_function_guards_short_secrets);
	g_test_add_func ("/mech/tls/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
