/* SPDX-License-Identifier: Apache-2.0 */
/* The public functions: one document for each text, with the struct in it. */
#include "oci/oci.h"

#include <errno.h>

#include "oci/types_priv.h"

static int no_memory(struct strbuf *why)
{
	strbuf_reset(why);
	strbuf_adds(why, "no memory");
	return -ENOMEM;
}

int oci_spec_parse(const char *text, size_t len, struct oci_spec **ret_spec, struct strbuf *why)
{
	AUTO(oci_doc_free) struct oci_doc *doc = oci_doc_new();
	struct oci_spec *spec = doc ? oci_doc_alloc(doc, 1, sizeof(*spec)) : NULL;
	int r;

	if (!spec)
		return no_memory(why);
	r = oci_read(text, len, &oci_type_spec, spec, doc, &spec->warnings, why);
	if (r < 0)
		return r;
	spec->doc = TAKE(doc);
	*ret_spec = spec;
	return 0;
}

int oci_process_parse(const char *text, size_t len, struct oci_process_doc **ret_process,
		      struct strbuf *why)
{
	AUTO(oci_doc_free) struct oci_doc *doc = oci_doc_new();
	struct oci_process_doc *p = doc ? oci_doc_alloc(doc, 1, sizeof(*p)) : NULL;
	int r;

	if (!p)
		return no_memory(why);
	r = oci_read(text, len, &oci_type_process, &p->process, doc, &p->warnings, why);
	if (r < 0)
		return r;
	p->doc = TAKE(doc);
	*ret_process = p;
	return 0;
}

int oci_resources_parse(const char *text, size_t len, struct oci_resources_doc **ret_resources,
			struct strbuf *why)
{
	AUTO(oci_doc_free) struct oci_doc *doc = oci_doc_new();
	struct oci_resources_doc *p = doc ? oci_doc_alloc(doc, 1, sizeof(*p)) : NULL;
	int r;

	if (!p)
		return no_memory(why);
	r = oci_read(text, len, &oci_type_resources, &p->resources, doc, &p->warnings, why);
	if (r < 0)
		return r;
	p->doc = TAKE(doc);
	*ret_resources = p;
	return 0;
}

/* The structs lie in their documents. */

void oci_spec_free(struct oci_spec *spec)
{
	if (spec)
		oci_doc_free(spec->doc);
}

void oci_process_free(struct oci_process_doc *p)
{
	if (p)
		oci_doc_free(p->doc);
}

void oci_resources_free(struct oci_resources_doc *r)
{
	if (r)
		oci_doc_free(r->doc);
}

void oci_spec_encode(const struct oci_spec *spec, struct strbuf *out)
{
	oci_write(&oci_type_spec, spec, "\t", out);
}

void oci_resources_encode(const struct oci_resources *r, struct strbuf *out)
{
	oci_write(&oci_type_resources, r, "\t", out);
}

const struct oci_namespace *oci_spec_namespace(const struct oci_spec *spec, enum oci_ns type)
{
	for (size_t i = 0; i < spec->lx.namespaces.n; i++) {
		if (spec->lx.namespaces.v[i].type == (uint32_t)type)
			return &spec->lx.namespaces.v[i];
	}
	return NULL;
}
