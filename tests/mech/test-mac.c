/* HMAC against RFC 2202 and RFC 4231. */

#include "mechtest.h"

extern const MechFamily mech_mac;

/* RFC 4231 section 4.6 is about a truncated result: see a_result_may_be_cut. */
static const Known knowns[] = {
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "b617318655057264e28bc0b6fb378c8ef146be00" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 3", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" "dddddddddddddddddddddddddddddddddddd",
	  "125d7342b9ac11cd91a39af48aa17b4f63f175d3" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 4", "0102030405060708090a0b0c0d0e0f10111213141516171819", NULL,
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "4c9007f4026250c6bc8414f9bf50c86c2d7235da" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 5", "0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c0c", NULL,
	  "546573742057697468205472756e636174696f6e",
	  "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "aa4ae5e15272d00e95705637ce8a3b55ed402112" },
	{ CKM_SHA_1_HMAC, "RFC 2202 section 3 case 7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b657920616e64204c6172676572205468616e204f6e6520426c6f636b2d" "53697a652044617461",
	  "e8e99d0f45237d786d6bbaa7965c7808bbff1a91" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "896fb1128abbdf196832107cd49df33f47b4b1169912ba4f53684b22" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.3", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" "dddddddddddddddddddddddddddddddddddd",
	  "7fb3cb3588c6c1f6ffa9694d7d6ad2649365b0c1f65d69d1ec8333ea" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819", NULL,
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "6c11506874013cac6a2abc1bb382627cec6a90d86efc012de7afec5a" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "95e9a0db962095adaebe9b2d6f0dbce2d499f112f2d2b7273fa6870e" },
	{ CKM_SHA224_HMAC, "RFC 4231 section 4.8", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "5468697320697320612074657374207573696e672061206c6172676572207468" "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074" "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565" "647320746f20626520686173686564206265666f7265206265696e6720757365" "642062792074686520484d414320616c676f726974686d2e",
	  "3a854166ac5d9f023f54d517d0b39dbd946770db9c2b95c9f6f565d1" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.3", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" "dddddddddddddddddddddddddddddddddddd",
	  "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819", NULL,
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
	{ CKM_SHA256_HMAC, "RFC 4231 section 4.8", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "5468697320697320612074657374207573696e672061206c6172676572207468" "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074" "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565" "647320746f20626520686173686564206265666f7265206265696e6720757365" "642062792074686520484d414320616c676f726974686d2e",
	  "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c" "faea9ea9076ede7f4af152e8b2fa9cb6" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.3", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e" "8e2240ca5e69e2c78b3239ecfab21649" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" "dddddddddddddddddddddddddddddddddddd",
	  "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b" "2a5ab39dc13814b94e3ab6e101a34f27" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819", NULL,
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e" "6801dd23c4a7d679ccf8a386c674cffb" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6" "0c2ef6ab4030fe8296248df163f44952" },
	{ CKM_SHA384_HMAC, "RFC 4231 section 4.8", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "5468697320697320612074657374207573696e672061206c6172676572207468" "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074" "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565" "647320746f20626520686173686564206265666f7265206265696e6720757365" "642062792074686520484d414320616c676f726974686d2e",
	  "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5" "a678cc31e799176d3860e6110c46523e" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.2", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde" "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.3", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554" "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.4", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", NULL,
	  "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd" "dddddddddddddddddddddddddddddddddddd",
	  "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39" "bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.5", "0102030405060708090a0b0c0d0e0f10111213141516171819", NULL,
	  "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd" "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
	  "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db" "a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.7", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352" "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598" },
	{ CKM_SHA512_HMAC, "RFC 4231 section 4.8", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "5468697320697320612074657374207573696e672061206c6172676572207468" "616e20626c6f636b2d73697a65206b657920616e642061206c61726765722074" "68616e20626c6f636b2d73697a6520646174612e20546865206b6579206e6565" "647320746f20626520686173686564206265666f7265206265696e6720757365" "642062792074686520484d414320616c676f726974686d2e",
	  "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944" "b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58" },
	{ CKM_MD5_HMAC, "RFC 2202 section 2 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "9294727a3638bb1c13f48ef8158bfc9d" },
	{ CKM_MD5_HMAC, "RFC 2202 section 2 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "750c783e6ab0b503eaa86e310a5db738" },
	{ CKM_SHA512_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "b244ba01307c0e7a8ccaad13b1067a4cf6b961fe0c6a20bda3d92039" },
	{ CKM_SHA512_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "4a530b31a79ebcce36916546317c45f247d83241dfb818fd37254bde" },
	{ CKM_SHA512_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "29bef8ce88b54d4226c3c7718ea9e32ace2429026f089e38cea9aeda" },
	{ CKM_SHA512_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "9f9126c3d9c3c330d760425ca8a217e31feae31bfe70196ff81642b868402eab" },
	{ CKM_SHA512_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "6df7b24630d5ccb2ee335407081a87188c221489768fa2020513b2d593359456" },
	{ CKM_SHA512_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "87123c45f7c537a404f8f47cdbedda1fc9bec60eeb971982ce7ef10e774e6539" },
	{ CKM_SHA3_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "3b16546bbc7be2706a031dcafd56373d9884367641d8c59af3c860f7" },
	{ CKM_SHA3_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "7fdb8dd88bd2f60d1b798634ad386811c2cfc85bfaf5d52bbace5e66" },
	{ CKM_SHA3_224_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "b4a1f04c00287a9b7f6075b313d279b833bc8f75124352d05fb9995f" },
	{ CKM_SHA3_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "ba85192310dffa96e2a3a40e69774351140bb7185e1202cdcc917589f95e16bb" },
	{ CKM_SHA3_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "c7d4072e788877ae3596bbb0da73b887c9171f93095b294ae857fbe2645e1ba5" },
	{ CKM_SHA3_256_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "ed73a374b96c005235f948032f09674a58c0ce555cfc1f223b02356560312c3b" },
	{ CKM_SHA3_384_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "68d2dcf7fd4ddd0a2240c8a437305f61fb7334cfb5d0226e1bc27dc10a2e723a" "20d370b47743130e26ac7e3d532886bd" },
	{ CKM_SHA3_384_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "f1101f8cbf9766fd6764d2ed61903f21ca9b18f57cf3e1a23ca13508a93243ce" "48c045dc007f26a21b3f5e0e9df4c20a" },
	{ CKM_SHA3_384_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "0fc19513bf6bd878037016706a0e57bc528139836b9a42c3d419e498e0e1fb96" "16fd669138d33a1105e07c72b6953bcc" },
	{ CKM_SHA3_512_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 1", "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", NULL,
	  "4869205468657265",
	  "eb3fbd4b2eaab8f5c504bd3a41465aacec15770a7cabac531e482f860b5ec7ba" "47ccb2c6f2afce8f88d22b6dc61380f23a668fd3888bb80537c0a0b86407689e" },
	{ CKM_SHA3_512_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 2", "4a656665", NULL,
	  "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
	  "5a4bfeab6166427c7a3647b747292b8384537cdb89afb3bf5665e4c5e709350b" "287baec921fd7ca0ee7a0c31d022a95e1fc92ba9d77df883960275beb4e62024" },
	{ CKM_SHA3_512_HMAC, "OpenSSL 3.0, the key and data of RFC 4231 case 6", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" "aaaaaa", NULL,
	  "54657374205573696e67204c6172676572205468616e20426c6f636b2d53697a" "65204b6579202d2048617368204b6579204669727374",
	  "00f751a9e50695b090ed6911a4b65524951cdc15a73a5d58bb55215ea2cd839a" "c79d2b44a39bafab27e83fde9e11f6340b11d991b1b91bf2eee7fc872426c3a4" },
};

/* The same secret under the key type of its hash. */
static void
a_key_of_the_hash_gives_the_same (void)
{
	static const struct {
		CK_MECHANISM_TYPE type;
		CK_KEY_TYPE key_type;
	} rows[] = {
		{ CKM_SHA_1_HMAC, CKK_SHA_1_HMAC },   { CKM_SHA224_HMAC, CKK_SHA224_HMAC },
		{ CKM_SHA256_HMAC, CKK_SHA256_HMAC }, { CKM_SHA384_HMAC, CKK_SHA384_HMAC },
		{ CKM_SHA512_HMAC, CKK_SHA512_HMAC },
	};

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		for (size_t j = 0; j < N_ELEMENTS (knowns); j++)
			if (knowns[j].type == rows[i].type)
				known_run (&knowns[j], rows[i].key_type);
}

static void
a_key_of_another_hash_does_not_suit (void)
{
	auto_unref Object *key = secret_new (CKK_SHA_1_HMAC, "000102030405060708090a0b0c0d0e0f10111213");

	assert_ok (mech_suits (mech_find (CKM_SHA_1_HMAC), key));
	assert_rv (mech_suits (mech_find (CKM_SHA256_HMAC), key), CKR_KEY_TYPE_INCONSISTENT);
}

/* One secret, several hashes: each has a prepared form of its own. */
static void
one_secret_serves_all_hashes (void)
{
	static const CK_MECHANISM_TYPE types[] = { CKM_SHA256_HMAC, CKM_SHA512_HMAC, CKM_SHA_1_HMAC, CKM_SHA256_HMAC };
	auto_unref Object *key = secret_new (CKK_GENERIC_SECRET, "4a656665");
	auto_wipe Buf in = hex_buf ("7768617420646f2079612077616e7420666f72206e6f7468696e673f");

	for (size_t i = 0; i < N_ELEMENTS (types); i++)
		for (size_t j = 0; j < N_ELEMENTS (knowns); j++) {
			const Mech *mech = mech_find (types[i]);
			auto_wipe Buf out = BUF_PLAIN;
			auto_wipe Buf wanted = BUF_PLAIN;

			if (knowns[j].type != types[i] || !g_str_equal (knowns[j].key, "4a656665"))
				continue;
			wanted = hex_buf (knowns[j].out);
			assert_ok (drive_once (mech->sign, mech, key, NO_BYTES, bytes_of (&in), 5, false, &out));
			assert_bytes (bytes_of (&out), bytes_of (&wanted));
		}
}

/* RFC 4231 section 4.6, as CKM_…_HMAC_GENERAL gives it: the beginning of the whole. */
static void
a_result_may_be_cut (void)
{
	static const struct {
		CK_MECHANISM_TYPE general, whole;
	} rows[] = {
		{ CKM_MD5_HMAC_GENERAL, CKM_MD5_HMAC },
		{ CKM_SHA_1_HMAC_GENERAL, CKM_SHA_1_HMAC },
		{ CKM_SHA224_HMAC_GENERAL, CKM_SHA224_HMAC },
		{ CKM_SHA256_HMAC_GENERAL, CKM_SHA256_HMAC },
		{ CKM_SHA384_HMAC_GENERAL, CKM_SHA384_HMAC },
		{ CKM_SHA512_HMAC_GENERAL, CKM_SHA512_HMAC },
		{ CKM_SHA512_224_HMAC_GENERAL, CKM_SHA512_224_HMAC },
		{ CKM_SHA512_256_HMAC_GENERAL, CKM_SHA512_256_HMAC },
		{ CKM_SHA3_224_HMAC_GENERAL, CKM_SHA3_224_HMAC },
		{ CKM_SHA3_256_HMAC_GENERAL, CKM_SHA3_256_HMAC },
		{ CKM_SHA3_384_HMAC_GENERAL, CKM_SHA3_384_HMAC },
		{ CKM_SHA3_512_HMAC_GENERAL, CKM_SHA3_512_HMAC },
	};
	auto_unref Object *key = secret_new (CKK_GENERIC_SECRET, "4a656665");

	for (size_t i = 0; i < N_ELEMENTS (rows); i++)
		for (size_t j = 0; j < N_ELEMENTS (knowns); j++) {
			const Mech *mech = mech_find (rows[i].general);
			auto_wipe Buf in = hex_buf (knowns[j].in);
			auto_wipe Buf out = hex_buf (knowns[j].out);

			if (knowns[j].type != rows[i].whole || !g_str_equal (knowns[j].key, "4a656665"))
				continue;
			for (CK_ULONG n = 1; n <= out.len; n++)
				drive (mech->sign, mech, key, bytes (&n, sizeof n), bytes_of (&in), bytes (out.data, n));
		}
}

static void
lengths_that_cannot_be_are_refused (void)
{
	auto_unref Object *key = secret_new (CKK_GENERIC_SECRET, "4a656665");
	const Mech *mech = mech_find (CKM_SHA256_HMAC_GENERAL);
	static const CK_ULONG lengths[] = { 0, 33, (CK_ULONG)-1 };
	auto_wipe Buf out = BUF_PLAIN;

	for (size_t i = 0; i < N_ELEMENTS (lengths); i++)
		assert_rv (drive_once (mech->sign, mech, key, bytes (&lengths[i], sizeof lengths[i]), NO_BYTES, 1, false, &out),
		           CKR_MECHANISM_PARAM_INVALID);
}

static void
keys_are_made_as_long_as_asked (void)
{
	static const CK_MECHANISM_TYPE types[] = {
		CKM_SHA_1_KEY_GEN,
		CKM_SHA224_KEY_GEN,
		CKM_SHA256_KEY_GEN,
		CKM_SHA384_KEY_GEN,
		CKM_SHA512_KEY_GEN,
		CKM_SHA512_224_KEY_GEN,
		CKM_SHA512_256_KEY_GEN,
		CKM_SHA3_224_KEY_GEN,
		CKM_SHA3_256_KEY_GEN,
		CKM_SHA3_384_KEY_GEN,
		CKM_SHA3_512_KEY_GEN,
	};

	for (size_t i = 0; i < N_ELEMENTS (types); i++) {
		const Mech *mech = mech_find (types[i]);
		auto_attrs Attrs key = { 0 };

		assert_ok (attrs_set_ulong (&key, CKA_VALUE_LEN, 33));
		assert_ok (mech->generate (mech, NO_BYTES, &key));
		g_assert_cmpuint (attrs_bytes (&key, CKA_VALUE).len, ==, 33);
	}
}

static void
every_row_has_a_known_answer (void)
{
	assert_all_known (&mech_mac, knowns, N_ELEMENTS (knowns),
	                  (CK_MECHANISM_TYPE[]){ CKM_MD5_HMAC_GENERAL, CKM_SHA_1_HMAC_GENERAL, CKM_SHA224_HMAC_GENERAL, CKM_SHA256_HMAC_GENERAL, CKM_SHA384_HMAC_GENERAL, CKM_SHA512_HMAC_GENERAL, CKM_SHA512_224_HMAC_GENERAL, CKM_SHA512_256_HMAC_GENERAL, CKM_SHA3_224_HMAC_GENERAL, CKM_SHA3_256_HMAC_GENERAL, CKM_SHA3_384_HMAC_GENERAL, CKM_SHA3_512_HMAC_GENERAL, CKM_SHA_1_KEY_GEN, CKM_SHA224_KEY_GEN, CKM_SHA256_KEY_GEN, CKM_SHA384_KEY_GEN, CKM_SHA512_KEY_GEN, CKM_SHA512_224_KEY_GEN, CKM_SHA512_256_KEY_GEN, CKM_SHA3_224_KEY_GEN, CKM_SHA3_256_KEY_GEN, CKM_SHA3_384_KEY_GEN, CKM_SHA3_512_KEY_GEN, NO_MECHANISM });
}

int
main (int argc, char *argv[])
{
	g_test_init (&argc, &argv, NULL);
	known_add (knowns, N_ELEMENTS (knowns), CKK_GENERIC_SECRET);
	g_test_add_func ("/mech/mac/a_key_of_the_hash_gives_the_same", a_key_of_the_hash_gives_the_same);
	g_test_add_func ("/mech/mac/a_key_of_another_hash_does_not_suit", a_key_of_another_hash_does_not_suit);
	g_test_add_func ("/mech/mac/one_secret_serves_all_hashes", one_secret_serves_all_hashes);
	g_test_add_func ("/mech/mac/a_result_may_be_cut", a_result_may_be_cut);
	g_test_add_func ("/mech/mac/lengths_that_cannot_be_are_refused", lengths_that_cannot_be_are_refused);
	g_test_add_func ("/mech/mac/keys_are_made_as_long_as_asked", keys_are_made_as_long_as_asked);
	g_test_add_func ("/mech/mac/every_row_has_a_known_answer", every_row_has_a_known_answer);
	return g_test_run ();
}
