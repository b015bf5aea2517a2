/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guest's vDSO as bytes in our own binary: an ELF shared object, made from x86_64/vdso.c by the
 * build.
 */
#pragma once

#include <stddef.h>

extern const unsigned char guest_vdso[];
extern const size_t guest_vdso_size;
