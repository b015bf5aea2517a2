/* SPDX-License-Identifier: Apache-2.0 */
/* Files of the CLI's own as whole texts. All return 0 or -errno, and tell nobody. */
#pragma once

#include <sys/types.h>

#include "base/compiler.h"
#include "base/strbuf.h"

/* All of it, appended; -E2BIG: longer than the buffer may be. dirfd may be AT_FDCWD. */
MUST_CHECK int textfile_read(int dirfd, const char *path, struct strbuf *ret);
/* The same of an open one, from where it is; "-" of a command line is fd 0. */
MUST_CHECK int textfile_read_fd(int fd, struct strbuf *ret);
/* With these bytes and nothing else, or as it was before: written beside it and renamed. */
MUST_CHECK int textfile_replace(const char *path, const char *text, size_t len, mode_t mode);
/* mkdir -p: the last one with the mode, those above it with 0755. */
MUST_CHECK int textfile_make_dirs(const char *path, mode_t mode);
