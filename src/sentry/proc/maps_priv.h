/* SPDX-License-Identifier: Apache-2.0 */
/* A process's mappings, as a list that is held without locks. */
#pragma once

#include "sentry/mm/mm.h"
#include "sentry/proc/pid_priv.h"

/* Each entry holds a reference to its obj. */
struct vma_list {
	struct mm_vma_info *v; /* arena */
	size_t n, cap;
};

/* -ENOMEM. vma_list_fini afterwards, also on failure. */
MUST_CHECK int vma_list_init(struct vma_list *l, struct mm *mm);
void vma_list_fini(struct vma_list *l);
DEFINE_AUTO_INPLACE(struct vma_list, vma_list_fini)

/* Bytes. */
struct vma_sums {
	uint64_t rss, dirty, locked;
};

/* One line of maps; name NULL or "": none. */
void proc_format_vma(const struct mm_vma_info *v, const char *name, struct strbuf *sb);
/* Bytes of a mapping that are there, as far as is known; address space that was asked about is
 * taken from *budget. */
uint64_t proc_vma_resident(const struct proc_at *at, struct mm *mm, const struct mm_vma_info *v,
			   uint64_t *budget);
/* The same of the whole mm. */
uint64_t proc_resident(const struct proc_at *at, struct mm *mm);
