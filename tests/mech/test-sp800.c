/* SP 800-108 against NIST's CAVP files (KBKDF800-108: CounterMode.zip, FeedbackModenocounter.zip,
 * FeedbackModeNOzeroiv.zip, FeedbackModewzeroiv.zip, PipelineModewithCounter.zip, PipelineModeWOCounter.zip), and its
 * length field against the keys that RFC 8009 appendix A derives.  All recomputed by the definition with other HMAC and
 * CMAC. */

#include "mechtest.h"
#include "params.h"

extern const MechFamily mech_sp800;

typedef struct {
	CK_MECHANISM_TYPE type, prf;
	const char *source;
	const char *order;      /* i: iteration variable, c: counter, f: first fixed data, g: second */
	CK_ULONG n_bits;        /* of the counter, 0: there is none */
	const char *key, *iv, *first, *second, *out;
} KnownKdf;

static const KnownKdf knowns[] = {
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA256 BEFORE_FIXED r=8 30", "if", 8,
	  "63a657fb6c5bacb9a124d3e7db8bbb7d42bfdfaf8f04cb6359cd888c70669652", NULL,
	  "2697b6ec112cab4d6f1714c991c17d44fb36a0b6ef0b0f5451619ab248950f56f403215c78711aa563683ced05be7246"
	  "f32574fa294f162dbbeb3dee",
	  NULL,
	  "1992e75756fa64734d5caecc5f6420fcb28b8b90421eee97dc8b6140ce18518405688bea489d2aaa" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA256 BEFORE_FIXED r=16 30", "if", 16,
	  "d4349c26108719debacc04e166a09063ffb5e17bcbaf8738dc2618aa7d1e97ae", NULL,
	  "da1f5ed45ead428689b0ecca9dbc2569e76953cda0df085499cca6d5949d8995e1e42bbdc94b0dd78c164867c364a64c"
	  "894de85294ad89d267ff443d",
	  NULL,
	  "00550ae0f29a2373269af175e7f829ec32c3d05099a39f8c0e02caa00b68afb7457669334383ffb2" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA256 BEFORE_FIXED r=24 30", "if", 24,
	  "c9063598d6cf8660300073b5c25603baf3ade910c182deea15d8107d6f6be295", NULL,
	  "22d27eec90c2dd4ae5cf4a705abecfd781b9051ba512b048ea9499364b791e9cdf63215db43680dacffe6f19d77fc93f"
	  "8a46d84dd52146389d9ec308",
	  NULL,
	  "f3a5b521b435a8c83eaf2d264b5b1a6dcc32c21b4897511203f97f01f2a691eef080b4cd7ca4fc38" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA256 BEFORE_FIXED r=32 30", "if", 32,
	  "c4bedbddb66493e7c7259a3bbbc25f8c7e0ca7fe284d92d431d9cd99a0d214ac", NULL,
	  "1c69c54766791e315c2cc5c47ecd3ffab87d0d273dd920e70955814c220eacace6a5946542da3dfe24ff626b4897898c"
	  "afb7db83bdff3c14fa46fd4b",
	  NULL,
	  "1da47638d6c9c4d04d74d4640bbd42ab814d9e8cc22f4326695239f96b0693f12d0dd1152cf44430" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 BEFORE_FIXED r=8 30", "if", 8,
	  "e91e0d06ab23a4e495bbcc430efddcaf", NULL,
	  "24acb8e9227b180f2ccebea48051cbdbcd1be2bf94400d1e92945fe9b887585a295f46c469036107697813a3e12c45ae"
	  "2ffde9a940f8f8c181018a93",
	  NULL,
	  "e81ef2483729d4165aaa4866c17f26496e6c6924e2fe34f608efef0c35835f86df29a1e19ce166a8" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 BEFORE_FIXED r=16 30", "if", 16,
	  "5e534bea459e54c58a6942abfd4df8ab", NULL,
	  "e9a5cc15d223aaa74abd122983b2a10512199b9cc87663fd8a62d417cef53770264fc51f683890fe42da2df7be0f6089"
	  "8c5b09d5c4932137b6b1e06e",
	  NULL,
	  "92480eb4860123ceda76f1e6bf2668520bea49ed72bb900ae50725bb8cfcdb733af1a9de71fe1af5" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 BEFORE_FIXED r=24 30", "if", 24,
	  "26fa0e32e7e08f9b157ebae9f579710f", NULL,
	  "ceab805efbe0c50a8aef62e59d95e7a54daa74ed86aa9b1ae8abf68b985b5af4b0ee150e83e6c063b59c7bf813ede982"
	  "6af149237aed85b415898fa8",
	  NULL,
	  "f1d9138afcc3db6001eb54c4da567a5db3659fc0ed48e664a0408946bcee0742127c17cabf348c7a" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 BEFORE_FIXED r=32 30", "if", 32,
	  "b2fcf854b1029888aeb0274ca09bb21a", NULL,
	  "a6b84baae7a6ceb1d63ed704757500c510c0a8bdc22d2f42af09f79c815f37f33b67dad0b30f428fc1e2d355f7f91f65"
	  "acbedd2fdd5b8c38dd890407",
	  NULL,
	  "fe4c2c0242c5a295c008aeb87ae0815171de6173773292347f4f5ec07185c3f860b5667c199aad55" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA_1_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA1 BEFORE_FIXED r=32 10", "if", 32,
	  "c1efb8d25affc61ed060d994fcd5017c2adfc388", NULL,
	  "b92fc055057fec71b9c53e7c44872423a57ed186d6ba66d980fecd1253bf71479320b7bf38d505ef79ca4d62d78ca662"
	  "642cdcedb99503ea04c1dbe8",
	  NULL,
	  "8db784cf90b573b06f9b7c7dca63a1ea16d93ee7d70ff9d87fa2558e83dc4eaa" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA384_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA384 BEFORE_FIXED r=32 10", "if", 32,
	  "8fca201473433f2dc8f6ae51e48de1a5654ce687e711d2d65f0dc5da6fee9a6a3db9d8535d3e4455ab53d35850c88272", NULL,
	  "195bd88aa2d4211912334fe2fd9bd24522f7d9fb08e04747609bc34f2538089a9d28bbc70b2e1336c3643753cec6e5cd"
	  "3f246caa915e3c3a6b94d3b6",
	  NULL,
	  "f51ac86b0f462388d189ed0197ef99c2ff3a65816d8442e5ea304397b98dd11f" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA512_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA512 BEFORE_FIXED r=32 10", "if", 32,
	  "5be2bf7f5e2527e15fe65cde4507d98ba55457006867de9e4f36645bcff4ca38754f92898b1c5544718102593b8c26d4"
	  "5d1fceaea27d97ede9de8b9ebfe88093", NULL,
	  "004b13c1f628cb7a00d9498937bf437b71fe196cc916c47d298fa296c6b86188073543bbc66b7535eb17b5cf43c37944"
	  "b6ca1225298a9e563413e5bb",
	  NULL,
	  "cee0c11be2d8110b808f738523e718447d785878bbb783fb081a055160590072" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES256 BEFORE_FIXED r=32 10", "if", 32,
	  "d54b6fd94f7cf98fd955517f937e9927f9536caebe148fba1818c1ba46bba3a4", NULL,
	  "94c4a0c69526196c1377cebf0a2ae0fb4b57797c61bea8eeb0518ca08652d14a5e1bd1b116b1794ac8a476acbdbbcd4f"
	  "6142d7b8515bad09ec72f7af",
	  NULL,
	  "2e1efed4aef3fdd324e098c0a07c0d97f8fd2c748a996ce29861ca042474daea" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_DES3_CMAC, "CAVP KDFCTR_gen.rsp CMAC_TDES3 BEFORE_FIXED r=32 10", "if", 32,
	  "86fd933ec93f7f539c9d3a343346453d72212b399ca2b180", NULL,
	  "a3cb03fd5b9453ed3d73eda5a96a85c2d6322030db9640ab15e6e83dc8cee76346a1322e6116df8b98914e87b64b6154"
	  "d2b8b3e92dcffd97f2bebd84",
	  NULL,
	  "3a58ea928664cfa9984a09a21f68316288c338d07e5275addef2368dc23db391" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA512_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA512 BEFORE_FIXED r=8 20", "if", 8,
	  "a35728d4ec0d7e94019a45d52264e5cd63c7540c21e30a9882d8d531cbb510edaa78e42c03994c18d8efcf7f826a1a9f"
	  "dbbbacc55c640e7b532cc08e0615a093", NULL,
	  "f501cc527bad6fe5d8e4f1f0f53d416ab17235f380f7e0d1c90dca18206af1fb1d977551e2e0e25c1fe41a8f825fbae2"
	  "c07c94b768e98ad5ab8ddb2e",
	  NULL,
	  "54cf238101418ce050eee03aae0c39c4602ab838" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA256_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA256 AFTER_FIXED r=16 30", "fi", 16,
	  "357e401a680c447f2fb0e25171d8784d25ce9a4400bbfe04710526e98c69d347", NULL,
	  "32d6f66942c9a7cb28be7a58edd6e7e59850cf813014735284c276f39f4cbdea20ecfc8fd4fdc1abe3f7df78dddadf33"
	  "f5e822ab771b29d2d5d2d384",
	  NULL,
	  "cc877a51b8bf6dca6c622822706732eb82cc4d666865f65cb797df896a3aae7d532f67670bead853" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 AFTER_FIXED r=8 10", "fi", 8,
	  "23eb065be127a881e35a6514d435679f", NULL,
	  "e679861a613465a67385372671b107e6b895a2f64043c934ff4256a7e63cfb8bfacc2124251c90fa670d45745c1c35da"
	  "9b6e05af77ea9c4ad486fd1a",
	  NULL,
	  "ea4ebbb4efff4b01684012ed8ff9c64e70ae38197c36445a6c804a0e44819ac3" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_SHA_1_HMAC, "CAVP KDFCTR_gen.rsp HMAC_SHA1 MIDDLE_FIXED r=24 30", "fig", 24,
	  "c4c58ccd18c35acdddbf08d659eda1c0838d7ffc", NULL,
	  "80996f0739d9efe9f05d0a30c26618bebdef619767fc9a8bc9aad135458b392e4fa04742545c7f5a2e428aec738e7810"
	  "b281",
	  "a243211feec9c7bb567e",
	  "cf745937e3850a7dbbefffe25603723d4eeeff1c5f17bfaebce1f120a9fe17f401af0e341f5db7ad" },
	{ CKM_SP800_108_COUNTER_KDF, CKM_AES_CMAC, "CAVP KDFCTR_gen.rsp CMAC_AES128 MIDDLE_FIXED r=32 30", "fig", 32,
	  "cdd1edbe300a4fd7d1656ef190610a16", NULL,
	  "5ad998cd1199a70d649ea6a30ef2a83a90b341d7d3fd0607dc28e13c38d43c89bb7351020435228877324a10ba471d9a"
	  "9b7f",
	  "bfe9da8b36619153ab26",
	  "6d3f03a818efb60b8f65ecdaf5b2f2cb39a92393cd81876e7f2a2ebd5be29933412d4e84c20cd3c4" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA_1_HMAC, "CAVP FeedbackModenocounter HMAC_SHA1 0", "if", 0,
	  "fdf07e2dbb4d4b191a4b3b890cd89447025d97b9", "ea4cfd927b6e30520e987c70bc46607481f02ce2",
	  "9ec57b91f8532aa5845960ebee87e70fe5c8c5f030d3f7f6c88bbb0eeea6a4cfca7b13509d2e62506cf00e42a8108e9a"
	  "71657b",
	  NULL,
	  "b8c1a0aa344962d1525a182120dcbcf601f436b4ad8ffe056cd4e3f85e63a35bcf147f2a48aafb431b72db339c2b28b4"
	  "157634c2d7e80a93a15b340f7b1507b0" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA256_HMAC, "CAVP FeedbackModenocounter HMAC_SHA256 0", "if", 0,
	  "4b02ffb1cb9987496e19872597b026f7409d92433f9135068c29307985598586", "5c2a2262d14994904c9c2de36d66c7ebdaed32b5cc441c222258857f5af29bea",
	  "a38f30844136c33e00d4254a8bc5f51e8473ac20e5628e77e4d91a704d58bf0d4d0fefb5f92d897f1958b0af188180b2"
	  "e2d2f7",
	  NULL,
	  "ef46a7cc3f2fd3aac2d55c7386b99279098ad8af07e113c683e43601d3e0c9a48165a580d60b9c2df75cdfc066855607"
	  "c0dd51ad8fc0296c3f72e83d3d5742e2" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA512_HMAC, "CAVP FeedbackModenocounter HMAC_SHA512 0", "if", 0,
	  "fdb15ea096f9bf82e847b976a1927686e278517a4bee0a58152f217de6c9e3440caab1df912bb571a5b3c3843775c5e0"
	  "85edd8477d29583e2a00b53e9a786d84", "e8e21427ed14fda1464293d9fd874123e6191bcff1065e668dfbd141f44871ed83bd1235ee00d78440ded102685ec5d6"
	  "18936fcfd2a5ad4519c4b01b98611d1e",
	  "f530d11643160e62ff0482b1593bde72b2aa062c146e99f5416e3466ccb1ec1411a464f824310b4192825f2209713253"
	  "6ca1bd",
	  NULL,
	  "6718ce35a98029a9d4cc0a8bed787a3c8497053886e7313aa024c3b1d31703e07c2717cca97ccdabb5f349887e954b76"
	  "3d5e5db4d0a8b5a55d7ebeeda52323ac" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, "CAVP FeedbackModenocounter CMAC_AES128 0", "if", 0,
	  "5c996c922f65de97d4408373229814c6", "28dc945cb8337ab5336c3e9b5bad21c7",
	  "62afe5fed91e797221a854336b0aadd8a05ad0e3c8345729897b2efcec5a1178a2fa4c063007b67a7015e0d6b7271ea8"
	  "d86b44",
	  NULL,
	  "88a9aae193abdd3fe8143bab66014ae41dc2d12ea9d08f5871588fc5d827924eb9942989d7a36d4b3b107997566472ca"
	  "d5942bd13cb5cff32b9dae30f1bb6300" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_DES3_CMAC, "CAVP FeedbackModenocounter CMAC_TDES3 0", "if", 0,
	  "381a63c95b722caf0f3747a2e66f508161f8da88ccea9532", "c11f0930d74e45ea",
	  "49fbff0698e8f4c59a7c6100c70e67fb0acf1c2234ba54ab0c3b82d4f2d7ee098fc29b6f5f90b48a0784a167e658e610"
	  "d5c667",
	  NULL,
	  "7a878fbc67270458605d0b83b9363aee957c7bf40892f37572dd568fb5a46f1cc140f42dcc4f2561030794c27bed112a"
	  "d8c845896e55ed18dda699663d35f600" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA256_HMAC, "CAVP FeedbackModeNOzeroiv HMAC_SHA256 BEFORE_ITER r=8 0", "cif", 8,
	  "92932c30ddc5694519d12f9736244adbaa7f7a67bd4700351cfb790f5ee87629", "244cf150553ce64742b326b94909cba60d957837bdde2b027f16cd054ec5462d",
	  "976cb98760e2345780697150186ba5bc9844c366cf2f6e0c5091862433353509155f5250e8ae00397e255ce2d2dc2a11"
	  "a2c496",
	  NULL,
	  "78b4f43b362c4de5ad320f3dbbaa1e36b4caa306eeffe58070195fceb6f9a3a1144e62ebbe28ed0c09e672ccf2a84d3c"
	  "e436ee94db62f60a5079e37f767af35a" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA256_HMAC, "CAVP FeedbackModeNOzeroiv HMAC_SHA256 AFTER_ITER r=32 0", "icf", 32,
	  "93f698e842eed75394d629d957e2e89c6e741f810b623c8b901e38376d068e7b", "9f575d9059d3e0c0803f08112f8a806de3c3471912cdf42b095388b14b33508e",
	  "53b89c18690e2057a1d167822e636de50be0018532c431f7f5e37f77139220d5e042599ebe266af5767ee18cd2c5c19a"
	  "1f0f80",
	  NULL,
	  "bd1476f43a4e315747cf5918e0ea5bc0d98769457477c3ab18b742def0e079a933b756365afb5541f253fee43c6fd788"
	  "a44041038509e9eeb68f7d65ffbb5f95" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA256_HMAC, "CAVP FeedbackModeNOzeroiv HMAC_SHA256 AFTER_FIXED r=16 0", "ifc", 16,
	  "3cc655b6b72b86a2a2e1d68b073f56a80a455dd10a972e7da3660474c30722f8", "972674c368c1a3bd1e725e3553e04cb1f8cb3572d11ff891788d8debda1622ea",
	  "aa526caa7f1e4e9873de2b301548a4c1e3780cc7144bd1f2982b42de4bed3572792568af3e5ade86d0620c2a2c4d5dd4"
	  "9cb92d",
	  NULL,
	  "84d7b1f1f67b0e2c77042476410196fe1bd33a64b6e3df6ad5fae2366d68d80bf2bf9ab6b1df6eaee50462dda7f589e9"
	  "d124c6c0995e2a2747f81797f2896b6b" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, "CAVP FeedbackModeNOzeroiv CMAC_AES128 BEFORE_ITER r=8 0", "cif", 8,
	  "6874c099a14942d5bcd823183a4ceb9c", "4ab31c84730527fbf008e446501bb26a",
	  "0909d62821ec989fe16d6d77358126d272fff3e2dc4795c5a9421bee65be679b9f651668fdbc2c13d2ef4932f8830b56"
	  "e5e1e0",
	  NULL,
	  "265062a5de896edbfc0d071bdfb6dfd18901f3786cee3c401e53c198e80e78bab17c7049c723d4cd9d334952509c44d7"
	  "e7bc16627a1e7177b80157a3c56ac21b" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, "CAVP FeedbackModeNOzeroiv CMAC_AES128 AFTER_ITER r=32 0", "icf", 32,
	  "e96c5574da99225f1b3a2ec160cccfb4", "74507da3c0449bc40233db0d2e4de082",
	  "8ec5d49e432398ea3bf5fb0fcd4d1928fd0c0d191d64db70a30bcc888c61d8cfb9f1c8e15e03e905cb4e49ff05d12580"
	  "2fb556",
	  NULL,
	  "064eebe2965c46ef4d3fa37447cf21f60c9bcc9e28cf3f1cac9992fda11e0d006a220664685613857ece98331f63ca84"
	  "de7ffbd7e608283493f1dee412768692" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, "CAVP FeedbackModeNOzeroiv CMAC_AES128 AFTER_FIXED r=16 0", "ifc", 16,
	  "e61ecd6929128893fc445a3ced99c802", "db2ec7396d2fe2666ef7c0485ef16a1f",
	  "4c84fc22d90db67d5d7244948ff857ae5707234e6f030e4d0df8107f42825717a9a92d2b9c1f2127e48ee6c3443335ee"
	  "0e52ee",
	  NULL,
	  "fe203172ec632a8e2a95dc31af8e7d14991bc7794696d437e141c6228ee721c2679ebddf6d7bf08a9e0ebecfcb07f8d4"
	  "411039023088893b6f95ffc2231bc597" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA_1_HMAC, "CAVP FeedbackModeNOzeroiv HMAC_SHA1 AFTER_ITER r=24 0", "icf", 24,
	  "a52175109b1460172958cddbe63a17d004154ff8", "b3adde8149bca3af6a888bb6862682a54915dfd7",
	  "57b2e1a405de87b89078459859bb9d844708aca6f4745c9fd4ab43cadb65dfb0579e4e4140702e89433a4a059d6f5e13"
	  "2fef2e",
	  NULL,
	  "5743580c5f21649748ecba8197100abb776f1dda3e3d27f07b3cf8943d3fe9a299ec2a1774d5826bd167005b710547fb"
	  "dd61ea59b162e4f447c8d183d428b697" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA512_HMAC, "CAVP FeedbackModeNOzeroiv HMAC_SHA512 AFTER_ITER r=32 0", "icf", 32,
	  "e709c8f6a16e4a3a57949e1670d2da5f4ef4f0eb6aa28fc4600d3b674c972f5c1ad32dba29b3bb2bcdcc2d254b64b709"
	  "62a312a5a660e659f53adb3f1962e30f", "51b08ace98a312062dd6edb0c45d59a245a6e5d18ebdf9054783508666f2f046ac92a8a93cdb1de702cbc01f5a830a3f"
	  "4c545b85bab2a3d074df1bd803761619",
	  "8e3f0cd15813ffa44b7987e60a6f8700623409cc9f9138df85cdec4eafdd2dffb3a93c1631333e462969b30a1863ced3"
	  "0d860e",
	  NULL,
	  "bac8a19150e811440ab2352631794ae3f4e2f975508d47913ef2b03ff2db65115ee02525c3adf34811f8418384c34310"
	  "dd601cba3127d09a55919aed47d45d68" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_SHA256_HMAC, "CAVP FeedbackModewzeroiv HMAC_SHA256 AFTER_ITER r=32 5", "icf", 32,
	  "c895d8c7b64c346ce75dd55602895e95997136309959c754bbc294b65f71b465", NULL,
	  "541a3ca9d786283cc8fc6ea475d8d04204eeb76b7cd80e1b0ac676e9d39b5cc9f52ea8309f5ccac9a38d63ea2d598c56"
	  "4bde0a",
	  NULL,
	  "17e16518944cffc2c4ae33ab0486d63d88f5e0098bc0f5851a68c6d25d54b4c775dbc446ea3a774a5ba21ee11ffcd926"
	  "8affe87b2d0001fd7d8f8bf68bb7592a" },
	{ CKM_SP800_108_FEEDBACK_KDF, CKM_AES_CMAC, "CAVP FeedbackModewzeroiv CMAC_AES128 AFTER_ITER r=32 5", "icf", 32,
	  "2ee7f80635c118f5f91c7685ecb912e1", NULL,
	  "72b469ba1516f4844d6ba63505345b44a488e1ff2aa2f03c60b4875062e88d9adaf2663020267c41478677ff7c50da96"
	  "1685f9",
	  NULL,
	  "bd8e275a1a1934a5cba39b237439ca2960b61ddf0233c8082ac7fd90ac48d5ba5dc613284c5117425c827c14a85247cc"
	  "8276a9767de3509a8ba95b1c6ade7948" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA_1_HMAC, "CAVP PipelineModeWOCounter HMAC_SHA1 0", "if", 0,
	  "278d5148bb874bd98d604b4417e97f95ebf67dd1", NULL,
	  "4b90bd93e1b9bb7d385bbd11340ca853c783c2d3284c602aab8fe24c2f7c3502dba1177569ce6f58354a07999360dc0a"
	  "d8d334",
	  NULL,
	  "f06a2a6e5dd085538b75c6e10e96509efddfe6b34b2497227401a24fd8e09453f3ed8ab187d16efd912abf9a234227c5"
	  "4eff463f16172795dc4666ab10fefab0" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA256_HMAC, "CAVP PipelineModeWOCounter HMAC_SHA256 0", "if", 0,
	  "7d4f86fdfd1c4ba04c674a68d60316d12c99c1b1f44f0a8e02bd2601377ebcd9", NULL,
	  "921ab061920b191de12f746ac9de08004f2c20f01775e27bcacdc21ee4a5ff0387758f36d8ec71c7a8c8208284f650b6"
	  "11837e",
	  NULL,
	  "506bc2ba51410b2a6e7c05d33891520ddd5f702ad3d6203d76d8dae1216d0783d8c59fae2e821d8eff2d8ddd93a6741c"
	  "8f144fb96e9ca7d7c532468f213f5efe" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA512_HMAC, "CAVP PipelineModeWOCounter HMAC_SHA512 0", "if", 0,
	  "f463622a7653a692895b29ae913ff3c44d70f191927565fe9036aa8c65b3830cff948925565bae390ca888e1b02849c5"
	  "c8b7d5abac04c5131ae888729568e942", NULL,
	  "79c7a8c6aad656b7253978680d1ee76dc5d12c12f364911de03959b537a144e2a928a8663f4c881eed1d6aebd4f7e321"
	  "c0b7f7",
	  NULL,
	  "8e9d398d737f43a1e54b3344da96c38f96c4bbf5871da8a45dfadb65c27d8d982dcc7f636b36a692df2c314eaa729154"
	  "4d6b40d0d74cb426df7162e96c35e386" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_AES_CMAC, "CAVP PipelineModeWOCounter CMAC_AES128 0", "if", 0,
	  "ada2452f1f141a82c7a1b7d3e09ffed1", NULL,
	  "335660eb265d2044efa06eacd848d3f9f57d219011343318f3a964df4a6fb1bf6cbdee711c7fcbe73b8f257f992e47e8"
	  "b065af",
	  NULL,
	  "a73bd29176e38e761222ae07d639181f4b2c555a3b261815cde5d88a67c8b95c58b6b66ea4f10608c6d799b051519fc8"
	  "e89de00cdc556350a7d966475086f9af" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_DES3_CMAC, "CAVP PipelineModeWOCounter CMAC_TDES3 0", "if", 0,
	  "c9bffd3da2d0f83c337b86e1503e49487682bedb3c02f765", NULL,
	  "6b405f880938cb9ed89292dd3eb6dba5f42b9069b5bcd0a8be7469c469851993f132a9984d932947fbd1aa4e12f32816"
	  "d50368",
	  NULL,
	  "6cb83fa7f0f093b0a64801e6e2d13f6dcc49e55916ce8f093b33284a06586a7044e68d2ef4c85c1629386a8ef319c166"
	  "1feb0d1d8349e518488461df86ec7f7b" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA256_HMAC, "CAVP PipelineModewithCounter HMAC_SHA256 BEFORE_ITER r=8 0", "cif", 8,
	  "f8a1f7619bdd520971ea07c5329fa4fbc1a01c6bb2f6ad754642498ac4eac27e", NULL,
	  "e06c8c5634a2cb5c350a613c4fd70f22c5c3feba9245116a6b32b254945075462061d314a10aa7e1158dd6ed2d83cfcf"
	  "626393",
	  NULL,
	  "270da779252d2e5c9a6eae894bad1073b3b2edefd9c99c3315f282bb9eb8094c7494ad12c32a97970cb1b6ca9d588186"
	  "aae348beb6b245bbc1cf1b6caae33693" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA256_HMAC, "CAVP PipelineModewithCounter HMAC_SHA256 AFTER_ITER r=32 0", "icf", 32,
	  "02d36fa021c20ddbdee469f0579468bae5cb13b548b6c61cdf9d3ec419111de2", NULL,
	  "85abe38bf265fbdc6445ae5c71159f1548c73b7d526a623104904a0f8792070b3df9902b9669490425a385eadb0f9c76"
	  "e46f0f",
	  NULL,
	  "d69f74f518c9f64f90a0beebab69f689b73b5c13eb0f860a95cad7d9814f8c506eb7b179a5c5b4466a9ec154c3bf1c13"
	  "efd6ec0d82b02c29af2c690299edc453" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA256_HMAC, "CAVP PipelineModewithCounter HMAC_SHA256 AFTER_FIXED r=16 0", "ifc", 16,
	  "6d22687ace14b1bec4a69a43d8f5f64e80f2fc1a9c26e4f07c612bd21e36028a", NULL,
	  "1b5a63c1f1221c0080412679dbfce69995813d441ac45aa3c5c8cca88a9fd94bcb50a496a8783594c2a9d1145cac316b"
	  "c71d42",
	  NULL,
	  "d9a2ca92243cc592dfbba28c2ac7fda86dc778b0773e675b9c3f7298d01b73c011bdb5b016c02902c4732267ab3940ee"
	  "1589e6aba6e57841edac0528e676c1e3" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_AES_CMAC, "CAVP PipelineModewithCounter CMAC_AES128 BEFORE_ITER r=8 0", "cif", 8,
	  "c6254d95dd108e9bb29e0053ddeec351", NULL,
	  "22f498fc9b8d4b72188bce30ba9875fc2b0eb3fe76874d85426e6e5b3b237c9f445f2da20a60ab189802e2c152c4a360"
	  "2aa342",
	  NULL,
	  "1e133a952df55a11ee038120375f61e7c0162842c817160693b1f39dc0b795bc6f3691db775cf3af4b0a9f69fecbe996"
	  "79fd4b4873dda743f5c6a2d2e873f26d" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_AES_CMAC, "CAVP PipelineModewithCounter CMAC_AES128 AFTER_ITER r=32 0", "icf", 32,
	  "34f0c2542bfe13c7149b68c8a1ef636b", NULL,
	  "daefcc52d6e32e1614109268933087fce3d64a5a6f111ba1a8d343a1e388a1752aaea93853be52864997a81c84b04c4f"
	  "3ff3bd",
	  NULL,
	  "fc0eae673e7db3c4660668e187bcd81d5ca9b89213d8d741e71c9bab89bb4fb3c4df541d89a8117f0f56b0f15111ae28"
	  "abf81fb7d7349fbbcaf01137e4d73527" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_AES_CMAC, "CAVP PipelineModewithCounter CMAC_AES128 AFTER_FIXED r=16 0", "ifc", 16,
	  "52d200b08a54b740f1c8321d8a8a32a0", NULL,
	  "cb3abf3ec082d10196625262ff5f6e58e13bac4c1fd4a7ab35c535fb1d1d6fbf9600da7d907aebe1c77b59033525016b"
	  "c3139f",
	  NULL,
	  "65a7d4d2107f68a8faaaa3eb4be8329676d0e24a6e89e73f530b27b0c7ddb199e6710ae01cb88ccf8c2491a587b7b71a"
	  "c8ea3ce03901a8f7ce264c61a98dcd10" },
	{ CKM_SP800_108_DOUBLE_PIPELINE_KDF, CKM_SHA512_HMAC, "CAVP PipelineModewithCounter HMAC_SHA512 AFTER_ITER r=24 0", "icf", 24,
	  "3740c3b4daad6e536be1e2f3d3e277b0fac8ce94d6db46ed89b71dcc53a6d5fb2d510089bf2b5ca91b6b487d42cfdea7"
	  "3edcb9b0a989d762b1fc7114170d116c", NULL,
	  "c071c5e325e4ad6d26cb393d3e446f89f22a818dcb489b765b89440f34ae9536821397150223734850bade9795474e43"
	  "9fb3df",
	  NULL,
	  "c03f88a61d365d9a2f36b54d7ddde7a6371c41db98acb0dd42cf575b6cd881d1e57aec95121b4732cb483b91b1edfe67"
	  "dbd21823283882780f3b6b0cf988241e" },
};

static CK_KEY_TYPE
type_for (CK_MECHANISM_TYPE prf)
{
	return prf == CKM_AES_CMAC ? CKK_AES : prf == CKM_DES3_CMAC ? CKK_DES3 : CKK_GENERIC_SECRET;
}

/* The data fields in the order of @order; returns how many. */
static size_t
lay_out (const char *order, CK_MECHANISM_TYPE type, CounterFormat *format, Buf *first, Buf *second, KdfField data[static 4])
{
	size_t n = 0;

	for (; order[n] != '\0'; n++)
		switch (order[n]) {
		case 'i':
			data[n] = type == CKM_SP800_108_COUNTER_KDF
			                  ? (KdfField){ CK_SP800_108_ITERATION_VARIABLE, format, sizeof *format }
			                  : (KdfField){ CK_SP800_108_ITERATION_VARIABLE, NULL, 0 };
			break;
		case 'c':
			data[n] = (KdfField){ CK_SP800_108_COUNTER, format, sizeof *format };
			break;
		case 'f':
			data[n] = (KdfField){ CK_SP800_108_BYTE_ARRAY, first->data, first->len };
			break;
		case 'g':
			data[n] = (KdfField){ CK_SP800_108_BYTE_ARRAY, second->data, second->len };
			break;
		default:
			g_assert_not_reached ();
		}
	return n;
}

static void
keys_are_derived_as_cavp_has_them (void)
{
	for (size_t i = 0; i < N_ELEMENTS (knowns); i++) {
		const KnownKdf *known = &knowns[i];
		auto_unref Object *base = secret_new (type_for (known->prf), known->key);
		auto_wipe Buf first = hex_buf (known->first);
		auto_wipe Buf second = hex_buf (known->second);
		auto_wipe Buf iv = hex_buf (known->iv);
		CounterFormat format = { CK_FALSE, known->n_bits };
		KdfField data[4];
		size_t n = lay_out (known->order, known->type, &format, &first, &second, data);
		KdfParams params = { known->prf, n, data, 0, NULL };
		FeedbackKdfParams feedback = { known->prf, n, data, iv.len, iv.len > 0 ? iv.data : NULL, 0, NULL };
		Bytes param = known->type == CKM_SP800_108_FEEDBACK_KDF ? bytes (&feedback, sizeof feedback)
		                                                        : bytes (&params, sizeof params);

		g_test_message ("%s", known->source);
		derives (known->type, base, NULL, param, strlen (known->out) / 2, known->out);
	}
}

/* RFC 8009 section 3: KDF-HMAC-SHA2 (key, label, k) = k-truncate (HMAC (key, 0x00000001 | label | 0x00 | k)), which is
 * SP 800-108 in counter mode with one step and the length in bits in 32 bits. */
static void
the_length_goes_in_as_rfc_8009_has_it (void)
{
	static const struct {
		CK_MECHANISM_TYPE prf;
		const char *base, *label, *out;
	} tests[] = {
		{ CKM_SHA256_HMAC, "3705d96080c17728a0e800eab6e0d23c", "0000000299",
		  "b31a018a48f54776f403e9a396325dc3" },
		{ CKM_SHA256_HMAC, "3705d96080c17728a0e800eab6e0d23c", "00000002aa",
		  "9b197dd1e8c5609d6e67c3e37c62c72e" },
		{ CKM_SHA256_HMAC, "3705d96080c17728a0e800eab6e0d23c", "0000000255",
		  "9fda0e56ab2d85e1569a688696c26a6c" },
		{ CKM_SHA384_HMAC, "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52", "0000000299",
		  "ef5718be86cc84963d8bbb5031e9f5c4ba41f28faf69e73d" },
		{ CKM_SHA384_HMAC, "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52", "00000002aa",
		  "56ab22bee63d82d7bc5227f6773f8ea7a5eb1c825160c38312980c442e5c7e49" },
		{ CKM_SHA384_HMAC, "6d404d37faf79f9df0d33568d320669800eb4836472ea8a026d16b7182460c52", "0000000255",
		  "69b16514e3cd8e56b82010d5c73012b622c4d00ffc23ed1f" },
	};

	for (size_t i = 0; i < N_ELEMENTS (tests); i++) {
		auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, tests[i].base);
		auto_wipe Buf label = hex_buf (tests[i].label);
		uint8_t separator = 0;
		CounterFormat format = { CK_FALSE, 32 };
		LengthFormat length = { CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, CK_FALSE, 32 };
		KdfField data[] = {
			{ CK_SP800_108_ITERATION_VARIABLE, &format, sizeof format },
			{ CK_SP800_108_BYTE_ARRAY, label.data, label.len },
			{ CK_SP800_108_BYTE_ARRAY, &separator, 1 },
			{ CK_SP800_108_DKM_LENGTH, &length, sizeof length },
		};
		KdfParams params = { tests[i].prf, N_ELEMENTS (data), data, 0, NULL };

		derives (CKM_SP800_108_COUNTER_KDF, base, NULL, bytes (&params, sizeof params), strlen (tests[i].out) / 2,
		         tests[i].out);
	}
}

/* CAVP KDFCTR_gen.rsp CMAC_AES128 AFTER_FIXED r=8 11, cut where NSS's pk11_kbkdf.cc cuts it: two keys of a segment each. */
static void
each_further_key_begins_a_segment (void)
{
	const Mech *mech = mech_find (CKM_SP800_108_COUNTER_KDF);
	auto_unref Object *base = secret_new (CKK_AES, "23eb065be127a881e35a6514d435679f");
	auto_wipe Buf fixed = hex_buf ("e679861a613465a67385372671b107e6b895a2f64043c934ff4256a7e63cfb8b"
	                               "facc2124251c90fa670d45745c1c35da9b6e05af77ea9c4ad486fd1a");
	auto_wipe Buf whole = hex_buf ("ea4ebbb4efff4b01684012ed8ff9c64e70ae38197c36445a6c804a0e44819ac3");
	auto_wipe Buf value = BUF_SECRET;
	CK_OBJECT_HANDLE handle;
	CK_ULONG n = 16;
	CK_ATTRIBUTE template = { CKA_VALUE_LEN, &n, sizeof n };
	DerivedKey more = { &template, 1, &handle };
	CounterFormat format = { CK_FALSE, 8 };
	KdfField data[] = {
		{ CK_SP800_108_BYTE_ARRAY, fixed.data, fixed.len },
		{ CK_SP800_108_ITERATION_VARIABLE, &format, sizeof format },
	};
	KdfParams params = { CKM_AES_CMAC, N_ELEMENTS (data), data, 1, &more };
	Piece pieces[MOST_PIECES] = { 0 };
	Derivation how = { base, NULL, 0, bytes (&params, sizeof params), pieces, 0 };

	assert_ok (mech->pieces (mech, how.param, pieces, &how.n_pieces));
	g_assert_cmpuint (how.n_pieces, ==, 2);
	g_assert_true (pieces[1].template == &template);
	g_assert_true (pieces[1].handle == &handle);
	pieces[0].n = pieces[1].n = 16;
	assert_ok (mech->derive (mech, &how, &value));
	g_assert_cmpuint (pieces[0].at, ==, 0);
	g_assert_cmpuint (pieces[1].at, ==, 16);
	assert_bytes (bytes (value.data, 32), bytes_of (&whole));

	/* No key uses what is left of another's segment: the second still begins with the second segment. */
	pieces[0].n = 10;
	buf_cut (&value, 0);
	assert_ok (mech->derive (mech, &how, &value));
	assert_bytes (bytes (value.data + pieces[0].at, 10), bytes (whole.data, 10));
	assert_bytes (bytes (value.data + pieces[1].at, 16), bytes (whole.data + 16, 16));
}

/* The lengths that go in for 48 and 16 bytes with CKM_SHA256_HMAC are the standard's own example: the sum of keys is
 * 512 bits, the sum of segments 768.  By the definition with Python's HMAC. */
static void
the_sum_of_segments_is_not_the_sum_of_keys (void)
{
	static const struct {
		CK_ULONG method;
		const char *out;        /* 96 bytes: three segments */
	} tests[] = {
		{ CK_SP800_108_DKM_LENGTH_SUM_OF_KEYS, "a72e0d68b4975c2258b396ae16c929ef374654632f428de79957b91eb97e558c3c1eb9acfc560cf3c058f01e42b60a69"
		  "18dac4243ff01993bcdd51c5162b759846398bf2ea181a713c33ed45dd77ab0002d1486cd1ac7e961953cbbe85696ad2" },
		{ CK_SP800_108_DKM_LENGTH_SUM_OF_SEGMENTS, "975acb758c8bb9a716e51879ddd6302ecd8e9c07c78f689261324967b033d0199a976c051a12fab102ecdc32524543b8"
		  "57c8a82c675ec1f0040667be0b47d1b84543a912edb22ea37053995a94912b88c3b6e9fc003fa8e0fc99e9b9cbec8698" },
	};
	const Mech *mech = mech_find (CKM_SP800_108_COUNTER_KDF);
	auto_unref Object *base =
	        secret_new (CKK_GENERIC_SECRET, "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");

	for (size_t i = 0; i < N_ELEMENTS (tests); i++) {
		auto_wipe Buf whole = hex_buf (tests[i].out);
		auto_wipe Buf value = BUF_SECRET;
		CK_OBJECT_HANDLE handle;
		CK_ULONG n = 16;
		CK_ATTRIBUTE template = { CKA_VALUE_LEN, &n, sizeof n };
		DerivedKey more = { &template, 1, &handle };
		CounterFormat format = { CK_FALSE, 16 };
		LengthFormat length = { tests[i].method, CK_TRUE, 32 }; /* little endian, to see that it may be */
		KdfField data[] = {
			{ CK_SP800_108_ITERATION_VARIABLE, &format, sizeof format },
			{ CK_SP800_108_BYTE_ARRAY, "label", 5 },
			{ CK_SP800_108_DKM_LENGTH, &length, sizeof length },
		};
		KdfParams params = { CKM_SHA256_HMAC, N_ELEMENTS (data), data, 1, &more };
		Piece pieces[MOST_PIECES] = { 0 };
		Derivation how = { base, NULL, 0, bytes (&params, sizeof params), pieces, 0 };

		assert_ok (mech->pieces (mech, how.param, pieces, &how.n_pieces));
		g_assert_cmpuint (how.n_pieces, ==, 2);
		pieces[0].n = 48;
		pieces[1].n = 16;
		assert_ok (mech->derive (mech, &how, &value));
		assert_bytes (bytes (value.data + pieces[0].at, 48), bytes (whole.data, 48));
		assert_bytes (bytes (value.data + pieces[1].at, 16), bytes (whole.data + 64, 16));
	}
}

/* A counter of eight bits ends at 255 steps: SP 800-108 section 4.1, n <= 2^r - 1. */
static void
a_short_counter_does_not_wrap (void)
{
	const Mech *mech = mech_find (CKM_SP800_108_COUNTER_KDF);
	auto_unref Object *base = secret_new (CKK_GENERIC_SECRET, "000102030405060708090a0b0c0d0e0f");
	auto_wipe Buf value = BUF_SECRET;
	CounterFormat format = { CK_FALSE, 8 };
	KdfField data[] = { { CK_SP800_108_ITERATION_VARIABLE, &format, sizeof format } };
	KdfParams params = { CKM_SHA256_HMAC, 1, data, 0, NULL };

	assert_ok (derive_once (mech, base, NULL, bytes (&params, sizeof params), 255 * 32, &value));
	buf_cut (&value, 0);
	g_assert_cmpint (derive_once (mech, base, NULL, bytes (&params, sizeof params), 255 * 32 + 1, &value), !=, CKR_OK);
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/sp800/keys_are_derived_as_cavp_has_them", keys_are_derived_as_cavp_has_them);
	g_test_add_func ("/mech/sp800/the_length_goes_in_as_rfc_8009_has_it", the_length_goes_in_as_rfc_8009_has_it);
	g_test_add_func ("/mech/sp800/each_further_key_begins_a_segment", each_further_key_begins_a_segment);
	g_test_add_func ("/mech/sp800/the_sum_of_segments_is_not_the_sum_of_keys", the_sum_of_segments_is_not_the_sum_of_keys);
	g_test_add_func ("/mech/sp800/a_short_counter_does_not_wrap", a_short_counter_does_not_wrap);
	return g_test_run ();
}
