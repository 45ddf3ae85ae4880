/* ECDSA against RFC 6979, key pairs, and which keys are refused. */

#include "ec.h"
#include "mechtest.h"

extern const MechFamily mech_ec;

/* RFC 5480 section 2.1.1.1, with tag and length. */
#define oid_p192 "06082a8648ce3d030101"
#define oid_p224 "06052b81040021"
#define oid_p256 "06082a8648ce3d030107"
#define oid_p384 "06052b81040022"
#define oid_p521 "06052b81040023"

typedef struct {
	const char *oid, *source, *private, *point;
	size_t n;
} EcKey;

static const EcKey keys[] = {
	{ oid_p192, "RFC 6979 A.2.3", "6fab034934e4c0fc9ae67f5b5659a9d7d1fefd187ee09fd4",
	  "04" "ac2c77f529f91689fea0ea5efec7f210d8eea0b9e047ed56" "3bc723e57670bd4887ebc732c523063d0a7c957bc97c1c43", 24 },
	{ oid_p224, "RFC 6979 A.2.4", "f220266e1105bfe3083e03ec7a3a654651f45e37167e88600bf257c1",
	  "04" "00cf08da5ad719e42707fa431292dea11244d64fc51610d94b130d6c" "eeab6f3debe455e3dbf85416f7030cbd94f34f2d6f232c69f3c1385a", 28 },
	{ oid_p256, "RFC 6979 A.2.5", "c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721",
	  "04" "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6" "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299", 32 },
	{ oid_p384, "RFC 6979 A.2.6", "6b9d3dad2e1b8c1c05b19875b6659f4de23c3b667bf297ba9aa47740787137d8" "96d5724e4c70a825f872c9ea60d2edf5",
	  "04" "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64" "def8f0ea9055866064a254515480bc13" "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1" "288b231c3ae0d4fe7344fd2533264720", 48 },
	{ oid_p521, "RFC 6979 A.2.7", "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75" "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b8" "3538",
	  "04" "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd" "371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f50" "23a4" "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a" "28a0db25741b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfd" "fcf5", 66 },
};

static const struct {
	const EcKey *key;
	CK_MECHANISM_TYPE type, digest;
	const char *message, *signature;
} signatures[] = {
	{ &keys[0], CKM_ECDSA_SHA1, CKM_SHA_1, "sample",
	  "98c6bd12b23eaf5e2a2045132086be3eb8ebd62abf6698ff" "57a22b07dea9530f8de9471b1dc6624472e8e2844bc25b64" },
	{ &keys[0], CKM_ECDSA_SHA1, CKM_SHA_1, "test",
	  "0f2141a0ebbc44d2e1af90a50ebcfce5e197b3b7d4de036d" "eb18bc9e1f3d7387500cb99cf5f7c157070a8961e38700b7" },
	{ &keys[0], CKM_ECDSA_SHA224, CKM_SHA224, "sample",
	  "a1f00dad97aeec91c95585f36200c65f3c01812aa60378f5" "e07ec1304c7c6c9debbe980b9692668f81d4de7922a0f97a" },
	{ &keys[0], CKM_ECDSA_SHA224, CKM_SHA224, "test",
	  "6945a1c1d1b2206b8145548f633bb61cef04891baf26ed34" "b7fb7fdfc339c0b9bd61a9f5a8eaf9be58fc5cba2cb15293" },
	{ &keys[0], CKM_ECDSA_SHA256, CKM_SHA256, "sample",
	  "4b0b8ce98a92866a2820e20aa6b75b56382e0f9bfd5ecb55" "ccdb006926ea9565cbadc840829d8c384e06de1f1e381b85" },
	{ &keys[0], CKM_ECDSA_SHA256, CKM_SHA256, "test",
	  "3a718bd8b4926c3b52ee6bbe67ef79b18cb6eb62b1ad97ae" "5662e6848a4a19b1f1ae2f72acd4b8bbe50f1eac65d9124f" },
	{ &keys[0], CKM_ECDSA_SHA384, CKM_SHA384, "sample",
	  "da63bf0b9abcf948fbb1e9167f136145f7a20426dcc287d5" "c3aa2c960972bd7a2003a57e1c4c77f0578f8ae95e31ec5e" },
	{ &keys[0], CKM_ECDSA_SHA384, CKM_SHA384, "test",
	  "b234b60b4db75a733e19280a7a6034bd6b1ee88af5332367" "7994090b2d59bb782be57e74a44c9a1c700413f8abefe77a" },
	{ &keys[0], CKM_ECDSA_SHA512, CKM_SHA512, "sample",
	  "4d60c5ab1996bd848343b31c00850205e2ea6922dac2e4b8" "3f6e837448f027a1bf4b34e796e32a811cbb4050908d8f67" },
	{ &keys[0], CKM_ECDSA_SHA512, CKM_SHA512, "test",
	  "fe4f4ae86a58b6507946715934fe2d8ff9d95b6b098fe739" "74cf5605c98fba0e1ef34d4b5a1577a7dcf59457cae52290" },
	{ &keys[1], CKM_ECDSA_SHA1, CKM_SHA_1, "sample",
	  "22226f9d40a96e19c4a301ce5b74b115303c0f3a4fd30fc257fb57ac" "66d1cdd83e3af75605dd6e2feff196d30aa7ed7a2edf7af475403d69" },
	{ &keys[1], CKM_ECDSA_SHA1, CKM_SHA_1, "test",
	  "deaa646ec2af2ea8ad53ed66b2e2ddaa49a12efd8356561451f3e21c" "95987796f6cf2062ab8135271de56ae55366c045f6d9593f53787bd2" },
	{ &keys[1], CKM_ECDSA_SHA224, CKM_SHA224, "sample",
	  "1cdfe6662dde1e4a1ec4cdedf6a1f5a2fb7fbd9145c12113e6abfd3e" "a6694fd7718a21053f225d3f46197ca699d45006c06f871808f43ebc" },
	{ &keys[1], CKM_ECDSA_SHA224, CKM_SHA224, "test",
	  "c441ce8e261ded634e4cf84910e4c5d1d22c5cf3b732bb204dbef019" "902f42847a63bdc5f6046ada114953120f99442d76510150f372a3f4" },
	{ &keys[1], CKM_ECDSA_SHA256, CKM_SHA256, "sample",
	  "61aa3da010e8e8406c656bc477a7a7189895e7e840cdfe8ff42307ba" "bc814050dab5d23770879494f9e0a680dc1af7161991bde692b10101" },
	{ &keys[1], CKM_ECDSA_SHA256, CKM_SHA256, "test",
	  "ad04dde87b84747a243a631ea47a1ba6d1faa059149ad2440de6fba6" "178d49b1ae90e3d8b629be3db5683915f4e8c99fdf6e666cf37adcfd" },
	{ &keys[1], CKM_ECDSA_SHA384, CKM_SHA384, "sample",
	  "0b115e5e36f0f9ec81f1325a5952878d745e19d7bb3eabfaba77e953" "830f34ccdfe826ccfdc81eb4129772e20e122348a2bbd889a1b1af1d" },
	{ &keys[1], CKM_ECDSA_SHA384, CKM_SHA384, "test",
	  "389b92682e399b26518a95506b52c03bc9379a9dadf3391a21fb0ea4" "414a718ed3249ff6dbc5b50c27f71f01f070944da22ab1f78f559aab" },
	{ &keys[1], CKM_ECDSA_SHA512, CKM_SHA512, "sample",
	  "074bd1d979d5f32bf958ddc61e4fb4872adcafeb2256497cdac30397" "a4ceca196c3d5a1ff31027b33185dc8ee43f288b21ab342e5d8eb084" },
	{ &keys[1], CKM_ECDSA_SHA512, CKM_SHA512, "test",
	  "049f050477c5add858cac56208394b5a55baebbe887fdf765047c17c" "077eb13e7005929cefa3cd0403c7cdcc077adf4e44f3c41b2f60ecff" },
	{ &keys[2], CKM_ECDSA_SHA1, CKM_SHA_1, "sample",
	  "61340c88c3aaebeb4f6d667f672ca9759a6ccaa9fa8811313039ee4a35471d32" "6d7f147dac089441bb2e2fe8f7a3fa264b9c475098fdcf6e00d7c996e1b8b7eb" },
	{ &keys[2], CKM_ECDSA_SHA1, CKM_SHA_1, "test",
	  "0cbcc86fd6abd1d99e703e1ec50069ee5c0b4ba4b9ac60e409e8ec5910d81a89" "01b9d7b73dfaa60d5651ec4591a0136f87653e0fd780c3b1bc872ffdeae479b1" },
	{ &keys[2], CKM_ECDSA_SHA224, CKM_SHA224, "sample",
	  "53b2fff5d1752b2c689df257c04c40a587fababb3f6fc2702f1343af7ca9aa3f" "b9afb64fdc03dc1a131c7d2386d11e349f070aa432a4acc918bea988bf75c74c" },
	{ &keys[2], CKM_ECDSA_SHA224, CKM_SHA224, "test",
	  "c37edb6f0ae79d47c3c27e962fa269bb4f441770357e114ee511f662ec34a692" "c820053a05791e521fcaad6042d40aea1d6b1a540138558f47d0719800e18f2d" },
	{ &keys[2], CKM_ECDSA_SHA256, CKM_SHA256, "sample",
	  "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716" "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
	{ &keys[2], CKM_ECDSA_SHA256, CKM_SHA256, "test",
	  "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367" "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083" },
	{ &keys[2], CKM_ECDSA_SHA384, CKM_SHA384, "sample",
	  "0eafea039b20e9b42309fb1d89e213057cbf973dc0cfc8f129edddc800ef7719" "4861f0491e6998b9455193e34e7b0d284ddd7149a74b95b9261f13abde940954" },
	{ &keys[2], CKM_ECDSA_SHA384, CKM_SHA384, "test",
	  "83910e8b48bb0c74244ebdf7f07a1c5413d61472bd941ef3920e623fbccebeb6" "8ddbec54cf8cd5874883841d712142a56a8d0f218f5003cb0296b6b509619f2c" },
	{ &keys[2], CKM_ECDSA_SHA512, CKM_SHA512, "sample",
	  "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00" "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe" },
	{ &keys[2], CKM_ECDSA_SHA512, CKM_SHA512, "test",
	  "461d93f31b6540894788fd206c07cfa0cc35f46fa3c91816fff1040ad1581a04" "39af9f15de0db8d97e72719c74820d304ce5226e32dedae67519e840d1194e55" },
	{ &keys[3], CKM_ECDSA_SHA1, CKM_SHA_1, "sample",
	  "ec748d839243d6fbef4fc5c4859a7dffd7f3abddf72014540c16d73309834fa3" "7b9ba002899f6fda3a4a9386790d4eb2" "a3bcfa947beef4732bf247ac17f71676cb31a847b9ff0cbc9c9ed4c1a5b3facf" "26f49ca031d4857570ccb5ca4424a443" },
	{ &keys[3], CKM_ECDSA_SHA1, CKM_SHA_1, "test",
	  "4bc35d3a50ef4e30576f58cd96ce6bf638025ee624004a1f7789a8b8e43d0678" "acd9d29876daf46638645f7f404b11c7" "d5a6326c494ed3ff614703878961c0fde7b2c278f9a65fd8c4b7186201a29916" "95ba1c84541327e966fa7b50f7382282" },
	{ &keys[3], CKM_ECDSA_SHA224, CKM_SHA224, "sample",
	  "42356e76b55a6d9b4631c865445dbe54e056d3b3431766d0509244793c3f9366" "450f76ee3de43f5a125333a6be060122" "9da0c81787064021e78df658f2fbb0b042bf304665db721f077a4298b095e483" "4c082c03d83028efbf93a3c23940ca8d" },
	{ &keys[3], CKM_ECDSA_SHA224, CKM_SHA224, "test",
	  "e8c9d0b6ea72a0e7837fea1d14a1a9557f29faa45d3e7ee888fc5bf954b5e624" "64a9a817c47ff78b8c11066b24080e72" "07041d4a7a0379ac7232ff72e6f77b6ddb8f09b16cce0ec3286b2bd43fa8c614" "1c53ea5abef0d8231077a04540a96b66" },
	{ &keys[3], CKM_ECDSA_SHA256, CKM_SHA256, "sample",
	  "21b13d1e013c7fa1392d03c5f99af8b30c570c6f98d4ea8e354b63a21d3daa33" "bde1e888e63355d92fa2b3c36d8fb2cd" "f3aa443fb107745bf4bd77cb3891674632068a10ca67e3d45db2266fa7d1feeb" "efdc63eccd1ac42ec0cb8668a4fa0ab0" },
	{ &keys[3], CKM_ECDSA_SHA256, CKM_SHA256, "test",
	  "6d6defac9ab64dabafe36c6bf510352a4cc27001263638e5b16d9bb51d451559" "f918eedaf2293be5b475cc8f0188636b" "2d46f3becbcc523d5f1a1256bf0c9b024d879ba9e838144c8ba6baeb4b53b47d" "51ab373f9845c0514eefb14024787265" },
	{ &keys[3], CKM_ECDSA_SHA384, CKM_SHA384, "sample",
	  "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c" "81a648152e44acf96e36dd1e80fabe46" "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94f" "a329c145786e679e7b82c71a38628ac8" },
	{ &keys[3], CKM_ECDSA_SHA384, CKM_SHA384, "test",
	  "8203b63d3c853e8d77227fb377bcf7b7b772e97892a80f36ab775d509d7a5feb" "0542a7f0812998da8f1dd3ca3cf023db" "ddd0760448d42d8a43af45af836fce4de8be06b485e9b61b827c2f13173923e0" "6a739f040649a667bf3b828246baa5a5" },
	{ &keys[3], CKM_ECDSA_SHA512, CKM_SHA512, "sample",
	  "ed0959d5880ab2d869ae7f6c2915c6d60f96507f9cb3e047c0046861da4a799c" "fe30f35cc900056d7c99cd7882433709" "512c8cceee3890a84058ce1e22dbc2198f42323ce8aca9135329f03c068e5112" "dc7cc3ef3446defceb01a45c2667fdd5" },
	{ &keys[3], CKM_ECDSA_SHA512, CKM_SHA512, "test",
	  "a0d5d090c9980faf3c2ce57b7ae951d31977dd11c775d314af55f76c676447d0" "6fb6495cd21b4b6e340fc236584fb277" "976984e59b4c77b0e8e4460dca3d9f20e07b9bb1f63beefaf576f6b2e8b22463" "4a2092cd3792e0159ad9cee37659c736" },
	{ &keys[4], CKM_ECDSA_SHA1, CKM_SHA_1, "sample",
	  "00343b6ec45728975ea5cba6659bbb6062a5ff89eea58be3c80b619f322c8791" "0fe092f7d45bb0f8eee01ed3f20babec079d202ae677b243ab40b5431d497c55" "d75d" "00e7b0e675a9b24413d448b8cc119d2bf7b2d2df032741c096634d6d65d0dbe3" "d5694625fb9e8104d3b842c1b0e2d0b98bea19341e8676aef66ae4eba3d5475d" "5d16" },
	{ &keys[4], CKM_ECDSA_SHA1, CKM_SHA_1, "test",
	  "013bad9f29abe20de37ebeb823c252ca0f63361284015a3bf430a46aaa80b87b" "0693f0694bd88afe4e661fc33b094cd3b7963bed5a727ed8bd6a3a202abe009d" "0367" "01e9bb81ff7944ca409ad138dbbee228e1afcc0c890fc78ec8604639cb0dbdc9" "0f717a99ead9d272855d00162ee9527567dd6a92cbd629805c0445282bbc9167" "97ff" },
	{ &keys[4], CKM_ECDSA_SHA224, CKM_SHA224, "sample",
	  "01776331cfcdf927d666e032e00cf776187bc9fdd8e69d0dabb4109ffe1b5e2a" "30715f4cc923a4a5e94d2503e9acfed92857b7f31d7152e0f8c00c15ff3d87e2" "ed2e" "0050cb5265417fe2320bbb5a122b8e1a32bd699089851128e360e620a30c7e17" "ba41a666af126ce100e5799b153b60528d5300d08489ca9178fb610a2006c254" "b41f" },
	{ &keys[4], CKM_ECDSA_SHA224, CKM_SHA224, "test",
	  "01c7ed902e123e6815546065a2c4af977b22aa8eaddb68b2c1110e7ea44d4208" "6bfe4a34b67ddc0e17e96536e358219b23a706c6a6e16ba77b65e1c595d43cae" "17fb" "0177336676304fcb343ce028b38e7b4fba76c1c1b277da18cad2a8478b2a9a9f" "5bec0f3ba04f35db3e4263569ec6aade8c92746e4c82f8299ae1b8f1739f8fd5" "19a4" },
	{ &keys[4], CKM_ECDSA_SHA256, CKM_SHA256, "sample",
	  "01511bb4d675114fe266fc4372b87682baecc01d3cc62cf2303c92b352601265" "9d16876e25c7c1e57648f23b73564d67f61c6f14d527d54972810421e7d87589" "e1a7" "004a171143a83163d6df460aaf61522695f207a58b95c0644d87e52aa1a34791" "6e4f7a72930b1bc06dbe22ce3f58264afd23704cbb63b29b931f7de6c9d949a7" "ecfc" },
	{ &keys[4], CKM_ECDSA_SHA256, CKM_SHA256, "test",
	  "000e871c4a14f993c6c7369501900c4bc1e9c7b0b4ba44e04868b30b41d80710" "42eb28c4c250411d0ce08cd197e4188ea4876f279f90b3d8d74a3c76e6f1e465" "6aa8" "00cd52dbaa33b063c3a6cd8058a1fb0a46a4754b034fcc644766ca14da8ca5ca" "9fde00e88c1ad60ccba759025299079d7a427ec3cc5b619bfbc828e7769bcd69" "4e86" },
	{ &keys[4], CKM_ECDSA_SHA384, CKM_SHA384, "sample",
	  "01ea842a0e17d2de4f92c15315c63ddf72685c18195c2bb95e572b9c5136ca4b" "4b576ad712a52be9730627d16054ba40cc0b8d3ff035b12ae75168397f5d50c6" "7451" "01f21a3cee066e1961025fb048bd5fe2b7924d0cd797babe0a83b66f1e35eeaf" "5fde143fa85dc394a7dee766523393784484bdf3e00114a1c857cde1aa203db6" "5d61" },
	{ &keys[4], CKM_ECDSA_SHA384, CKM_SHA384, "test",
	  "014bee21a18b6d8b3c93fab08d43e739707953244fdbe924fa926d76669e7ac8" "c89df62ed8975c2d8397a65a49dcc09f6b0ac62272741924d479354d74ff6075" "578c" "0133330865c067a0eaf72362a65e2d7bc4e461e8c8995c3b6226a21bd1aa78f0" "ed94fe536a0dca35534f0cd1510c41525d163fe9d74d134881e35141ed5e8e95" "b979" },
	{ &keys[4], CKM_ECDSA_SHA512, CKM_SHA512, "sample",
	  "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f" "174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e3" "77fa" "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af" "282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4" "a67a" },
	{ &keys[4], CKM_ECDSA_SHA512, CKM_SHA512, "test",
	  "013e99020abf5cee7525d16b69b229652ab6bdf2affcaef38773b4b7d08725f1" "0cdb93482fdcc54edcee91eca4166b2a7c6265ef0ce2bd7051b7cef945babd47" "ee6d" "01fbd0013c674aa79cb39849527916ce301c66ea7ce8b80682786ad60f98f7e7" "8a19ca69eff5c57400e3b3a0ad66ce0978214d13baf4e9ac60752f7b155e2de4" "dce3" },
	/* by the definition of FIPS 186-4, with integers */
	{ &keys[2], CKM_ECDSA_SHA3_224, CKM_SHA3_224, "sample",
	  "ae868dec664945b4b74f047797eab06dd4deda67bc516e750205f2d3a2b6a3aa" "a1ff79d9af65d63863c27420ebac4a7b42019ec8c0de916fcb1cad3f8bde707f" },
	{ &keys[2], CKM_ECDSA_SHA3_224, CKM_SHA3_224, "test",
	  "7cc114c3cfd59d2df1d161528654991d27ca948a0b4a94ee3e9167a2b27c5d8a" "e0fdc0bc2fd73123974fbe1efe031c149c9e7f327285af7a55f1c7351289512b" },
	{ &keys[2], CKM_ECDSA_SHA3_256, CKM_SHA3_256, "sample",
	  "783935f762f3ef0d37133d9bf5523d3615d69aa9ec9108654bd03dba97088ca5" "3f7fade6c165779d952e5fcd3c2f78935d25ac6a95aa6b9b74357ebc68c16bf0" },
	{ &keys[2], CKM_ECDSA_SHA3_256, CKM_SHA3_256, "test",
	  "9c404b82b6d8ab7dfb664b5cc39c5c70c919ac01e605fe62fce94ef4f91496ad" "827ab39dc065af147f10dc11b944908ff82ae429fe6af31814584b4bec651924" },
	{ &keys[2], CKM_ECDSA_SHA3_384, CKM_SHA3_384, "sample",
	  "ee84a90919390f73a3d4f41db19cec8a6bdc9ac2419050da5bc22035c37c9014" "374f3463f09c299ef5094ed261999f38a90c0327b944852ab096067a1c2628e4" },
	{ &keys[2], CKM_ECDSA_SHA3_384, CKM_SHA3_384, "test",
	  "221a42f093f4ab5254b42939d919bf2d5abd1eee29c62e81a8ac647f49dc8be0" "adda9018e98239082990a12192bc5e1df65a846b8d366493266f94876efeaa7b" },
	{ &keys[2], CKM_ECDSA_SHA3_512, CKM_SHA3_512, "sample",
	  "f46d177d1a193812f4bcbe73e140d2fa446c506e25b4f85adaca50de26c73c19" "2710d6e3a6f5e116d17e9fd4ddb8539907fa6e0c6f7e8c195d727e8cab7d4309" },
	{ &keys[2], CKM_ECDSA_SHA3_512, CKM_SHA3_512, "test",
	  "a4cf2aa6e53fc399be13ef1474744203ce9930e1ea4e85e8d0c2fbb5109fa5ec" "d60e978d4482e742854cff48c70631bd93735c7b2348e01008310863d2d59f9e" },
};

static Object *
public_key (const EcKey *key)
{
	return key_new (CKO_PUBLIC_KEY, CKK_EC,
	                (Part[]){ { CKA_EC_PARAMS, key->oid }, { CKA_EC_POINT, key->point }, { 0, NULL } });
}

static Object *
private_key (const EcKey *key)
{
	return key_new (CKO_PRIVATE_KEY, CKK_EC,
	                (Part[]){ { CKA_EC_PARAMS, key->oid }, { CKA_VALUE, key->private }, { 0, NULL } });
}

static void
signatures_of_rfc_6979_are_right (void)
{
	for (size_t i = 0; i < N_ELEMENTS (signatures); i++) {
		auto_unref Object *key = public_key (signatures[i].key);
		auto_wipe Buf signature = hex_buf (signatures[i].signature);
		const Mech *mech = mech_find (signatures[i].type);

		drive_check (mech->verify, mech, key, NO_BYTES, bytes_str (signatures[i].message), bytes_of (&signature));
	}
}

static void
ecdsa_takes_the_digest (void)
{
	const Mech *mech = mech_find (CKM_ECDSA);

	for (size_t i = 0; i < N_ELEMENTS (signatures); i++) {
		auto_unref Object *key = public_key (signatures[i].key);
		auto_wipe Buf signature = hex_buf (signatures[i].signature);
		const Mech *digest = mech_find (signatures[i].digest);
		auto_wipe Buf hashed = BUF_PLAIN;

		assert_ok (drive_once (digest->digest, digest, NULL, NO_BYTES, bytes_str (signatures[i].message), 7, false,
		                       &hashed));
		drive_check (mech->verify, mech, key, NO_BYTES, bytes_of (&hashed), bytes_of (&signature));
	}
}

/* The nonce is random: shown by verifying. */
static void
what_is_signed_verifies (void)
{
	for (size_t i = 0; i < N_ELEMENTS (keys); i++)
		for (size_t j = 0; j < mech_ec.n_mechs; j++) {
			auto_unref Object *private = private_key (&keys[i]);
			auto_unref Object *public = public_key (&keys[i]);
			const Mech *mech = &mech_ec.mechs[j];
			auto_wipe Buf one = BUF_PLAIN;
			auto_wipe Buf other = BUF_PLAIN;

			if (mech->sign == NULL)
				continue;
			assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes_str ("message"), 3, false, &one));
			assert_ok (drive_once (mech->sign, mech, private, NO_BYTES, bytes_str ("message"), 8, false, &other));
			g_assert_cmpuint (one.len, ==, 2 * keys[i].n);
			g_assert_false (bytes_equal (bytes_of (&one), bytes_of (&other)));
			assert_ok (check_once (mech->verify, mech, public, NO_BYTES, bytes_str ("message"), 8, bytes_of (&one)));
			assert_rv (check_once (mech->verify, mech, public, NO_BYTES, bytes_str ("massage"), 8, bytes_of (&one)),
			           CKR_SIGNATURE_INVALID);
		}
}

/* SoftHSM may have stored a private value without its leading zeros, others with more. */
static void
private_values_may_be_short_or_long (void)
{
	static const char *const values[] = { "02", "0000000000000000000000000000000000000000000000000000000000000002",
		                              "000000000000000000000000000000000000000000000000000000000000000000000002" };
	/* 2 G */
	static const char point[] = "047cf27b188d034f7e8a52380304b51ac3c08969e277f21b35a60b48fc47669978"
				    "07775510db8ed040293d9ac69f7430dbba7dade63ce982299e04b79d227873d1";
	const Mech *mech = mech_find (CKM_ECDSA_SHA256);
	auto_unref Object *public = public_key (&(EcKey){ oid_p256, NULL, NULL, point, 32 });

	for (size_t i = 0; i < N_ELEMENTS (values); i++) {
		auto_unref Object *key = private_key (&(EcKey){ oid_p256, NULL, values[i], NULL, 32 });
		auto_wipe Buf signature = BUF_PLAIN;

		assert_ok (drive_once (mech->sign, mech, key, NO_BYTES, bytes_str ("abc"), 4, false, &signature));
		assert_ok (check_once (mech->verify, mech, public, NO_BYTES, bytes_str ("abc"), 4, bytes_of (&signature)));
	}
}

static void
nothing_is_not_signed (void)
{
	auto_unref Object *private = private_key (&keys[2]);
	const Mech *mech = mech_find (CKM_ECDSA);
	auto_wipe Buf out = BUF_PLAIN;

	assert_rv (drive_once (mech->sign, mech, private, NO_BYTES, NO_BYTES, 1, false, &out), CKR_DATA_LEN_RANGE);
}

/* SEC 1 section 4.1.4: r and s lie between 1 and n - 1. */
static void
signatures_of_zero_or_the_order_are_refused (void)
{
	static const char *const numbers[] = { "0000000000000000000000000000000000000000000000000000000000000000",
		                               "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
		                               "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff" };
	auto_unref Object *key = public_key (&keys[2]);
	const Mech *mech = mech_find (CKM_ECDSA_SHA256);

	for (size_t i = 0; i < N_ELEMENTS (numbers); i++)
		for (size_t j = 0; j < N_ELEMENTS (numbers); j++) {
			g_autofree char *hex = g_strconcat (numbers[i], numbers[j], NULL);
			auto_wipe Buf signature = hex_buf (hex);

			assert_rv (check_once (mech->verify, mech, key, NO_BYTES, bytes_str ("a"), 2, bytes_of (&signature)),
			           CKR_SIGNATURE_INVALID);
		}
}

static CK_RV
check_key (CK_OBJECT_CLASS class, const char *oid, CK_ATTRIBUTE_TYPE type, const char *value)
{
	auto_attrs Attrs attrs = { 0 };

	key_attrs (&attrs, class, CKK_EC, (Part[]){ { CKA_EC_PARAMS, oid }, { type, value }, { 0, NULL } });
	return mech_check_key (&attrs);
}

static void
points_off_the_curve_are_no_keys (void)
{
	for (size_t i = 0; i < N_ELEMENTS (keys); i++) {
		g_autofree char *point = g_strdelimit (g_strdup (keys[i].point), " ", '0');
		size_t last = strlen (point) - 1;

		assert_ok (check_key (CKO_PUBLIC_KEY, keys[i].oid, CKA_EC_POINT, point));
		point[last] = point[last] == '0' ? '1' : '0';
		assert_rv (check_key (CKO_PUBLIC_KEY, keys[i].oid, CKA_EC_POINT, point), CKR_ATTRIBUTE_VALUE_INVALID);
	}
	assert_rv (check_key (CKO_PUBLIC_KEY, oid_p256, CKA_EC_POINT, "00"), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PUBLIC_KEY, oid_p256, CKA_EC_POINT, ""), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PUBLIC_KEY, oid_p384, CKA_EC_POINT, keys[2].point), CKR_ATTRIBUTE_VALUE_INVALID);
}

/* An OCTET STRING around the point is what PKCS #11 asks for, the bare point what some write. */
static void
points_may_be_wrapped_or_bare (void)
{
	g_autofree char *wrapped = g_strconcat ("0441", keys[2].point, NULL);

	assert_ok (check_key (CKO_PUBLIC_KEY, oid_p256, CKA_EC_POINT, keys[2].point));
	assert_ok (check_key (CKO_PUBLIC_KEY, oid_p256, CKA_EC_POINT, wrapped));
}

static void
private_values_outside_the_group_are_no_keys (void)
{
	static const char order[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
	static const char below[] = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550";

	assert_ok (check_key (CKO_PRIVATE_KEY, oid_p256, CKA_VALUE, below));
	assert_rv (check_key (CKO_PRIVATE_KEY, oid_p256, CKA_VALUE, order), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PRIVATE_KEY, oid_p256, CKA_VALUE, "00"), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PRIVATE_KEY, oid_p256, CKA_VALUE, ""), CKR_ATTRIBUTE_VALUE_INVALID);
	assert_rv (check_key (CKO_PRIVATE_KEY, oid_p256, CKA_VALUE, keys[3].private), CKR_ATTRIBUTE_VALUE_INVALID);
}

static void
unknown_curves_are_refused (void)
{
	assert_rv (check_key (CKO_PRIVATE_KEY, "06052b8104000a", CKA_VALUE, "02"), CKR_CURVE_NOT_SUPPORTED);
	assert_rv (check_key (CKO_PRIVATE_KEY, "06032b6570", CKA_VALUE, "02"), CKR_CURVE_NOT_SUPPORTED);
	assert_rv (check_key (CKO_PUBLIC_KEY, "0500", CKA_EC_POINT, keys[2].point), CKR_CURVE_NOT_SUPPORTED);
}

static void
generated_pairs_work_together (void)
{
	const Mech *make = mech_find (CKM_EC_KEY_PAIR_GEN), *mech = mech_find (CKM_ECDSA_SHA256);

	for (size_t i = 0; i < N_ELEMENTS (keys); i++) {
		Attrs public = { 0 }, private = { 0 };
		auto_unref Object *public_object = NULL;
		auto_unref Object *private_object = NULL;
		auto_wipe Buf signature = BUF_PLAIN;

		key_attrs (&public, CKO_PUBLIC_KEY, CKK_EC, (Part[]){ { CKA_EC_PARAMS, keys[i].oid }, { 0, NULL } });
		key_attrs (&private, CKO_PRIVATE_KEY, CKK_EC, (Part[]){ { 0, NULL } });
		assert_ok (make->generate_pair (make, NO_BYTES, &public, &private));
		assert_ok (mech_check_key (&public));
		assert_ok (mech_check_key (&private));
		g_assert_true (attrs_find (&private, CKA_VALUE)->secret);
		assert_ok (object_publish (&public, &public_object));
		assert_ok (object_publish (&private, &private_object));
		assert_ok (drive_once (mech->sign, mech, private_object, NO_BYTES, bytes_str ("abc"), 4, false, &signature));
		assert_ok (check_once (mech->verify, mech, public_object, NO_BYTES, bytes_str ("abc"), 4,
		                       bytes_of (&signature)));
	}
}

static void
every_row_has_a_known_answer (void)
{
	for (size_t i = 0; i < mech_ec.n_mechs; i++) {
		CK_MECHANISM_TYPE type = mech_ec.mechs[i].type;
		bool known = type == CKM_ECDSA || type == CKM_EC_KEY_PAIR_GEN;

		for (size_t j = 0; j < N_ELEMENTS (signatures); j++)
			known = known || signatures[j].type == type;
		if (!known)
			g_error ("no known value for %s", mech_ec.mechs[i].name);
	}
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	g_test_add_func ("/mech/ec/signatures_of_rfc_6979_are_right", signatures_of_rfc_6979_are_right);
	g_test_add_func ("/mech/ec/ecdsa_takes_the_digest", ecdsa_takes_the_digest);
	g_test_add_func ("/mech/ec/what_is_signed_verifies", what_is_signed_verifies);
	g_test_add_func ("/mech/ec/private_values_may_be_short_or_long", private_values_may_be_short_or_long);
	g_test_add_func ("/mech/ec/nothing_is_not_signed", nothing_is_not_signed);
	g_test_add_func ("/mech/ec/signatures_of_zero_or_the_order_are_refused",
	                 signatures_of_zero_or_the_order_are_refused);
	g_test_add_func ("/mech/ec/points_off_the_curve_are_no_keys", points_off_the_curve_are_no_keys);
	g_test_add_func ("/mech/ec/points_may_be_wrapped_or_bare", points_may_be_wrapped_or_bare);
	g_test_add_func ("/mech/ec/private_values_outside_the_group_are_no_keys",
	                 private_values_outside_the_group_are_no_keys);
	g_test_add_func ("/mech/ec/unknown_curves_are_refused", unknown_curves_are_refused);
	g_test_add_func ("/mech/ec/generated_pairs_work_together", generated_pairs_work_together);
	g_test_add_func ("/mech/ec/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
