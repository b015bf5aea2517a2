/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The system call log, in the format of strace(1): `strace -f -o a prog` and
 * `caisson --strace=b do -- prog` can be compared by diff. What a row's arguments look like stands
 * in its format string in table.def, in the language below.
 *
 *	format  = [ "!" ] [ arg { ", " arg } ] [ " = " result ]
 *	arg     = [ "out:" | "got:" | "left:" ] kind [ ":" table ] [ "[" count "]" ] [ "?" condition ]
 *
 *	"fd, out:buf[ret], lu"              read(3, "abc", 832) = 3
 *	"addr, lu, flags:ms"                msync(0x7f0000000000, 4096, MS_SYNC) = 0
 *	"addr, lu, flags:prot, ... = x"     mmap(NULL, ...) = 0x7f0000000000
 *
 * An argument is printed when the call begins; from the first one with a prefix on, the rest is
 * printed when it ends.
 *	out     what the call wrote: the address only, if the call failed
 *	got     as out, and the address only if the result is 0
 *	left    what is left of a time: the address only, unless a signal interrupted the call
 * A leading "!" says that the call may sleep: the beginning of its line is written at once.
 *
 *	count       "ret": the result; a digit: the value of that argument (0 is the first)
 *	condition   "creat", "mremap": print it only if the flags printed before it ask for it
 *	result      x hexadecimal, o octal; others are in strace_result.c
 *
 * Kinds of plain values:
 *	d ld u lu x lx      numbers: 32 or (l) 64 bit; signed, unsigned, hexadecimal
 *	fd dirfd uid sig clockid mode filemode dev
 *	flags:t flags64:t enum:t    names of table t; some have kinds of their own (openflags, mmapflags, ...)
 *	switch:t            this argument's name, and the format of all that follow, from table t (strace_switch.c)
 * Kinds of guest addresses:
 *	addr path str buf[n] hexbuf[n] strv env sigset[n] pd pu pld plu (one number) pd[n] (many) ...
 *	a struct's name     {field=value, ...}; with [n] an array of them
 * strace_format.c lists all kinds.
 */
#pragma once

struct kernel_trace;

/* Log to fd from now on (taken over). What the kernel calls at each event. Once, at bring-up. */
const struct kernel_trace *strace_start(int fd);
/* Nothing is written after this. */
void strace_stop(void);
