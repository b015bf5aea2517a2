/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzzer of everything that is read from users. The first byte says which kind of text the rest is.
 * What is accepted can be written, the writing is accepted, and says the same. A profile is
 * compiled.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"
#include "oci/oci.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compile(const struct oci_seccomp *s)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	AUTO(oci_bpf_fini) struct oci_bpf bpf = {0};
	int fd = memfd_create("bpf", MFD_CLOEXEC);

	check(fd >= 0);
	if (oci_seccomp_compile(s, fd, &bpf, &why) < 0)
		check(why.len > 0);
	else
		check(bpf.n > 0 && bpf.n <= LX_BPF_MAXINSNS);
	close(fd);
}

static void spec(const char *text, size_t len)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT, once = STRBUF_INIT, twice = STRBUF_INIT;
	AUTO(oci_spec_free) struct oci_spec *s = NULL, *again = NULL;

	if (oci_spec_parse(text, len, &s, &why) < 0) {
		check(why.len > 0 && !strchr(strbuf_str(&why), '\n'));
		return;
	}
	oci_spec_encode(s, &once);
	if (strbuf_result(&once) < 0)
		return; /* longer than a text may be */
	check(oci_spec_parse(once.s, once.len, &again, &why) == 0);
	oci_spec_encode(again, &twice);
	check(strcmp(strbuf_str(&once), strbuf_str(&twice)) == 0);
	if (s->lx.seccomp)
		compile(s->lx.seccomp);
}

static void process(const char *text, size_t len)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT;
	AUTO(oci_process_free) struct oci_process_doc *p = NULL;

	if (oci_process_parse(text, len, &p, &why) < 0)
		check(why.len > 0);
	else
		check(p->process.args.n > 0 && p->process.cwd[0] == '/');
}

static void resources(const char *text, size_t len)
{
	AUTO(strbuf_fini) struct strbuf why = STRBUF_INIT, once = STRBUF_INIT;
	AUTO(oci_resources_free) struct oci_resources_doc *r = NULL, *again = NULL;

	if (oci_resources_parse(text, len, &r, &why) < 0) {
		check(why.len > 0);
		return;
	}
	oci_resources_encode(&r->resources, &once);
	if (strbuf_result(&once) < 0)
		return;
	check(oci_resources_parse(once.s, once.len, &again, &why) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(free) char *text = NULL;

	if (size == 0)
		return 0;
	text = malloc(
		MAX(size - 1, (size_t)1)); /* of its own, so that reading beyond the end is seen */
	if (!text)
		return 0;
	memcpy(text, data + 1, size - 1);
	if (data[0] == 'p')
		process(text, size - 1);
	else if (data[0] == 'r')
		resources(text, size - 1);
	else
		spec(text, size - 1);
	return 0;
}
