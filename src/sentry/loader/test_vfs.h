/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A vfs of a handful of files for the tests of this room: file contents in memory, mapped through a
 * memfd. It defines the few functions of the vfs that the loader calls.
 */
#pragma once

#include <stddef.h>

struct file;

/* Forget all files. */
void test_vfs_reset(void);
/* Make a file; the bytes are copied. Replaces one of the same name. */
void test_vfs_put(const char *path, const void *bytes, size_t n);
/* Caller owns (file_put). NULL: there is none. */
struct file *test_vfs_open(const char *path);
/* References to files that are held now. */
int test_vfs_held(void);
