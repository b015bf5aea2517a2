/* SPDX-License-Identifier: Apache-2.0 */
/* Names of signals, as kill(1) knows them. */
#pragma once

#include "base/compiler.h"

/* "9", "KILL", "SIGKILL", in any case, "RTMIN+1"; 0 if it is none. */
int signal_number(const char *name);
