/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Users of the host by passwd(5). Not getpwuid(3): the program is static, and that function loads
 * libraries of whatever libc the host has.
 */
#pragma once

#include <stdint.h>

#include "base/compiler.h"

/* The name, caller owns; NULL: none is known. */
char *user_name(uint32_t uid);

/* The home directory that the container's /etc/passwd gives the user; caller owns; NULL: none. */
char *user_home(const char *rootfs, uint32_t uid);
