/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system call log, in strace's own format as far as a row's format string says how its arguments look.
 *
 * The language of a row's format: arguments separated by ", ", each one of
 *	d       a signed number		u       an unsigned one		x       hexadecimal
 *	fd      a descriptor, AT_FDCWD by name				p       an address, NULL
 *	path    a string in guest memory
 * An empty format prints six hexadecimal numbers.
 */
#pragma once

struct kernel_trace;

/* Log to fd from now on (taken over). What the kernel calls at each event. Once, at bring-up. */
const struct kernel_trace *strace_start(int fd);
/* Nothing is written after this. */
void strace_stop(void);
