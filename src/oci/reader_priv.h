/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the reader stands in the text, for messages: process.rlimits[2].type. Names are borrowed
 * from the tables and from the tree, both of which outlive the reader.
 */
#ifndef CAISSON_OCI_READER_PRIV_H
#define CAISSON_OCI_READER_PRIV_H

#include "oci/bind_priv.h"

/* As deep as the tables go; a text that is nested deeper is ignored there, or has a wrong type. */
#define OCI_PATH_DEPTH 16

struct oci_step {
	const char *name; /* a property, or a key; NULL: an element */
	size_t index;
	bool key; /* written ["name"] */
};

struct oci_warning {
	struct oci_warning *next;
	const char *text;
};

struct oci_reader {
	struct oci_doc *doc;
	struct strbuf *why;
	struct oci_step path[OCI_PATH_DEPTH];
	size_t depth;
	struct oci_warning *first, **last;
	size_t nwarnings;
};

void oci_reader_init(struct oci_reader *r, struct oci_doc *doc, struct strbuf *why);
void oci_reader_enter(struct oci_reader *r, const char *property);
void oci_reader_enter_index(struct oci_reader *r, size_t index);
void oci_reader_enter_key(struct oci_reader *r, const char *key);
void oci_reader_leave(struct oci_reader *r);

/* The warnings so far as an array in the document. */
MUST_CHECK int oci_reader_warnings(struct oci_reader *r, struct oci_strv *ret_warnings);

#endif
