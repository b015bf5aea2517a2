/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory of one parsed text: allocations are never freed alone, all go with the document.
 */
#ifndef CAISSON_OCI_DOC_PRIV_H
#define CAISSON_OCI_DOC_PRIV_H

#include "base/compiler.h"
#include "oci/oci.h"

/* Caller owns; NULL: no memory. */
struct oci_doc *oci_doc_new(void);
void oci_doc_free(struct oci_doc *doc);
DEFINE_AUTO(struct oci_doc *, oci_doc_free)

/* n zeroed elements of size bytes, aligned for anything. NULL: no memory. */
void *oci_doc_alloc(struct oci_doc *doc, size_t n, size_t size);

/* A copy of n bytes with a NUL behind. NULL: no memory. */
char *oci_doc_string(struct oci_doc *doc, const char *s, size_t n);

#endif
