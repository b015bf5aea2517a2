/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of this room share: parsing of texts that are pieced together. */
#ifndef CAISSON_OCI_TEST_OCI_H
#define CAISSON_OCI_TEST_OCI_H

#include "base/test.h"

#include <stdio.h>

#include "oci/oci.h"

/* A configuration with these properties besides the required ones: SPEC("\"hostname\": \"x\""). */
#define SPEC(more) "{\"ociVersion\": \"1.2.0\", \"root\": {\"path\": \"rootfs\"}, " more "}"
#define ALL_NAMESPACES                                                                             \
	"\"namespaces\": [{\"type\": \"pid\"}, {\"type\": \"network\"}, {\"type\": \"mount\"}, "   \
	"{\"type\": \"ipc\"}, {\"type\": \"uts\"}]"
#define LINUX(more)     SPEC("\"linux\": {" ALL_NAMESPACES ", " more "}")
#define RESOURCES(more) LINUX("\"resources\": {" more "}")
#define PROCESS(more)   "{\"args\": [\"sh\"], \"cwd\": \"/\", " more "}"

static char test_why[2048];

/* Caller owns; NULL: refused, and test_why says why. */
static inline UNUSED struct oci_spec *parse(const char *text)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	struct oci_spec *spec = NULL;
	int r = oci_spec_parse(text, strlen(text), &spec, &why);

	snprintf(test_why, sizeof(test_why), "%s", strbuf_str(&why));
	EXPECT_EQ(r == 0, spec != NULL);
	return spec;
}

/* The parsed one, or the test ends. */
static inline UNUSED struct oci_spec *must_parse(const char *text)
{
	struct oci_spec *spec = parse(text);

	if (!spec)
		print_error("refused: %s\n", test_why);
	EXPECT_TRUE(spec != NULL);
	return spec;
}

/* Why it is refused; "" if it is not. */
static inline UNUSED const char *refused(const char *text)
{
	AUTO(oci_spec_free) struct oci_spec *spec = parse(text);

	return spec ? "" : test_why;
}

static inline UNUSED const char *process_refused(const char *text)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	AUTO(oci_process_free) struct oci_process_doc *p = NULL;
	int r = oci_process_parse(text, strlen(text), &p, &why);

	snprintf(test_why, sizeof(test_why), "%s", r < 0 ? strbuf_str(&why) : "");
	return test_why;
}

/* The sentence begins with the path of the property. */
static inline UNUSED bool names(const char *why, const char *path)
{
	size_t n = strlen(path);

	if (strncmp(why, path, n) == 0 && strncmp(why + n, ": ", 2) == 0)
		return true;
	print_error("not about %s: %s\n", path, why);
	return false;
}

#endif
