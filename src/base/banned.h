/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Functions that nobody may call. The build includes this file before every source (-include), so
 * it cannot be forgotten. The headers that declare the banned names come first; from then on the
 * names are poison.
 *
 * Instead: strbuf or snprintf for building strings, memcpy with a checked length for copying, a
 * strict parser (strtoull with all its checks) for numbers, strtok_r or an index for splitting,
 * fork and exec for programs. Freestanding code (src/guest) has no libc and therefore nothing to
 * ban, assembly no calls by these names, and src/abi (CAISSON_NO_LIBC) no code.
 */
#ifndef CAISSON_BASE_BANNED_H
#define CAISSON_BASE_BANNED_H

#if __STDC_HOSTED__ && !defined(__ASSEMBLER__) && !defined(CAISSON_NO_LIBC)
#include <alloca.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#undef strcpy
#undef strcat
#undef strncpy
#undef strncat
#undef strtok
#undef alloca

#pragma GCC poison strcpy stpcpy strcat strncpy strncat strtok
#pragma GCC poison sprintf vsprintf gets
#pragma GCC poison atoi atol atoll atof
#pragma GCC poison system alloca tmpnam mktemp
#pragma GCC poison asctime
#endif

#endif
