/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patched call sites: a `syscall` instruction of the guest's that is executed often becomes a jump
 * to what the platform has for such calls (platform_ops.fast_entry). docs/adr/0007 tells why so.
 *
 *	site        jmp pad                  2 bytes over 2 bytes
 *	pad         jmp trampoline           5 bytes that nobody executes, near the site, same page
 *	trampoline  lea landing, %rcx        in the slack behind the image's last executable byte
 *	            jmp *entry
 *	landing     syscall                  where the call goes on if it is not answered
 *	            jmp behind the site      and if it is
 *
 * Patched are pages of private, executable, unwritable mappings of files that were never writable.
 * A patched page is laid over the old one in one step of the host: other threads execute the one or
 * the other.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/compiler.h"

struct ctx;
struct mm;

enum patch_verdict {
	PATCH_NO,      /* leave the site alone, for good */
	PATCH_NOT_YET, /* counted */
	PATCH_DONE,    /* calls of this site get to the entry now */
};

/*
 * A thread of ctx's own mm made a call that the entry could answer, by the `syscall` instruction
 * that ends at ip; after `often` of them the site is patched.
 */
enum patch_verdict mm_patch_count(struct mm *mm, struct ctx *ctx, uint64_t ip, unsigned often);
/*
 * Where a thread at ip is for those who know the file: at a site or behind it, if ip is on the way
 * of a patched one. ip itself: it is not. Behind a landing's `syscall` is behind the site.
 */
uint64_t mm_patch_true_ip(struct mm *mm, uint64_t ip);
/* Has the mm patched sites? */
bool mm_is_patched(struct mm *mm);
