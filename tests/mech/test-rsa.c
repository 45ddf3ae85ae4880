/* RSA against RSA Laboratories' vectors and OpenSSL, keys without their CRT parts, and keys that are none. */

#include "mechtest.h"
#include "numbers.h"
#include "params.h"
#include "rejection.h"
#include "rsa-key.h"

extern const MechFamily mech_rsa;

/* The key of example 1 of RSA Laboratories' OAEP vectors (oaep-vect.txt, for PKCS #1 v2.1): 1024 bits. */
#define N \
	"a8b3b284af8eb50b387034a860f146c4919f318763cd6c5598c8ae4811a1e0ab" \
	"c4c7e0b082d693a5e7fced675cf4668512772c0cbc64a742c6c630f533c8cc72" \
	"f62ae833c40bf25842e984bb78bdbf97c0107d55bdb662f5c4e0fab9845cb514" \
	"8ef7392dd3aaff93ae1e6b667bb3d4247616d4f5ba10d4cfd226de88d39f16fb"
#define E \
	"010001"
#define D \
	"53339cfdb79fc8466a655c7316aca85c55fd8f6dd898fdaf119517ef4f52e8fd" \
	"8e258df93fee180fa0e4ab29693cd83b152a553d4ac4d1812b8b9fa5af0e7f55" \
	"fe7304df41570926f3311f15c4d65a732c483116ee3d3d2d0af3549ad9bf7cbf" \
	"b78ad884f84d5beb04724dc7369b31def37d0cf539e9cfcdd3de653729ead5d1"
#define P \
	"d32737e7267ffe1341b2d5c0d150a81b586fb3132bed2f8d5262864a9cb9f30a" \
	"f38be448598d413a172efb802c21acf1c11c520c2f26a471dcad212eac7ca39d"
#define Q \
	"cc8853d1d54da630fac004f471f281c7b8982d8224a490edbeb33d3e3d5cc93c" \
	"4765703d1dd791642f1f116a0dd852be2419b2af72bfe9a030e860b0288b5d77"
#define DP \
	"0e12bf1718e9cef5599ba1c3882fe8046a90874eefce8f2ccc20e4f2741fb0a3" \
	"3a3848aec9c9305fbecbd2d76819967d4671acc6431e4037968db37878e695c1"
#define DQ \
	"95297b0f95a2fa67d00707d609dfd4fc05c89dafc2ef6d6ea55bec771ea33373" \
	"4d9251e79082ecda866efef13c459e1a631386b7e354c899f5f112ca85d71583"
#define QI \
	"4f456c502493bdc0ed2ab756a3a6ed4d67352a697d4216e93212b127a63d5411" \
	"ce6fa98d5dbefd73263e3728142743818166ed7dd63687dd2a8ca1d2f4fbd8e1"

static const Part whole_key[] = {
	{ CKA_MODULUS, N },    { CKA_PUBLIC_EXPONENT, E }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_1, P },
	{ CKA_PRIME_2, Q },    { CKA_EXPONENT_1, DP },     { CKA_EXPONENT_2, DQ },      { CKA_COEFFICIENT, QI },
	{ 0, NULL },
};

static const Part public_parts[] = { { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, E }, { 0, NULL } };

static Object *
private_key (void)
{
	return key_new (CKO_PRIVATE_KEY, CKK_RSA, whole_key);
}

static Object *
public_key (void)
{
	return key_new (CKO_PUBLIC_KEY, CKK_RSA, public_parts);
}

/* --- PKCS #1 v1.5 signatures, of "abc" --- */

static const struct {
	CK_MECHANISM_TYPE type;
	const char *source, *message, *signature;
} pkcs1_signatures[] = {
	{ CKM_SHA1_RSA_PKCS, "OpenSSL 3.0, SHA1", "616263",
	  "379a5ea1b5dd4b73ff0b888d00a460e7d0f9b203aaab3b7b5753205ab9210913" "f97175bdfdcbf199252d3c6a4e48364dd140c663351f741166dc7db75f267bbe" "9078c37314853d04789285abcd589d1200db231ed754df1d7cd8c928dc28b064" "ce325b6f915f45c1ba632006a6ecfb8ef028b9d9aced055ecba3fc247cb97242" },
	{ CKM_SHA224_RSA_PKCS, "OpenSSL 3.0, SHA224", "616263",
	  "86f6588c18924922eb8a82ff3c7b3e61e7db2990e178c2efab55e3171179c01a" "7f381e299c318c412e35348b97e38ea17608b4fd349b9c1c88556ddb921437bd" "4ef0a4c80ae36f4eb0600bd5f3aaa2622bf74e31b3a593ba4e86c99d5c72a837" "2834757c99c5e5d6dc34d73ea0d02033c77bc8bb072e6e829e9e5045a94fb5a8" },
	{ CKM_SHA256_RSA_PKCS, "OpenSSL 3.0, SHA256", "616263",
	  "a6f549b299c8e771be7926f6c286062d345188d74a7c56760ba2b43a35ea1b89" "a69efdcd91a09a4c0a7e59511de390432cc52732e92f261bc06a9a913a86bc4e" "26d05b5b90a6f2d2881ae93f09a0b801f1c256b520850e04032beaea888789b9" "39bf1a0e8d4d757988c01544cc9cf904d22cc49c645d78244f764ed0bedfd9e1" },
	{ CKM_SHA384_RSA_PKCS, "OpenSSL 3.0, SHA384", "616263",
	  "211df1a8e91b0ab27ca2af5bc39bb38816622da6aeac4663c67aa5ebebbf24c5" "ccb087b204b0e657c53b81a220635257359b8e40013b21db609dda356dba19ad" "b955c6a79b0ebb22e97e8a5411f5b044ce6044817858826e37fc2485a162291e" "11933b5d2b4fc70ad088bdf4c1a0ff2fd6f4c943019fa23b37ee7feac72ff440" },
	{ CKM_SHA512_RSA_PKCS, "OpenSSL 3.0, SHA512", "616263",
	  "a7bb4251bcc33c38eb9f394fb4eba88e2fa80a1098c733616bd1327f3b3e1640" "f7cce2f7285c107cc7ff836533365c365a6bfc0094408fc9871fcbc4aa4bb1d0" "16fe5f4124fad33c67f58070a778c7e66f2675a5fe9398b12a9a4a820895e93b" "f919a74c16dcbb646314759a2ffdc7138b681ce8746ce27017578da0fc3ba82b" },
	{ CKM_MD5_RSA_PKCS, "RFC 8017 section 9.2, with integers", "616263",
	  "a7240415b86680ba9d9e28e3b387e395f38e6eebae9bb39a74e42039eb1a3ecd" "8650e3b92a3113f8173d8f0b7cf58a0c046fad3a0043997cb666132dbedc0db3" "bbb28512e60366f3de3b152b98ff56644b829b4811be5f0ca807cc1acf79748e" "8eebb456d81815c00ec837f75696760f73f853ada82791f1c98261da5d04717c" },
	{ CKM_SHA3_224_RSA_PKCS, "RFC 8017 section 9.2, with integers", "616263",
	  "29c86e131c47da4f35fbc391cc18090f5dcf186900f7572547ec84dae2f79746" "9f3a4fda624243a54da7148b87b3f4a5d84a48624b315b0a85ccef477fd8e55e" "7e54f206830c0922713b0d131d212ed9fc0c76df1feba1e0741c77baf13cfd08" "6c2bfcfa78566e78d3d116dde19c29194913feae39f635582a26c69b55925f11" },
	{ CKM_SHA3_256_RSA_PKCS, "RFC 8017 section 9.2, with integers", "616263",
	  "904eaac757b4f55739ec8c41cfff74cb3f8430a345c96a943922ad458cfeb8d7" "42297d6562387247ed27b9b3c820d341c7964ac48baff7145e67e1af9ff21660" "b004fee6eb9d4d69eca99de79325d63e54aa5f4a0b9f48099ed5415d044889f0" "f96c91941df1dd55df7c68f7205aefb7782972f424e4b2b3b007ee077f3f6536" },
	{ CKM_SHA3_384_RSA_PKCS, "RFC 8017 section 9.2, with integers", "616263",
	  "8658af4c82b61f122b4169e9a92f1a570c596622b00bf61dcf8692047cb8d8f8" "a5044846590f616b0474024c3ad734db13fce70d2741593d7b352fa83d710ced" "a4fabf0c4c49bb748e8c713629033a96868a91992c82ad315222dc0f8d5ef14c" "15bd85aeefe6bfd930deab6862d065342f784cd1fe11c9993666d3af6a9724a7" },
	{ CKM_SHA3_512_RSA_PKCS, "RFC 8017 section 9.2, with integers", "616263",
	  "2ff0617c608344dca19adb4edf031f8f8f7a3d076ac8630e5c5ec8c5de2a909d" "ecc6b4e4063599eb763e10c549c1bfc30ee4df53ea46729c96c2df9e46a932e6" "f87fed44e127af3e04496d9b73054c73a7c51ad48b4c9cff5443306c51a91e7b" "442ad1195082c00744fd272dd5a89d193664b7831ba6df343bb425ac9479dd77" },
};

static void
pkcs1_signatures_are_as_others_make_them (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();

	for (size_t i = 0; i < N_ELEMENTS (pkcs1_signatures); i++) {
		const Mech *mech = mech_find (pkcs1_signatures[i].type);
		auto_wipe Buf message = hex_buf (pkcs1_signatures[i].message);
		auto_wipe Buf signature = hex_buf (pkcs1_signatures[i].signature);

		drive (mech->sign, mech, private, NO_BYTES, bytes_of (&message), bytes_of (&signature));
		drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&message), bytes_of (&signature));
	}
}

/* RFC 8017 section 9.2 notes 1: the DigestInfo of SHA-256 of "abc", given by the caller. */
static void
pkcs1_without_hash_takes_a_digest_info (void)
{
	const Mech *mech = mech_find (CKM_RSA_PKCS);
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	auto_wipe Buf info = hex_buf ("3031300d060960864801650304020105000420ba7816bf8f01cfea414140de5d"
	                              "ae2223b00361a396177a9cb410ff61f20015ad");
	auto_wipe Buf signature = hex_buf (pkcs1_signatures[2].signature);

	g_assert_cmpuint (pkcs1_signatures[2].type, ==, CKM_SHA256_RSA_PKCS);
	drive (mech->sign, mech, private, NO_BYTES, bytes_of (&info), bytes_of (&signature));
	drive_check (mech->verify, mech, public, NO_BYTES, bytes_of (&info), bytes_of (&signature));
}

static void
pkcs1_refuses_what_is_too_long (void)
{
	const Mech *mech = mech_find (CKM_RSA_PKCS);
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	uint8_t data[118] = { 0 };
	auto_wipe Buf fits = BUF_PLAIN;
	auto_wipe Buf out = BUF_PLAIN;

	assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes (data, 117), 1, false, &fits));
	assert_rv (drive_once (mech->sign, mech, private, NO_BYTES, bytes (data, 118), 1, false, &out),
	           CKR_DATA_LEN_RANGE);
	assert_rv (drive_once (mech->encrypt, mech, public, NO_BYTES, bytes (data, 118), 1, false, &out),
	           CKR_DATA_LEN_RANGE);
}

/* --- PSS --- */

static const struct {
	CK_MECHANISM_TYPE type, hash;
	CK_ULONG mgf, n_salt;
	const char *signature;
} pss_signatures[] = {
	{ CKM_SHA1_RSA_PKCS_PSS, CKM_SHA_1, CKG_MGF1_SHA1, 0,
	  "331d368a32fe2fe0399b50c70641bcfb90c2f3576d1d9207951b5dbe6887eefc" "4c5751a2974d09da8af813a7c09b1a9c4f65670106fc1659c0503f0a8b104f49" "697266375c1282338a83e76ef2f9249a1039c512f58055bb16f78aff6ccf7787" "44229d9163d7d21e1ef8a47c679dfd371e4ebf28ebd2bbfa6f1ec08a79f2aae6" },
	{ CKM_SHA1_RSA_PKCS_PSS, CKM_SHA_1, CKG_MGF1_SHA1, 20,
	  "569912288c302f0b34b97457506737255d7f6daa356fa8b426f18a4f6c130861" "25d771fc0a2d3fb82e072120df288ca8daa041028dbeb5f57b05c6e0fd9ad1e8" "d454c3edc5e1e044738e86ed8cbf13abcef9cc847453ede13e446360613c855d" "e8a7f50faef66c6867ac9ad36ff21ad636d065c7a5f5024de52b9ecb0535b8f4" },
	{ CKM_SHA1_RSA_PKCS_PSS, CKM_SHA_1, CKG_MGF1_SHA1, 20,
	  "4d1f4ed5deb01491ce951e931f6a2eb5c41b5e02aa361e0b7f6924ecd4ed8d3c" "38ce3a370794cc2f39e3aecca0f44a98d3c74c50e1390b5330026e72f2dae408" "bcd339fe5972a1053928d7670711cae4781e8fb9e347bcad7cd0dd0a0f32e7a3" "df71e79df944c449d51a9e2c2fb87ecddb80d93d3fd8a67f6c549939aed3914d" },
	{ CKM_SHA224_RSA_PKCS_PSS, CKM_SHA224, CKG_MGF1_SHA224, 0,
	  "70fb92d122262b00838019ede5310ee423ae065c8e721cc0fb188d2cd8617352" "772cc511937d9e0a1c31e2001ce1bb6236e95ea52fc57ca6865d0f5623a8d2e2" "ecd4551604847fb0809b2dcde695cb47828fa1812ffbaee2d7f5d5935fd24160" "13a57e09ac31f16cf5d7f83ace183b1a3bab78991ea824034d83cbb5f277c5ed" },
	{ CKM_SHA224_RSA_PKCS_PSS, CKM_SHA224, CKG_MGF1_SHA224, 20,
	  "3a8454bd9071deaac54a0dc3429567374ee167cb6a68029d2945290044471a81" "287edd42c72266376665700b7c9ca55a6c82607f8c30035311a593a3cee3ba49" "b61e74235fc76289cfbf06f3a88d4f5b5294c65c25e8bb9d3a1b458682d38cf5" "4cc7b5d96a7487ec45cae397d781e9c03ad91e8a81a13bd62e96ca9d54c3ef71" },
	{ CKM_SHA224_RSA_PKCS_PSS, CKM_SHA224, CKG_MGF1_SHA224, 28,
	  "765c0d6e98e59f4b95f0b1e523323c0c095df4727fc9ad86e214238598679865" "c189edf7260dd3b8fe9b87ede1b5885115b7b201984a3b22c916e8ae117a02a3" "2690ea9c7c483c08c91d398a7896a63009877092e20cb2d5f879ecd22e5cf7f6" "a1b2ed6fae97b3c5ea1002bde50bc0d171f99e39b862a78233df5eeb63aab4a0" },
	{ CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 0,
	  "8413070085abfad38e25357fc9ac2f72b5e1f4c077b29e8e105509a5b1ba5094" "c04de8046281b72148b0f5c7752062c813051280bcbe345e9c6c749f18ce2c38" "dace0bebc033fc31312bdbd0a02d8f09b624a824b03d548a139315527ce6cf37" "897894e22f3bb4bdf453e2e729dc296645f1d1478048b8db5476009b88e9b172" },
	{ CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 20,
	  "5bf8ffcaffff857da67b75490ffa6601db58f06bca7e60ea7151c80c2b0bd011" "bf5f96f4c10ac61673f14b06a98b8c0c874d7592456ad855ed3f6eafa2a86bfe" "62ddbdb406ab344e51df71220c57b5df297df7b13f3f16c031ff2b4236535acd" "b648eb8b3a1af3203120f5d2de5e47f81fc4a8b3805b04d9c855488c6008ef51" },
	{ CKM_SHA256_RSA_PKCS_PSS, CKM_SHA256, CKG_MGF1_SHA256, 32,
	  "2387e31de6083db2bf97d043b467aa8ebc94495f780d7afe2972487f3861a9d0" "a2fe7a6fef2722924dd76d958f922ce066b5dd5e79616427de629ac922e223fd" "59b6d24f3e1661b8ef3cd2569b1b04b76c99a3170119f07216a34cb6db323367" "b01e1f52cbfe4559ec2649f13b3c3dc5bf5c5e120305bbe5ec88f955299645da" },
	{ CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 0,
	  "6f945e0aa3438e936020369fa843f752db882c476aeeef4eb779ec78338086fb" "b0735c2a20ce8b9247211e51b618bb78e7aad12734db297da52a62be9892c834" "240b9f7c975db4d97ea6d6356902f4dfeec758b7ac49de913265cae76f15da2e" "d67a3d969bcd50e29db7f59ce250a5ebb671ccd2338871a3232d583a58640a15" },
	{ CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 20,
	  "304afaf2f1b36431153531f3dccb960e355e31df6bdc957a34c6cc500d396a27" "39a96a7c0ed9b357a5b9352262ec6e05f12abf303bafe047a6e78f0e443ea87a" "a4338085b18bc60c7ccf7484cfe4b25824ff13d329bc9f4423cfa9faf5d6e5f6" "310adedbdfe1cb9dc8a4f33bda9efc9a0769f1ab2a561c09d233c6ba8c73dd91" },
	{ CKM_SHA384_RSA_PKCS_PSS, CKM_SHA384, CKG_MGF1_SHA384, 48,
	  "367c7f0d2f645ca1c1f49b96d09e6622b80dabf3e0b5e2c7f73ef64f835828b7" "74cf8692ce9b1d219b83491bfe2604bc24aa95c072dd055947c80617d44845b8" "99de940c14c17565494ef1911c45efdb11a939a8199b0380f87400156ce3e681" "5322de4de10120c7e541b69473c9c22d75fae3f3a59651616a46e0ff971e1482" },
	{ CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 0,
	  "4d55fef4a79f5fa0a4cabf5f9dd6d0c50335af8dd7d7ec83d0e9ebe44197d1b8" "fdef77f4ffce0429e3922c8f8ad17bacec4fedc60b86cf3731d370e11e11084b" "bc49f6c6450af8395b28ed0b8b714cb3b802d622a3b9c3597063c0c97dc3f7bd" "07beac5a3691b62dff710396532b52d6ce226ae4959a438c195d03c85e01fc11" },
	{ CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 20,
	  "8028ea6a77df2e51dfaa94160ef1b7f9ae59fc31fa8b5eae65953c8124894894" "2a4684b0665ad0ad27081dd64a42335de8ed568a6ac56ecadfdc1ee1c3c0aec6" "d6783c2c2794e6e170c7e051a3c8aab67fb8c02e6dd37c3bd3a1e1a2c051ed83" "67eb45987dba9568253453c887a893305df1288e0c7da3bf4ac5e120f9991cd1" },
	{ CKM_SHA512_RSA_PKCS_PSS, CKM_SHA512, CKG_MGF1_SHA512, 62,
	  "9d4b3eae64e33bd5d50275aa4161f93aed641aca2a1d7fefdadac58fce223256" "bfd25ea0c9747cf85cc05b8e1c7ec61c0c25a2987a2e7c814c1c8daf2d275756" "56faac7b5378aff5298faa069563043aa3266306c21faed230390eadf7df47f0" "8a664ec1ec78beb6d0bc5ab192e6bdd73607b996a9c22afeafccf170ed3e0a8f" },
	/* by the definition of RFC 8017 section 9.1, with integers */
	{ CKM_SHA3_224_RSA_PKCS_PSS, CKM_SHA3_224, CKG_MGF1_SHA3_224, 0,
	  "4a43310b0d4b645b2e763de1d39aa11d0129d34afbc8ff77fcaa573352fa2119" "f1b6eea7262d557aa85cefbfd9ae1dab0814c6cc4d6fe6c84fa82ae62c1a182a" "7fc7fda58e0b3404147dc4d4e89cce50914c37e4ba0996a771efdf2eaa6a2382" "319b78aba2847eb3040fa377596b0ed18e640db05fdd2e21d82822296a0b31a9" },
	{ CKM_SHA3_224_RSA_PKCS_PSS, CKM_SHA3_224, CKG_MGF1_SHA3_224, 20,
	  "2575255fd74c7e2111545af56fdc351300b7e0f45f056aa8cedab168eded2602" "257efead0e8514102723ddcea2535d05aff92fabdd20bb35f8f0447c6dc32374" "2a591239eb5b0b39730075e14b21215bbd46482428ab5576892c4074a97315f5" "e5dfebf7f8778e098a3a331e7c4bf91681fc4ffc52cf12f29bf0720b9e0edeb5" },
	{ CKM_SHA3_256_RSA_PKCS_PSS, CKM_SHA3_256, CKG_MGF1_SHA3_256, 0,
	  "21e5f2395da9a3636ed74e7afbaf25985007f7b517eef32a3c9912baff88d1a0" "b2c81de350d0bdf0be292fe0d1e9b9473fbe167e154ceea02f8d5af570ffb966" "08893ce7844ed4b3ac99082f6231c2af253585b51746c8bdd70d61fcd22b4bfd" "53310910a2241e2e938c515c7a090247c4369e6a563a9afb185712bb26742308" },
	{ CKM_SHA3_256_RSA_PKCS_PSS, CKM_SHA3_256, CKG_MGF1_SHA3_256, 20,
	  "231529c898693bf35713dffb17a40408a2b5e82b8a9bf8d688e5cda9fb04ac35" "6083363a01320fef3c08bdc27f8a675bcf87cb691cdb0d32033557de9d4dd55c" "ddb2f5efccc5464f885d23522d99787ec8565e0c24ac723cd1d1d715c305d281" "dbc9c9c796456ba77a474ce764a931f6854df7e51cc10adc9a481c937e8cd908" },
	{ CKM_SHA3_384_RSA_PKCS_PSS, CKM_SHA3_384, CKG_MGF1_SHA3_384, 0,
	  "834bce4b091f0b0b942318cb4897a844b875aa6dbd6692fa67227f2a06391019" "e52fcf4f6fc7a2310480eea7bc315d80a0403c19a91be6a0586f43261c99c16c" "c4485245b11215ea8bb011fa1de26f3a4e8c43191afb0ca648fbef392172ff31" "c323985e83949bb489f21538c1b2546efd31aab17bf1641e63d77cdf023cc712" },
	{ CKM_SHA3_384_RSA_PKCS_PSS, CKM_SHA3_384, CKG_MGF1_SHA3_384, 20,
	  "09e950b8cd98bfdf9cf737fcd831620d387d3987723f7f4134b753c13e42e46b" "7fca5602bc7b5e1bccf1979562149068fe2f4a1c9ef2f4c35f43b77aa163b2cc" "7e6700a610c9232c0d4a4a76111aad72cf6f12ec4fdd5378e3e0377b642c8977" "30294e6b97e951d863c8b10a3da9959cc7c0dd41b3b580c117ce715e22f2b8de" },
	{ CKM_SHA3_512_RSA_PKCS_PSS, CKM_SHA3_512, CKG_MGF1_SHA3_512, 0,
	  "5af3662371737643941156f669091121c5058f2f0c920f52aec4a2e83810eaaa" "065626b7aa1a9108576603697f203235e1287883a0332aadb250e82a1454d5df" "bea31660473637c65ecf11503369ea659f6380e4c0f0af0f65a7aeb5d99b1469" "972339bf0985164974104a4b6919cc91204d738e7b923e6c8f251136dd9083a8" },
	{ CKM_SHA3_512_RSA_PKCS_PSS, CKM_SHA3_512, CKG_MGF1_SHA3_512, 20,
	  "384b7a1f25ef4454ea818e63ce4f9e8ecd7076f36a74a12b9864a4bf0cd33500" "68fa9aab036d4d5a6c77fac0750983e935801fad0cadb84b756bcdf0e83f6728" "736cd9e6b30bd1b7f24b565f9cca0ca304f9c9b05aab49117c4b4ae75a7d1d9a" "204f87567df12a1622c111a1fc323575d9aea8a1c5604013606314057a97811e" },
};

/* Made by OpenSSL 3.0, of "abc". */
static void
pss_signatures_of_others_verify (void)
{
	auto_unref Object *public = public_key ();

	for (size_t i = 0; i < N_ELEMENTS (pss_signatures); i++) {
		const Mech *mech = mech_find (pss_signatures[i].type);
		PssParams params = { pss_signatures[i].hash, pss_signatures[i].mgf, pss_signatures[i].n_salt };
		auto_wipe Buf signature = hex_buf (pss_signatures[i].signature);

		drive_check (mech->verify, mech, public, bytes (&params, sizeof params), bytes_str ("abc"),
		             bytes_of (&signature));
	}
}

/* Example 1.1 of pss-vect.txt of RSA Laboratories. */
static void
pss_example_1_1_verifies (void)
{
	static const Part parts[] = {
		{ CKA_MODULUS,
		  "a56e4a0e701017589a5187dc7ea841d156f2ec0e36ad52a44dfeb1e61f7ad991"
		  "d8c51056ffedb162b4c0f283a12a88a394dff526ab7291cbb307ceabfce0b1df"
		  "d5cd9508096d5b2b8b6df5d671ef6377c0921cb23c270a70e2598e6ff89d19f1"
		  "05acc2d3f0cb35f29280e1386b6f64c4ef22e1e1f20d0ce8cffb2249bd9a2137" },
		{ CKA_PUBLIC_EXPONENT, "010001" },
		{ 0, NULL },
	};
	auto_unref Object *public = key_new (CKO_PUBLIC_KEY, CKK_RSA, parts);
	const Mech *mech = mech_find (CKM_SHA1_RSA_PKCS_PSS);
	PssParams params = { CKM_SHA_1, CKG_MGF1_SHA1, 20 };
	auto_wipe Buf message = hex_buf ("cdc87da223d786df3b45e0bbbc721326d1ee2af806cc315475cc6f0d9c66e1b6"
	                                 "2371d45ce2392e1ac92844c310102f156a0d8d52c1f4c40ba3aa65095786cb76"
	                                 "9757a6563ba958fed0bcc984e8b517a3d5f515b23b8a41e74aa867693f90dfb0"
	                                 "61a6e86dfaaee64472c00e5f20945729cbebe77f06ce78e08f4098fba41f9d61"
	                                 "93c0317e8b60d4b6084acb42d29e3808a3bc372d85e331170fcbf7cc72d0b71c"
	                                 "296648b3a4d10f416295d0807aa625cab2744fd9ea8fd223c42537029828bd16"
	                                 "be02546f130fd2e33b936d2676e08aed1b73318b750a0167d0");
	auto_wipe Buf signature = hex_buf ("9074308fb598e9701b2294388e52f971faac2b60a5145af185df5287b5ed2887"
	                                   "e57ce7fd44dc8634e407c8e0e4360bc226f3ec227f9d9e54638e8d31f5051215"
	                                   "df6ebb9c2f9579aa77598a38f914b5b9c1bd83c4e2f9f382a0d0aa3542ffee65"
	                                   "984a601bc69eb28deb27dca12c82c2d4c3f66cd500f1ff2b994d8a4e30cbb33c");

	drive_check (mech->verify, mech, public, bytes (&params, sizeof params), bytes_of (&message),
	             bytes_of (&signature));
}

static void
pss_what_is_signed_verifies (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();

	for (size_t i = 0; i < N_ELEMENTS (pss_signatures); i++) {
		const Mech *mech = mech_find (pss_signatures[i].type), *raw = mech_find (CKM_RSA_PKCS_PSS);
		const Mech *digest = mech_find (pss_signatures[i].hash);
		PssParams params = { pss_signatures[i].hash, pss_signatures[i].mgf, pss_signatures[i].n_salt };
		Bytes param = bytes (&params, sizeof params);
		auto_wipe Buf signature = BUF_PLAIN;
		auto_wipe Buf of_digest = BUF_PLAIN;
		auto_wipe Buf hashed = BUF_PLAIN;

		assert_ok (drive_once (mech->sign, mech, private, param, bytes_str ("abc"), 2, false, &signature));
		assert_ok (drive_once (digest->digest, digest, NULL, NO_BYTES, bytes_str ("abc"), 9, false, &hashed));
		assert_ok (check_once (raw->verify, raw, public, param, bytes_of (&hashed), 1, bytes_of (&signature)));
		assert_ok (drive_once (raw->sign, raw, private, param, bytes_of (&hashed), 1, false, &of_digest));
		assert_ok (check_once (mech->verify, mech, public, param, bytes_str ("abc"), 4, bytes_of (&of_digest)));
	}
}

static void
pss_another_salt_length_is_wrong (void)
{
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS_PSS);
	auto_wipe Buf signature = BUF_PLAIN;

	for (size_t i = 0; i < N_ELEMENTS (pss_signatures); i++)
		if (pss_signatures[i].type == CKM_SHA256_RSA_PKCS_PSS && pss_signatures[i].n_salt == 20)
			signature = hex_buf (pss_signatures[i].signature);
	for (CK_ULONG n = 0; n <= 94; n++) {
		PssParams params = { CKM_SHA256, CKG_MGF1_SHA256, n };

		assert_rv (check_once (mech->verify, mech, public, bytes (&params, sizeof params), bytes_str ("abc"), 4,
		                       bytes_of (&signature)),
		           n == 20 ? CKR_OK : CKR_SIGNATURE_INVALID);
	}
}

static void
pss_impossible_parameters_are_refused (void)
{
	static const PssParams wrong[] = {
		{ CKM_SHA256, CKG_MGF1_SHA1, 20 },         { CKM_SHA_1, CKG_MGF1_SHA1, 20 },
		{ CKM_SHA256, CKG_MGF1_SHA256, 95 },       { CKM_SHA256, CKG_MGF1_SHA256, (CK_ULONG)-1 },
		{ CKM_SHA256, CKG_MGF1_SHA256, (CK_ULONG)-40 }, { 0, 0, 0 },
		{ CKM_RSA_PKCS, CKG_MGF1_SHA256, 20 },     { CKM_SHA256, 99, 20 },
	};
	auto_unref Object *key = private_key ();
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS_PSS);
	g_autofree void *state = g_malloc0 (mech->sign->state_size);

	for (size_t i = 0; i < N_ELEMENTS (wrong); i++)
		assert_rv (mech->sign->start (state, mech, key, bytes (&wrong[i], sizeof wrong[i])),
		           CKR_MECHANISM_PARAM_INVALID);
}

/* --- OAEP --- */

static const struct {
	CK_MECHANISM_TYPE hash;
	CK_ULONG mgf;
	const char *label, *plain, *cipher;
} oaep_texts[] = {
	/* Example 1.1 of oaep-vect.txt; the others are OpenSSL 3.0's. */
	{ CKM_SHA_1, CKG_MGF1_SHA1, "", "6628194e12073db03ba94cda9ef9532397d50dba79b987004afefe34",
	  "354fe67b4a126d5d35fe36c777791a3f7ba13def484e2d3908aff722fad468fb" "21696de95d0be911c2d3174f8afcc201035f7b6d8e69402de5451618c21a535f" "a9d7bfc5b8dd9fc243f8cf927db31322d6e881eaa91a996170e657a05a266426" "d98c88003f8477c1227094a0d9fa1e8c4024309ce1ecccb5210035d47ac72e8a" },
	{ CKM_SHA_1, CKG_MGF1_SHA1, "", "616263",
	  "2e3673cd4857ec1b4b5bc712e5bd930ae2f3ca1053aa3511f9be05cfe03de834" "9905965f57fa74f2e7ea9a69acd036f5b1ceab59d2c9adc28dc9d51f6fc7c532" "f3439e1859e88ded8291c33aa51f3eaaf7ed8f398f72f9340ce1dd2f77a13745" "6fcf5c063d3cbd9c632f31bcb5768415c51446669233fa062be55db0eba099a2" },
	{ CKM_SHA_1, CKG_MGF1_SHA1, "6c6162656c", "616263",
	  "271327afa9a0d8f72f685698d051703c4aacbcc137a0f7a3abc8e29b50754eba" "9f29fdcc8b794ff28dedc342757cf31d37b04076d96ff36243593f06e2fad1db" "f18f7570b7616c6b95cf649c654898b343e9b24af1233b21d6f56cb43a6bcb57" "5c961e94aae5d89383d257c9dfbb4c777e78a23931c42578317b63264e2aa2f9" },
	{ CKM_SHA_1, CKG_MGF1_SHA512, "", "616263",
	  "7ed89a2b98d9a3de0b16a948fdcfa3cc0a435f2fc3b88af872cd966ab5b8e442" "7ef28261337068ea0da42db5d1bcfdaa9535950a6c7b982707af7b766fb937e9" "22be78ea6ff0f215203894c5f7f58f044c1827a2c86e9e7ad3a5f89d52dfc32e" "e0b3f9513742f1da60cc2a2a5a377d5b9430063251fb2d6849ab2144a01d0507" },
	{ CKM_SHA_1, CKG_MGF1_SHA512, "6c6162656c", "616263",
	  "21bcbdcd749cc0303c2eb50e4479840b3236f602f3c0cbae8fd0abd7a0b7e2e5" "fc66b7e2945819bf3ee822c854025945de79aa2f7f422ca3e1595fda324df3ab" "1d18719908185f176874f424f44f2586f844d25c004183b006ef29c79a523234" "2dfb012e952de92af9f60dd8a0be683b4a117fb14a14fb2e31f4f5d6c3e70566" },
	{ CKM_SHA224, CKG_MGF1_SHA1, "", "616263",
	  "a5ab2536b6e7af1b8362dc2a205a8d44cf059a4bb029015faff47ee95d0c91e6" "6ede322989a4ef3a27af9887cd35b3dff87f3ecff5907c4585388c7ae9dc17ea" "5701e0ebb5dfdcefdf136c9b7e649c2af2970118cae5dec17214ed4c3035cf94" "c2cf95c2bf27b4082d01fe6586e7f50b0f6574dfa97b44776dff12ffae9fc257" },
	{ CKM_SHA224, CKG_MGF1_SHA1, "6c6162656c", "616263",
	  "6c633959e55ef4827bb27661db8ccb7b3d886c9226bf3e859809715b400eda18" "d3b4eb51295349d13ef0bd856d443b99886db6ed47863a879fdd1308382877b0" "b40c1c32567000d35f75c8fd628d45321946b91fb19955b457f01ef68c3397e1" "7f22d41239de600c416aa1f76112e54a325df7e423d5f7fea18bc5e206d0d053" },
	{ CKM_SHA224, CKG_MGF1_SHA224, "", "616263",
	  "2641b25157b2b83dd357bf4d2989db283d1bf032549ee976eb88c63e808356c0" "e6d319a9d914fee9e5bcfcf50eca476e2f07a2ab4cdc72bd245f47a3a501412a" "f2beacdc85a942394843d38c294760f43ab072ccd85118c7ff8cf7d473746884" "d7cc7352c23d13a53af864be9bf6db3a49ab7e0588be90ae0c979a908127494d" },
	{ CKM_SHA224, CKG_MGF1_SHA224, "6c6162656c", "616263",
	  "5841e60040be5f96feabdd47a2aeb4c7e2f0acd0257fb947c757396dee0dd2f5" "09c0e6f17fef0cd3ab1d5914739d682a369661933a5773c355122355b27e3835" "7c8721aed33df41026d095397f09b9039457d0ebdce85f3f123947df52c58ed2" "584a8b1d6824bed663cf96f40d65233fbb722b568e5d7d8b2c351dc85b497804" },
	{ CKM_SHA256, CKG_MGF1_SHA1, "", "616263",
	  "892a9884825454287ca819b705f6323abee179bc0cf4e30b02b4bad8c0a1548d" "80a273134d85a4513edf3fb7dda902abe36fb526fc726366e19a3fd5b50f35c8" "bbb67ae4ee7c4260b94dfb5fafcb24aed60e67b6d03d48df05fe2d8662805a42" "693f9a26e99c5cb7fd3a82fefe6c6aaf0f51f6f53ad34bcea61e775d03b84e1d" },
	{ CKM_SHA256, CKG_MGF1_SHA1, "6c6162656c", "616263",
	  "5a1978b450400806f8f2edf6502e526cbc71274f2095ac0afdae9f98d9f8d04b" "8160fa8181e90781788da9ef61dd016ef201306dde60b2bc57765b4e4856b770" "12f31e20c73bfc67d51b5c604db8bdd69e09427b921a223bbf2cc0511e3e1d85" "192f66116a156ce4f7bc87aa66727572cf0ce23995a7cce8f33951eb64afbca7" },
	{ CKM_SHA256, CKG_MGF1_SHA256, "", "616263",
	  "01340df64c4c3b3132ed836bc5c42a4e501f2636b5b7ea162265b34e1e4be351" "7540c1d61780cf967995576ef6c1179fcf2a5d5b81fd2e1d5da13d75acafa98e" "6fb826259d0027feb87971a3e210ec18ffa05a2fa66ac1999d8f1bd5b05fe49d" "51a4063edf07585922eaec127562741247f9de68b9af0f11784691cf205e82fb" },
	{ CKM_SHA256, CKG_MGF1_SHA256, "6c6162656c", "616263",
	  "a35afc044bb2ea0cd7db22e707235d759de067c1b1e036317e9d7b5a964e13ad" "07f683b38d9d5454ab5a5a6ce0f04821ef4df74151d06ab0560b45087e372a66" "9cdefb230c1811519af4c59acca5a8260254255e70a9d7630d28802e0030e3c7" "e4505428473ef37915106e5da857b46b0c89e7306fa5f1d3cab76ffc76051b15" },
	{ CKM_SHA384, CKG_MGF1_SHA1, "", "616263",
	  "272b21961b956881321d8e3f0bae0090e3138dbc67c7efe988f07684e7c5a387" "3825a01dea479c9ddfe6b375317009bee213c3d4d434681278c4e1456e1fc2e2" "e37ac9c82bc67bfcdbd1b54175b66303b093073b2fe263194754203412fccff2" "f1a2342e397459043c8cbe3b97d17975860332abb8cb2e73d833aceaea60356a" },
	{ CKM_SHA384, CKG_MGF1_SHA1, "6c6162656c", "616263",
	  "5df756ddda5096b25073c7a98eb2458467e33c45d23a0d461b96a64fb191359a" "bdc6ee7be7d6d67d4f284711877e89abfa7311a698d2f68718a6c0371f64a01e" "b073089677c11f68099d7642f1cd966106b886cf1b1e90a35e7c8326314354dd" "876d1984895aabec50676b751843041782453e2045d9927497ba49bfde74ee09" },
	{ CKM_SHA384, CKG_MGF1_SHA384, "", "616263",
	  "4d85aa4fec842cd1e2136e3f3775870dedbe229b6082b0d99eb004488214f467" "5f2b4fb8d3fd9df2e7938e17ab416efd9427bcdd418ef3fecd11f62ee84a5fee" "1f8d19e41b551b972723e5d50befab03ac2564fb3958a17d3b4c27dc5705ac1f" "d5496df60435e27679e060a51a50f287a11b908cadb9855286263fcfab06febd" },
	{ CKM_SHA384, CKG_MGF1_SHA384, "6c6162656c", "616263",
	  "69824e8c7bd1286bd661b65ab427e503cd3d0c6d3e73e4667dfcd200443a8d3b" "6c4725e148a2b657847dfeb0cf9f1e01c38208281defce755eb80dcbf44d85ba" "b2f0c9f14b1f644f4094fa261aafb1efd042f2a3b8dbbd7834d58af9c8e4935d" "203d149998154eb7f133d2664716de49110f67a4bb3424669ac1f171cc15feb5" },
};

static void
oaep_of_others_is_decrypted (void)
{
	auto_unref Object *private = private_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS_OAEP);

	for (size_t i = 0; i < N_ELEMENTS (oaep_texts); i++) {
		auto_wipe Buf label = hex_buf (oaep_texts[i].label);
		auto_wipe Buf plain = hex_buf (oaep_texts[i].plain);
		auto_wipe Buf cipher = hex_buf (oaep_texts[i].cipher);
		OaepParams params = { oaep_texts[i].hash, oaep_texts[i].mgf, CKZ_DATA_SPECIFIED, label.data, label.len };

		drive (mech->decrypt, mech, private, bytes (&params, sizeof params), bytes_of (&cipher), bytes_of (&plain));
		drive (mech->unwrap, mech, private, bytes (&params, sizeof params), bytes_of (&cipher), bytes_of (&plain));
	}
}

static void
oaep_another_label_or_hash_is_refused (void)
{
	auto_unref Object *private = private_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS_OAEP);
	auto_wipe Buf cipher = hex_buf (oaep_texts[0].cipher);
	OaepParams wrong[] = {
		{ CKM_SHA_1, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, (void *)(guintptr) "x", 1 },
		{ CKM_SHA_1, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, NULL, 0 },
		{ CKM_SHA256, CKG_MGF1_SHA1, CKZ_DATA_SPECIFIED, NULL, 0 },
	};

	for (size_t i = 0; i < N_ELEMENTS (wrong); i++) {
		auto_wipe Buf out = BUF_PLAIN;

		assert_rv (drive_once (mech->decrypt, mech, private, bytes (&wrong[i], sizeof wrong[i]), bytes_of (&cipher),
		                       1, false, &out),
		           CKR_ENCRYPTED_DATA_INVALID);
	}
}

static void
oaep_encrypts_up_to_its_limit (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS_OAEP);
	OaepParams params = { CKM_SHA256, CKG_MGF1_SHA256, CKZ_DATA_SPECIFIED, (void *)(guintptr) "label", 5 };
	Bytes param = bytes (&params, sizeof params);
	uint8_t data[63];

	memset (data, 1, sizeof data);
	for (size_t n = 0; n <= 62; n += n < 60 ? 7 : 1) {
		auto_wipe Buf cipher = BUF_PLAIN;
		auto_wipe Buf plain = BUF_PLAIN;

		assert_ok (drive_once (mech->encrypt, mech, public, param, bytes (data, n), 1, false, &cipher));
		assert_ok (drive_once (mech->decrypt, mech, private, param, bytes_of (&cipher), 1, false, &plain));
		assert_bytes (bytes_of (&plain), bytes (data, n));
	}
	{
		auto_wipe Buf cipher = BUF_PLAIN;

		assert_rv (drive_once (mech->encrypt, mech, public, param, bytes (data, 63), 1, false, &cipher),
		           CKR_DATA_LEN_RANGE);
	}
}

static void
oaep_needs_a_key_that_is_long_enough (void)
{
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS_OAEP);
	OaepParams params = { CKM_SHA512, CKG_MGF1_SHA512, CKZ_DATA_SPECIFIED, NULL, 0 };
	g_autofree void *state = g_malloc0 (mech->encrypt->state_size);

	assert_rv (mech->encrypt->start (state, mech, public, bytes (&params, sizeof params)), CKR_KEY_SIZE_RANGE);
}

/* --- PKCS #1 v1.5 encryption --- */

/* Made by OpenSSL 3.0. */
static void
pkcs1_of_others_is_decrypted (void)
{
	auto_unref Object *private = private_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS);
	auto_wipe Buf cipher = hex_buf ("696c5b56a00e92cfd51b1f3f28da386650f756cf19d6111fec575f77b742c693"
	                                "e48619babb80c732e5a44b69553ec75ec86895f46477c7d5e38b70b520cb3ab8"
	                                "b862e134f87603d696248d8bb20aaa8d0f0606f997f5f4aad312ba4df9c72638"
	                                "cbb577b1bdc70a02a95dd7c525306f6923660c05006c4a9281ab3477b2439527");

	drive (mech->decrypt, mech, private, NO_BYTES, bytes_of (&cipher), bytes_str ("abc"));
	drive (mech->unwrap, mech, private, NO_BYTES, bytes_of (&cipher), bytes_str ("abc"));
}

/* RFC 8017 section 7.2.2: 00 02, eight octets at least that are not zero, 00, the message.  What is not so opens to
 * what nobody wrote, the same each time. */
static void
pkcs1_takes_right_padding_only (void)
{
	static const struct {
		uint8_t first, second;
		size_t separator;       /* where the zero is */
		bool right;
	} rows[] = {
		{ 0, 2, 10, true }, { 0, 2, 11, true }, { 0, 2, 127, true }, { 0, 2, 9 },  { 0, 2, 2 },
		{ 0, 2, 0 },        { 0, 1, 20 },       { 0, 0, 20 },        { 1, 2, 20 }, { 0, 3, 20 },
	};
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS), *raw = mech_find (CKM_RSA_X_509);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		uint8_t block[128];
		auto_wipe Buf cipher = BUF_PLAIN;
		auto_wipe Buf plain = BUF_PLAIN;
		auto_wipe Buf again = BUF_PLAIN;
		Bytes message = bytes (block + rows[i].separator + 1, 127 - rows[i].separator);

		memset (block, 0x55, sizeof block);
		block[0] = rows[i].first;
		block[1] = rows[i].second;
		if (rows[i].separator > 0)
			block[rows[i].separator] = 0;
		assert_ok (drive_once (raw->encrypt, raw, public, NO_BYTES, bytes (block, 128), 1, false, &cipher));
		assert_ok (drive_once (mech->decrypt, mech, private, NO_BYTES, bytes_of (&cipher), 1, false, &plain));
		g_assert_cmpint (bytes_equal (bytes_of (&plain), message), ==, rows[i].right);
		assert_ok (drive_once (mech->unwrap, mech, private, NO_BYTES, bytes_of (&cipher), 1, false, &again));
		assert_bytes (bytes_of (&again), bytes_of (&plain));
	}
}

static void
pkcs1_damage_opens_to_published_messages (void)
{
	const Mech *mech = mech_find (CKM_RSA_PKCS);

	for (size_t i = 0; i < N_ELEMENTS (rejections); i++) {
		const RejectionKey *numbers = &rejection_keys[rejections[i].key];
		auto_unref Object *key = key_new (CKO_PRIVATE_KEY, CKK_RSA,
		                                  (Part[]){ { CKA_MODULUS, numbers->modulus },
		                                            { CKA_PRIVATE_EXPONENT, numbers->exponent },
		                                            { 0, NULL } });
		auto_wipe Buf cipher = hex_buf (rejections[i].ciphertext);
		auto_wipe Buf message = hex_buf (rejections[i].message);

		g_test_message ("%s bits: %s", numbers->bits, rejections[i].name);
		drive (mech->decrypt, mech, key, NO_BYTES, bytes_of (&cipher), bytes_of (&message));
	}
}

static void
pkcs1_false_messages_have_every_length (void)
{
	auto_unref Object *private = private_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS);
	uint8_t ciphertext[128] = { 0, 1 };
	size_t n_seen[118] = { 0 }, n_lengths = 0;

	for (unsigned i = 0; i < 200; i++) {
		auto_wipe Buf plain = BUF_PLAIN;

		ciphertext[127] = (uint8_t)(i + 1);
		assert_ok (
			drive_once (mech->decrypt, mech, private, NO_BYTES, bytes (ciphertext, 128), 1, false, &plain));
		g_assert_cmpuint (plain.len, <=, 117);
		n_lengths += n_seen[plain.len]++ == 0;
	}
	/* of 118 lengths that are as likely as each other 96 come up, give or take 4 */
	g_assert_cmpuint (n_lengths, >, 70);
}

static void
pkcs1_encrypts_differently_each_time (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_PKCS);
	auto_wipe Buf one = BUF_PLAIN;
	auto_wipe Buf other = BUF_PLAIN;
	auto_wipe Buf plain = BUF_PLAIN;

	assert_ok (drive_once (mech->encrypt, mech, public, NO_BYTES, bytes_str ("abc"), 1, false, &one));
	assert_ok (drive_once (mech->encrypt, mech, public, NO_BYTES, bytes_str ("abc"), 1, false, &other));
	g_assert_false (bytes_equal (bytes_of (&one), bytes_of (&other)));
	assert_ok (drive_once (mech->decrypt, mech, private, NO_BYTES, bytes_of (&other), 1, false, &plain));
	assert_bytes (bytes_of (&plain), bytes_str ("abc"));
}

/* --- raw --- */

/* 5 to the private exponent, by Python's pow. */
static void
raw_is_the_bare_power (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_X_509);
	auto_wipe Buf root = hex_buf ("193948cedb5dcf63971e327a20d3dc960cf24b035f521d00c19e96d68ca51d70"
	                              "db59d0befc9231a958a3d543fb19d424a682dd743d5b11ac11c917d6e00033e8"
	                              "f40a8ed1d82d5a5dd6c7972f6193c0c6674fa50c1a157304f784d75ba038908d"
	                              "5142234bdda4415e8be46a4c07dacebc8092e0b97cd0ffa10fdeaa46541f8f88");
	uint8_t five[128] = { 0 };

	five[127] = 5;
	drive (mech->sign, mech, private, NO_BYTES, bytes (five + 127, 1), bytes_of (&root));
	drive (mech->decrypt, mech, private, NO_BYTES, bytes (five, 128), bytes_of (&root));
	drive (mech->encrypt, mech, public, NO_BYTES, bytes_of (&root), bytes (five, 128));
	drive_check (mech->verify, mech, public, NO_BYTES, bytes (five, 128), bytes_of (&root));
}

static void
numbers_not_below_the_modulus_are_refused (void)
{
	auto_unref Object *private = private_key ();
	auto_unref Object *public = public_key ();
	const Mech *mech = mech_find (CKM_RSA_X_509);
	auto_wipe Buf modulus = hex_buf (N);
	auto_wipe Buf out = BUF_PLAIN;

	assert_rv (drive_once (mech->sign, mech, private, NO_BYTES, bytes_of (&modulus), 1, false, &out),
	           CKR_DATA_INVALID);
	assert_rv (drive_once (mech->encrypt, mech, public, NO_BYTES, bytes_of (&modulus), 1, false, &out),
	           CKR_DATA_INVALID);
	assert_rv (drive_once (mech->decrypt, mech, private, NO_BYTES, bytes_of (&modulus), 1, false, &out),
	           CKR_ENCRYPTED_DATA_INVALID);
	assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes_str ("x"), 1, bytes_of (&modulus)),
	           CKR_SIGNATURE_INVALID);
}

/* --- keys --- */

/* The key with those parts whose bit is set in @mask, in the order of whole_key. */
static void
some_parts (unsigned mask, Part parts[static N_ELEMENTS (whole_key)])
{
	size_t n = 0;

	for (size_t i = 0; i + 1 < N_ELEMENTS (whole_key); i++)
		if (mask & 1u << i)
			parts[n++] = whole_key[i];
	parts[n] = (Part){ 0, NULL };
}

/* PKCS #11 v3.2 section 6.1.3: modulus and private exponent are enough.  All that may be missing is, in every
 * combination. */
static void
keys_without_some_parts_work (void)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);
	auto_wipe Buf signature = hex_buf (pkcs1_signatures[2].signature);

	for (unsigned mask = 0; mask < 256; mask++) {
		Part parts[N_ELEMENTS (whole_key)];
		auto_unref Object *key = NULL;
		auto_wipe Buf made = BUF_PLAIN;

		if ((mask & 5) != 5)
			continue;
		some_parts (mask, parts);
		key = key_new (CKO_PRIVATE_KEY, CKK_RSA, parts);
		assert_ok (mech_check_key (&key->attrs));
		assert_ok (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &made));
		assert_bytes (bytes_of (&made), bytes_of (&signature));
	}
}

/* Leading zeros are what others write. */
static void
parts_may_have_leading_zeros (void)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);
	auto_wipe Buf signature = hex_buf (pkcs1_signatures[2].signature);
	auto_unref Object *key = key_new (CKO_PRIVATE_KEY, CKK_RSA,
	                                  (Part[]){ { CKA_MODULUS, "0000" N }, { CKA_PUBLIC_EXPONENT, "00" E },
	                                            { CKA_PRIVATE_EXPONENT, "00" D }, { CKA_PRIME_1, "00" P },
	                                            { CKA_PRIME_2, "000000" Q }, { 0, NULL } });
	auto_wipe Buf made = BUF_PLAIN;

	assert_ok (mech_check_key (&key->attrs));
	assert_ok (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &made));
	assert_bytes (bytes_of (&made), bytes_of (&signature));
}

/* A part changed by one makes a key that is none. */
static CK_RV
check_with_wrong (CK_ATTRIBUTE_TYPE type, size_t from_end, uint8_t change)
{
	auto_attrs Attrs attrs = { 0 };
	auto_wipe Buf value = BUF_PLAIN;

	key_attrs (&attrs, CKO_PRIVATE_KEY, CKK_RSA, whole_key);
	g_assert_true (buf_set (&value, attrs_bytes (&attrs, type)));
	value.data[value.len - 1 - from_end] ^= change;
	assert_ok (attrs_set_secret (&attrs, type, bytes_of (&value)));
	return mech_check_key (&attrs);
}

static void
parts_that_do_not_agree_are_refused (void)
{
	static const CK_ATTRIBUTE_TYPE types[] = { CKA_MODULUS, CKA_PUBLIC_EXPONENT, CKA_PRIME_1,    CKA_PRIME_2,
		                                   CKA_EXPONENT_1, CKA_EXPONENT_2,   CKA_COEFFICIENT };

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		assert_rv (check_with_wrong (types[i], 0, 1), CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (check_with_wrong (types[i], 0, 6), CKR_ATTRIBUTE_VALUE_INVALID);
		assert_rv (check_with_wrong (types[i], 1, 0x80), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

/* Signing needs the exponents of the halves only, but what is wrapped or stored holds this one. */
static void
a_private_exponent_that_does_not_agree_is_refused (void)
{
	assert_rv (check_with_wrong (CKA_PRIVATE_EXPONENT, 0, 6), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_with_wrong (CKA_PRIVATE_EXPONENT, 1, 0x80), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
impossible_numbers_are_refused (void)
{
	static const Part none[][4] = {
		{ { CKA_MODULUS, "" }, { CKA_PRIVATE_EXPONENT, D }, { 0, NULL } },
		{ { CKA_MODULUS, "00" }, { CKA_PRIVATE_EXPONENT, D }, { 0, NULL } },
		{ { CKA_MODULUS, "010001" }, { CKA_PRIVATE_EXPONENT, D }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, "" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, "00" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, "01" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, "02" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, N }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_1, "01" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_1, "02" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_1, "03" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_1, N }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PRIME_2, "01" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PUBLIC_EXPONENT, "01" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PRIVATE_EXPONENT, D }, { CKA_PUBLIC_EXPONENT, "03" }, { 0, NULL } },
	};

	for (size_t i = 0; i < N_ELEMENTS (none); i++) {
		auto_attrs Attrs attrs = { 0 };

		key_attrs (&attrs, CKO_PRIVATE_KEY, CKK_RSA, none[i]);
		assert_rv (mech_check_key (&attrs), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
public_keys_are_checked (void)
{
	static const Part none[][3] = {
		{ { CKA_MODULUS, "" }, { CKA_PUBLIC_EXPONENT, E }, { 0, NULL } },
		{ { CKA_MODULUS, "01" N "02" }, { CKA_PUBLIC_EXPONENT, E }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, "" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, "00" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, "01" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, "02" }, { 0, NULL } },
		{ { CKA_MODULUS, N }, { CKA_PUBLIC_EXPONENT, "01" N }, { 0, NULL } },
	};
	auto_attrs Attrs good = { 0 };

	for (size_t i = 0; i < N_ELEMENTS (none); i++) {
		auto_attrs Attrs attrs = { 0 };

		key_attrs (&attrs, CKO_PUBLIC_KEY, CKK_RSA, none[i]);
		assert_rv (mech_check_key (&attrs), CKR_ATTRIBUTE_VALUE_INVALID);
	}
	key_attrs (&good, CKO_PUBLIC_KEY, CKK_RSA, public_parts);
	assert_ok (mech_check_key (&good));
	g_assert_cmpuint (attrs_ulong (&good, CKA_MODULUS_BITS, 0), ==, 1024);
}

/* A damaged key (here: one that nobody checked) gives no wrong signature, from which a factor could be had. */
static void
a_wrong_result_is_not_given_out (void)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);

	for (size_t i = 3; i + 1 < N_ELEMENTS (whole_key); i++) {
		auto_unref Object *key = private_key ();
		auto_wipe Buf value = BUF_PLAIN;
		auto_wipe Buf made = BUF_PLAIN;

		g_assert_true (buf_set (&value, object_bytes (key, whole_key[i].type)));
		value.data[value.len / 2] ^= 4;
		assert_ok (attrs_set_secret (&key->attrs, whole_key[i].type, bytes_of (&value)));
		g_assert_cmpuint (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &made), !=, CKR_OK);
		g_assert_cmpuint (made.len, ==, 0);
	}
}

CK_RV __real_limbs_powers (const Power *powers, size_t n);
CK_RV __wrap_limbs_powers (const Power *powers, size_t n);

/* Which half has an error; as many as there are: none. */
static size_t wrong_half = 2;

CK_RV
__wrap_limbs_powers (const Power *powers, size_t n)
{
	CK_RV rv = __real_limbs_powers (powers, n);

	if (wrong_half < n)
		powers[wrong_half].power[0] ^= 1;
	return rv;
}

/* One of the halves is wrong, as by a fault of the processor: the signature would show a factor of the modulus. */
static void
an_error_while_computing_gives_nothing_away (void)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);

	for (wrong_half = 0; wrong_half < 2; wrong_half++) {
		auto_unref Object *key = private_key ();
		auto_wipe Buf made = BUF_PLAIN;

		assert_rv (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &made), CKR_FUNCTION_FAILED);
		g_assert_cmpuint (made.len, ==, 0);
	}
}

/* More than the 64 after which the blinding is drawn anew. */
static void
many_signatures_with_one_key_are_the_same (void)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);
	auto_unref Object *key = private_key ();
	auto_wipe Buf signature = hex_buf (pkcs1_signatures[2].signature);

	for (int i = 0; i < 150; i++) {
		auto_wipe Buf made = BUF_PLAIN;

		assert_ok (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &made));
		assert_bytes (bytes_of (&made), bytes_of (&signature));
	}
}

static gpointer
sign_often (gpointer data)
{
	const Mech *mech = mech_find (CKM_SHA256_RSA_PKCS);
	auto_wipe Buf signature = hex_buf (pkcs1_signatures[2].signature);

	for (int i = 0; i < 50; i++) {
		auto_wipe Buf made = BUF_PLAIN;

		assert_ok (drive_once (mech->sign, mech, data, NO_BYTES, bytes_str ("abc"), 4, false, &made));
		assert_bytes (bytes_of (&made), bytes_of (&signature));
	}
	return NULL;
}

static void
threads_share_one_key (void)
{
	auto_unref Object *key = private_key ();
	GThread *threads[4];

	for (size_t i = 0; i < N_ELEMENTS (threads); i++)
		threads[i] = g_thread_new ("sign", sign_often, key);
	for (size_t i = 0; i < N_ELEMENTS (threads); i++)
		g_thread_join (threads[i]);
}

/* --- key pairs --- */

static void
assert_pair (CK_ULONG bits, const char *exponent)
{
	const Mech *make = mech_find (CKM_RSA_PKCS_KEY_PAIR_GEN), *mech = mech_find (CKM_SHA256_RSA_PKCS);
	Attrs public = { 0 }, private = { 0 };
	auto_unref Object *public_object = NULL;
	auto_unref Object *private_object = NULL;
	auto_wipe Buf signature = BUF_PLAIN;
	auto_wipe Buf wanted = hex_buf (exponent ? exponent : E);

	key_attrs (&public, CKO_PUBLIC_KEY, CKK_RSA,
	           (Part[]){ { CKA_PUBLIC_EXPONENT, exponent ? exponent : "" }, { 0, NULL } });
	key_attrs (&private, CKO_PRIVATE_KEY, CKK_RSA, (Part[]){ { 0, NULL } });
	assert_ok (attrs_set_ulong (&public, CKA_MODULUS_BITS, bits));
	assert_ok (make->generate_pair (make, NO_BYTES, &public, &private));
	assert_ok (mech_check_key (&public));
	assert_ok (mech_check_key (&private));
	g_assert_cmpuint (rsa_kind_size (&public), ==, bits);
	assert_bytes (attrs_bytes (&public, CKA_PUBLIC_EXPONENT), bytes_of (&wanted));
	g_assert_true (attrs_find (&private, CKA_PRIVATE_EXPONENT)->secret && attrs_find (&private, CKA_PRIME_1)->secret);
	assert_ok (object_publish (&public, &public_object));
	assert_ok (object_publish (&private, &private_object));
	assert_ok (drive_once (mech->sign, mech, private_object, NO_BYTES, bytes_str ("abc"), 4, false, &signature));
	assert_ok (check_once (mech->verify, mech, public_object, NO_BYTES, bytes_str ("abc"), 4, bytes_of (&signature)));
}

static void
generated_pairs_work_together (void)
{
	assert_pair (512, NULL);
	assert_pair (1024, NULL);
	assert_pair (1024, "03");
	assert_pair (1031, E);
	assert_pair (2048, NULL);
}

static void
impossible_pairs_are_not_made (void)
{
	static const struct {
		CK_ULONG bits;
		const char *exponent;
	} rows[] = {
		{ 0, E },       { 511, E },     { 16385, E },      { (CK_ULONG)-1, E },
		{ 1024, "01" }, { 1024, "02" }, { 1024, "010000" }, { 1024, N },
	};
	const Mech *mech = mech_find (CKM_RSA_PKCS_KEY_PAIR_GEN);

	for (size_t i = 0; i < N_ELEMENTS (rows); i++) {
		auto_attrs Attrs public = { 0 };
		auto_attrs Attrs private = { 0 };

		key_attrs (&public, CKO_PUBLIC_KEY, CKK_RSA,
		           (Part[]){ { CKA_PUBLIC_EXPONENT, rows[i].exponent }, { 0, NULL } });
		assert_ok (attrs_set_ulong (&public, CKA_MODULUS_BITS, rows[i].bits));
		assert_rv (mech->generate_pair (mech, NO_BYTES, &public, &private), CKR_ATTRIBUTE_VALUE_INVALID);
	}
}

static void
every_row_has_a_known_answer (void)
{
	for (size_t i = 0; i < mech_rsa.n_mechs; i++) {
		CK_MECHANISM_TYPE type = mech_rsa.mechs[i].type;
		bool known = type == CKM_RSA_PKCS || type == CKM_RSA_X_509 || type == CKM_RSA_PKCS_OAEP ||
		             type == CKM_RSA_PKCS_PSS || type == CKM_RSA_PKCS_KEY_PAIR_GEN;

		for (size_t j = 0; j < N_ELEMENTS (pkcs1_signatures); j++)
			known = known || pkcs1_signatures[j].type == type;
		for (size_t j = 0; j < N_ELEMENTS (pss_signatures); j++)
			known = known || pss_signatures[j].type == type;
		if (!known)
			g_error ("no known value for %s", mech_rsa.mechs[i].name);
	}
}

#define ADD(name) g_test_add_func ("/mech/rsa/" #name, name)

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	ADD (pkcs1_signatures_are_as_others_make_them);
	ADD (pkcs1_without_hash_takes_a_digest_info);
	ADD (pkcs1_refuses_what_is_too_long);
	ADD (pss_signatures_of_others_verify);
	ADD (pss_example_1_1_verifies);
	ADD (pss_what_is_signed_verifies);
	ADD (pss_another_salt_length_is_wrong);
	ADD (pss_impossible_parameters_are_refused);
	ADD (oaep_of_others_is_decrypted);
	ADD (oaep_another_label_or_hash_is_refused);
	ADD (oaep_encrypts_up_to_its_limit);
	ADD (oaep_needs_a_key_that_is_long_enough);
	ADD (pkcs1_of_others_is_decrypted);
	ADD (pkcs1_takes_right_padding_only);
	ADD (pkcs1_damage_opens_to_published_messages);
	ADD (pkcs1_false_messages_have_every_length);
	ADD (pkcs1_encrypts_differently_each_time);
	ADD (raw_is_the_bare_power);
	ADD (numbers_not_below_the_modulus_are_refused);
	ADD (keys_without_some_parts_work);
	ADD (parts_may_have_leading_zeros);
	ADD (parts_that_do_not_agree_are_refused);
	ADD (a_private_exponent_that_does_not_agree_is_refused);
	ADD (impossible_numbers_are_refused);
	ADD (public_keys_are_checked);
	ADD (a_wrong_result_is_not_given_out);
	ADD (an_error_while_computing_gives_nothing_away);
	ADD (many_signatures_with_one_key_are_the_same);
	ADD (threads_share_one_key);
	ADD (generated_pairs_work_together);
	ADD (impossible_pairs_are_not_made);
	ADD (every_row_has_a_known_answer);
	return g_test_run ();
}
